"""A query becomes a vector that the live ones can be compared with, whichever model they were made with."""

import asyncio
import logging
import math
import time
from dataclasses import dataclass
from typing import Final

from server.database.calls import Vector, get_embedding_model
from server.database.pool import Database
from server.errors import ModelRefused, SettingsInvalid
from server.models.embeddings import Embedder, make_embedder
from server.records import EmbeddingModel
from server.settings import Settings

logger = logging.getLogger(__name__)

# New weights come with a publish that embeds everything anew, which is rare; until a server has noticed,
# its queries are embedded with the old ones, which are nearly the same. Another model is noticed at once,
# because the database refuses the old one's vectors.
_MODEL_AGE_MAX_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class QueryEmbedding:
    vector: Vector | None
    """`None`: search by keywords alone, because the live model cannot be asked here."""
    model: str | None
    """What the vector was made with; the database refuses it when that is not the live model."""


class CorpusEmbedder:
    """Embeds queries with the live model, and with what it has learnt of the corpus that is published now.

    Notices within a second, or when told to look, that a reindex has put another model in its place; embeds
    with that one from then on, with the same endpoint and key. Any number of tasks may use it at once.
    """

    def __init__(self, database: Database, embedder: Embedder, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._given = embedder
        self._plain: dict[tuple[str, int | None], Embedder] = {
            (embedder.model, embedder.requested_dimensions): embedder
        }
        self._current: Embedder | None = embedder
        self._known: EmbeddingModel | None = None
        self._asked_at_seconds = -math.inf
        self._changing = asyncio.Lock()

    async def is_free(self) -> bool:
        """Whether a query's vector costs nothing, so that one may be made at every keystroke."""
        await self._keep_up()
        return self._current is not None and self._current.is_free

    async def embed(self, query: str) -> QueryEmbedding:
        """Raises one of the model `Outage`s, or the database's."""
        await self._keep_up()
        embedder = self._current
        if embedder is None:
            return QueryEmbedding(None, None)
        try:
            vector: Vector = (await embedder.embed([query]))[0]
        except ModelRefused as error:
            if embedder.model == self._given.model:
                raise
            # Nobody has told this server how to ask a model that came with a reindex.
            logger.error("%s", _advice(embedder.model, error))
            return QueryEmbedding(None, None)
        return QueryEmbedding(vector, embedder.model)

    async def _keep_up(self) -> None:
        if time.monotonic() - self._asked_at_seconds >= _MODEL_AGE_MAX_SECONDS:
            await self.look_for_the_live_model()

    async def look_for_the_live_model(self) -> None:
        """Asks the database what the live vectors were made with, and embeds with that from now on."""
        asked_at_seconds = time.monotonic()
        known_sha256 = self._known.token_weights_sha256 if self._known else None
        live = await get_embedding_model(self._database, known_sha256=known_sha256)
        async with self._changing:
            if asked_at_seconds < self._asked_at_seconds:
                return  # another task has asked later, and changed it already
            if not self._knows(live):
                await self._change_to(live)
            self._asked_at_seconds = asked_at_seconds

    async def close(self) -> None:
        """Closes the embedders made here; the one it was given is the giver's."""
        for embedder in self._plain.values():
            if embedder is not self._given:
                await embedder.close()

    def _knows(self, live: EmbeddingModel) -> bool:
        return self._known is not None and _identity(live) == _identity(self._known)

    async def _change_to(self, live: EmbeddingModel) -> None:
        if live.token_weights is None and live.token_weights_sha256 is not None:
            live = await get_embedding_model(self._database)  # what it knows belongs to another model
        if live.name != (self._known.name if self._known else self._given.model):
            logger.info("Queries are embedded with %s (%s numbers) from now on.", live.name, live.dimensions)
        try:
            self._current = await self._find(live)
        except SettingsInvalid as error:
            self._current = None
            logger.error("%s", _advice(live.name, error))
        self._known = live

    async def _find(self, live: EmbeddingModel) -> Embedder:
        key = (live.name, live.requested_dimensions)
        if key not in self._plain:
            # In a thread, because it reads the weights of a local model, or imports a large package.
            self._plain[key] = await asyncio.to_thread(
                make_embedder,
                self._settings.with_embedding_model(*key),
                retries=1,
                timeout_seconds=self._settings.embedding_timeout_seconds,
            )
        plain = self._plain[key]
        return plain.with_token_weights(live.token_weights.weights) if live.token_weights else plain


def _identity(model: EmbeddingModel) -> tuple[str, int | None, str | None]:
    return model.name, model.requested_dimensions, model.token_weights_sha256


def _advice(model: str, error: Exception) -> str:
    return (
        f"The pages are embedded with {model} now, which this server cannot ask; until it can, it searches by "
        f"keywords alone: {error}"
    )
