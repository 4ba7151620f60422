"""A query becomes matches: embedded once, one call to the retrieval RPC."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from server.answering.corpus_embedder import CorpusEmbedder, QueryEmbedding
from server.database.calls import match_page_sections
from server.database.pool import Database
from server.errors import EmbeddingOutdated
from server.models.embeddings import Embedder
from server.records import Match
from server.settings import Settings


class Retriever:
    """The only way from a query to page sections; answers and search share it, and so their order."""

    def __init__(self, database: Database, embedder: Embedder, settings: Settings) -> None:
        self._database = database
        self._embedder = CorpusEmbedder(database, embedder, settings)
        self._settings = settings

    async def match(
        self,
        query: str,
        *,
        count: int,
        budget_tokens: int | None,
        filter: Mapping[str, Any],
        explain: bool = False,
        by_words: bool = True,
        by_meaning: bool = True,
    ) -> list[Match]:
        """At most `count` sections, best first; `budget_tokens` of `None` sets no limit to their sum.

        Raises `Outage` when the embedder or the database is unwell: an outage is never an empty answer.
        """
        find = partial(
            match_page_sections,
            self._database,
            query_text=query if by_words else None,
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
        embedding = await self._embedder.embed(query) if by_meaning else QueryEmbedding(None, None)
        try:
            return await find(embedding=embedding.vector, embedding_model=embedding.model)
        except EmbeddingOutdated:  # a reindex has just put another model in the place of the one that was asked
            await self._embedder.look_for_the_live_model()
            embedding = await self._embedder.embed(query)
            return await find(embedding=embedding.vector, embedding_model=embedding.model)

    async def close(self) -> None:
        """Lets go of what it has made for itself."""
        await self._embedder.close()
