import base64
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import orjson
import pytest

from server.errors import ModelRateLimited, ModelRefused, ModelTimeout, ModelUnavailable
from server.models.embeddings import Embedder, make_embedder
from server.models.openai_embeddings import read_vectors
from server.settings import load_settings
from tests.model_endpoint import ModelEndpoint, bag_of_words

KEY = "sk-very-secret-0123456789"


@asynccontextmanager
async def embedder_for(
    base_url: str, *, retries: int = 0, timeout_seconds: float = 5, dimensions: int | None = None
) -> AsyncIterator[Embedder]:
    settings = load_settings(
        embedding_model="openai/test",
        embedding_base_url=base_url,
        embedding_api_key=KEY,
        embedding_dimensions=dimensions,
    )
    embedder = make_embedder(settings, retries=retries, timeout_seconds=timeout_seconds)
    try:
        yield embedder
    finally:
        await embedder.close()


async def test_texts_become_the_endpoints_vectors_in_one_request(endpoint: ModelEndpoint) -> None:
    texts = ["one two", "three", "one two"]
    async with embedder_for(endpoint.base_url) as embedder:
        vectors = await embedder.embed(texts)
    np.testing.assert_allclose(vectors, [bag_of_words(text, 64) for text in texts], atol=1e-6)
    assert np.float32 == vectors.dtype
    assert [{"model": "test", "input": texts}] == [request.body for request in endpoint.requests]
    assert f"Bearer {KEY}" == endpoint.requests[0].headers["authorization"]


async def test_a_width_is_asked_for_where_one_is_set(endpoint: ModelEndpoint) -> None:
    async with embedder_for(endpoint.base_url, dimensions=32) as embedder:
        assert (await embedder.embed(["one"])).shape == (1, 32)
    assert [{"model": "test", "input": ["one"], "dimensions": 32}] == [one.body for one in endpoint.requests]


async def test_a_model_whose_width_cannot_be_chosen_is_told_by_the_setting(endpoint: ModelEndpoint) -> None:
    data = [{"object": "embedding", "index": 0, "embedding": bag_of_words("one", 64)}]
    endpoint.knobs.raw = [orjson.dumps({"object": "list", "data": data})]
    async with embedder_for(endpoint.base_url, dimensions=32) as embedder:
        with pytest.raises(ModelRefused, match=r"64 numbers .* asked for 32: .* LECTERN_EMBEDDING_DIMENSIONS"):
            await embedder.embed(["one"])


async def test_blank_texts_are_not_sent_and_give_zero_rows(endpoint: ModelEndpoint) -> None:
    async with embedder_for(endpoint.base_url) as embedder:
        vectors = await embedder.embed(["", "word", " \n"])
        blank = await embedder.embed([""])
    assert np.linalg.norm(vectors, axis=1).round(6).tolist() == [0, 1, 0]
    assert blank.shape == (1, 64)
    assert [request.body["input"] for request in endpoint.requests] == [["word"]]


async def test_failures_are_tried_again_as_often_as_asked(endpoint: ModelEndpoint) -> None:
    endpoint.knobs.status, endpoint.knobs.failures = 500, 1
    async with embedder_for(endpoint.base_url, retries=1) as embedder:
        vectors = await embedder.embed(["word"])
    assert vectors.shape == (1, 64)
    assert len(endpoint.requests) == 2


async def test_retry_after_is_obeyed(endpoint: ModelEndpoint) -> None:
    endpoint.knobs.status, endpoint.knobs.failures, endpoint.knobs.retry_after_seconds = 429, 1, 1.0
    async with embedder_for(endpoint.base_url, retries=2) as embedder:
        await embedder.embed(["word"])
    first, second = endpoint.requests
    assert 1.0 <= second.received_at - first.received_at < 2.0


