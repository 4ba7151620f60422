"""The path of a corpus: open → compare → parse and stage → embed what is missing → publish once."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg

from server.database.calls import get_site
from server.database.fitness import with_live_model
from server.database.locks import alone
from server.database.pool import prepare_connection
from server.database.publishing import (
    count_missing_windows,
    discard_run,
    drop_unused_embeddings,
    get_stored_pages,
    publish,
)
from server.database.reindexing import drop_old_windows
from server.database.upkeep import tidy_up
from server.errors import DatabaseUnavailable, LecternError, RemovalsRefused
from server.ingest.calibration import renew_calibration
from server.ingest.changes import Changes, compare, removed_paths
from server.ingest.corpus import Corpus, open_folder
from server.ingest.embedding import Paid, VectorRecipe, WindowEmbedder, embedder_for
from server.ingest.parsing import PageParser, PageRecipe
from server.ingest.progress import OnProgress, Progress
from server.ingest.sources import Failure, Flaw
from server.ingest.staging import Staging
from server.ingest.weighing import choose_token_weights
from server.models.embeddings import Embedder
from server.records import Publication, Site, StoredPage, TokenWeights
from server.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run is about to do, known before anything is paid for."""

    written_paths: tuple[str, ...]
    added_paths: tuple[str, ...]
    """Those of the written ones that are new."""
    removed_paths: tuple[str, ...]
    unchanged_count: int
    stored_count: int
    """Pages that stand now, without those that were pushed."""
    sections_written: int
    sections_to_embed: int
    windows_written: int
    """Those of the written pages; the ones that are not to be embedded have their vectors already."""
    windows_to_embed: int
    failures: tuple[Failure, ...]
    flaws: tuple[Flaw, ...]

    @property
    def removes_most(self) -> bool:
        """Whether more than half of the pages would go, for which someone has to be asked."""
        return 2 * len(self.removed_paths) > self.stored_count


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    plan: Plan
    publication: Publication
    """The state after the run; its counts are 0 where nothing was to be done."""
    paid: Paid


AllowRemovals = Callable[[int, int], bool]
"""Asked with the pages that would go and those there are."""


def refuse_removals(removed: int, total: int) -> bool:
    del removed, total
    return False


async def ingest(
    connection: asyncpg.Connection,
    folder: Path,
    *,
    embedder: Embedder,
    settings: Settings,
    on_progress: OnProgress,
    allow_removals: AllowRemovals = refuse_removals,
    source_commit: str | None = None,
) -> IngestReport:
    """Makes what is in a folder the published state of the site.

    Costs what changed. Either everything readable is published at once or, when this raises (`IngestFailed`,
    `RemovalsRefused`, `Outage`, `DatabaseUnfit`) or is cancelled, nothing; what was embedded until then is kept
    for the next run. Files that cannot be read are in the report.
    """
    await prepare_connection(connection)
    async with alone(connection):
        site = await get_site(connection)
        settings = with_live_model(settings, site)
        with suppress(DatabaseUnavailable):  # someone still reads them: then at the next run
            await drop_old_windows(connection, tries=1)
        async with embedder_for(settings, embedder) as live_embedder:
            run = await _Run.start(connection, folder, site, embedder=live_embedder, settings=settings)
            try:
                plan = await run.stage(on_progress)
                _check_removals(plan, allow_removals)
                report = await run.publish(plan, source_commit, on_progress)
            finally:
                with suppress(LecternError):
                    await discard_run(connection, run.id)
            await renew_calibration(connection, embedder=live_embedder, settings=settings)
            return report


async def plan_ingest(
    connection: asyncpg.Connection,
    folder: Path,
    *,
    embedder: Embedder,
    settings: Settings,
    on_progress: OnProgress,
) -> tuple[Plan, Paid]:
    """What `ingest` would do and embed; asks no model and changes nothing."""
    await prepare_connection(connection)
    site = await get_site(connection)
    settings = with_live_model(settings, site)
    async with embedder_for(settings, embedder) as live_embedder:
        run = await _Run.start(connection, folder, site, embedder=live_embedder, settings=settings)
        try:
            plan = await run.stage(on_progress)
            return plan, await run.embedder.count_staged(run.id)
        finally:
            await discard_run(connection, run.id)


def _check_removals(plan: Plan, allow_removals: AllowRemovals) -> None:
    """Raises `RemovalsRefused` before more than half of a site's pages go unasked."""
    removed, total = len(plan.removed_paths), plan.stored_count
    if plan.removes_most and not allow_removals(removed, total):
        raise RemovalsRefused(
            f"This would remove {removed:,} of {total:,} pages (the first is {plan.removed_paths[0]}), and "
            "nothing was changed. If that is meant, run it with --allow-removals; else check the folder."
        )


