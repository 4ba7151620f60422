"""Readers that take nothing, and very many readers: nobody is slowed down, and nothing is kept for ever."""

import asyncio
import resource
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson
import psutil
import pytest

from server.app import create_app
from server.settings import Settings
from tests.model_endpoint import Knobs, ModelEndpoint, serve_model_endpoint
from tests.readers import Reader, post
from tests.serving import serve_in_thread

QUESTION = "How do I change the bulb?"

# More than the sockets' buffers and uvicorn's together, in a hundred deltas.
PART = "Unplug the lamp first. Then change the bulb. " * 1500
LONG = PART * 100


@pytest.fixture
def endpoint() -> Iterator[ModelEndpoint]:
    with serve_model_endpoint() as endpoint:
        yield endpoint


def says_much(endpoint: ModelEndpoint) -> None:
    delta = orjson.dumps({"choices": [{"index": 0, "delta": {"content": PART}, "finish_reason": None}]})
    end = orjson.dumps({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    endpoint.knobs = Knobs(raw=[*[b"data: %s\n\n" % delta] * 100, b"data: %s\n\ndata: [DONE]\n\n" % end])


def settings_for(endpoint: ModelEndpoint, database_url: str, **changes: Any) -> Settings:
    return Settings(
        database_url=database_url,
        completion_model="openai/test",
        completion_base_url=endpoint.base_url,
        completion_api_key="sk-test",
        cache_seconds=0,
        answer_max_chars=10_000_000,
    ).model_copy(update=changes)


@asynccontextmanager
async def connected(url: str, path: str, *, limit: int = 2**16) -> AsyncIterator[tuple[asyncio.StreamReader, int]]:
    """A stream that has been asked for and that nobody reads yet, with the port it comes in at."""
    host, _, port = url.removeprefix("http://").partition(":")
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.setblocking(False)
    await asyncio.get_running_loop().sock_connect(connection, (host, int(port)))
    reader, writer = await asyncio.open_connection(sock=connection, limit=limit)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: test\r\nAccept: text/event-stream\r\n\r\n".encode())
    try:
        yield reader, connection.getsockname()[1]
    finally:
        writer.transport.abort()


def serves(port: int) -> bool:
    """Whether this process still holds its end of the connection that comes from a port."""
    connections = psutil.Process().net_connections("tcp")
    return any(connection.raddr and connection.raddr.port == port for connection in connections)


async def until_let_go(port: int, *, limit_seconds: float = 20) -> None:
    deadline = time.monotonic() + limit_seconds
    while serves(port):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("path", ["/v1/answers", "/v1/query"])
async def test_who_takes_nothing_slows_nobody_and_is_let_go(
    endpoint: ModelEndpoint, site_database_url: str, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    says_much(endpoint)
    caplog.set_level("INFO")
    settings = settings_for(endpoint, site_database_url, send_timeout_seconds=1.5)
    with serve_in_thread(create_app(settings)) as url:
        async with httpx.AsyncClient(timeout=60) as client:
            asked = await post(client, url, QUESTION)
            theirs = (
                asked["events"] if path == "/v1/answers" else f"/v1/query?query={QUESTION.replace(' ', '%20')}"
            )
            async with connected(url, theirs) as (_, port):
                reader = Reader(asked["events"])
                await reader.read(client, url)
                assert LONG == reader.text
                assert serves(port)
                await until_let_go(port)
    assert "A reader took nothing for too long and was let go." in caplog.text
    assert "ASGI callable" not in caplog.text
    assert 1 == len(endpoint.requests)


async def test_who_takes_nothing_of_a_text_that_came_at_once_is_let_go(
    endpoint: ModelEndpoint, site_database_url: str
) -> None:
    """Where one write is the whole answer, all that is left to wait for is the end of the response."""
    says_much(endpoint)
    settings = settings_for(endpoint, site_database_url, send_timeout_seconds=1.5, cache_seconds=60)
    with serve_in_thread(create_app(settings)) as url:
        async with httpx.AsyncClient(timeout=60) as client:
            asked = await post(client, url, "What is the long answer?")
            await Reader(asked["events"]).read(client, url)
            host, _, at = url.removeprefix("http://").partition(":")
            with socket.socket() as connection:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                connection.connect((host, int(at)))
                target = "/v1/query?query=What%20is%20the%20long%20answer%3F"
                connection.sendall(f"GET {target} HTTP/1.1\r\nHost: test\r\nAccept: text/plain\r\n\r\n".encode())
                port = connection.getsockname()[1]
                await asyncio.sleep(0.5)
                assert serves(port)
                await until_let_go(port)


async def test_who_goes_on_in_time_gets_everything(endpoint: ModelEndpoint, site_database_url: str) -> None:
    says_much(endpoint)
    settings = settings_for(endpoint, site_database_url, send_timeout_seconds=120)  # a busy machine needs some
    with serve_in_thread(create_app(settings)) as url:
        async with httpx.AsyncClient(timeout=60) as client:
            asked = await post(client, url, QUESTION)
            async with connected(url, asked["events"]) as (stream, _):
                await Reader(asked["events"]).read(client, url)
                await asyncio.sleep(1)
                reader = await read_all(stream)
    assert LONG == reader.text
    assert len(reader.events) < 100  # what it missed came at once


def without_chunks(raw: bytes) -> str:
    """The body of a response with `Transfer-Encoding: chunked`."""
    _, _, rest = raw.partition(b"\r\n\r\n")
    body = b""
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        body, rest = body + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    return body.decode()


async def test_a_thousand_readers_of_one_answer_get_the_exact_text(
    endpoint: ModelEndpoint, site_database_url: str
) -> None:
    count = 1000
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4 * count)), hard))
    answer = "Grüße, 日本語 🙂 und danach die Birne. " * 30
    endpoint.knobs = Knobs(answer=answer, first_delta_delay_seconds=1, delta_delay_seconds=0.01)
    with serve_in_thread(create_app(settings_for(endpoint, site_database_url))) as url:
        async with httpx.AsyncClient(timeout=60) as client:
            asked = await post(client, url, QUESTION)
            texts = await asyncio.gather(*(read_raw(url, asked["events"]) for _ in range(count)))
    assert {answer} == set(texts)
    assert 1 == len(endpoint.requests)


async def read_raw(url: str, path: str) -> str:
    async with connected(url, path) as (stream, _):
        return (await read_all(stream)).text


async def read_all(stream: asyncio.StreamReader) -> Reader:
    raw = bytearray()
    while not raw.endswith(b"\r\n0\r\n\r\n"):
        chunk = await asyncio.wait_for(stream.read(2**16), 120)
        assert chunk
        raw += chunk
    reader = Reader()
    reader.take(without_chunks(bytes(raw)))
    return reader
