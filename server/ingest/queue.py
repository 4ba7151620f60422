"""Jobs as a process holds them: taken, kept from others while they are worked on, ended or put back.

Who is killed says nothing, and its jobs show up again when nobody has prolonged the hold. Who was only slow finds
that its attempt is no longer the last one, and what it has made is not published.
"""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any, Final, Self, TypeVar

import asyncpg

from server.database.jobs import finish_job, hold_jobs, release_job, take_jobs
from server.database.pool import translated_errors
from server.errors import IngestFailed, JobLost, LecternError, SettingsInvalid
from server.records import HeldJob
from server.settings import Settings

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

_CHANNEL: Final = "lectern_job"  # as docs.send_job names it
_JOBS_PER_BATCH: Final = 32  # a guess: enough to publish a burst of single pages at once
_POLL_SECONDS: Final = 5.0  # jobs that are to be tried again become due without a word
_RETRY_MAX_SECONDS: Final = 3600.0
_GIVE_BACK_SECONDS: Final = 5.0


def retry_delay_seconds(attempt: int, *, first_seconds: float) -> float:
    """How long to wait after the given attempt, from 1: twice as long each time, up to an hour."""
    return min(first_seconds * 2.0 ** min(attempt - 1, 20), _RETRY_MAX_SECONDS)


class Queue:
    """The queue through one connection, which any number of tasks may use in turn."""

    def __init__(self, connection: asyncpg.Connection, settings: Settings) -> None:
        self._connection = connection
        self._settings = settings
        self._turn = asyncio.Lock()
        self._woken = asyncio.Event()

    @classmethod
    async def open(cls, connection: asyncpg.Connection, settings: Settings) -> Self:
        """A queue that hears when something is put into it."""
        queue = cls(connection, settings)
        with translated_errors():
            await connection.add_listener(_CHANNEL, lambda *_: queue.wake())
        return queue

    def wake(self) -> None:
        """Ends the waiting of every task."""
        self._woken.set()

    async def wait(self) -> bool:
        """Until something may have become due; whether it was woken, and not only tired of waiting."""
        with suppress(TimeoutError):
            return await asyncio.wait_for(self._woken.wait(), _POLL_SECONDS)
        return False

    async def take(self) -> list[HeldJob]:
        """What one worker is to do next, as one; nothing when nothing is due."""
        self._woken.clear()
        async with self._turn:
            return await take_jobs(
                self._connection,
                count=_JOBS_PER_BATCH,
                bytes_max=self._settings.push_max_bytes,
                hold_seconds=self._settings.job_hold_seconds,
                attempts_max=self._settings.job_attempts,
            )

    async def hold_while(self, jobs: Sequence[HeldJob], work: Coroutine[Any, Any, Result]) -> Result:
        """What `work` gives; meanwhile nobody else takes its jobs. Cancels it and raises `JobLost` if one has."""
        working = asyncio.create_task(work)
        holding = asyncio.create_task(self._hold(jobs))
        try:
            await asyncio.wait({working, holding}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                holding.result()
            return await working
        finally:
            for task in (working, holding):
                task.cancel()
            await asyncio.gather(working, holding, return_exceptions=True)

    async def _hold(self, jobs: Sequence[HeldJob]) -> None:
        while True:
            await asyncio.sleep(self._settings.job_hold_seconds / 3)
            async with self._turn:
                held = await hold_jobs(self._connection, jobs, hold_seconds=self._settings.job_hold_seconds)
            if lost := [job.id for job in jobs if job.id not in held]:
                raise JobLost(f"Another worker has taken over job {lost[0]}, because this one was too slow.")

    async def put_off(self, jobs: Sequence[HeldJob], error: Exception) -> None:
        """After a failure: to be tried again later, unless that has been done often enough or makes no sense."""
        for job in jobs:
            reason = str(error) or type(error).__name__
            async with self._turn:
                if job.attempt >= self._settings.job_attempts or _is_final(job, error):
                    await finish_job(self._connection, job, state="failed", reason=reason)
                    logger.error("Job %s (%s) has failed: %s", job.id, job.kind, reason)
                    continue
                seconds = retry_delay_seconds(job.attempt, first_seconds=self._settings.job_retry_seconds)
                await release_job(self._connection, job, delay_seconds=round(seconds), reason=reason)
            logger.warning("Job %s (%s) is tried again in %.0f s: %s", job.id, job.kind, seconds, reason)

    async def give_back(self, jobs: Sequence[HeldJob]) -> None:
        """Before this process ends: for others to take at once, as if it had never been started."""
        with suppress(LecternError, TimeoutError):  # then others take it when the hold ends
            async with asyncio.timeout(_GIVE_BACK_SECONDS), self._turn:
                for job in jobs:
                    await release_job(self._connection, job)


def _is_final(job: HeldJob, error: Exception) -> bool:
    """Whether another try would come to the same: a sync whose folder is missing, that would remove too much."""
    return job.kind == "sync" and isinstance(error, IngestFailed | SettingsInvalid)
