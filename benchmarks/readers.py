"""Any number of readers in a process of their own: they note what comes when, and read it afterwards."""

import asyncio
import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from multiprocessing.connection import Connection
from typing import Any, Final, cast
from urllib.parse import quote, urlsplit

from benchmarks.processes import Told, allow_open_files, obey, run_here, told_process
from benchmarks.streams import StreamReader

_LIMIT_SECONDS: Final = 60
_CONNECTING_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What one reader asks for."""

    url: str
    after_seconds: float = 0
    """When, counted from the first."""
    leaves: bool = False
    """Whether it closes the connection at the first text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One answer as its reader got it. Times are `time.monotonic()`, which all processes share."""

    sent_at: float
    first_event_at: float | None
    text_at: float | None
    """When the first text was there."""
    ended_at: float
    """When the connection was closed, by either side."""
    status: int
    event_count: int
    text: str
    is_done: bool
    """Whether it ended in `[DONE]`."""
    longest_silence_seconds: float
    """Between the first text and the end."""


def question_url(base_url: str, query: str) -> str:
    return f"{base_url}/v1/query?query={quote(query)}"


class Readers:
    """The process as a benchmark holds it."""

    def __init__(self, process: Told) -> None:
        self._process = process

    def start(self, calls: Sequence[Call]) -> None:
        """Returns when each has got something."""
        self._process.tell(partial(_Crowd.start, calls=calls))

    def finish(self) -> list[Read]:
        """What each has got, in the order of the calls, when all have ended or a minute is over."""
        read: list[Read] = self._process.tell(_Crowd.finish)
        return read

    def read(self, calls: Sequence[Call]) -> list[Read]:
        self.start(calls)
        return self.finish()


@contextlib.contextmanager
def running_readers() -> Iterator[Readers]:
    with told_process(_serve, name="readers") as process:
        yield Readers(process)


def _serve(orders: "Connection[Any, Any]") -> None:
    allow_open_files()
    run_here(obey(orders, _Crowd()))


class _Crowd:
    """The readers of one run."""

    def __init__(self) -> None:
        self._readers: list[_Reader] = []

    async def start(self, calls: Sequence[Call]) -> None:
        connecting = asyncio.Semaphore(_CONNECTING_AT_ONCE)
        self._readers = [_Reader(call) for call in calls]
        await asyncio.gather(*(reader.connect(connecting) for reader in self._readers if reader.is_first))
        started_at = time.monotonic()
        async with asyncio.timeout(_LIMIT_SECONDS):
            await asyncio.gather(*(reader.ask(started_at, connecting) for reader in self._readers))

    async def finish(self) -> list[Read]:
        await asyncio.wait([reader.ended for reader in self._readers], timeout=_LIMIT_SECONDS)
        return [reader.tell() for reader in self._readers]


class _Reader(asyncio.Protocol):
    def __init__(self, call: Call) -> None:
        loop = asyncio.get_running_loop()
        self.begun: asyncio.Future[None] = loop.create_future()
        """Done when there is something, or the connection is gone."""
        self.ended: asyncio.Future[None] = loop.create_future()
        self._call = call
        self._address = urlsplit(call.url)
        self._came: list[tuple[float, bytes]] = []
        self._live = StreamReader() if call.leaves else None
        self._target = self._address._replace(scheme="", netloc="").geturl()
        self._sent_at = self._ended_at = 0.0

    @property
    def is_first(self) -> bool:
        return not self._call.after_seconds

    async def connect(self, connecting: asyncio.Semaphore) -> None:
        async with connecting:
            host, port = self._address.hostname or "", self._address.port or 80
            await asyncio.get_running_loop().create_connection(lambda: self, host, port)

    async def ask(self, started_at: float, connecting: asyncio.Semaphore) -> None:
        """Asks in time, on a connection that is open already, and waits for the first of the answer."""
        if not self.is_first:
            await asyncio.sleep(started_at + self._call.after_seconds - time.monotonic())
            await self.connect(connecting)
        self._sent_at = time.monotonic()
        self._transport.write(
            f"GET {self._target} HTTP/1.1\r\nHost: {self._address.netloc}\r\n"
            "Accept: text/event-stream\r\nConnection: close\r\n\r\n".encode()
        )
        await self.begun

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # which uvloop's does not claim to be

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        self._came.append((now, data))
        if not self.begun.done():
            self.begun.set_result(None)
        if self._live:
            self._live.feed(data, at=now)
            if self._live.text_at:
                self._ended_at = time.monotonic()
                self._transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        del error
        self._ended_at = self._ended_at or time.monotonic()
        for future in (self.begun, self.ended):
            if not future.done():
                future.set_result(None)

    def tell(self) -> Read:
        if not self.ended.done():
            self._transport.abort()
        stream = StreamReader()
        for at, data in self._came:
            stream.feed(data, at=at)
        return Read(
            sent_at=self._sent_at,
            first_event_at=stream.first_event_at,
            text_at=stream.text_at,
            ended_at=self._ended_at or time.monotonic(),
            status=stream.status,
            event_count=stream.event_count,
            text=stream.text,
            is_done=stream.is_done,
            longest_silence_seconds=self._longest_silence(stream.text_at),
        )

    def _longest_silence(self, text_at: float | None) -> float:
        times = [at for at, _ in self._came if text_at and at >= text_at]
        return max((later - at for at, later in pairwise(times)), default=0)
