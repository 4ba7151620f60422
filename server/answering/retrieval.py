"""A query becomes matches: embedded once, one call to the retrieval RPC, reranked for answers if so configured."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from server.answering.confidence import CorpusConfidence
from server.answering.corpus_embedder import CorpusEmbedder
from server.answering.reranking import Reranking
from server.confidence import Confidence
from server.database.calls import match_page_sections, read_typed_query
from server.database.pool import Database
from server.errors import EmbeddingOutdated
from server.models.embeddings import Embedder
from server.models.reranking import Reranker
from server.records import Match, TypedQuery
from server.settings import Settings


class Retriever:
    """The only way from a query to page sections; answers and search share it, and so the fused order."""

    def __init__(
        self, database: Database, embedder: Embedder, settings: Settings, *, reranker: Reranker | None = None
    ) -> None:
        self._database = database
        self._embedder = CorpusEmbedder(database, embedder, settings)
        self._confidence = CorpusConfidence(database)
        self._settings = settings
        self._reranking = Reranking(reranker, settings) if reranker else None

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
        by_words: bool = True,
        by_meaning: bool = True,
        rerank: bool = False,
    ) -> list[Match]:
        """At most `count` sections, best first; `budget_tokens` of `None` sets no limit to their sum.

        `rerank` is for answers: a search runs at every keystroke, where each call would cost time and money.
        Without a reranker it changes nothing.
        Raises `Outage` when the embedder or the database is unwell: an outage is never an empty answer.
        """
        reranking = self._reranking if rerank else None
        matches = await self._match(
            query if by_words else None,
            text=query if by_meaning else None,
            count=max(count, reranking.match_count) if reranking else count,
            budget_tokens=None if reranking else budget_tokens,
            section_budget_tokens=budget_tokens,
            filter=filter,
            explain=explain,
        )
        if reranking is None:
            return matches
        return await reranking.choose(query, matches, count=count, budget_tokens=budget_tokens)

    async def match_typed(
        self, query: str, *, count: int, filter: Mapping[str, Any], is_paused: bool = False, explain: bool = False
    ) -> tuple[TypedQuery, list[Match]]:
        """What a reader's words mean so far, and at most `count` sections for them, best first.

        White space at the query's end finishes its last word; else that may be completed. An embedder that costs
        something is asked only when the reader `is_paused`. Raises as `match` does.
        """
        typed = await read_typed_query(self._database, query)
        # Half a word has another meaning or none, so it is left out.
        embeds = typed.settled_text and (is_paused or await self._embedder.is_free())
        matches = await self._match(
            query,
            text=typed.settled_text if embeds else None,
            count=count,
            budget_tokens=None,
            filter=filter,
            explain=explain,
            is_typed=True,
        )
        return typed, matches

    async def _match(
        self,
        query_text: str | None,
        *,
        text: str | None,
        count: int,
        budget_tokens: int | None,
        filter: Mapping[str, Any],
        explain: bool,
        is_typed: bool = False,
        section_budget_tokens: int | None = None,
    ) -> list[Match]:
        """`text` is what is embedded; `None` for it or for `query_text` leaves that leg out."""
        find = partial(
            match_page_sections,
            self._database,
            query_text=query_text,
            match_count=count,
            token_budget=budget_tokens,
            filter=filter,
            **self._settings.ranking,
            explain=explain,
            is_typed=is_typed,
            section_token_budget=section_budget_tokens,
        )
        if text is None:
            return await find(embedding=None, embedding_model=None)
        embedding = await self._embedder.embed(text)
        try:
            return await find(embedding=embedding.vector, embedding_model=embedding.model)
        except EmbeddingOutdated:  # a reindex has just put another model in the place of the one that was asked
            await self._embedder.look_for_the_live_model()
            embedding = await self._embedder.embed(text)
            return await find(embedding=embedding.vector, embedding_model=embedding.model)

    async def close(self) -> None:
        """Lets go of what it has made for itself."""
        await self._embedder.close()
