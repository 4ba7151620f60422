"""Windows into vectors: what decides them, and how many requests are under way at once."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self, TypeVar

import numpy as np
import orjson

from server.database.calls import Vector
from server.documents.windows import WINDOWS_VERSION
from server.errors import IngestFailed
from server.models.embeddings import Embedder, make_embedder
from server.records import TokenWeights
from server.settings import Settings

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorRecipe:
    """Everything besides a page's sections that decides its vectors."""

    embedding_model: str
    dimensions: int
    window_chars: int
    token_weights_sha256: str | None
    windows_version: int = WINDOWS_VERSION

    @classmethod
    def of(cls, settings: Settings, *, dimensions: int, token_weights: TokenWeights | None) -> Self:
        return cls(
            embedding_model=settings.embedding_model,
            dimensions=dimensions,
            window_chars=settings.resolved_window_chars,
            token_weights_sha256=token_weights.sha256 if token_weights else None,
        )

    @property
    def sha256(self) -> str:
        return hashlib.sha256(orjson.dumps(self)).hexdigest()


class WindowEmbedder:
    """Embeds any number of windows, in batches, several at once."""

    def __init__(self, embedder: Embedder, settings: Settings, *, dimensions: int) -> None:
        self._embedder = embedder
        self._batch_size = settings.embedding_batch_size
        self._slots = asyncio.Semaphore(settings.embedding_concurrency)
        self._dimensions = dimensions

    async def embed(self, texts: Sequence[str]) -> Vector:
        """Vectors of the texts, in their order; the first batch that fails cancels the others.

        Raises the embedder's `Outage`s, and `IngestFailed` for vectors of another width.
        """
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._embed_batch(batch)) for batch in batches(texts, self._batch_size)]
        except ExceptionGroup as group_of_failures:
            raise group_of_failures.exceptions[0] from group_of_failures
        vectors = [task.result() for task in tasks]
        return np.concatenate(vectors) if vectors else np.empty((0, 0), dtype=np.float32)

    async def _embed_batch(self, texts: Sequence[str]) -> Vector:
        async with self._slots:
            vectors = await self._embedder.embed(texts)
        if vectors.shape[1] != self._dimensions:
            raise IngestFailed(
                f"{self._embedder.model} gave vectors of {vectors.shape[1]} numbers and the database is prepared "
                f"for {self._dimensions}: check LECTERN_EMBEDDING_BASE_URL."
            )
        return vectors


@asynccontextmanager
async def embedder_for(settings: Settings, embedder: Embedder) -> AsyncIterator[Embedder]:
    """This embedder where it is the one the settings name, else one that is closed with the context."""
    if (embedder.model, embedder.requested_dimensions) == (
        settings.embedding_model,
        settings.resolved_embedding_dimensions,
    ):
        yield embedder
        return
    async with opened_embedder(settings) as made:
        yield made


@asynccontextmanager
async def opened_embedder(settings: Settings) -> AsyncIterator[Embedder]:
    """The configured embedder, with the retries of an ingest; closed with the context."""
    embedder = make_embedder(
        settings, retries=settings.embedding_retries, timeout_seconds=settings.embedding_timeout_seconds
    )
    try:
        yield embedder
    finally:
        await embedder.close()


def batches(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """Consecutive slices of at most `size` items, in order."""
    return (items[start : start + size] for start in range(0, len(items), size))
