"""The path of a corpus: open → compare → parse and stage → embed what is missing → publish once → tidy up."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import asyncpg

from server.database.calls import get_site
from server.database.fitness import with_live_model
from server.database.locks import alone
from server.database.pool import prepare_connection
from server.database.publishing import drop_unused_embeddings
from server.database.reindexing import drop_old_windows
from server.database.upkeep import tidy_up
from server.errors import DatabaseUnavailable, LecternError, RemovalsRefused
from server.ingest.calibration import renew_calibration
from server.ingest.embedding import Paid, embedder_for
from server.ingest.progress import OnProgress
from server.ingest.run import Plan, Run, opened_run
from server.models.embeddings import Embedder
from server.records import Publication, Site
from server.settings import Settings


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
    docs: str,
    *,
    embedder: Embedder,
    settings: Settings,
    on_progress: OnProgress,
    allow_removals: AllowRemovals = refuse_removals,
    source_commit: str | None = None,
) -> IngestReport:
    """Makes what is in a folder, or at a web address, the published state of the site.

    Costs what changed. Either everything readable is published at once or, when this raises (`IngestFailed`,
    `RemovalsRefused`, `Outage`, `DatabaseUnfit`) or is cancelled, nothing; what was embedded until then is kept
    for the next run. What cannot be read is in the report.
    """
    await prepare_connection(connection)
    async with alone(connection):
        site = await get_site(connection)
        settings = with_live_model(settings, site)
        with suppress(DatabaseUnavailable):  # someone still reads them: then at the next run
            await drop_old_windows(connection, tries=1)
        async with embedder_for(settings, embedder) as live_embedder:
            async with opened_run(
                connection, docs, site, embedder=live_embedder, settings=settings, on_progress=on_progress
            ) as run:
                plan = await run.stage(on_progress)
                _check_removals(plan, allow_removals)
                publication, paid = _unchanged(site), Paid()
                if plan.written_paths or plan.removed_paths:
                    publication, paid = await _publish(
                        connection,
                        run,
                        plan,
                        source_commit=source_commit,
                        settings=settings,
                        on_progress=on_progress,
                    )
            await renew_calibration(connection, embedder=live_embedder, settings=settings)
            return IngestReport(plan=plan, publication=publication, paid=paid)


async def plan_ingest(
    connection: asyncpg.Connection,
    docs: str,
    *,
    embedder: Embedder,
    settings: Settings,
    on_progress: OnProgress,
) -> tuple[Plan, Paid]:
    """What `ingest` would do and embed; asks no model and changes nothing."""
    await prepare_connection(connection)
    site = await get_site(connection)
    settings = with_live_model(settings, site)
    async with (
        embedder_for(settings, embedder) as live_embedder,
        opened_run(
            connection, docs, site, embedder=live_embedder, settings=settings, on_progress=on_progress
        ) as run,
    ):
        plan = await run.stage(on_progress)
        return plan, await run.embedder.count_staged(run.id)


def _check_removals(plan: Plan, allow_removals: AllowRemovals) -> None:
    """Raises `RemovalsRefused` before more than half of a site's pages go unasked."""
    removed, total = len(plan.removed_paths), plan.stored_count
    if plan.removes_most and not allow_removals(removed, total):
        raise RemovalsRefused(
            f"This would remove {removed:,} of {total:,} pages (the first is {plan.removed_paths[0]}), and "
            "nothing was changed. If that is meant, run it with --allow-removals; else check the folder."
        )


async def _publish(
    connection: asyncpg.Connection,
    run: Run,
    plan: Plan,
    *,
    source_commit: str | None,
    settings: Settings,
    on_progress: OnProgress,
) -> tuple[Publication, Paid]:
    published = await run.publish(plan, source_commit, on_progress)
    with suppress(LecternError):  # everything is published, and this can as well be done later
        await tidy_up(connection, published[0])
        await drop_unused_embeddings(connection, days=settings.embedding_keep_days)
    return published


def _unchanged(site: Site) -> Publication:
    return Publication(
        generation=site.generation,
        pages_written=0,
        pages_removed=0,
        pages_total=site.page_count,
        sections_total=site.section_count,
    )
