"""A response as its reader gets it: bytes with the times they came at, in; events and text out."""

from typing import Any, Final

import httptools
import orjson

DONE: Final = b"[DONE]"


class StreamReader:
    """Reads any of the streams that are compared: Lectern's formats, OpenAI's, a bare `{"text": …}` per event."""

    def __init__(self) -> None:
        self.body = b""
        """All of it, when it is no event stream."""
        self.event_count = 0
        self.first_event_at: float | None = None
        self.text_at: float | None = None
        """When the first text was there."""
        self.is_done = False
        """Whether the stream said at its end that this is all."""
        self._parser = httptools.HttpResponseParser(self)
        self._is_event_stream = False
        self._pieces: list[str] = []
        self._rest = b""
        self._now = 0.0

    @property
    def status(self) -> int:
        """0 when no response came."""
        return int(self._parser.get_status_code())

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def feed(self, data: bytes, *, at: float) -> None:
        self._now = at
        self._parser.feed_data(data)

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"content-type":
            self._is_event_stream = value.startswith(b"text/event-stream")

    def on_body(self, body: bytes) -> None:
        if not self._is_event_stream:
            self.body += body
            return
        # sse-starlette ends lines with CRLF by itself.
        *blocks, self._rest = (self._rest + body).replace(b"\r\n", b"\n").split(b"\n\n")
        for block in blocks:
            for line in block.split(b"\n"):
                if line.startswith(b"data:"):
                    self._read(line.removeprefix(b"data:").strip())

    def _read(self, data: bytes) -> None:
        self.event_count += 1
        self.first_event_at = self.first_event_at or self._now
        if data == DONE:
            self.is_done = True
            return
        if text := _text_of(orjson.loads(data)):
            self.text_at = self.text_at or self._now
            self._pieces.append(text)


def _text_of(frame: dict[str, Any]) -> str:
    if choices := frame.get("choices"):
        return choices[0]["delta"].get("content") or ""
    return frame.get("text") or ""
