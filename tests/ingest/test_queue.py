"""Jobs as they are held: by one, kept, lost, put off, dead, revived; and nothing that stops the others."""

import asyncio
from typing import Any

import asyncpg
import pytest

from server.database.jobs import finish_job, get_jobs, hold_jobs, release_job, retry_job
from server.database.pool import open_database, open_owner_connection, prepare_connection
from server.errors import DatabaseUnfit, IngestFailed, JobLost, ModelUnavailable
from server.ingest.queue import Queue, retry_delay_seconds
from server.records import HeldJob
from server.settings import Settings
from tests.working import enqueue, job_of, page_of, take


async def in_queue(owner: asyncpg.Connection, table: str = "q_lectern") -> int:
    count: int = await owner.fetchval(f"select count(*) from pgmq.{table}")
    return count


async def test_fresh_jobs_come_together_oldest_first_and_to_one_worker(owner: asyncpg.Connection) -> None:
    ids = [await enqueue(owner, page_of(f"/{number}")) for number in range(3)]
    jobs = await take(owner)
    assert [(number, "pages", 1) for number in ids] == [(job.id, job.kind, job.attempt) for job in jobs]
    assert {"pages": [page_of("/0")]} == jobs[0].work
    assert [] == await take(owner)
    assert {"running"} == {job.state for job in await get_jobs(owner, state=None, count=9)}


async def test_a_batch_has_its_limits(owner: asyncpg.Connection) -> None:
    for number in range(5):
        await enqueue(owner, page_of(f"/{number}", "x" * 1000))
    assert [2, 1, 1, 1] == [
        len(await take(owner, count=2)),
        len(await take(owner, bytes_max=10)),
        len(await take(owner, bytes_max=1500)),
        len(await take(owner)),
    ]


async def test_a_sync_and_what_was_begun_before_come_alone(owner: asyncpg.Connection) -> None:
    begun = await enqueue(owner, page_of("/begun"))
    (job,) = await take(owner)
    assert await release_job(owner, job, reason="the model was down")
    await enqueue(owner, page_of("/a"))
    await owner.execute("select docs.enqueue_job('default', 'sync', '{}')")
    await enqueue(owner, page_of("/b"))
    taken = [await take(owner) for _ in range(4)]
    assert [[begun], [begun + 1, begun + 3], [begun + 2], []] == [[job.id for job in jobs] for jobs in taken]
    assert 2 == taken[0][0].attempt


async def test_what_was_begun_before_joins_no_batch(owner: asyncpg.Connection) -> None:
    await enqueue(owner, page_of("/fresh"))
    await enqueue(owner, page_of("/begun"))
    fresh, begun = await take(owner)
    assert await release_job(owner, begun, reason="the model was down")
    assert await release_job(owner, fresh)
    assert [[fresh.id], [begun.id]] == [[job.id for job in await take(owner)] for _ in range(2)]


async def test_a_job_whose_worker_says_nothing_is_taken_over_and_the_first_may_not_end_it(
    owner: asyncpg.Connection,
) -> None:
    await enqueue(owner, page_of("/a"))
    (lost,) = await take(owner, hold_seconds=0)
    (held,) = await take(owner)
    assert (1, 2) == (lost.attempt, held.attempt)
    assert set() == await hold_jobs(owner, [lost], hold_seconds=60)
    assert {held.id} == await hold_jobs(owner, [held], hold_seconds=60)
    assert not await finish_job(owner, lost)
    assert not await release_job(owner, lost)
    assert [] == await take(owner)
    assert await finish_job(owner, held, outcome={"pages_written": 1})
    assert not await finish_job(owner, held)
    assert ("done", {"pages_written": 1}) == (
        (await job_of(owner, held.id)).state,
        (await job_of(owner, held.id)).outcome,
    )
    assert (0, 0) == (await in_queue(owner), await in_queue(owner, "a_lectern"))


async def test_a_job_that_takes_its_workers_with_it_fails_and_the_others_go_on(owner: asyncpg.Connection) -> None:
    """Killed three times while it held all of them: only the one that was worked on each time is to blame."""
    poison = await enqueue(owner, page_of("/poison"))
    others = [await enqueue(owner, page_of(f"/{number}")) for number in range(2)]
    assert [poison, *others] == [job.id for job in await take(owner, hold_seconds=0)]
    assert [[poison], [poison]] == [[job.id for job in await take(owner, hold_seconds=0)] for _ in range(2)]
    assert [[other] for other in others] == [[job.id for job in await take(owner)] for _ in others]
    (dead,) = await get_jobs(owner, state="failed", count=9)
    assert (poison, "3 workers were lost while they worked on it.") == (dead.id, dead.reason)
    assert 1 == await in_queue(owner, "a_lectern")


@pytest.mark.parametrize("message", ["{}", "[]", "null", '{"job": "x"}', '{"job": 1e300}', '{"job": 77}'])
async def test_a_message_of_nobody_does_not_stop_the_others(owner: asyncpg.Connection, message: str) -> None:
    await owner.execute(f"select pgmq.send('lectern', '{message}'::jsonb)")
    number = await enqueue(owner, page_of("/a"))
    assert [number] == [job.id for job in await take(owner)]
    assert (1, 1) == (await in_queue(owner), await in_queue(owner, "a_lectern"))


