import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
import pytest

from server.errors import ModelRateLimited, ModelRefused, ModelTimeout, ModelUnavailable, SettingsInvalid
from server.models.rerank_endpoint import read_scores
from server.models.reranking import Reranker, make_reranker
from server.settings import load_settings
from tests.model_endpoint import ModelEndpoint

KEY = "sk-very-secret-0123456789"
TEXTS = ["the zeppelin", "nothing", "the blue zeppelin"]


@asynccontextmanager
async def reranker_for(base_url: str, *, timeout_seconds: float = 5) -> AsyncIterator[Reranker]:
    settings = load_settings(
        rerank_model="test", rerank_base_url=base_url, rerank_api_key=KEY, rerank_timeout_seconds=timeout_seconds
    )
    reranker = make_reranker(settings)
    assert reranker is not None
    try:
        yield reranker
    finally:
        await reranker.close()


async def test_texts_get_their_scores_in_their_own_order(endpoint: ModelEndpoint) -> None:
    async with reranker_for(endpoint.base_url) as reranker:
        scores = await reranker.rerank("blue zeppelin", TEXTS)
    assert [0.5, 0.0, 1.0] == scores
    (request,) = endpoint.requests
    # Not a word more, because Cohere refuses what it does not know.
    assert {"model": "test", "query": "blue zeppelin", "documents": TEXTS} == request.body
    assert f"Bearer {KEY}" == request.headers["authorization"]


async def test_an_address_with_rerank_at_its_end_is_the_same(endpoint: ModelEndpoint) -> None:
    async with reranker_for(f"{endpoint.base_url}/rerank") as reranker:
        assert [0.5, 0.0, 1.0] == await reranker.rerank("blue zeppelin", TEXTS)


async def test_text_embeddings_inference_is_asked_in_its_own_words_once_it_has_said_so(
    endpoint: ModelEndpoint,
) -> None:
    endpoint.knobs.wants_texts = True
    async with reranker_for(endpoint.base_url) as reranker:
        scores = [await reranker.rerank("blue zeppelin", TEXTS) for _ in range(2)]
    assert [[0.5, 0.0, 1.0]] * 2 == scores
    asked = {"query": "blue zeppelin", "texts": TEXTS, "truncate": True}
    assert [asked, asked] == [request.body for request in endpoint.requests[1:]]


@pytest.mark.parametrize(
    ("status", "error", "setting"),
    [
        (401, ModelRefused, r"check LECTERN_RERANK_API_KEY\.$"),
        (404, ModelRefused, "check LECTERN_RERANK_MODEL and LECTERN_RERANK_BASE_URL"),
        (422, ModelRefused, "did not accept the request"),
        (429, ModelRateLimited, "limits our requests"),
        (500, ModelUnavailable, "failed"),
    ],
)
async def test_a_status_is_told_at_once(
    endpoint: ModelEndpoint, status: int, error: type[Exception], setting: str
) -> None:
    endpoint.knobs.status = status
    async with reranker_for(endpoint.base_url) as reranker:
        with pytest.raises(error, match=rf"^127\.0\.0\.1:.*{setting}"):
            await reranker.rerank("q", TEXTS)
    assert len(endpoint.requests) == 1


async def test_an_endpoint_that_is_not_there_is_named_with_its_setting() -> None:
    async with reranker_for("http://127.0.0.1:9/v1") as reranker:
        with pytest.raises(ModelUnavailable, match="is LECTERN_RERANK_BASE_URL right"):
            await reranker.rerank("q", TEXTS)


@pytest.mark.parametrize("trickles", [False, True])
async def test_the_limit_is_one_for_the_whole_answer(endpoint: ModelEndpoint, trickles: bool) -> None:
    endpoint.knobs.hang, endpoint.knobs.raw = not trickles, [b" "] * 1000  # 5 s in all
    started = time.monotonic()
    async with reranker_for(endpoint.base_url, timeout_seconds=0.3) as reranker:
        with pytest.raises(ModelTimeout, match=r"did not rerank within 0\.3 s \(LECTERN_RERANK_TIMEOUT_SECONDS\)"):
            await reranker.rerank("q", TEXTS)
    assert time.monotonic() - started < 3
    assert endpoint.requests[0].closed_early.wait(5)


async def test_an_answer_without_scores_is_unavailable_and_says_why(endpoint: ModelEndpoint) -> None:
    endpoint.knobs.raw = [b"<html>welcome</html>"]
    async with reranker_for(endpoint.base_url) as reranker:
        with pytest.raises(ModelUnavailable, match=r"gave no usable scores for 'test': .* Is it a reranker\?"):
            await reranker.rerank("q", TEXTS)


async def test_the_key_is_in_no_log_and_no_repr(endpoint: ModelEndpoint, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    endpoint.knobs.status, endpoint.knobs.error_message = 400, f"{KEY} is odd"
    async with reranker_for(endpoint.base_url) as reranker:
        with pytest.raises(ModelRefused) as caught:
            await reranker.rerank("q", TEXTS)
        assert KEY not in f"{caplog.text} {caught.value} {caught.value!r} {reranker!r} {vars(reranker)}"


def test_without_a_model_there_is_no_reranker() -> None:
    assert make_reranker(load_settings(rerank_base_url="http://models.example/v1")) is None


def test_a_model_without_an_address_is_told_before_anything_runs() -> None:
    with pytest.raises(SettingsInvalid) as caught:
        make_reranker(load_settings(rerank_model="rerank-v3.5"))
    expected = (
        "LECTERN_RERANK_MODEL is 'rerank-v3.5', which needs an endpoint: set LECTERN_RERANK_BASE_URL to its "
        "address up to /rerank."
    )
    assert expected == str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        {"results": [{"index": 1, "relevance_score": -3}, {"index": 0, "relevance_score": 0.5}]},
        {"id": None, "results": [{"index": 0, "relevance_score": 0.5}, {"index": 1, "relevance_score": -3}]},
        {"results": [{"index": 1, "score": -3.0}, {"index": 0, "score": 0.5, "document": {"text": "a"}}]},
        {"object": "list", "data": [{"index": 0, "relevance_score": 0.5}, {"index": 1, "relevance_score": -3}]},
        [{"index": 0, "score": 0.5}, {"index": 1, "score": -3}],
    ],
)
def test_scores_are_found_in_every_shape_of_answer(answer: object) -> None:
    assert [0.5, -3.0] == read_scores(orjson.dumps(answer), count=2)


def results(*pairs: tuple[object, object]) -> bytes:
    return orjson.dumps({"results": [{"index": index, "relevance_score": score} for index, score in pairs]})


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (results((0, 1)), "1 scores for 2 texts"),
        (results((0, 1), (0, 2)), "1 scores for 2 texts"),
        (results((0, 1), (2, 2)), "2 scores for 2 texts"),
        (results((0, 1), (1, 2), (2, 3)), "3 scores for 2 texts"),
        (results((0, 1), ([], 2)), "1 scores for 2 texts"),
        (results((0, 1), (1, None)), "a score that is no number"),
        (results((0, 1), (1, "high")), "a score that is no number"),
        (b'{"results": [{"index": 0, "relevance_score": NaN}]}', "unexpected"),
        (b'{"results": [{"index": 0, "relevance_score": 1e999}]}', "infinity"),
        (b'{"results": [1, 2]}', "the answer has no list `results`"),
        (b'{"results": null}', "the answer has no list `results`"),
        (b'"fine"', "the answer has no list `results`"),
        (b"<html>", "unexpected character"),
    ],
)
def test_anything_but_one_finite_score_per_text_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_scores(body, count=2)
