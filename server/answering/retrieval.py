"""A query becomes matches: embedded once, one call to the retrieval RPC."""

import math
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from server.answering.confidence import CorpusConfidence
from server.confidence import Confidence
from server.database.calls import Vector, get_token_weights, match_page_sections
from server.database.pool import Database
from server.models.embeddings import Embedder
from server.records import Match
from server.settings import Settings

# New weights come with a publish that embeds everything anew, which is rare; until a server has noticed,
# its queries are embedded with the old ones, which are nearly the same.
_WEIGHTS_AGE_MAX_SECONDS: Final = 1.0


class CorpusEmbedder:
    """Embeds queries with what the embedder has learnt of the corpus that is published now."""

    def __init__(self, database: Database, embedder: Embedder) -> None:
        self._database = database
        self._plain = self._current = embedder
        self._known_sha256: str | None = None
        self._asked_at_seconds = -math.inf

    async def embed(self, query: str) -> Vector:
        if self._plain.learns_token_weights:
            await self._notice_new_weights()
        embedding: Vector = (await self._current.embed([query]))[0]
        return embedding

    async def _notice_new_weights(self) -> None:
        now_seconds = time.monotonic()
        if now_seconds - self._asked_at_seconds < _WEIGHTS_AGE_MAX_SECONDS:
            return
        weights = await get_token_weights(self._database, known_sha256=self._known_sha256)
        if weights is not None:
            self._current = self._plain.with_token_weights(weights.weights)
            self._known_sha256 = weights.sha256
        self._asked_at_seconds = now_seconds


class Retriever:
    """The only way from a query to page sections; answers and search share it, and so their order."""

    def __init__(self, database: Database, embedder: Embedder, settings: Settings) -> None:
        self._database = database
        self._embedder = CorpusEmbedder(database, embedder)
        self._confidence = CorpusConfidence(database)
        self._settings = settings

    async def judge(self, matches: Sequence[Match]) -> Confidence:
        """How sure an answer from these matches, of one query, may be."""
        return await self._confidence.judge(matches)

    async def match(
        self,
        query: str,
        *,
        count: int,
        budget_tokens: int | None,
        filter: Mapping[str, Any],
        explain: bool = False,
    ) -> list[Match]:
        """At most `count` sections, best first; `budget_tokens` of `None` sets no limit to their sum.

        Raises `Outage` when the embedder or the database is unwell: an outage is never an empty answer.
        """
        embedding = await self._embedder.embed(query)
        return await match_page_sections(
            self._database,
            embedding=embedding,
            query_text=query,
            match_threshold=self._settings.match_threshold,
            match_count=count,
            min_content_length=self._settings.min_content_chars,
            token_budget=budget_tokens,
            filter=filter,
            full_text_weight=self._settings.full_text_weight,
            semantic_weight=self._settings.semantic_weight,
            rrf_k=self._settings.rrf_k,
            page_weight=self._settings.page_weight,
            max_sections_per_page=self._settings.page_sections_max,
            explain=explain,
        )
