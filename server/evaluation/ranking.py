"""What retrieval finds for a question, by mode."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from server.answering.retrieval import CorpusEmbedder, Retriever
from server.database.calls import match_page_sections
from server.database.pool import Database
from server.evaluation.places import Place
from server.evaluation.questions import Question
from server.models.embeddings import Embedder
from server.records import Match
from server.settings import Settings

# Enough to fill ten pages in practically every case.
_SECTIONS: Final = 60


class Mode(StrEnum):
    """Which legs of the retrieval take part. `BOTH` is what readers get."""

    BOTH = "both"
    KEYWORDS = "keywords"
    SIMILARITY = "similarity"


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

    def __init__(
        self, database: Database, retriever: Retriever, *, embedder: Embedder, settings: Settings
    ) -> None:
        self._database = database
        self._retriever = retriever
        self._embedder = CorpusEmbedder(database, embedder)
        self._settings = settings

    async def rank(self, question: Question, mode: Mode) -> Ranking:
        """Raises `Outage` when the embedder or the database is unwell."""
        return make_ranking(await self._match(question, mode))

    async def _match(self, question: Question, mode: Mode) -> Sequence[Match]:
        if mode is Mode.BOTH:
            return await self._retriever.match(
                question.text, count=_SECTIONS, budget_tokens=None, filter=question.filter
            )
        by_words = mode is Mode.KEYWORDS
        return await match_page_sections(
            self._database,
            embedding=None if by_words else await self._embedder.embed(question.text),
            query_text=question.text if by_words else None,
            match_threshold=self._settings.match_threshold,
            match_count=_SECTIONS,
            min_content_length=self._settings.min_content_chars,
            token_budget=None,
            filter=question.filter,
            full_text_weight=self._settings.full_text_weight,
            semantic_weight=self._settings.semantic_weight,
        )
