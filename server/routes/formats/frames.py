"""What an encoder is: events of an answer in, frames out. No encoder knows where events come from or who reads."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Final, NamedTuple

from server.answering.live import LiveAnswer, Logged

EVENT_STREAM: Final = "text/event-stream"
RETRY_MILLISECONDS: Final = 3000
STREAM_HEADERS: Final = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}


class Frame(NamedTuple):
    """One write. A reader that has read it resumes behind `position`."""

    position: int
    data: bytes


class Format(ABC):
    """One wire format. Equal ones encode alike, and what one has made of an event serves all its readers."""

    media_type: str = EVENT_STREAM
    headers: Mapping[str, str] = STREAM_HEADERS
    keep_alive: bytes = b": ping\n"
    """Sent while the model is silent; empty where the format has no place for it."""
    can_resume: bool = False
    """Whether its clients come back after a lost connection, so that an answer waits for them."""

    @abstractmethod
    def encode(self, answer: LiveAnswer, logged: Logged) -> tuple[Frame, ...]:
        """The frames of an event, in the order of their positions; the last ones close the stream."""

    def frames(self, answer: LiveAnswer, logged: Logged) -> tuple[Frame, ...]:
        """The same, made once."""
        made: tuple[Frame, ...] | None = logged.encoded.get(self)
        if made is None:
            made = logged.encoded[self] = self.encode(answer, logged)
        return made


def event(data: bytes, *, id: str | None = None, name: str | None = None, retry: bool = False) -> bytes:
    """One server-sent event; LF, one `data:` line. `data` must not hold a line end.

    The id is last: `@microsoft/fetch-event-source` counts the event as read when it has that line, and where the
    connection broke behind it asks for what comes next.
    """
    lines = [
        f"event: {name}\n".encode() if name else b"",
        b"data: ",
        data,
        f"\nretry: {RETRY_MILLISECONDS}".encode() if retry else b"",
        f"\nid: {id}".encode() if id else b"",
        b"\n\n",
    ]
    return b"".join(lines)
