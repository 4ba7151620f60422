"""`lectern work` as it runs: in processes that are killed, stopped, and share what there is."""

import asyncio
import json
import os
import random
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import asyncpg
import pytest

from server.database.calls import prepare_embedding_model
from server.database.jobs import get_jobs
from server.settings import Settings
from tests.model_endpoint import ModelEndpoint, serve_model_endpoint
from tests.working import (
    LECTERN,
    LIMIT_SECONDS,
    contents,
    embedded_texts,
    enqueue,
    job_of,
    page_of,
    remote,
    until,
    worker,
)


@pytest.fixture
def endpoint() -> Iterator[ModelEndpoint]:
    with serve_model_endpoint() as running:
        yield running


@pytest.fixture
async def settings(owner: asyncpg.Connection, database_url: str, endpoint: ModelEndpoint) -> Settings:
    """An embedder that counts, and workers that miss each other soon."""
    await prepare_embedding_model(owner, name="openai/test", dimensions=64)
    return remote(database_url, endpoint, job_hold_seconds=2, job_retry_seconds=1, job_attempts=3)


async def states(owner: asyncpg.Connection) -> Counter[str]:
    return Counter(job.state for job in await get_jobs(owner, state=None, count=1000))


async def all_ended(owner: asyncpg.Connection) -> bool:
    return set(await states(owner)) <= {"done", "failed"}


