"""Windows into vectors: what decides them, and how many requests are under way at once."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Self, TypeVar
from uuid import UUID

import asyncpg

from server.database.publishing import (
    count_missing_windows,
    get_missing_identities,
    get_missing_windows,
    keep_embeddings,
)
from server.documents.windows import WINDOWS_VERSION
from server.errors import IngestFailed
from server.ingest.checksums import checksum_of
from server.ingest.progress import OnProgress, Progress
from server.models.embeddings import Embedder, make_embedder
from server.records import TokenWeights
from server.settings import Settings
from server.tokens import count_tokens

Item = TypeVar("Item")

_IDENTITY_BYTES: Final = 16  # Among a billion texts, two have one identity with a chance of 10⁻²¹.
_ROUNDS: Final = 4  # A guess: requests that each slot has waiting, before the next texts are read.


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
        return checksum_of(self)

    def identities(self, texts: Sequence[str]) -> list[bytes]:
        """What each text's vector is kept by: equal texts that are embedded alike have equal ones."""
        recipe = bytes.fromhex(self.sha256)
        return [hashlib.blake2b(text.encode(), key=recipe, digest_size=_IDENTITY_BYTES).digest() for text in texts]


@dataclass(frozen=True, slots=True)
class Paid:
    """What was embedded."""

    windows: int = 0
    tokens: int = 0
    """By Lectern's tokenizer; 0 where the embedder costs nothing."""

    def __add__(self, other: "Paid") -> "Paid":
        return Paid(self.windows + other.windows, self.tokens + other.tokens)


class WindowEmbedder:
    """Embeds windows that have no vector yet: in batches, several at once, each kept as soon as it is had."""

    def __init__(
        self, connection: asyncpg.Connection, embedder: Embedder, settings: Settings, *, dimensions: int
    ) -> None:
        self._connection = connection
        self._one_writes = asyncio.Lock()
        self._embedder = embedder
        self._batch_size = settings.embedding_batch_size
        self._slots = asyncio.Semaphore(settings.embedding_concurrency)
        self._at_once = settings.embedding_batch_size * settings.embedding_concurrency * _ROUNDS
        self._dimensions = dimensions
        self._has_failed = False

    async def embed_staged(self, run: UUID, on_progress: OnProgress) -> Paid:
        """What a run has staged. Raises the embedder's `Outage`s, `IngestFailed` for vectors of another width."""
        total, _ = await count_missing_windows(self._connection, run)
        paid = Paid()
        identity = b""
        on_progress(Progress("Embedding", 0, total, "windows"))
        while missing := await get_missing_windows(
            self._connection, run, after_identity=identity, count=self._at_once
        ):
            paid += await self._embed(list(missing), list(missing.values()))
            identity = list(missing)[-1]
            on_progress(Progress("Embedding", paid.windows, total, "windows"))
        return paid

    async def count_staged(self, run: UUID) -> Paid:
        """What `embed_staged` would embed; asks no model."""
        counted = Paid()
        identity = b""
        while missing := await get_missing_windows(
            self._connection, run, after_identity=identity, count=self._at_once
        ):
            counted += await self._paid(list(missing.values()))
            identity = list(missing)[-1]
        return counted

    async def embed(self, identities: Sequence[bytes], texts: Sequence[str]) -> Paid:
        """The same for texts at hand."""
        missing = await get_missing_identities(self._connection, identities)
        wanted = {one: text for one, text in zip(identities, texts, strict=True) if one in missing}
        return await self._embed(list(wanted), list(wanted.values()))

    async def _embed(self, identities: Sequence[bytes], texts: Sequence[str]) -> Paid:
        """The first batch that fails cancels the others; what they have kept until then stays."""
        size = self._batch_size
        self._has_failed = False
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self._embed_batch(*pair))
                    for pair in zip(batches(identities, size), batches(texts, size), strict=True)
                ]
        except ExceptionGroup as group_of_failures:
            raise group_of_failures.exceptions[0] from group_of_failures
        return sum((task.result() for task in tasks), Paid())

    async def _embed_batch(self, identities: Sequence[bytes], texts: Sequence[str]) -> Paid:
        async with self._slots:
            if self._has_failed:  # the group cancels who waits a moment after the slot is free, which is too late
                return Paid()
            try:
                vectors = await self._embedder.embed(texts)
            except Exception:
                self._has_failed = True
                raise
            if vectors.shape[1] != self._dimensions:
                raise IngestFailed(
                    f"{self._embedder.model} gave vectors of {vectors.shape[1]} numbers and the database is "
                    f"prepared for {self._dimensions}: check LECTERN_EMBEDDING_BASE_URL."
                )
            async with self._one_writes:
                await keep_embeddings(self._connection, identities, vectors)
        return await self._paid(texts)

    async def _paid(self, texts: Sequence[str]) -> Paid:
        if self._embedder.is_free:
            return Paid(len(texts))
        return Paid(len(texts), await asyncio.to_thread(lambda: sum(map(count_tokens, texts))))


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
    embedder = make_ingest_embedder(settings)
    try:
        yield embedder
    finally:
        await embedder.close()


def make_ingest_embedder(settings: Settings) -> Embedder:
    """The configured embedder, with the retries of an ingest; to be closed."""
    return make_embedder(
        settings, retries=settings.embedding_retries, timeout_seconds=settings.embedding_timeout_seconds
    )


def batches(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """Consecutive slices of at most `size` items, in order."""
    return (items[start : start + size] for start in range(0, len(items), size))
