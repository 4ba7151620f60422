"""Jobs and their queue: one Python function per SQL function, same name."""

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from server.database.calls import SITE
from server.database.pool import Database, translated_errors
from server.records import HeldJob, Job

# What the server calls.


async def enqueue_job(database: Database, kind: str, work: Mapping[str, Any]) -> int:
    """The id of a new job. Asked twice, when a connection was lost, it makes two jobs that come to the same."""
    (row,) = await database.fetch("select docs.enqueue_job($1, $2, $3) as id", SITE, kind, work)
    job: int = row["id"]
    return job


async def get_job(database: Database | asyncpg.Connection, job_id: int) -> Job | None:
    with translated_errors():
        rows = await database.fetch("select * from docs.get_job($1)", job_id)
    return Job(**dict(rows[0])) if rows else None


# What workers and commands call, as the owner.


async def take_jobs(
    connection: asyncpg.Connection, *, count: int, bytes_max: int, hold_seconds: int, attempts_max: int
) -> list[HeldJob]:
    """What one worker is to do next, as one; see `sql/functions/take_jobs.sql`."""
    with translated_errors():
        rows = await connection.fetch(
            "select * from docs.take_jobs($1, $2, $3, $4)", count, bytes_max, hold_seconds, attempts_max
        )
    return [HeldJob(**dict(row)) for row in rows]


async def hold_jobs(connection: asyncpg.Connection, jobs: Sequence[HeldJob], *, hold_seconds: int) -> set[int]:
    """The ids of those that are still held, now for some seconds more."""
    ids, attempts = [job.id for job in jobs], [job.attempt for job in jobs]
    with translated_errors():
        rows = await connection.fetch("select docs.hold_jobs($1, $2, $3) as id", ids, attempts, hold_seconds)
    return {row["id"] for row in rows}


async def finish_job(
    connection: asyncpg.Connection,
    job: HeldJob,
    *,
    state: str = "done",
    reason: str | None = None,
    outcome: Mapping[str, Any] | None = None,
) -> bool:
    """Whether it was still held; else the caller's transaction is to be undone."""
    with translated_errors():
        is_held: bool = await connection.fetchval(
            "select docs.finish_job($1, $2, $3, $4, $5)", job.id, job.attempt, state, reason, outcome or {}
        )
    return is_held


async def release_job(
    connection: asyncpg.Connection, job: HeldJob, *, delay_seconds: int = 0, reason: str | None = None
) -> bool:
    """Puts it back; without a reason this was no attempt. Whether it was still held."""
    with translated_errors():
        is_held: bool = await connection.fetchval(
            "select docs.release_job($1, $2, $3, $4)", job.id, job.attempt, delay_seconds, reason
        )
    return is_held


async def retry_job(connection: asyncpg.Connection, job_id: int) -> bool:
    """Whether there was such a job that had failed."""
    with translated_errors():
        is_queued: bool = await connection.fetchval("select docs.retry_job($1)", job_id)
    return is_queued


async def get_jobs(connection: asyncpg.Connection, *, state: str | None, count: int) -> list[Job]:
    """The newest, newest first; `state` of `None`: in all states."""
    with translated_errors():
        rows = await connection.fetch("select * from docs.get_jobs($1, $2)", state, count)
    return [Job(**dict(row)) for row in rows]


async def drop_old_jobs(connection: asyncpg.Connection, *, days: int) -> None:
    with translated_errors():
        await connection.execute("select docs.drop_old_jobs($1)", days)


async def get_outdated_paths(connection: asyncpg.Connection, jobs_by_path: Mapping[str, int]) -> set[str]:
    """Paths that a newer job than theirs has written or removed already."""
    with translated_errors():
        rows = await connection.fetch(
            "select docs.get_outdated_paths($1, $2, $3) as path",
            SITE,
            list(jobs_by_path),
            list(jobs_by_path.values()),
        )
    return {row["path"] for row in rows}


async def set_pushed_paths(connection: asyncpg.Connection, jobs_by_path: Mapping[str, int]) -> None:
    """Remembers which job wrote or removed which path last."""
    with translated_errors():
        await connection.execute(
            "select docs.set_pushed_paths($1, $2, $3)", SITE, list(jobs_by_path), list(jobs_by_path.values())
        )