async def test_a_job_that_failed_may_be_tried_again_as_it_was(owner: asyncpg.Connection) -> None:
    number = await enqueue(owner, page_of("/a"))
    (job,) = await take(owner)
    assert not await retry_job(owner, number)
    assert await finish_job(owner, job, state="failed", reason="nobody can read it")
    assert ("failed", "nobody can read it") == (
        (await job_of(owner, number)).state,
        (await job_of(owner, number)).reason,
    )
    assert [] == await take(owner)
    assert await retry_job(owner, number)
    assert not await retry_job(owner, number)
    assert [HeldJob(id=number, kind="pages", attempt=1, work={"pages": [page_of("/a")]})] == await take(owner)
    assert 0 == await in_queue(owner, "a_lectern")


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(1, 10.0), (2, 20.0), (3, 40.0), (8, 1280.0), (10, 3600.0), (10_000, 3600.0)]
)
def test_pauses_double_up_to_an_hour(attempt: int, seconds: float) -> None:
    assert seconds == retry_delay_seconds(attempt, first_seconds=10)


@pytest.fixture
def patient(settings: Settings) -> Settings:
    return settings.model_copy(update={"job_hold_seconds": 2, "job_attempts": 2, "job_retry_seconds": 0})


async def test_a_failure_is_tried_again_until_that_is_enough(owner: asyncpg.Connection, patient: Settings) -> None:
    queue = Queue(owner, patient)
    number = await enqueue(owner, page_of("/a"))
    await queue.put_off(await queue.take(), ModelUnavailable("the model is down"))
    told = await job_of(owner, number)
    assert ("queued", 1, "the model is down") == (told.state, told.attempts, told.reason)
    await queue.put_off(await queue.take(), ModelUnavailable("the model is still down"))
    told = await job_of(owner, number)
    assert ("failed", 2, "the model is still down") == (told.state, told.attempts, told.reason)


async def test_a_pause_is_kept(owner: asyncpg.Connection, settings: Settings) -> None:
    queue = Queue(owner, settings)
    await enqueue(owner, page_of("/a"))
    await queue.put_off(await queue.take(), ModelUnavailable("down"))
    assert [] == await queue.take()
    due = await owner.fetchval("select extract(epoch from vt - clock_timestamp())::float from pgmq.q_lectern")
    assert 8 < due <= 10


async def test_a_sync_that_cannot_be_is_not_tried_again(owner: asyncpg.Connection, settings: Settings) -> None:
    queue = Queue(owner, settings)
    await owner.execute("select docs.enqueue_job('default', 'sync', '{}')")
    await queue.put_off(await queue.take(), IngestFailed("docs does not exist"))
    assert ["docs does not exist"] == [job.reason for job in await get_jobs(owner, state="failed", count=9)]


async def test_what_is_given_back_counts_as_never_begun(owner: asyncpg.Connection, settings: Settings) -> None:
    queue = Queue(owner, settings)
    await enqueue(owner, page_of("/a"))
    await queue.give_back(await queue.take())
    (job,) = await queue.take()
    assert 1 == job.attempt


async def test_a_job_is_held_for_as_long_as_it_takes(owner: asyncpg.Connection, patient: Settings) -> None:
    queue = Queue(owner, patient)
    await enqueue(owner, page_of("/a"))
    jobs = await queue.take()

    async def work() -> str:
        for _ in range(30):
            await asyncio.sleep(0.1)
            assert [] == await queue.take()
        return "done"

    assert "done" == await queue.hold_while(jobs, work())


@pytest.mark.parametrize("state", ["done", "failed"])
async def test_who_has_ended_a_job_may_tidy_up_after_it(
    owner: asyncpg.Connection, patient: Settings, state: str
) -> None:
    queue = Queue(owner, patient)
    await enqueue(owner, page_of("/a"))
    jobs = await queue.take()

    async def work() -> str:
        await finish_job(owner, jobs[0], state=state)
        await asyncio.sleep(1)  # it is held again after two thirds of a second
        return "tidy"

    assert "tidy" == await queue.hold_while(jobs, work())


async def test_who_has_lost_a_job_stops_working_on_it(owner: asyncpg.Connection, patient: Settings) -> None:
    queue = Queue(owner, patient)
    await enqueue(owner, page_of("/a"))
    jobs = await queue.take()
    await owner.execute("update docs.job set attempts = 2")
    with pytest.raises(JobLost, match="taken over job"):
        await queue.hold_while(jobs, asyncio.Event().wait())


async def test_whoever_waits_hears_of_a_job_at_once(
    owner: asyncpg.Connection, database_url: str, settings: Settings
) -> None:
    async with open_owner_connection(database_url) as connection:
        await prepare_connection(connection)
        queue = await Queue.open(connection, settings)
        waiting = asyncio.create_task(queue.wait())
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await enqueue(owner, page_of("/a"))
        await asyncio.wait_for(waiting, 2)
        assert 1 == len(await queue.take())


async def test_the_server_may_enqueue_and_ask_and_not_touch_the_queue(database_url: str) -> None:
    async with open_database(database_url, Settings(database_url=database_url)) as database:
        await database.fetch("select docs.enqueue_job('default', 'pages', '{}')")
        assert 1 == len(await database.fetch("select * from docs.get_job(1)"))
        statements: list[Any] = [
            "select * from pgmq.read('lectern', 1, 1)",
            "select * from docs.take_jobs(1, 1, 1, 1)",
            "select * from docs.job",
            "select docs.retry_job(1)",
            "select docs.send_job(1, '{}')",
        ]
        for statement in statements:
            with pytest.raises(DatabaseUnfit, match="permission denied"):
                await database.fetch(statement)
