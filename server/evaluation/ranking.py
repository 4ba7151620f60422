"""What retrieval finds for a question, by mode."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from server.answering.retrieval import Retriever
from server.evaluation.places import Place
from server.evaluation.questions import Question
from server.records import Match

# Enough to fill ten pages in practically every case.
_SECTIONS: Final = 60


class Mode(StrEnum):
    """What takes part in the retrieval. `BOTH` is what readers get; with a reranker, answers get `RERANKED`."""

    BOTH = "both"
    KEYWORDS = "keywords"
    SIMILARITY = "similarity"
    RERANKED = "reranked"


@dataclass(frozen=True, slots=True)
class Ranking:
    """Best first, each once."""

    sections: tuple[Place, ...]
    """The opening of a page is the page itself."""

    @property
    def pages(self) -> tuple[str, ...]:
        """Each where its best section stands."""
        return tuple(dict.fromkeys(place.path for place in self.sections))


def make_ranking(matches: Sequence[Match]) -> Ranking:
    """A section found in several parts stands where its best part does."""
    return Ranking(tuple(dict.fromkeys(Place(match.path, match.slug) for match in matches)))


class Ranker:
    """Retrieves as an answer does, but with sections for ten pages and no token budget."""

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever

    async def rank(self, question: Question, mode: Mode) -> Ranking:
        """Raises `Outage` when the embedder or the database is unwell."""
        matches = await self._retriever.match(
            question.text,
            count=_SECTIONS,
            budget_tokens=None,
            filter=question.filter,
            by_words=mode is not Mode.SIMILARITY,
            by_meaning=mode is not Mode.KEYWORDS,
            rerank=mode is Mode.RERANKED,
        )
        return make_ranking(matches)
