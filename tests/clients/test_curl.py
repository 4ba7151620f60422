"""`curl -N`, which shows what arrives and when."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.clients.curl import curl, curl_command
from tests.clients.days import ENOUGH, HELD_KNOBS, SLOW_KNOBS
from tests.clients.visits import Lectern

LIMIT_SECONDS = 10


@asynccontextmanager
async def running(*command: str) -> AsyncIterator[Process]:
    """A process that is stopped at the end, which closes its connection."""
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
    try:
        yield process
    finally:
        process.kill()
        await process.communicate()


async def read_until(process: Process, end: bytes) -> bytes:
    assert process.stdout is not None
    return await asyncio.wait_for(process.stdout.readuntil(end), LIMIT_SECONDS)


@pytest.mark.parametrize("accept", ["text/event-stream", "text/plain"])
async def test_text_is_there_while_the_model_still_writes(lectern: Lectern, accept: str) -> None:
    lectern.endpoint.knobs = HELD_KNOBS
    async with running(*curl_command("--header", f"Accept: {accept}", lectern.stream_url())) as process:
        await read_until(process, ENOUGH.encode())
        (asked,) = lectern.endpoint.requests
        assert asked.closed_early_at is None


async def test_keep_alives_are_comments_of_one_line(lectern: Lectern) -> None:
    lectern.endpoint.knobs = SLOW_KNOBS
    raw = await curl(lectern.stream_url())
    assert raw.count(b": ping\n") >= 2
    assert b": ping\n\n" not in raw
    assert raw.rstrip().split(b"\n\n")[-1].startswith(b"data: [DONE]\n")
