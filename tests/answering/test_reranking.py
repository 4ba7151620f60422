"""What a reranker changes in an answer, and what its outages do not."""

import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from server.answering.reranking import spend_budget
from server.app import create_app
from server.records import Match
from server.settings import Settings
from tests.frames import ask
from tests.model_endpoint import Knobs, ModelEndpoint, serve_model_endpoint, shared_words
from tests.serving import serve_in_thread

QUESTION = "How do I pair the lamp with a remote?"


@pytest.fixture(scope="module")
def running_endpoint() -> Iterator[ModelEndpoint]:
    with serve_model_endpoint() as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def running_url(running_endpoint: ModelEndpoint, site_database_url: str) -> Iterator[str]:
    """A server for `tests/site` with a reranker."""
    with serve_in_thread(create_app(settings_for(running_endpoint, site_database_url))) as url:
        yield url


@pytest.fixture
def endpoint(running_endpoint: ModelEndpoint) -> ModelEndpoint:
    running_endpoint.start_afresh()
    return running_endpoint


@pytest.fixture
def url(endpoint: ModelEndpoint, running_url: str) -> str:
    """The running server, its reranker well."""
    return running_url


def settings_for(endpoint: ModelEndpoint, database_url: str, **changes: Any) -> Settings:
    return Settings(
        database_url=database_url,
        rerank_model="test",
        rerank_base_url=endpoint.base_url,
        rerank_timeout_seconds=0.5,
        match_threshold=-1,
        cache_seconds=0,
    ).model_copy(update=changes)


async def sources_of(url: str, query: str = QUESTION) -> list[dict[str, Any]]:
    sources: list[dict[str, Any]] = (await ask(url, query)).frames[0]["sources"]
    return sources


async def fused_order(url: str) -> list[str]:
    """The ids of a search, which is never reranked."""
    async with httpx.AsyncClient(base_url=url) as client:
        found = await client.get("/v1/search", params={"query": QUESTION})
    return [hit["id"] for hit in found.json()["hits"]]


def ids(sources: list[dict[str, Any]]) -> list[str]:
    return [source["id"] for source in sources]


async def test_an_answers_sections_come_in_the_rerankers_order(url: str, endpoint: ModelEndpoint) -> None:
    sources = await sources_of(url)
    (request,) = endpoint.requests
    assert request.body["query"] == QUESTION
    scores = [shared_words(QUESTION, text) for text in request.body["documents"]]
    fused = await fused_order(url)
    expected = [fused[place] for place in sorted(range(len(fused)), key=lambda place: -scores[place])]
    assert expected[: len(sources)] == ids(sources)
    assert expected != fused  # else nothing was shown
    assert [source["number"] for source in sources] == list(range(1, len(sources) + 1))


async def test_each_section_is_judged_by_where_it_stands_and_how_it_begins(
    endpoint: ModelEndpoint, site_database_url: str
) -> None:
    settings = settings_for(endpoint, site_database_url, rerank_document_chars=100)
    with serve_in_thread(create_app(settings)) as url:
        await sources_of(url)
    documents = endpoint.requests[0].body["documents"]
    assert any(text.startswith("Dimming > Pairing the dimmer\n") for text in documents)
    assert max(len(text) for text in documents) == 100


async def test_more_sections_are_reranked_than_an_answer_uses(
    endpoint: ModelEndpoint, site_database_url: str
) -> None:
    settings = settings_for(endpoint, site_database_url, rerank_count=4, match_count=2)
    with serve_in_thread(create_app(settings)) as url:
        sources = await sources_of(url)
    assert len(endpoint.requests[0].body["documents"]) == 4
    assert len(sources) == 2


async def test_a_search_is_not_reranked(url: str, endpoint: ModelEndpoint) -> None:
    assert await fused_order(url)
    assert endpoint.requests == []


async def test_what_has_no_order_is_not_sent(url: str, endpoint: ModelEndpoint) -> None:
    asked = await ask(url, QUESTION, filter='{"level": "nonexistent"}')
    assert asked.frames[0]["sources"] == []
    assert endpoint.requests == []


@pytest.mark.parametrize(
    ("knobs", "cause"),
    [
        (Knobs(status=401), "check LECTERN_RERANK_API_KEY."),
        (Knobs(status=429), "limits our requests"),
        (Knobs(status=500), "failed (500)"),
        (Knobs(raw=[b"{}"]), "gave no usable scores"),
        (Knobs(rerank_delay_seconds=30), "did not rerank within 0.5 s"),
        (Knobs(hang=True), "did not rerank within 0.5 s"),
    ],
)
async def test_without_its_reranker_an_answer_has_the_fused_order(
    url: str, endpoint: ModelEndpoint, caplog: pytest.LogCaptureFixture, knobs: Knobs, cause: str
) -> None:
    caplog.set_level(logging.WARNING, "server.answering.reranking")
    reranked = ids(await sources_of(url))
    endpoint.knobs = knobs
    for _ in range(2):
        asked = await ask(url, QUESTION)
        assert asked.frames[-1]["choices"][0]["finish_reason"] == "stop"
        sources = asked.frames[0]["sources"]
        assert (await fused_order(url))[: len(sources)] == ids(sources)
    endpoint.start_afresh()
    assert reranked == ids(await sources_of(url))
    out, back = (record.getMessage() for record in caplog.records)  # once each, whatever was asked meanwhile
    assert out.startswith("Answers keep the fused order until the reranker works again: 127.0.0.1:")
    assert cause in out
    assert back == "The reranker works again."


async def test_a_reranker_without_an_address_keeps_the_server_from_starting(site_database_url: str) -> None:
    app = create_app(Settings(database_url=site_database_url, rerank_model="test"))
    with pytest.raises(Exception, match="LECTERN_RERANK_BASE_URL"):
        async with app.router.lifespan_context(app):
            pass


def sized(*token_counts: int) -> list[Match]:
    return [
        Match(
            id=place,
            page_id=1,
            path="/a",
            url="/a",
            title="A",
            slug=None,
            heading="A",
            heading_path=(),
            content="",
            token_count=token_count,
            similarity=None,
            score=0,
            coverage=None,
            rank=place,
        )
        for place, token_count in enumerate(token_counts, start=10)
    ]


@pytest.mark.parametrize(
    ("token_counts", "count", "budget_tokens", "kept"),
    [
        ((60, 50, 30, 20, 10), 9, 100, [60, 30, 10]),
        ((60, 50, 30, 20, 10), 2, 100, [60, 30]),
        ((60, 50, 30, 20, 10), 3, None, [60, 50, 30]),
        ((500, 5), 9, 100, [500]),
        ((50, 50), 9, 100, [50, 50]),
        ((), 9, 100, []),
    ],
)
def test_the_budget_skips_what_does_not_fit_and_keeps_the_best(
    token_counts: tuple[int, ...], count: int, budget_tokens: int | None, kept: list[int]
) -> None:
    spent = spend_budget(sized(*token_counts), count=count, budget_tokens=budget_tokens)
    assert kept == [match.token_count for match in spent]
    assert list(range(1, len(kept) + 1)) == [match.rank for match in spent]
