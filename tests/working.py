"""Jobs put into the queue, and workers that do them: in this process, or as the command in one of its own."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg

from server.database.jobs import get_job, take_jobs
from server.ingest.embedding import opened_embedder
from server.ingest.pushing import PushReport, push
from server.records import HeldJob, Job
from server.settings import Settings
from tests.model_endpoint import ModelEndpoint

LECTERN = str(Path(sys.executable).with_name("lectern"))
LIMIT_SECONDS = 60
KEY = "sk-very-secret"


def page_of(path: str, text: str = "", **more: Any) -> dict[str, Any]:
    """A page as it stands in the queue, with a text of its own."""
    content = text or f"# Page {path}\n\nThis is the text of the page at {path}, and it is long enough.\n"
    return {"path": path, "content": content, "content_type": "text/markdown", **more}


async def enqueue(owner: asyncpg.Connection, *pages: dict[str, Any], removed: tuple[str, ...] = ()) -> int:
    """The id of a new job that writes pages, or removes them."""
    kind, work = ("removal", {"paths": removed}) if removed else ("pages", {"pages": pages})
    return int(await owner.fetchval("select docs.enqueue_job('default', $1, $2)", kind, work))


async def take(owner: asyncpg.Connection, **changes: int) -> list[HeldJob]:
    options = {"count": 32, "bytes_max": 10_000_000, "hold_seconds": 60, "attempts_max": 3, **changes}
    return await take_jobs(owner, **options)


async def work_once(owner: asyncpg.Connection, settings: Settings) -> PushReport:
    """Takes what a worker would take, and does it."""
    return await do(owner, await take(owner), settings)


async def do(owner: asyncpg.Connection, jobs: list[HeldJob], settings: Settings) -> PushReport:
    async with opened_embedder(settings) as embedder:
        return await push(owner, jobs, embedder=embedder, settings=settings)


async def job_of(owner: asyncpg.Connection, number: int) -> Job:
    job = await get_job(owner, number)
    assert job is not None
    return job


async def contents(owner: asyncpg.Connection) -> dict[str, str]:
    """The text of every page's sections."""
    rows = await owner.fetch(
        "select page.path, string_agg(section.content, ' ' order by section.position) as text "
        "from docs.page join docs.page_section as section on section.page_id = page.id group by page.path"
    )
    return {row["path"]: row["text"] for row in rows}


async def until(condition: Callable[[], Awaitable[bool]], *, seconds: float = LIMIT_SECONDS) -> None:
    """Waits for a condition, with a deadline."""
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, "it did not come to that in time"
        await asyncio.sleep(0.02)


def remote(database_url: str, endpoint: ModelEndpoint, **changes: Any) -> Settings:
    """Settings for the test's model endpoint, on a database that is prepared for it."""
    return Settings(
        **{
            "database_url": database_url,
            "embedding_model": "openai/test",
            "embedding_base_url": endpoint.base_url,
            "embedding_api_key": KEY,
            "embedding_retries": 0,
            **changes,
        }
    )


def embedded_texts(endpoint: ModelEndpoint) -> list[str]:
    """Every page's text that was sent to be embedded, however often; a calibration's questions are none."""
    texts = [text for request in endpoint.requests for text in request.body["input"]]
    return [text for text in texts if text.startswith("Page ")]


@contextmanager
def worker(settings: Settings, *options: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """`lectern work` as a process of its own; killed at the end when it still runs."""
    assert settings.database_url is not None
    given = {
        "LECTERN_DATABASE_URL": settings.database_url.get_secret_value(),
        "LECTERN_EMBEDDING_MODEL": settings.embedding_model,
        "LECTERN_EMBEDDING_BASE_URL": settings.embedding_base_url or "",
        "LECTERN_EMBEDDING_API_KEY": KEY,
        "LECTERN_EMBEDDING_RETRIES": "0",
        "LECTERN_JOB_HOLD_SECONDS": str(settings.job_hold_seconds),
        "LECTERN_JOB_RETRY_SECONDS": str(settings.job_retry_seconds),
        "LECTERN_JOB_ATTEMPTS": str(settings.job_attempts),
        "LECTERN_DOCS": settings.docs,
        **environment,
    }
    process = subprocess.Popen(
        [LECTERN, "work", *options],
        env={**os.environ, **given},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.communicate()
