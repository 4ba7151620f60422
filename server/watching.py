"""The command `lectern watch`: an ingest whenever something is saved, with all that it needs kept at hand."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

import asyncpg
from watchfiles import Change, awatch

from server.database.pool import database_url, open_owner_connection
from server.errors import IngestFailed, LecternError
from server.ingest.corpus import folder_of
from server.ingest.embedding import opened_embedder
from server.ingest.outcome import Outcome, Trouble
from server.ingest.preparation import prepare_database
from server.ingest.progress import OnProgress, tell_nobody
from server.ingest.sources import is_left_out
from server.ingest.sync import ingest
from server.models.embeddings import Embedder
from server.settings import Settings
from server.terminal import ProgressBars, console, counted, error_console, tell_outcome, tell_troubles
from server.tokens import load_encoding

# Guesses: an editor writes a page in several steps within a few milliseconds, a checkout writes for longer.
_QUIET_MS: Final = 50
_GATHERING_MS: Final = 400

_PATHS_MAX: Final = 5


async def run_watch(docs: str, settings: Settings, *, allows_removals: bool) -> None:
    """Ingests once, then at every change, until it is cancelled. Only the first run may end it by failing."""
    folder = folder_of(docs)
    async with (
        opened_embedder(settings) as embedder,
        database_url(settings) as url,
        AsyncExitStack() as stack,
        aclosing(_saves(_Filter(folder, settings))) as saves,
    ):
        publisher = _Publisher(folder, settings, embedder=embedder, allows_removals=allows_removals)
        line = _Line(url, stack)
        await anext(saves)
        await publisher.publish_first(await line.connection())
        console.print(f"Watching {folder}. Stop with Ctrl-C.", markup=False)
        async for _ in saves:
            await publisher.publish(line)


class _Line:
    """A connection that is opened again after it was lost."""

    def __init__(self, url: str, stack: AsyncExitStack) -> None:
        self._url = url
        self._stack = stack
        self._connection: asyncpg.Connection | None = None

    async def connection(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._stack.enter_async_context(open_owner_connection(self._url))
        return self._connection


class _Publisher:
    def __init__(self, folder: Path, settings: Settings, *, embedder: Embedder, allows_removals: bool) -> None:
        self._folder = folder
        self._settings = settings
        self._embedder = embedder
        self._allows_removals = allows_removals
        self._told: set[Trouble] = set()

    async def publish_first(self, connection: asyncpg.Connection) -> None:
        await prepare_database(connection, self._embedder)
        with ProgressBars() as bars:
            outcome = await self._ingest(connection, bars)
        tell_outcome(outcome)
        self._tell_new_troubles(outcome)
        await asyncio.to_thread(load_encoding)  # the first page that is saved should not wait for it

    async def publish(self, line: _Line) -> None:
        """What goes wrong is told, and tried again with the next change."""
        try:
            outcome = await self._ingest(await line.connection(), tell_nobody)
        except LecternError as error:
            error_console.print(f"{_now()} {error}", style="red", markup=False)
            return
        if outcome.status == "published":
            _tell_published(outcome)
        self._tell_new_troubles(outcome)

    async def _ingest(self, connection: asyncpg.Connection, on_progress: OnProgress) -> Outcome:
        started = time.monotonic()
        report = await ingest(
            connection,
            str(self._folder),
            embedder=self._embedder,
            settings=self._settings,
            on_progress=on_progress,
            allow_removals=self._may_remove,
        )
        outcome = Outcome.of_run(report, docs=str(self._folder), embedding_model=self._settings.embedding_model)
        priced = outcome.priced(None, is_free=self._embedder.is_free)
        return replace(priced, seconds=time.monotonic() - started)

    def _may_remove(self, removed: int, total: int) -> bool:
        del removed, total
        return self._allows_removals

    def _tell_new_troubles(self, outcome: Outcome) -> None:
        """A page that cannot be read is read again, and fails again, with every change of another one."""
        new = [failure for failure in outcome.failures if failure not in self._told]
        tell_troubles(replace(outcome, failures=new))
        self._told = set(outcome.failures)


def _tell_published(outcome: Outcome) -> None:
    removed = (f"{path} (removed)" for path in outcome.removed_paths)
    paths = [*outcome.added_paths, *outcome.changed_paths, *removed]
    named = ", ".join(paths[:_PATHS_MAX]) + (", …" if len(paths) > _PATHS_MAX else "")
    console.print(
        f"{_now()} {outcome.pages_written} written, {outcome.pages_removed} removed, "
        f"{counted(outcome.windows_embedded, 'window')} embedded in {outcome.seconds:.2f} s: {named}",
        markup=False,
        emoji=False,
    )


def _now() -> str:
    return f"{datetime.now():%H:%M:%S}"


class _Filter:
    """What may be a page, or a part of one."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.top = folder.resolve()
        self._data_dir = settings.data_dir.resolve()

    def __call__(self, change: Change, path: str) -> bool:
        del change
        place = Path(path)
        return not place.is_relative_to(self._data_dir) and not is_left_out(place.relative_to(self.top))


async def _saves(files: _Filter) -> AsyncGenerator[None, None]:
    """Yields once when it has begun to watch, then after every change. Raises `IngestFailed` when it cannot."""
    changes = awatch(
        files.top,
        watch_filter=files,
        step=_QUIET_MS,
        debounce=_GATHERING_MS,
        ignore_permission_denied=True,  # the embedded Postgres's files, where they lie in there
    )
    following = asyncio.ensure_future(anext(changes))
    try:
        await asyncio.sleep(0)  # from here on nothing is missed: what changes during an ingest waits
        yield
        while True:
            await following
            following = asyncio.ensure_future(anext(changes))
            yield
    except (OSError, RuntimeError) as error:  # the latter for whatever else the system may say
        raise IngestFailed(f"{files.top} cannot be watched: {error}.") from error
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError, OSError, RuntimeError):
            await following
        await changes.aclose()
