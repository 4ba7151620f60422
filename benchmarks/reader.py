"""A reader with a stopwatch: asks over a bare socket, because an HTTP client takes a millisecond for itself."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

_LINE_MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """One answer as its reader saw it. Times are `time.monotonic()`."""

    query: str
    sent_at: float
    sources_at: float
    text_at: float
    """When the first text was there."""
    ended_at: float
    """When the reader had everything, or closed the connection."""


async def ask(url: str, query: str, *, leaves: bool = False) -> Asked:
    """Asks on a connection that is open already; who `leaves` closes it at the first text."""
    address = urlsplit(url)
    lines, connection = await asyncio.open_connection(address.hostname, address.port, limit=_LINE_MAX_BYTES)
    try:
        sent_at = time.monotonic()
        connection.write(
            f"GET /v1/query?query={quote(query)} HTTP/1.1\r\nHost: {address.netloc}\r\n"
            "Accept: text/event-stream\r\nConnection: close\r\n\r\n".encode()
        )
        sources_at = await _wait_for_frame(lines, query)
        text_at = await _wait_for_frame(lines, query)
        if not leaves:
            await lines.read()
        return Asked(query, sent_at, sources_at, text_at, ended_at=time.monotonic())
    finally:
        connection.close()


async def search(url: str, query: str) -> float:
    """Seconds of one `GET /v1/search`, from the request to its last byte, on a connection that is open already."""
    address = urlsplit(url)
    answer, connection = await asyncio.open_connection(address.hostname, address.port)
    try:
        started = time.monotonic()
        connection.write(
            f"GET /v1/search?query={quote(query)} HTTP/1.1\r\nHost: {address.netloc}\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        said = await answer.read()
        seconds = time.monotonic() - started
    finally:
        connection.close()
    if not said.startswith(b"HTTP/1.1 200 "):
        raise RuntimeError(f"The search for {query!r} failed: {said[:300]!r}")
    return seconds


async def ask_all(url: str, queries: Iterable[str], *, readers: int) -> list[Asked]:
    """Asks every query once; each reader asks its next one when it has read the answer before."""
    waiting = iter(queries)

    async def read() -> list[Asked]:
        return [await ask(url, query) for query in waiting]

    answered = await asyncio.gather(*(read() for _ in range(readers)))
    return [asked for one_reader in answered for asked in one_reader]


async def _wait_for_frame(lines: asyncio.StreamReader, query: str) -> float:
    """The first frame holds the sources, the second the first text; each is one line in one chunk."""
    async for line in lines:
        if line.startswith(b"data: {"):
            return time.monotonic()
    raise RuntimeError(f"There was no answer to {query!r}.")
