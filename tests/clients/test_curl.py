"""`curl -N`, which shows what arrives and when."""

import asyncio
import shutil
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from server.errors import ModelRefused, ModelUnavailable
from tests.clients.days import CUT, GOOD, REFUSED, SLOW
from tests.clients.programs import run
from tests.clients.visits import Lectern
from tests.model_endpoint import Knobs

HELD_BACK = Knobs(answer="One two three four five.", hang_after_deltas=3)

LIMIT_SECONDS = 10

HTTP_ERROR = 22


def curl(*arguments: str) -> tuple[str, ...]:
    path = shutil.which("curl")
    if path is None:
        pytest.fail("No curl here: `make test` installs it.")
    return (path, "--no-buffer", "--silent", *arguments)


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


@pytest.mark.parametrize(
    ("accept", "last_written"), [("text/event-stream", b'"text":" three"'), ("text/plain", b"One two three")]
)
async def test_text_is_there_while_the_model_still_writes(
    lectern: Lectern, accept: str, last_written: bytes
) -> None:
    lectern.endpoint.knobs = HELD_BACK
    async with running(*curl("--header", f"Accept: {accept}", lectern.stream_url())) as process:
        await read_until(process, last_written)
        (asked,) = lectern.endpoint.requests
        assert asked.closed_early_at is None
    assert await asyncio.to_thread(asked.closed_early.wait, LIMIT_SECONDS)


def test_keep_alives_are_comments_of_one_line(lectern: Lectern) -> None:
    lectern.endpoint.knobs = SLOW.knobs
    raw = run(*curl(lectern.stream_url()))
    assert raw.count(b": ping\n") >= SLOW.ping_count_min
    assert b": ping\n\n" not in raw
    assert raw.endswith(b"data: [DONE]\n\n")
    lectern.assert_asked_once(SLOW)


def test_bare_text_is_only_the_answer(lectern: Lectern) -> None:
    lectern.endpoint.knobs = GOOD.knobs
    text = run(*curl("--header", "Accept: text/plain", lectern.stream_url()))
    assert GOOD.reading.text == text.decode()


def test_trouble_before_the_first_delta_is_an_exit_status_and_a_sentence(lectern: Lectern) -> None:
    lectern.endpoint.knobs = REFUSED.knobs
    arguments = ("--fail-with-body", "--header", "Accept: text/plain", lectern.stream_url())
    text = run(*curl(*arguments), status=HTTP_ERROR)
    assert f"{ModelRefused.reader_text}\n" == text.decode()
    assert [502] == lectern.statuses


def test_trouble_in_the_middle_is_a_paragraph_of_its_own(lectern: Lectern) -> None:
    lectern.endpoint.knobs = CUT.knobs
    text = run(*curl("--header", "Accept: text/plain", lectern.stream_url()))
    assert f"One two three\n\n{ModelUnavailable.reader_text}\n" == text.decode()
    lectern.assert_asked_once(CUT)
