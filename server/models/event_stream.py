"""Bytes of an event stream in, the data of its events out.

Per https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation, with one
leniency: the last event counts without its closing blank line, which some servers leave out.
"""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class EventDecoder:
    """Takes the stream in chunks cut anywhere; a character cut in two does no harm, lines end in ASCII bytes."""

    def __init__(self) -> None:
        self._rest = b""
        self._line_feed_is_due = False
        self._at_start = True

    def feed(self, chunk: bytes) -> list[bytes]:
        """The data of every event this chunk completes."""
        if self._line_feed_is_due and chunk:
            # The chunk before ended between CR and LF, which are one line end.
            chunk = chunk.removeprefix(b"\n")
            self._line_feed_is_due = False
        if b"\r" in chunk:
            self._line_feed_is_due = chunk.endswith(b"\r")
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        blocks = (self._rest + chunk).split(b"\n\n")
        self._rest = blocks.pop()
        return self._read(blocks)

    def finish(self) -> list[bytes]:
        """The data of an event whose end the stream did not give."""
        blocks, self._rest = [self._rest], b""
        return self._read(blocks)

    def _read(self, blocks: list[bytes]) -> list[bytes]:
        if self._at_start and blocks:
            blocks[0] = blocks[0].removeprefix(_BYTE_ORDER_MARK)
            self._at_start = False
        return [data for block in blocks if (data := read_data(block)) is not None]


def read_data(block: bytes) -> bytes | None:
    """The data of one event's lines; `None` when they are comments and other fields only."""
    if block.startswith(b"data: ") and b"\n" not in block:  # nearly all of them
        return block[6:]
    fields = (line.partition(b":") for line in block.split(b"\n"))
    values = [value.removeprefix(b" ") for name, _, value in fields if name == b"data"]
    return b"\n".join(values) if values else None
