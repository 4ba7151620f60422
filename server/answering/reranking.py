"""Fused matches → the best of them in a reranker's order, within the token budget; without it the fused order."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace

from server.documents.windows import place_of
from server.errors import Outage
from server.models.reranking import Reranker
from server.records import Match
from server.settings import Settings

logger = logging.getLogger(__name__)


class Reranking:
    """Puts matches into a reranker's order, and outlives its outages."""

    def __init__(self, reranker: Reranker, settings: Settings) -> None:
        self._reranker = reranker
        self._document_chars = settings.rerank_document_chars
        self._is_out = False
        self.match_count = settings.rerank_count
        """How many fused matches it wants."""

    async def choose(
        self, query: str, matches: Sequence[Match], *, count: int, budget_tokens: int | None
    ) -> list[Match]:
        """At most `count` of the fused matches, best first, ranks from 1; `score` stays the fused one.

        While the reranker is out, or too slow, the fused order stands, and the log has it once.
        """
        return spend_budget(await self._order(query, matches), count=count, budget_tokens=budget_tokens)

    async def _order(self, query: str, matches: Sequence[Match]) -> Sequence[Match]:
        if len(matches) < 2:
            return matches
        try:
            scores = await self._reranker.rerank(query, [self._text(match) for match in matches])
        except Outage as outage:
            if not self._is_out:
                logger.warning("Answers keep the fused order until the reranker works again: %s", outage)
            self._is_out = True
            return matches
        if self._is_out:
            logger.warning("The reranker works again.")
        self._is_out = False
        places = sorted(range(len(matches)), key=lambda place: -scores[place])  # stable: ties stay as fused
        return [matches[place] for place in places]

    def _text(self, match: Match) -> str:
        return f"{place_of(match.title, match.heading_path)}\n{match.content}"[: self._document_chars]


def spend_budget(matches: Iterable[Match], *, count: int, budget_tokens: int | None) -> list[Match]:
    """At most `count` matches, in their order, ranks from 1; what `docs.match_page_sections` does in SQL.

    One that does not fit into what is left is skipped, smaller ones behind it may still fit, and the first is
    always kept. A budget of `None` is none.
    """
    kept: list[Match] = []
    spent_tokens = 0
    for match in matches:
        if len(kept) == count:
            break
        if kept and budget_tokens is not None and spent_tokens + match.token_count > budget_tokens:
            continue
        spent_tokens += match.token_count
        kept.append(replace(match, rank=len(kept) + 1))
    return kept
