"""The commands `lectern work`, workers that do what was pushed until they are told to stop, and `lectern jobs`."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from server.database.calls import get_site
from server.database.jobs import drop_old_jobs, finish_job, get_jobs, retry_job
from server.database.migrate import migrate
from server.database.pool import database_url, open_owner_connection, prepare_connection
from server.errors import DatabaseUnavailable, JobLost, LecternError
from server.ingest.embedding import opened_embedder
from server.ingest.preparation import prepare_database
from server.ingest.pushing import push
from server.ingest.queue import Queue
from server.ingest.settling import settle
from server.ingest.syncing import sync
from server.models.embeddings import Embedder
from server.records import HeldJob
from server.settings import Settings, find_folder
from server.terminal import console, counted, error_console, tell_jobs

logger = logging.getLogger(__name__)

_JOBS_KEPT_DAYS: Final = 30
_RECONNECT_SECONDS: Final = 5.0


async def run_work(settings: Settings, *, concurrency: int, once: bool) -> bool:
    """Works until SIGTERM or Ctrl-C or, when it is `once`, until nothing is due; whether nothing has gone wrong.

    A database that goes away is waited for, unless it is `once`.
    """
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with database_url(settings) as url, opened_embedder(settings) as embedder:
        await _until(stop, _prepare(url, embedder))
        workers, do = ("1 worker", "does") if concurrency == 1 else (f"{concurrency} workers", "do")
        until = "until nothing is due" if once else "until Ctrl-C"
        console.print(f"{workers} {do} what was pushed, {until}.", markup=False)
        went_well = True
        while not stop.is_set():
            try:
                went_well = await _work(url, embedder, settings, concurrency=concurrency, once=once, stop=stop)
            except DatabaseUnavailable as error:
                if once:
                    raise
                logger.error("The workers begin anew in %.0f s: %s", _RECONNECT_SECONDS, error)
                await _until(stop, asyncio.sleep(_RECONNECT_SECONDS))
            else:
                break
    return went_well


async def list_jobs(settings: Settings, *, state: str | None, count: int, is_json: bool) -> None:
    """Prints the newest jobs."""
    async with database_url(settings) as url, _opened(url) as connection:
        tell_jobs(await get_jobs(connection, state=state, count=count), is_json=is_json)


async def retry_jobs(settings: Settings, ids: Sequence[int]) -> bool:
    """Puts jobs that failed into the queue again; whether all of them were such."""
    async with database_url(settings) as url, _opened(url) as connection:
        refused = [number for number in ids if not await retry_job(connection, number)]
    for number in refused:
        error_console.print(f"Job {number} has not failed: `lectern jobs --failed` lists those that have.")
    return not refused


async def _prepare(url: str, embedder: Embedder) -> None:
    async with open_owner_connection(url) as connection:
        await migrate(connection, find_folder("sql"))
        if (await get_site(connection)).embedding_model is None:
            await prepare_database(connection, embedder)
        await drop_old_jobs(connection, days=_JOBS_KEPT_DAYS)


async def _work(
    url: str, embedder: Embedder, settings: Settings, *, concurrency: int, once: bool, stop: asyncio.Event
) -> bool:
    """Some workers with one queue; the first that loses its connection ends them all."""
    async with _opened(url) as connection:
        queue = await Queue.open(connection, settings)
        unsettled = asyncio.Event()
        unsettled.set()  # who was killed may have left that to be done
        workers = [_Worker(url, queue, embedder, settings, unsettled) for _ in range(concurrency)]
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(worker.work(once=once, stop=stop)) for worker in workers]
                group.create_task(_end(tasks, queue, stop, grace_seconds=settings.shutdown_grace_seconds))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures
    return not any(worker.failures for worker in workers)


async def _end(
    tasks: list[asyncio.Task[None]], queue: Queue, stop: asyncio.Event, *, grace_seconds: float
) -> None:
    """Once told to stop, workers get some time for what they have begun; the rest is given back."""
    await _until(stop, asyncio.wait(tasks))
    queue.wake()
    await asyncio.wait(tasks, timeout=grace_seconds)
    for task in tasks:
        task.cancel()


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, Any]) -> None:
    """Does the work, or leaves it when it is time to stop."""
    working, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[asyncpg.Connection]:
    async with open_owner_connection(url) as connection:
        await prepare_connection(connection)
        yield connection


@dataclass
class _Worker:
    """Takes jobs and does them, one batch after the other."""

    url: str
    queue: Queue
    embedder: Embedder
    settings: Settings
    unsettled: asyncio.Event
    """One for all workers in here: set when something was published since the site was settled last."""
    failures: int = 0
    """Batches that went wrong."""

    async def work(self, *, once: bool, stop: asyncio.Event) -> None:
        async with _opened(self.url) as connection:
            while not stop.is_set():
                if jobs := await self.queue.take():
                    await self._do(connection, jobs)
                elif once:
                    await self._settle(connection)
                    return
                elif not await self.queue.wait() and not stop.is_set():
                    await self._settle(connection)

    async def _do(self, connection: asyncpg.Connection, jobs: list[HeldJob]) -> None:
        try:
            await self.queue.hold_while(jobs, self._run(connection, jobs))
        except asyncio.CancelledError:
            await self.queue.give_back(jobs)
            raise
        except JobLost as error:
            logger.warning("%s", error)
        except Exception as error:
            if not isinstance(error, LecternError):
                logger.exception("Jobs %s met a bug", [job.id for job in jobs])
            self.failures += 1
            await self.queue.put_off(jobs, error)
            if connection.is_closed():
                raise DatabaseUnavailable("A worker has lost its connection to Postgres.") from error

    async def _run(self, connection: asyncpg.Connection, jobs: list[HeldJob]) -> None:
        if jobs[0].kind == "sync":
            outcome = await sync(connection, jobs[0], embedder=self.embedder, settings=self.settings)
            if not await finish_job(connection, jobs[0], **outcome):
                raise JobLost(f"Another worker has taken over job {jobs[0].id}, because this one was too slow.")
            self._tell_failed(int(outcome["state"] == "failed"))
            self.unsettled.set()
            return
        report = await push(connection, jobs, embedder=self.embedder, settings=self.settings)
        self._tell_failed(report.failed_jobs)
        if report.publication is not None:
            self.unsettled.set()
            logger.info(
                "Generation %s: jobs %s, %s written, %s removed, %s embedded",
                report.publication.generation,
                ", ".join(str(job.id) for job in jobs),
                counted(report.publication.pages_written, "page"),
                report.publication.pages_removed,
                counted(report.paid.windows, "window"),
            )

    def _tell_failed(self, count: int) -> None:
        if not count:
            return
        self.failures += 1
        logger.warning("%s failed: `lectern jobs --failed` tells why.", counted(count, "job"))

    async def _settle(self, connection: asyncpg.Connection) -> None:
        """Once pushes have paused. A failure is no harm: what was pushed is published, and this comes again."""
        if not self.unsettled.is_set():
            return
        self.unsettled.clear()
        try:
            await settle(connection, embedder=self.embedder, settings=self.settings)
        except LecternError as error:
            logger.info("What belongs to the site as a whole was not learnt anew: %s", error)
            if connection.is_closed():
                raise DatabaseUnavailable("A worker has lost its connection to Postgres.") from error
