"""The path of a folder: find → compare → (parse → embed → stage) in batches → publish once."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

import asyncpg

from server.database.calls import discard_run, get_page_checksums, get_site, publish, stage_pages
from server.database.fitness import with_live_model
from server.database.locks import alone
from server.database.pool import prepare_connection
from server.database.reindexing import drop_old_windows
from server.database.upkeep import tidy_up
from server.documents.windows import make_windows
from server.errors import DatabaseUnavailable, DocumentUnreadable, LecternError
from server.ingest.calibration import renew_calibration
from server.ingest.changes import Changes, compare
from server.ingest.embedding import VectorRecipe, WindowEmbedder, batches, embedder_for
from server.ingest.parsing import PageRecipe, parse_page
from server.ingest.sources import Failure, SourceFile, find_files, read_text
from server.ingest.weighing import choose_token_weights
from server.models.embeddings import Embedder
from server.records import Page, Publication, Site, Window
from server.settings import Settings

# A guess: large enough to fill embedding batches, small enough that memory does not grow with the folder.
_PAGES_PER_BATCH: Final = 32


@dataclass(frozen=True, slots=True)
class Progress:
    phase: str
    """`Reading`, `Embedding`, `Publishing`."""
    done: int
    total: int
    """Both in pages."""


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    publication: Publication
    unchanged_count: int
    windows_embedded: int
    failures: tuple[Failure, ...]


async def ingest(
    connection: asyncpg.Connection,
    folder: Path,
    *,
    embedder: Embedder,
    settings: Settings,
    on_progress: OnProgress,
) -> IngestReport:
    """Makes a folder's Markdown the published state of the site.

    Costs what changed. Either everything readable is published at once or, when this raises (`IngestFailed`,
    `Outage`, `DatabaseUnfit`) or is cancelled, nothing. Files that cannot be read are in the report.
    """
    await prepare_connection(connection)
    async with alone(connection):
        site = await get_site(connection)
        settings = with_live_model(settings, site)
        with suppress(DatabaseUnavailable):  # someone still reads them: then at the next run
            await drop_old_windows(connection, tries=1)
        async with embedder_for(settings, embedder) as live_embedder:
            report = await _ingest(
                connection, folder, site, embedder=live_embedder, settings=settings, on_progress=on_progress
            )
            await renew_calibration(connection, embedder=live_embedder, settings=settings)
            return report


async def _ingest(
    connection: asyncpg.Connection,
    folder: Path,
    site: Site,
    *,
    embedder: Embedder,
    settings: Settings,
    on_progress: OnProgress,
) -> IngestReport:
    files, unlisted = await asyncio.to_thread(find_files, folder)
    recipe = PageRecipe.of(settings)
    token_weights = await choose_token_weights(
        connection, files, embedder=embedder, recipe=recipe, settings=settings
    )
    if token_weights is not None:
        embedder = embedder.with_token_weights(token_weights.weights)
    assert site.embedding_dimensions is not None  # noqa: S101  recorded with the model
    vector_recipe = VectorRecipe.of(settings, dimensions=site.embedding_dimensions, token_weights=token_weights)
    on_progress(Progress("Reading", 0, len(files)))
    stored = await get_page_checksums(connection)
    changes = await asyncio.to_thread(
        compare,
        files,
        stored,
        recipe=recipe,
        embedded_with=vector_recipe.sha256,
        file_max_bytes=settings.file_max_bytes,
        unlisted=unlisted,
    )
    on_progress(Progress("Reading", len(files), len(files)))
    if not changes.to_parse and not changes.removed_paths:
        return _nothing_to_do(site, changes)
    run = uuid4()
    await discard_run(connection, run)  # what runs that died long ago have left
    windows = WindowEmbedder(embedder, settings, dimensions=vector_recipe.dimensions)
    staging = _Staging(connection, run, windows, settings=settings, recipe=recipe, vector_recipe=vector_recipe)
    try:
        await staging.stage(changes.to_parse, on_progress)
        on_progress(Progress("Publishing", 0, len(changes.to_parse)))
        publication = await publish(
            connection, run, removed_paths=changes.removed_paths, token_weights=token_weights
        )
    except BaseException:
        with suppress(LecternError):
            await discard_run(connection, run)
        raise
    with suppress(LecternError):  # everything is published, and Postgres tidies up later by itself
        await tidy_up(connection, publication)
    on_progress(Progress("Publishing", len(changes.to_parse), len(changes.to_parse)))
    return IngestReport(
        publication=publication,
        unchanged_count=changes.unchanged_count,
        windows_embedded=staging.windows_embedded,
        failures=(*changes.failures, *staging.failures),
    )


def _nothing_to_do(site: Site, changes: Changes) -> IngestReport:
    publication = Publication(
        generation=site.generation,
        pages_written=0,
        pages_removed=0,
        pages_total=site.page_count,
        sections_total=site.section_count,
    )
    return IngestReport(
        publication=publication,
        unchanged_count=changes.unchanged_count,
        windows_embedded=0,
        failures=changes.failures,
    )


class _Staging:
    """Parses, embeds and stages the files of one run, a batch of pages at a time."""

    def __init__(
        self,
        connection: asyncpg.Connection,
        run: UUID,
        embedder: WindowEmbedder,
        *,
        settings: Settings,
        recipe: PageRecipe,
        vector_recipe: VectorRecipe,
    ) -> None:
        self._connection = connection
        self._run = run
        self._embedder = embedder
        self._settings = settings
        self._recipe = recipe
        self._vector_recipe = vector_recipe
        self.failures: list[Failure] = []
        self.windows_embedded = 0

    async def stage(self, files: Sequence[SourceFile], on_progress: OnProgress) -> None:
        done = 0
        on_progress(Progress("Embedding", done, len(files)))
        for batch in batches(files, _PAGES_PER_BATCH):
            pages, windows = await asyncio.to_thread(self._parse, batch)
            embeddings = await self._embedder.embed([window.text for window in windows])
            await stage_pages(
                self._connection,
                self._run,
                pages=pages,
                windows=windows,
                embeddings=embeddings,
                embedded_with=self._vector_recipe.sha256,
            )
            self.windows_embedded += len(windows)
            done += len(batch)
            on_progress(Progress("Embedding", done, len(files)))

    def _parse(self, files: Sequence[SourceFile]) -> tuple[list[Page], list[Window]]:
        pages: list[Page] = []
        windows: list[Window] = []
        for file in files:
            try:
                text = read_text(file, max_bytes=self._settings.file_max_bytes)
                page = parse_page(file, text, self._recipe)
            except DocumentUnreadable as error:
                self.failures.append(Failure(str(file.relative), str(error)))
                continue
            pages.append(page)
            windows.extend(make_windows(page, window_chars=self._vector_recipe.window_chars))
        return pages, windows