async def test_a_reader_is_not_kept_waiting_by_retry_after(endpoint: ModelEndpoint) -> None:
    endpoint.knobs.status, endpoint.knobs.retry_after_seconds = 429, 60
    async with embedder_for(endpoint.base_url, retries=1) as embedder:
        with pytest.raises(ModelRateLimited):
            await embedder.embed(["word"])
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, ModelRefused), (404, ModelRefused), (429, ModelRateLimited), (500, ModelUnavailable)],
)
async def test_without_retries_a_status_is_told_at_once(
    endpoint: ModelEndpoint, status: int, error: type[Exception]
) -> None:
    endpoint.knobs.status = status
    async with embedder_for(endpoint.base_url) as embedder:
        with pytest.raises(error, match=r"^127\.0\.0\.1:"):
            await embedder.embed(["word"])
    assert len(endpoint.requests) == 1


async def test_an_endpoint_that_never_answers_is_a_timeout(endpoint: ModelEndpoint) -> None:
    endpoint.knobs.hang = True
    async with embedder_for(endpoint.base_url, timeout_seconds=0.1) as embedder:
        with pytest.raises(ModelTimeout):
            await embedder.embed(["word"])


async def test_an_endpoint_that_is_not_there_is_named_with_its_setting() -> None:
    async with embedder_for("http://127.0.0.1:9/v1") as embedder:
        with pytest.raises(ModelUnavailable) as caught:
            await embedder.embed(["word"])
    expected = (
        "127.0.0.1:9 cannot be reached (All connection attempts failed): "
        "is it running, and is LECTERN_EMBEDDING_BASE_URL right?"
    )
    assert expected == str(caught.value)


async def test_another_width_than_before_is_no_answer(endpoint: ModelEndpoint) -> None:
    async with embedder_for(endpoint.base_url) as embedder:
        await embedder.embed(["word"])
        endpoint.knobs.dimensions = 32
        with pytest.raises(ModelUnavailable, match="vectors of 32 numbers for 'test', and of 64 before"):
            await embedder.embed(["word"])


async def test_an_answer_without_vectors_is_unavailable_and_says_why(endpoint: ModelEndpoint) -> None:
    endpoint.knobs.raw = [b"<html>welcome</html>"]
    async with embedder_for(endpoint.base_url) as embedder:
        with pytest.raises(ModelUnavailable, match="gave no usable vectors for 'test'"):
            await embedder.embed(["word"])


async def test_the_key_is_in_no_log_and_no_repr(endpoint: ModelEndpoint, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    endpoint.knobs.status, endpoint.knobs.error_message = 400, f"{KEY} is odd"
    async with embedder_for(endpoint.base_url) as embedder:
        with pytest.raises(ModelRefused) as caught:
            await embedder.embed(["word"])
        assert KEY not in f"{caplog.text} {caught.value} {caught.value!r} {embedder!r} {vars(embedder)}"


def answer_with(*embeddings: object) -> bytes:
    return orjson.dumps({"data": [{"index": i, "embedding": e} for i, e in enumerate(embeddings)]})


def test_vectors_are_put_in_the_order_of_their_index_and_made_unit_length() -> None:
    body = orjson.dumps({"data": [{"index": 1, "embedding": [0, 5]}, {"index": 0, "embedding": [3, 4]}]})
    assert np.allclose([[0.6, 0.8], [0.0, 1.0]], read_vectors(body, count=2))


def test_vectors_in_base64_are_understood_unasked() -> None:
    encoded = base64.b64encode(np.array([3, 4], "<f4").tobytes()).decode()
    assert np.allclose([[0.6, 0.8]], read_vectors(answer_with(encoded), count=1))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (answer_with([1, 0]), "1 vectors for 2 texts"),
        (answer_with([1, 0], [1]), r"vectors of \[1, 2\] numbers"),
        (answer_with([], []), r"vectors of \[0\] numbers"),
        (answer_with([1, None], [1, 0]), "a vector without a finite length above 0"),
        (answer_with([0, 0], [1, 0]), "a vector without a finite length above 0"),
        (answer_with([[1, 0]], [1, 0]), "an `embedding` is not a flat list of numbers"),
        (answer_with(None, [1, 0]), "an `embedding` is not a flat list of numbers"),
        (answer_with({"a": 1}, [1, 0]), "an `embedding` is not a list of numbers"),
        (b'{"data": null}', "the answer has no list `data`"),
        (b"[]", "the answer has no list `data`"),
        (b"<html>", "unexpected character"),
    ],
)
def test_anything_but_one_row_of_numbers_per_text_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_vectors(body, count=2)
