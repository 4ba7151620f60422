"""The path to another embedding model: embed beside the live vectors → index → swap → drop the old ones."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import asyncpg

from server.database.locks import alone
from server.database.reindexing import (
    add_next_windows,
    drop_old_windows,
    index_next_windows,
    start_reindex,
    swap_windows,
)
from server.documents.windows import window_texts
from server.errors import DatabaseUnavailable, LecternError, ReindexFailed
from server.ingest.calibration import renew_calibration
from server.ingest.embedding import VectorRecipe, WindowEmbedder
from server.ingest.preparation import count_dimensions
from server.ingest.progress import OnProgress, Progress
from server.ingest.reindex_plan import ReindexPlan, kept_token_weights, stored_sections
from server.models.embeddings import Embedder
from server.records import Reindex, StoredSection, TokenWeights
from server.settings import Settings


async def reindex(
    connection: asyncpg.Connection,
    plan: ReindexPlan,
    *,
    embedder: Embedder,
    settings: Settings,
    on_progress: OnProgress,
) -> Reindex:
    """Makes the vectors of all stored sections anew, and puts them in the place of the live ones at the end.

    Readers are answered from the live vectors until then; an ingest may run until the index is built. Raises
    `ReindexFailed` when the model or the database does; what was embedded is kept, also when this is cancelled or
    killed, and the next reindex to the same goal goes on from there.
    """
    embedding: _Embedding | None = None
    try:
        await drop_old_windows(connection)
        target = plan.resumed or await _start(connection, plan, embedder, settings)
        if target.token_weights is not None:
            embedder = embedder.with_token_weights(target.token_weights.weights)
        windows = WindowEmbedder(connection, embedder, settings, dimensions=target.dimensions)
        recipe = VectorRecipe.of(settings, dimensions=target.dimensions, token_weights=target.token_weights)
        embedding = _Embedding(connection, plan, windows, recipe, on_progress)
        await embedding.embed_the_rest()
        async with alone(connection):
            await embedding.embed_the_rest()
            await _index_and_swap(connection, embedding.total, on_progress)
            await renew_calibration(connection, embedder=embedder, settings=settings)
    except LecternError as error:
        raise ReindexFailed(f"{error} {embedding.kept if embedding else 'Nothing was changed.'}") from error
    with suppress(DatabaseUnavailable):  # someone still reads them: the next ingest or reindex drops them
        await drop_old_windows(connection)
    return target


async def _start(
    connection: asyncpg.Connection, plan: ReindexPlan, embedder: Embedder, settings: Settings
) -> Reindex:
    dimensions = await count_dimensions(embedder)
    weights = await _token_weights(plan, embedder)
    target = Reindex(
        name=embedder.model,
        dimensions=dimensions,
        requested_dimensions=embedder.requested_dimensions,
        embedded_with=VectorRecipe.of(settings, dimensions=dimensions, token_weights=weights).sha256,
        token_weights=weights,
    )
    await start_reindex(connection, target, page_count=plan.page_count)
    return target


async def _token_weights(plan: ReindexPlan, embedder: Embedder) -> TokenWeights | None:
    if not embedder.learns_token_weights:
        return None
    if kept := kept_token_weights(plan):
        return kept
    weights = await asyncio.to_thread(embedder.learn_token_weights, plan.sample)
    return TokenWeights(weights=weights, page_count=plan.page_count)


async def _index_and_swap(connection: asyncpg.Connection, sections: int, on_progress: OnProgress) -> None:
    on_progress(Progress("Indexing", 0, sections, "sections"))
    await index_next_windows(connection)
    on_progress(Progress("Indexing", sections, sections, "sections"))
    on_progress(Progress("Swapping", 0, sections, "sections"))
    await swap_windows(connection)
    on_progress(Progress("Swapping", sections, sections, "sections"))


class _Embedding:
    """Embeds sections that have no next windows yet, a batch at a time; each batch is kept at once."""

    def __init__(
        self,
        connection: asyncpg.Connection,
        plan: ReindexPlan,
        embedder: WindowEmbedder,
        recipe: VectorRecipe,
        on_progress: OnProgress,
    ) -> None:
        self._connection = connection
        self._embedder = embedder
        self._recipe = recipe
        self._on_progress = on_progress
        self._done = 0
        self.total = plan.sections

    @property
    def kept(self) -> str:
        return (
            f"{self._done:,} of {self.total:,} sections were embedded in this run and are kept: "
            "run the same command again to go on from there."
        )

    async def embed_the_rest(self) -> None:
        async for sections in stored_sections(self._connection):
            section_ids, positions, texts = await asyncio.to_thread(self._windows, sections)
            identities = self._recipe.identities(texts)
            await self._embedder.embed(identities, texts)
            await add_next_windows(
                self._connection, section_ids=section_ids, positions=positions, identities=identities
            )
            self._done += len(sections)
            self.total = max(self.total, self._done)  # an ingest has added some
            self._on_progress(Progress("Embedding", self._done, self.total, "sections"))

    def _windows(self, sections: Sequence[StoredSection]) -> tuple[list[int], list[int], list[str]]:
        section_ids: list[int] = []
        positions: list[int] = []
        texts: list[str] = []
        for stored in sections:
            made = window_texts(stored.title, stored.section, window_chars=self._recipe.window_chars)
            section_ids += [stored.id] * len(made)
            positions += range(len(made))
            texts += made
        return section_ids, positions, texts
