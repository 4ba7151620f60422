"""Whatever is asked over HTTP: sections, none, or a sentence about what to mend; never a 500."""

from typing import Any

import asyncpg
import httpx
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from server.app import create_app
from server.database.calls import prepare_embedding_model
from server.settings import Settings
from tests.conftest import SITE_FOLDER, ingest_folder
from tests.model_endpoint import serve_model_endpoint
from tests.pages import page, publish_pages, section
from tests.serving import serve_in_thread

QUERIES = [
    "how do I do the one with it and of what is to be",
    "lamp " * 200,
    "x" * 1000,
    "aB." * 333,
    f"a{'-' * 998}b",
    "a & | !b <-> c:* (d) :A",
    "lamp & !(bulb:* <-> dimmer)",
    "'\"" * 500,
    "\\" * 1000,
    "it's \\ ' \" % _ 100%",
    "🎉" * 1000,
    "電球を交換する方法は？",
]


def get(url: str, path: str, **parameters: str) -> httpx.Response:
    return httpx.get(url + path, params=parameters, headers={"Accept": "application/json"}, timeout=30)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:20])
@pytest.mark.parametrize("path", ["/v1/search", "/v1/query"])
def test_an_odd_query_is_answered_like_any_other(site_url: str, path: str, query: str) -> None:
    response = get(site_url, path, query=query)
    assert (response.status_code, response.json()["query"]) == (200, " ".join(query.split()))


@examples(max_examples=50, deadline=None)
@given(query=st.text(max_size=1100), filter=st.none() | st.text(max_size=20))
def test_no_query_and_no_filter_is_an_error_of_ours(site_url: str, query: str, filter: str | None) -> None:
    response = get(site_url, "/v1/search", query=query, **({} if filter is None else {"filter": filter}))
    assert response.status_code in (200, 400)
    assert set(response.json()) in ({"query", "confidence", "hits"}, {"error"})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@examples(max_examples=50, deadline=None)
@given(filter=st.dictionaries(st.text(), JSON, min_size=1))
def test_a_filter_that_is_an_object_gives_sections_or_none(site_url: str, filter: dict[str, Any]) -> None:
    response = get(site_url, "/v1/search", query="lamp", filter=httpx.Response(200, json=filter).text)
    assert response.status_code in (200, 400)
    assert response.status_code == 400 or response.json()["hits"] == []


@pytest.mark.parametrize("filter", ["[1]", "[]", '"x"', "3", "null", "true", "{", "version=v2", "NaN"])
def test_a_filter_that_is_no_object_is_refused(site_url: str, filter: str) -> None:
    response = get(site_url, "/v1/search", query="lamp", filter=filter)
    assert response.status_code == 400
    assert "The filter is not a JSON object" in response.json()["error"]["message"]


def test_a_filter_that_names_nothing_leaves_nothing(site_url: str) -> None:
    response = get(site_url, "/v1/search", query="lamp", filter='{"version": {"of": ["nothing", null]}}')
    assert (response.status_code, response.json()["hits"]) == (200, [])


@pytest.mark.parametrize(("count", "found"), [(0, 0), (1, 1)])
async def test_a_site_of_hardly_anything_is_a_site(
    owner: asyncpg.Connection, settings: Settings, count: int, found: int
) -> None:
    await publish_pages(owner, [page("/a", section("Lamps", "Every lamp has a bulb and a switch."))][:count])
    with serve_in_thread(create_app(settings.model_copy(update={"match_threshold": -1}))) as address:
        for query in ("lamp", *QUERIES):
            search, answer = get(address, "/v1/search", query=query), get(address, "/v1/query", query=query)
            assert (search.status_code, len(search.json()["hits"])) == (200, found)
            assert (answer.status_code, len(answer.json()["sources"])) == (200, found)


async def test_vectors_of_another_length_are_told_as_the_owners_fault(
    owner: asyncpg.Connection, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """The model behind a name was exchanged for another while the server was down."""
    await prepare_embedding_model(owner, name="openai/test", dimensions=64)
    with serve_model_endpoint() as endpoint:
        embedding = settings.model_copy(
            update={"embedding_model": "openai/test", "embedding_base_url": endpoint.base_url}
        )
        await ingest_folder(SITE_FOLDER, embedding)
        endpoint.knobs.dimensions = 32
        with serve_in_thread(create_app(embedding)) as url:
            search = get(url, "/v1/search", query="lamp", paused="1")
            answer = get(url, "/v1/query", query="lamp")
    assert [(502, "model_refused")] * 2 == [
        (response.status_code, response.json()["error"]["code"]) for response in (search, answer)
    ]
    assert "the vector has 32 numbers, and the live ones have 64" in caplog.text
    assert "LECTERN_EMBEDDING_MODEL" in caplog.text
