"""Bytes of an event stream in, the data of its events out.

Per https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation, with one
leniency: the last event counts without its closing blank line, which some servers leave out.
"""

from collections.abc import Iterator

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class EventDecoder:
    """Takes the stream in chunks cut anywhere; a character cut in two does no harm, lines end in ASCII bytes."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []
        self._line_feed_is_due = False
        self._at_start = True

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The data of every event this chunk completes."""
        if self._line_feed_is_due and chunk:
            # The chunk before ended between CR and LF, which are one line end.
            chunk = chunk.removeprefix(b"\n")
            self._line_feed_is_due = False
        lines = (self._rest + chunk).splitlines(keepends=True)
        self._rest = lines.pop() if lines and not lines[-1].endswith((b"\r", b"\n")) else b""
        self._line_feed_is_due = bool(lines) and not self._rest and lines[-1].endswith(b"\r")
        for line in lines:
            yield from self._read(line.rstrip(b"\r\n"))

    def finish(self) -> Iterator[bytes]:
        """The data of an event whose end the stream did not give."""
        yield from self._read(self._rest)
        self._rest = b""
        yield from self._read(b"")

    def _read(self, line: bytes) -> Iterator[bytes]:
        if self._at_start:
            line = line.removeprefix(_BYTE_ORDER_MARK)
            self._at_start = False
        if not line:
            if self._data:
                yield b"\n".join(self._data)
            self._data = []
            return
        name, _, value = line.partition(b":")
        if name == b"data":
            self._data.append(value.removeprefix(b" "))
