"""The command `lectern reindex`: what it will do, whether it may, doing it, what has to follow."""

import sys

import click

from server.database.calls import get_site
from server.database.fitness import require_prepared
from server.database.locks import the_only_reindex
from server.database.migrate import migrate
from server.database.pool import database_url, open_owner_connection, prepare_connection
from server.database.reindexing import discard_reindex
from server.ingest.embedding import opened_embedder
from server.ingest.reindex import reindex
from server.ingest.reindex_plan import ReindexPlan, make_plan
from server.records import Reindex, Site
from server.settings import Settings, find_folder
from server.terminal import ProgressBars, console


async def run_reindex(
    settings: Settings, target: Settings, *, usd_per_million_tokens: float | None, is_agreed: bool
) -> None:
    """From the live model to the one that `target` names; asks on the terminal unless it is agreed."""
    async with database_url(settings) as url, open_owner_connection(url) as connection:
        await migrate(connection, find_folder("sql"))
        await prepare_connection(connection)
        target = _as_recorded(target, await get_site(connection))
        async with the_only_reindex(connection), opened_embedder(target) as embedder:
            with ProgressBars() as bars:
                plan = await make_plan(connection, embedder, target, on_progress=bars)
            if not plan.is_needed:
                await discard_reindex(connection)
                console.print(f"Every page is embedded with {plan.model} already: nothing to do.")
                return
            _tell_plan(plan, usd_per_million_tokens)
            _agree(is_agreed)
            with ProgressBars() as bars:
                done = await reindex(connection, plan, embedder=embedder, settings=target, on_progress=bars)
    _tell_what_follows(done, settings)


def _as_recorded(target: Settings, site: Site) -> Settings:
    """The model that is live keeps the width it was asked for, where no other is named."""
    if target.embedding_dimensions is None and target.embedding_model == require_prepared(site):
        return target.with_embedding_model(target.embedding_model, site.requested_dimensions)
    return target


def _tell_plan(plan: ReindexPlan, usd_per_million_tokens: float | None) -> None:
    rest = "the rest of an earlier run, " if plan.resumed else ""
    console.print(
        f"From {plan.live.name} ({plan.live.dimensions} numbers) to {plan.model}: {rest}"
        f"{plan.sections:,} sections, {plan.windows:,} windows, about {plan.tokens:,} tokens."
    )
    if usd_per_million_tokens is not None:
        console.print(f"About {plan.tokens / 1e6 * usd_per_million_tokens:,.2f} USD.")


def _agree(is_agreed: bool) -> None:
    if is_agreed:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("Nobody can be asked here: give --yes to start.")
    click.confirm("Start?", abort=True)


def _tell_what_follows(done: Reindex, settings: Settings) -> None:
    console.print(f"The vectors are {done.name}'s now, {done.dimensions} numbers each; running servers follow.")
    changes: list[str] = []
    if settings.embedding_model != done.name:
        changes.append(f"set LECTERN_EMBEDDING_MODEL={done.name}")
    asked = settings.with_embedding_model(done.name, settings.embedding_dimensions).resolved_embedding_dimensions
    if asked not in (None, done.dimensions):
        changes.append("unset LECTERN_EMBEDDING_DIMENSIONS")
    if changes:
        console.print(f"Before a server or an ingest starts next, {' and '.join(changes)}.")
