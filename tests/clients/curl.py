"""`curl` as a client: one process a job."""

import asyncio
import contextlib
import shutil
from asyncio import StreamReader
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from typing import Final

import httpx
import orjson
import pytest
from httpx_sse import EventSource

from tests.clients.formats import JSON, TEXT, UI_TEXT
from tests.clients.jobs import Job, Told
from tests.clients.python_programs import PATIENCE_SECONDS

HTTP_ERROR: Final = 22  # with --fail-with-body


async def read_by_curl(job: Job) -> Told:
    url = await _open(job)
    body = ("--data", job.body) if job.body else ()
    command = curl_command("--fail-with-body", *body, *_headers(job.headers), url)
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
    assert process.stdout
    output = bytearray()
    # What comes whole shows nothing to leave at.
    limit_seconds = PATIENCE_SECONDS if job.stops_at and job.format == JSON.name else None
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(_read(process.stdout, output, job, url), limit_seconds)
    is_left = not process.stdout.at_eof()
    if is_left:
        process.kill()
    status = await process.wait()
    return _told(job, bytes(output), "left" if is_left else _ending(status))


async def _open(job: Job) -> str:
    """Where the answer's events are."""
    if job.opening is None:
        return job.url
    opened = await curl(job.opening.url, "--data", job.opening.body, *_headers(job.opening.headers))
    return str(httpx.URL(job.url).join(orjson.loads(opened)["events"]))


async def _read(stdout: StreamReader, output: bytearray, job: Job, url: str) -> None:
    """Until the end, or until the reader has had enough."""
    is_deleted = False
    while chunk := await stdout.read(65_536):
        output += chunk
        if not job.stops_at or is_deleted or job.stops_at.encode() not in output:
            continue
        if not job.stops_by_delete:
            return
        await curl(url.removesuffix("/events"), "--request", "DELETE")
        is_deleted = True


def _ending(status: int) -> str:
    return {0: "done", HTTP_ERROR: "refused"}.get(status, f"given up: {status}")


def _told(job: Job, output: bytes, ended: str) -> Told:
    text = output.decode(errors="ignore")
    if ended == "refused":
        return {"refusal": {"body": text}, "ended": ended}
    if job.format in (TEXT.name, UI_TEXT.name):
        return {"text": text, "problem": None, "ended": ended}
    if job.format == JSON.name:
        return {"text": orjson.loads(text)["text"] if text else "", "problem": None, "ended": ended}
    return {"events": _events(text), "ended": ended}


def _events(stream: str) -> list[Told]:
    response = httpx.Response(200, headers={"Content-Type": "text/event-stream"}, content=stream.encode())
    return [{"event": event.event, "data": event.data} for event in EventSource(response).iter_sse()]


def _headers(headers: Mapping[str, str]) -> list[str]:
    return [argument for name, value in headers.items() for argument in ("--header", f"{name}: {value}")]


def curl_command(*arguments: str) -> tuple[str, ...]:
    path = shutil.which("curl")
    if path is None:
        pytest.fail("No curl here: `make test` installs it.")
    return (path, "--no-buffer", "--silent", *arguments)


async def curl(*arguments: str) -> bytes:
    """What it printed."""
    process = await asyncio.create_subprocess_exec(*curl_command(*arguments), stdout=PIPE)
    output, _ = await process.communicate()
    return output
