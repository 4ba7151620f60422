"""A bad line between a client and Lectern: it passes everything on, writes down what passed, and breaks once."""

import asyncio
import re
import socket
import struct
import time
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from urllib.parse import urlsplit

_REQUEST: Final = re.compile(rb"^(GET|POST|DELETE|OPTIONS) (\S+) HTTP/1.1\r\n")
_STATUS: Final = re.compile(rb"^HTTP/1.1 (\d{3}) ")
_STREAM: Final = re.compile(rb"\r\ncontent-type: text/(?:event-stream|plain)", re.IGNORECASE)
_RESET: Final = struct.pack("ii", 1, 0)


class Cut(NamedTuple):
    """Where the line breaks in the body of the first stream."""

    behind: bytes = b""
    """As soon as this has passed; empty: before the first byte."""
    ends_event: bool = False
    """Lets the event pass in which that stands."""
    resets: bool = False
    """Whether the client gets a reset instead of an early end."""


@dataclass
class Line:
    """A line as a test holds it."""

    url: str = ""
    requests: list[str] = field(default_factory=list)
    """Method and path of each, preflights aside, as in `statuses`."""
    statuses: list[int] = field(default_factory=list)
    ping_count: int = 0
    left_at: float = 0
    """`time.monotonic()` when the client last closed a connection."""
    deleted_at: float = 0
    cut: Cut | None = None
    """What is still to happen; `None` when it has."""


class Passage:
    """What of one connection's answers may pass. The head of a response has to come in one piece."""

    def __init__(self, line: Line) -> None:
        self.is_broken = False
        self.is_preflight = False
        """Whether the answer is to a preflight, whose body is plain text too."""
        self._line = line
        self._body: bytearray | None = None

    def let(self, data: bytes) -> bytes:
        cut = self._line.cut
        if cut is None or self.is_preflight:
            return data
        head_end = 0
        if self._body is None:
            if not (_STATUS.match(data) and _STREAM.search(data)):
                return data
            head_end = data.index(b"\r\n\r\n") + 4
            self._body = bytearray()
        passed = len(self._body)
        self._body += data[head_end:]
        end = _end_of(bytes(self._body), cut)
        if end is None:
            return data
        self.is_broken = True
        return data[: head_end + max(end - passed, 0)]


def _end_of(body: bytes, cut: Cut) -> int | None:
    found = body.find(cut.behind)
    if found < 0:
        return None
    end = found + len(cut.behind)
    if not cut.ends_event:
        return end
    blank = body.find(b"\n\n", end)
    return None if blank < 0 else blank + 2


@asynccontextmanager
async def line_to(url: str, cut: Cut | None = None) -> AsyncIterator[Line]:
    """A line to the server at `url`, on a port of its own; broken off for good at the end."""
    target = urlsplit(url)
    line = Line(cut=cut)
    connections: set[asyncio.Task[None]] = set()

    async def connect(reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        server_reader, server_writer = await asyncio.open_connection(target.hostname, target.port)
        try:
            await _pass_on(line, (reader, writer), (server_reader, server_writer))
        finally:
            for end in (writer, server_writer):
                end.close()

    server = await asyncio.start_server(connect, "127.0.0.1")
    line.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield line
    finally:
        server.close()
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


End = tuple[StreamReader, StreamWriter]


async def _pass_on(line: Line, client: End, server: End) -> None:
    """Until one side is done, or the line breaks."""
    passage = Passage(line)
    ways = [
        asyncio.create_task(_pass_up(line, passage, client[0], server[1])),
        asyncio.create_task(_pass_down(line, passage, server[0], client[1])),
    ]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _pass_up(line: Line, passage: Passage, reader: StreamReader, writer: StreamWriter) -> None:
    with suppress(ConnectionError):  # some leave with a reset
        while data := await reader.read(65_536):
            if asked := _REQUEST.match(data):
                _note(line, passage, *(part.decode() for part in asked.groups()))
            writer.write(data)
            await writer.drain()
    line.left_at = time.monotonic()


def _note(line: Line, passage: Passage, method: str, path: str) -> None:
    passage.is_preflight = method == "OPTIONS"
    if not passage.is_preflight:
        line.requests.append(f"{method} {path.partition('?')[0]}")
    if method == "DELETE":
        line.deleted_at = time.monotonic()


async def _pass_down(line: Line, passage: Passage, reader: StreamReader, writer: StreamWriter) -> None:
    while data := await reader.read(65_536):
        if (answered := _STATUS.match(data)) and not passage.is_preflight:
            line.statuses.append(int(answered[1]))
        line.ping_count += data.count(b": ping\n")
        writer.write(passage.let(data))
        await writer.drain()
        if passage.is_broken:
            if line.cut and line.cut.resets:
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            line.cut = None
            return