def run(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    assert settings.database_url is not None
    return subprocess.run(
        [LECTERN, *arguments],
        env={**os.environ, "LECTERN_DATABASE_URL": settings.database_url.get_secret_value()},
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )


async def test_killed_workers_lose_nothing_and_nothing_is_embedded_twice_but_what_was_under_way(
    owner: asyncpg.Connection, settings: Settings, endpoint: ModelEndpoint
) -> None:
    endpoint.knobs.embedding_delay_seconds = 0.1
    numbers = [await enqueue(owner, *(page_of(f"/{job}/{page}") for page in range(4))) for job in range(10)]
    environment = {"LECTERN_EMBEDDING_BATCH_SIZE": "2", "LECTERN_EMBEDDING_CONCURRENCY": "1"}
    patient = settings.model_copy(update={"job_attempts": 20})
    chance = random.Random(4)
    kills = 6
    for _ in range(kills):
        with worker(patient, "--concurrency", "1", **environment) as process:
            await until(partial(_is_asked, endpoint, len(embedded_texts(endpoint)) + 1))
            await asyncio.sleep(chance.uniform(0, 0.5))
            process.send_signal(signal.SIGKILL)
        assert not await all_ended(owner)
    with worker(patient, "--concurrency", "1", **environment):
        await until(lambda: all_ended(owner))
    assert Counter(done=len(numbers)) == await states(owner)
    expected = {f"/{job}/{page}" for job in range(10) for page in range(4)}
    assert expected == set(await contents(owner))
    asked_for = Counter(embedded_texts(endpoint))
    assert len(expected) == len(asked_for)
    assert sum(asked_for.values()) - len(asked_for) <= 2 * kills  # one request of two texts each time
    assert 0 == await owner.fetchval("select count(*) from pgmq.q_lectern")


@pytest.mark.soak  # how fast two processes are in a crowd
async def test_two_workers_share_the_load(
    owner: asyncpg.Connection, settings: Settings, endpoint: ModelEndpoint
) -> None:
    endpoint.knobs.embedding_delay_seconds = 0.2
    options = ("--concurrency", "1")
    small = {"LECTERN_PUSH_MAX_BYTES": "300"}  # of which a batch holds one job or two
    with (
        worker(settings, *options, LECTERN_EMBEDDING_API_KEY="sk-first", **small),
        worker(settings, *options, LECTERN_EMBEDDING_API_KEY="sk-second", **small),
    ):
        await until(lambda: _are_connected(owner, workers=2))
        for number in range(12):
            await enqueue(owner, page_of(f"/{number}"))
        await until(lambda: all_ended(owner))
    assert Counter(done=12) == await states(owner)
    assert 12 == len(await contents(owner))
    assert 12 == len(embedded_texts(endpoint)) == len(set(embedded_texts(endpoint)))
    shares = Counter(request.headers["authorization"] for request in endpoint.requests)
    assert {"Bearer sk-first", "Bearer sk-second"} == set(shares)
    assert min(shares.values()) >= 2


async def _are_connected(owner: asyncpg.Connection, *, workers: int) -> bool:
    """Each with a connection for its queue and one to publish; the test has one too."""
    count = (
        "select count(*) from pg_stat_activity "
        "where datname = current_database() and application_name = 'lectern owner'"
    )
    return bool(await owner.fetchval(count) >= 2 * workers + 1)


async def test_poison_fails_with_its_reason_and_the_others_go_on(
    owner: asyncpg.Connection, settings: Settings
) -> None:
    poison = await enqueue(owner, page_of("/poison", "---\n{\n---\n"))
    hostile = int(await owner.fetchval("select docs.enqueue_job('default', 'pages', '{\"pages\": [3]}')"))
    good = await enqueue(owner, page_of("/a"))
    with worker(settings) as process:
        await until(lambda: all_ended(owner))
        process.send_signal(signal.SIGTERM)
        process.wait(LIMIT_SECONDS)
    assert ["/a"] == list(await contents(owner))
    assert ("done", 2) == ((await job_of(owner, good)).state, (await job_of(owner, good)).attempts)
    assert ("failed", 3) == ((await job_of(owner, hostile)).state, (await job_of(owner, hostile)).attempts)
    reason = (await job_of(owner, poison)).reason
    assert reason is not None
    assert reason.startswith("1 of 1 pages cannot be read. /poison: ")
    listed = run(settings, "jobs", "--failed")
    assert (0, "") == (listed.returncode, listed.stderr)
    assert reason in listed.stdout
    assert [hostile, poison] == [
        json.loads(line)["id"] for line in run(settings, "jobs", "--failed", "--json").stdout.splitlines()
    ]
    refused = run(settings, "jobs", "retry", str(poison), str(good))
    assert (1, f"Job {good} has not failed") == (
        refused.returncode,
        refused.stderr[: len(f"Job {good} has not failed")],
    )
    assert "queued" == (await job_of(owner, poison)).state


async def test_a_model_that_is_down_for_a_while_costs_time_only(
    owner: asyncpg.Connection, settings: Settings, endpoint: ModelEndpoint
) -> None:
    number = await enqueue(owner, page_of("/a"))
    endpoint.knobs.status, endpoint.knobs.failures = 500, 2
    with worker(settings):
        await until(lambda: all_ended(owner))
    job = await job_of(owner, number)
    assert ("done", 3, None) == (job.state, job.attempts, job.reason)


async def test_sigterm_lets_a_job_end_within_the_grace_and_gives_back_the_rest(
    owner: asyncpg.Connection, settings: Settings, endpoint: ModelEndpoint
) -> None:
    number = await enqueue(owner, page_of("/a"))
    endpoint.knobs.embedding_delay_seconds = 1
    with worker(settings, LECTERN_SHUTDOWN_GRACE_SECONDS="10") as process:
        await until(lambda: _is_asked(endpoint, 1))
        process.send_signal(signal.SIGTERM)
        assert 0 == process.wait(LIMIT_SECONDS)
    assert "done" == (await job_of(owner, number)).state
    number = await enqueue(owner, page_of("/b"))
    endpoint.knobs.embedding_delay_seconds = 30
    with worker(settings, LECTERN_SHUTDOWN_GRACE_SECONDS="0") as process:
        await until(lambda: _is_asked(endpoint, 2))
        process.send_signal(signal.SIGTERM)
        assert 0 == process.wait(LIMIT_SECONDS)
    job = await job_of(owner, number)
    assert ("queued", 0) == (job.state, job.attempts)
    assert 1 == await owner.fetchval("select count(*) from pgmq.q_lectern where vt <= clock_timestamp()")


async def _is_asked(endpoint: ModelEndpoint, count: int) -> bool:
    return len(embedded_texts(endpoint)) >= count


async def test_once_ends_when_nothing_is_due_and_tells_whether_all_went_well(
    owner: asyncpg.Connection, settings: Settings
) -> None:
    await enqueue(owner, page_of("/a"))
    with worker(settings, "--once") as process:
        assert 0 == process.wait(LIMIT_SECONDS)
    await enqueue(owner, page_of("/b", "---\n{\n---\n"))
    with worker(settings, "--once", "--concurrency", "1") as process:
        told = process.communicate(timeout=LIMIT_SECONDS)[0]
    assert 1 == process.returncode
    assert told.startswith("1 worker does what was pushed, until nothing is due.\n")
    assert told.endswith("1 job failed: `lectern jobs --failed` tells why.\n")
    assert {"/a"} == set(await contents(owner))


async def test_a_lost_connection_is_made_again(
    owner: asyncpg.Connection, settings: Settings, endpoint: ModelEndpoint
) -> None:
    endpoint.knobs.embedding_delay_seconds = 1
    number = await enqueue(owner, page_of("/a"))
    with worker(settings):
        await until(lambda: _is_asked(endpoint, 1))
        await owner.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid() and application_name = 'lectern owner'"
        )
        await until(lambda: all_ended(owner))
    assert "done" == (await job_of(owner, number)).state


@pytest.fixture
def docs(tmp_path: Any) -> Any:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("# Page of a folder\n\nIt is long enough to be a section.\n")
    return tmp_path / "docs"


async def test_a_sync_ingests_the_sources(owner: asyncpg.Connection, settings: Settings, docs: Any) -> None:
    sync = "select docs.enqueue_job('default', 'sync', '{\"commit\": \"1a2b\"}')"
    number = int(await owner.fetchval(sync))
    with worker(settings.model_copy(update={"docs": str(docs)}), "--once") as process:
        assert 0 == process.wait(LIMIT_SECONDS), process.communicate()
    job = await job_of(owner, number)
    assert ("done", 1) == (job.state, job.outcome["pages_written"])
    assert "1a2b" == await owner.fetchval(
        "select source_commit from docs.publication order by generation desc limit 1"
    )
    number = int(await owner.fetchval(sync))
    with worker(settings.model_copy(update={"docs": str(docs / "nowhere")}), "--once") as process:
        assert 1 == process.wait(LIMIT_SECONDS)
    job = await job_of(owner, number)
    assert ("failed", 1) == (job.state, job.attempts)
    assert "does not exist" in str(job.reason)
