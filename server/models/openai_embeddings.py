"""`openai/<name>` embeddings from any OpenAI-compatible endpoint."""

import base64
from collections.abc import Sequence
from typing import Any

import httpx2
import numpy as np
import orjson
from numpy.typing import NDArray

from server.errors import ModelRefused, ModelUnavailable
from server.models.embeddings import Embedder
from server.models.openai_endpoint import Endpoint, make_client, translated_errors
from server.settings import Settings


class OpenAIEmbedder(Embedder):
    def __init__(self, settings: Settings, *, retries: int, timeout_seconds: float) -> None:
        self.model = settings.embedding_model
        self.requested_dimensions = settings.resolved_embedding_dimensions
        self._endpoint = Endpoint(
            purpose="embedding",
            model=self.model.removeprefix("openai/"),
            base_url=settings.embedding_base_url,
            api_key=settings.embedding_api_key,
        )
        self._client = make_client(
            self._endpoint, retries=retries, timeout_seconds=timeout_seconds, waits_out_rate_limits=retries > 1
        )
        self._dimensions = 0  # known from the first answer on

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        # OpenAI answers 400 to an empty text, and then none of the batch is embedded.
        kept = [i for i, text in enumerate(texts) if text.strip()]
        if not kept:
            return np.zeros((len(texts), self._dimensions), np.float32)
        with translated_errors(self._endpoint):
            body = await self._request([texts[i] for i in kept])
        try:
            rows = read_vectors(body, count=len(kept))
        except ValueError as error:
            raise ModelUnavailable(
                f"{self._endpoint.host} gave no usable vectors for {self._endpoint.model!r}: "
                f"{self._endpoint.quote(error)}. Is it an embedding model?"
            ) from error
        self._check_dimensions(rows.shape[1])
        vectors = np.zeros((len(texts), rows.shape[1]), np.float32)
        vectors[kept] = rows
        return vectors

    async def close(self) -> None:
        await self._client.close()

    async def _request(self, texts: list[str]) -> bytes:
        # Not `client.embeddings.create`, which always sends `encoding_format`: early vLLM refuses `base64`
        # (https://github.com/vllm-project/vllm/issues/5734), Voyage refuses `float`. Without it all give floats.
        body: dict[str, Any] = {"model": self._endpoint.model, "input": texts}
        if self.requested_dimensions is not None:
            body["dimensions"] = self.requested_dimensions
        response: Any = await self._client.post("/embeddings", cast_to=httpx2.Response, body=body)
        return await response.aread()  # type: ignore[no-any-return]

    def _check_dimensions(self, dimensions: int) -> None:
        if self.requested_dimensions not in (None, dimensions):
            raise ModelRefused(
                f"{self._endpoint.host} gave vectors of {dimensions} numbers for {self._endpoint.model!r} and was "
                f"asked for {self.requested_dimensions}: its width cannot be chosen, so unset "
                "LECTERN_EMBEDDING_DIMENSIONS."
            )
        if self._dimensions and dimensions != self._dimensions:
            raise ModelUnavailable(
                f"{self._endpoint.host} gave vectors of {dimensions} numbers for {self._endpoint.model!r}, "
                f"and of {self._dimensions} before: did the model behind this name change?"
            )
        self._dimensions = dimensions


def read_vectors(body: bytes, *, count: int) -> NDArray[np.float32]:
    """An embeddings response to `count` unit rows, in the order of `index`.

    Raises `ValueError` for anything else: another count, rows of different widths, numbers that are none.
    """
    answer = orjson.loads(body)
    items = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ValueError("the answer has no list `data`")
    if len(items) != count:
        raise ValueError(f"{len(items)} vectors for {count} texts")
    items.sort(key=lambda item: item.get("index", 0))
    rows = [_read_vector(item.get("embedding")) for item in items]
    widths = {len(row) for row in rows}
    if len(widths) != 1 or widths == {0}:
        raise ValueError(f"vectors of {sorted(widths)} numbers")
    vectors = np.stack(rows)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or not lengths.all():
        raise ValueError("a vector without a finite length above 0")
    unit_rows: NDArray[np.float32] = vectors / lengths
    return unit_rows


def _read_vector(embedding: object) -> NDArray[np.float32]:
    if isinstance(embedding, str):  # some servers give base64 unasked: little-endian float32
        return np.frombuffer(base64.b64decode(embedding), "<f4").astype(np.float32)
    try:
        vector = np.array(embedding, np.float32)
    except TypeError as error:
        raise ValueError("an `embedding` is not a list of numbers") from error
    if vector.ndim != 1:
        raise ValueError("an `embedding` is not a flat list of numbers")
    return vector
