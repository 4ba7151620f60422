"""The command `lectern ingest`: check, plan or run, and what is told of it to people and machines."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import asyncpg
import click
import orjson

from server.database.migrate import is_untouched
from server.database.pool import database_url, open_owner_connection
from server.database.publishing import get_publications
from server.errors import LecternError
from server.ingest.annotations import annotations
from server.ingest.checking import check_folder
from server.ingest.corpus import folder_of
from server.ingest.outcome import Outcome
from server.ingest.preparation import opened_for_ingest, prepare_database
from server.ingest.summary import summarize
from server.ingest.sync import ingest, plan_ingest
from server.models.embeddings import Embedder
from server.settings import Settings
from server.terminal import ProgressBars, error_console, tell_outcome, tell_publications, tell_troubles


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked for on the command line; see `lectern ingest --help`."""

    dry_run: bool = False
    check: bool = False
    strict: bool = False
    allow_removals: bool = False
    commit: str | None = None
    usd_per_million_tokens: float | None = None
    as_json: bool = False
    summary: Path | None = None
    outputs: Path | None = None
    annotate: bool = False


@contextmanager
def failures_told(docs: str, options: Options) -> Iterator[None]:
    """Tells machines too why nothing was published; the error goes on to whoever tells people."""
    started = time.monotonic()
    try:
        yield
    except LecternError as error:
        _hand_over(replace(Outcome.of_error(error, docs=docs), seconds=_since(started)), options)
        raise


def run_check(docs: str, options: Options, settings: Settings) -> int:
    """Reads every page and keeps none; returns the exit status."""
    started = time.monotonic()
    folder = folder_of(docs)
    with ProgressBars() as bars:
        checked = check_folder(folder, settings, on_progress=bars)
    outcome = replace(Outcome.of_check(checked, docs=docs), seconds=_since(started))
    return _tell(outcome, options)


async def run_ingest(docs: str, options: Options, settings: Settings) -> int:
    """Publishes, or only plans to; returns the exit status."""
    started = time.monotonic()
    async with opened_for_ingest(settings) as (connection, embedder):
        if options.dry_run:
            outcome = await _plan(connection, docs, embedder=embedder, settings=settings)
        else:
            outcome = await _publish(connection, docs, options, embedder=embedder, settings=settings)
        outcome = outcome.priced(options.usd_per_million_tokens, is_free=embedder.is_free)
    return _tell(replace(outcome, seconds=_since(started)), options)


async def _plan(connection: asyncpg.Connection, docs: str, *, embedder: Embedder, settings: Settings) -> Outcome:
    # A dry run, maybe of a pull request, brings no database that others use to its own version.
    if await is_untouched(connection):
        await prepare_database(connection, embedder)
    with ProgressBars() as bars:
        plan, paid = await plan_ingest(connection, docs, embedder=embedder, settings=settings, on_progress=bars)
    return Outcome.of_plan(plan, paid, docs=docs, embedding_model=settings.embedding_model)


async def _publish(
    connection: asyncpg.Connection, docs: str, options: Options, *, embedder: Embedder, settings: Settings
) -> Outcome:
    await prepare_database(connection, embedder)
    with ProgressBars() as bars:
        report = await ingest(
            connection,
            docs,
            embedder=embedder,
            settings=settings,
            on_progress=bars,
            allow_removals=lambda removed, total: options.allow_removals or _ask(bars, removed, total),
            source_commit=options.commit,
        )
    return Outcome.of_run(report, docs=docs, embedding_model=settings.embedding_model)


def _ask(bars: ProgressBars, removed: int, total: int) -> bool:
    """On a terminal, whether so many pages may go; elsewhere nobody can be asked."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    with bars.paused():
        return click.confirm(f"This removes {removed:,} of {total:,} pages. Go on?", err=True)


def _tell(outcome: Outcome, options: Options) -> int:
    judged = outcome.judged(is_strict=options.strict)
    if not options.as_json:
        tell_outcome(judged)
    tell_troubles(judged)
    _hand_over(judged, options)
    return judged.exit_status


def _hand_over(outcome: Outcome, options: Options) -> None:
    """To machines, in the ways that were asked for."""
    outcome = replace(outcome, source_commit=options.commit)
    if options.as_json:
        click.echo(outcome.json)
    if options.summary is not None:
        _append(options.summary, summarize(outcome))
    if options.outputs is not None:
        _append(options.outputs, "".join(f"{name}={value}\n" for name, value in outcome.figures.items()))
    if options.annotate:
        for line in annotations(outcome):
            click.echo(line, err=True)


def _append(path: Path, text: str) -> None:
    """A file that cannot be written is told, and changes nothing about what has been published."""
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        error_console.print(f"{path} cannot be written: {error.strerror}.", style="red", markup=False)


def _since(started: float) -> float:
    return round(time.monotonic() - started, 3)


async def list_publications(settings: Settings, *, count: int, as_json: bool) -> None:
    """The last ones, newest first, on stdout."""
    async with database_url(settings) as url, open_owner_connection(url) as connection:
        publications = await get_publications(connection, count=count)
    if not as_json:
        tell_publications(publications)
        return
    for publication in publications:
        click.echo(orjson.dumps(publication).decode())