class _Run:
    """One ingest of one corpus, from its comparison to its publication."""

    def __init__(
        self,
        connection: asyncpg.Connection,
        site: Site,
        corpus: Corpus,
        stored: Sequence[StoredPage],
        *,
        parser: PageParser,
        embedder: WindowEmbedder,
        vector_recipe: VectorRecipe,
        token_weights: TokenWeights | None,
        settings: Settings,
    ) -> None:
        self.id: UUID = uuid4()
        self.embedder = embedder
        self.stored = stored
        self._connection = connection
        self._site = site
        self._corpus = corpus
        self._parser = parser
        self._vector_recipe = vector_recipe
        self._token_weights = token_weights
        self._settings = settings

    @classmethod
    async def start(
        cls, connection: asyncpg.Connection, folder: Path, site: Site, *, embedder: Embedder, settings: Settings
    ) -> "_Run":
        corpus = await asyncio.to_thread(open_folder, folder, settings)
        parser = PageParser(PageRecipe.of(settings, corpus.profile), corpus.project)
        stored = await get_stored_pages(connection)
        weights = await choose_token_weights(
            connection,
            corpus.files,
            embedder=embedder,
            parser=parser,
            settings=settings,
            has_pushed_pages=any(page.is_pushed for page in stored),
        )
        if weights is not None:
            embedder = embedder.with_token_weights(weights.weights)
        assert site.embedding_dimensions is not None  # noqa: S101  recorded with the model
        recipe = VectorRecipe.of(settings, dimensions=site.embedding_dimensions, token_weights=weights)
        return cls(
            connection,
            site,
            corpus,
            stored,
            parser=parser,
            embedder=WindowEmbedder(connection, embedder, settings, dimensions=recipe.dimensions),
            vector_recipe=recipe,
            token_weights=weights,
            settings=settings,
        )

    async def stage(self, on_progress: OnProgress) -> Plan:
        changes = await self._compare(on_progress)
        await discard_run(self._connection, self.id)  # what runs that died long ago have left
        staging = Staging(
            self._connection,
            self.id,
            parser=self._parser,
            vector_recipe=self._vector_recipe,
            file_max_bytes=self._settings.file_max_bytes,
        )
        if changes.to_parse:
            await staging.stage(
                changes.to_parse, order=self._corpus.files, unchanged=changes.unchanged, on_progress=on_progress
            )
        return await self._plan(changes, staging)

    async def _compare(self, on_progress: OnProgress) -> Changes:
        total = len(self._corpus.files)
        on_progress(Progress("Reading", 0, total))
        changes = await asyncio.to_thread(
            compare,
            self._corpus,
            self.stored,
            parsed_with=self._parser.parsed_with,
            embedded_with=self._vector_recipe.sha256,
            file_max_bytes=self._settings.file_max_bytes,
        )
        on_progress(Progress("Reading", total, total))
        return changes

    async def _plan(self, changes: Changes, staging: Staging) -> Plan:
        failures = (*changes.failures, *staging.failures)
        kept = staging.staged_paths + [page.path for page in changes.unchanged]
        windows, sections = await count_missing_windows(self._connection, self.id)
        known = {page.path for page in self.stored}
        return Plan(
            written_paths=tuple(staging.staged_paths),
            added_paths=tuple(path for path in staging.staged_paths if path not in known),
            removed_paths=removed_paths(self.stored, kept=set(kept), failures=failures),
            unchanged_count=len(set(kept)) - len(staging.staged_paths),
            stored_count=sum(not page.is_pushed for page in self.stored),
            sections_written=staging.section_count,
            sections_to_embed=sections,
            windows_written=staging.window_count,
            windows_to_embed=windows,
            failures=failures,
            flaws=tuple(staging.flaws),
        )

    async def publish(self, plan: Plan, source_commit: str | None, on_progress: OnProgress) -> IngestReport:
        if not plan.written_paths and not plan.removed_paths:
            return IngestReport(plan=plan, publication=_unchanged(self._site), paid=Paid())
        paid = await self.embedder.embed_staged(self.id, on_progress)
        on_progress(Progress("Publishing", 0, len(plan.written_paths)))
        publication = await publish(
            self._connection,
            self.id,
            removed_paths=plan.removed_paths,
            token_weights=self._token_weights,
            source_commit=source_commit,
            windows_embedded=paid.windows,
        )
        with suppress(LecternError):  # everything is published, and this can as well be done later
            await tidy_up(self._connection, publication)
            await drop_unused_embeddings(self._connection, days=self._settings.embedding_keep_days)
        on_progress(Progress("Publishing", len(plan.written_paths), len(plan.written_paths)))
        return IngestReport(plan=plan, publication=publication, paid=paid)


def _unchanged(site: Site) -> Publication:
    return Publication(
        generation=site.generation,
        pages_written=0,
        pages_removed=0,
        pages_total=site.page_count,
        sections_total=site.section_count,
    )
