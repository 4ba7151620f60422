"""What a reindex will do, before it does it: whether anything, how much, and what it may go on from."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

import asyncpg

from server.database.calls import get_embedding_model, get_site
from server.database.fitness import require_prepared
from server.database.publishing import get_stored_pages
from server.database.reindexing import get_reindex, get_sections_to_embed
from server.documents.windows import window_texts
from server.ingest.embedding import VectorRecipe
from server.ingest.progress import OnProgress, Progress
from server.ingest.weighing import is_about_as_large
from server.models.embeddings import Embedder
from server.records import EmbeddingModel, Reindex, Site, StoredSection, TokenWeights
from server.settings import Settings
from server.tokens import count_tokens

# A guess: enough to fill the embedding requests under way at once, little enough to lose in a crash.
_SECTIONS_PER_BATCH: Final = 256

# As the ingest's sample of pages, in sections: some 2,000 windows.
_SAMPLE_SECTIONS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReindexPlan:
    live: EmbeddingModel
    model: str
    requested_dimensions: int | None
    page_count: int
    is_needed: bool
    """Whether any page's vectors are not what they would be made to be."""
    resumed: Reindex | None
    """The reindex to the same goal that has not ended; `None`: everything is embedded."""
    sections: int
    """To be embedded."""
    windows: int
    tokens: int
    """About; counted in a sample."""
    sample: tuple[str, ...]
    """Windows evenly from all of those."""


async def make_plan(
    connection: asyncpg.Connection, embedder: Embedder, settings: Settings, *, on_progress: OnProgress
) -> ReindexPlan:
    """Looks through the stored sections; asks no model and changes nothing."""
    site = await get_site(connection)
    require_prepared(site)
    live = await get_embedding_model(connection)
    is_needed = _wants_weights(live, site, embedder) or await _is_needed(connection, live, embedder, settings)
    resumed = await get_reindex(connection)
    if resumed is not None and not _leads_to(resumed, embedder, settings, page_count=site.page_count):
        resumed = None
    count = _Count(every=max(1, site.section_count // _SAMPLE_SECTIONS))
    if is_needed:
        on_progress(Progress("Counting", 0, site.section_count, "sections"))
        async for sections in stored_sections(connection, is_new=resumed is None):
            await asyncio.to_thread(count.add, sections, settings.resolved_window_chars)
            on_progress(Progress("Counting", count.sections, site.section_count, "sections"))
        on_progress(Progress("Counting", count.sections, count.sections, "sections"))
    return ReindexPlan(
        live=live,
        model=embedder.model,
        requested_dimensions=embedder.requested_dimensions,
        page_count=site.page_count,
        is_needed=is_needed,
        resumed=resumed,
        sections=count.sections,
        windows=count.windows,
        tokens=count.tokens,
        sample=tuple(count.sample),
    )


async def stored_sections(
    connection: asyncpg.Connection, *, is_new: bool = False
) -> AsyncIterator[Sequence[StoredSection]]:
    """Those without next windows (`is_new`: all) in batches, once each, those added meanwhile included."""
    after_id = 0
    while sections := await get_sections_to_embed(
        connection, after_id=after_id, count=_SECTIONS_PER_BATCH, is_new=is_new
    ):
        yield sections
        after_id = sections[-1].id


def kept_token_weights(plan: ReindexPlan) -> TokenWeights | None:
    """The live weights, where the model stays and the corpus is about as large as when they were learnt."""
    weights = plan.live.token_weights
    if weights is None or plan.model != plan.live.name:
        return None
    return weights if is_about_as_large(plan.page_count, weights.page_count) else None


def _wants_weights(live: EmbeddingModel, site: Site, embedder: Embedder) -> bool:
    """Whether the embedder knows nothing of the corpus, or one of another size: when pages were pushed."""
    if not embedder.learns_token_weights or not site.page_count:
        return False
    weights = live.token_weights
    return weights is None or not is_about_as_large(site.page_count, weights.page_count)


async def _is_needed(
    connection: asyncpg.Connection, live: EmbeddingModel, embedder: Embedder, settings: Settings
) -> bool:
    if embedder.model != live.name or embedder.requested_dimensions not in (None, live.dimensions):
        return True
    recipe = VectorRecipe.of(settings, dimensions=live.dimensions, token_weights=live.token_weights)
    return any(page.embedded_with != recipe.sha256 for page in await get_stored_pages(connection))


def _leads_to(reindex: Reindex, embedder: Embedder, settings: Settings, *, page_count: int) -> bool:
    """Whether what it has made is what would be made now."""
    weights = reindex.token_weights
    if (reindex.name, reindex.requested_dimensions) != (embedder.model, embedder.requested_dimensions):
        return False
    if weights is not None and not is_about_as_large(page_count, weights.page_count):
        return False
    recipe = VectorRecipe.of(settings, dimensions=reindex.dimensions, token_weights=weights)
    return recipe.sha256 == reindex.embedded_with


class _Count:
    """Sections, windows and tokens, batch by batch."""

    def __init__(self, *, every: int) -> None:
        self._every = every
        self._chars = self._sample_chars = self._sample_tokens = 0
        self.sections = self.windows = 0
        self.sample: list[str] = []

    def add(self, sections: Sequence[StoredSection], window_chars: int) -> None:
        for stored in sections:
            texts = window_texts(stored.title, stored.section, window_chars=window_chars)
            chars = sum(map(len, texts))
            if self.sections % self._every == 0:
                self.sample += texts
                self._sample_chars += chars
                self._sample_tokens += sum(map(count_tokens, texts))
            self.sections += 1
            self.windows += len(texts)
            self._chars += chars

    @property
    def tokens(self) -> int:
        return round(self._sample_tokens * self._chars / max(1, self._sample_chars))
