"""A model's endpoint that costs little: frames encoded beforehand, one write per delta, at a steady pace.

It speaks as much of OpenAI's chat completions as is streamed, over bare sockets, because an HTTP framework would
need a core of its own for two hundred answers.
"""

import asyncio
import random
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final, cast

import httptools
import orjson

_SEED: Final = 2026
_WORDS: Final = """
    the of to a is in that with for you can set file option server value when it each page by default key name read
    config section command build output – naïve path “quoted” load only one more than before after
"""

_HEAD: Final = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
)
_END: Final = b"0\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How the model answers from the next request on."""

    delta_count: int = 20
    first_delta_seconds: float = 0
    gap_seconds: float = 0
    """Between two deltas; 0 sends all at once."""
    is_held: bool = False
    """Whether no delta is sent until all are released together."""
    silent_after: int | None = None
    """Deltas after which nothing more comes, ever."""


@dataclass(slots=True)
class Served:
    """One question as the model saw it. Times are `time.monotonic()`, which all processes share."""

    query: str
    received_at: float
    first_delta_at: float | None = None
    closed_early_at: float | None = None
    """When the client went away before the answer was complete."""


def answer_text(query: str, *, delta_count: int) -> str:
    """What the model answers: its first delta is the question, so that no two answers are the same."""
    return f"{query} " + "".join(_later_deltas(delta_count))


class PacedModel:
    def __init__(self) -> None:
        self.pace = Pace()
        self.served: list[Served] = []
        self.latest_seconds = 0.0
        """By how much a delta came later than it was due, at worst."""
        self._held: list[Callable[[], None]] = []
        self._changed = asyncio.Event()

    def receive(self, body: bytes) -> Served:
        served = Served(_find_query(body), time.monotonic())
        self.served.append(served)
        self.tell_change()
        return served

    def hold(self, begin: Callable[[], None]) -> None:
        self._held.append(begin)

    def release(self) -> None:
        """All begin, evenly spread over one gap, and later ones as they come."""
        self.pace = replace(self.pace, is_held=False)
        begins, self._held = self._held, []
        loop = asyncio.get_running_loop()
        for place, begin in enumerate(begins):
            loop.call_later(place * self.pace.gap_seconds / len(begins), begin)

    def tell_change(self) -> None:
        self._changed.set()
        self._changed.clear()

    async def wait_until(self, is_so: Callable[["PacedModel"], bool], *, limit_seconds: float) -> bool:
        """Whether it came to be so in time."""
        try:
            async with asyncio.timeout(limit_seconds):
                while not is_so(self):
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True


class ModelConnection(asyncio.Protocol):
    """One connection; its requests come one after the other."""

    def __init__(self, model: PacedModel) -> None:
        self._model = model
        self._parser = httptools.HttpRequestParser(self)
        self._body: list[bytes] = []
        self._served: Served | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # which uvloop's does not claim to be

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def connection_lost(self, error: Exception | None) -> None:
        del error
        if self._served:
            self._served.closed_early_at = time.monotonic()
            self._model.tell_change()

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        body, self._body = b"".join(self._body), []
        self._served = self._model.receive(body)
        self._pace = self._model.pace
        self._frames = _frames(self._pace.delta_count, has_usage=b'"include_usage":true' in body)
        self._place = 0
        self._transport.write(_HEAD + _chunk(_frame({"role": "assistant", "content": ""})))
        if self._pace.is_held:
            self._model.hold(self._begin)
        else:
            self._begin()

    def _begin(self) -> None:
        self._due = time.monotonic() + self._pace.first_delta_seconds
        if self._pace.first_delta_seconds:
            self._wait()
        else:
            self._send()

    def _wait(self) -> None:
        asyncio.get_running_loop().call_later(max(self._due - time.monotonic(), 0), self._send)

    def _send(self) -> None:
        """The next delta and, where there is no gap, those after it."""
        served, pace = self._served, self._pace
        while served and not served.closed_early_at and self._place != pace.silent_after:
            now = time.monotonic()
            self._model.latest_seconds = max(self._model.latest_seconds, now - self._due)
            if self._place == 0:
                served.first_delta_at = now
                self._transport.write(_chunk(_frame({"content": f"{served.query} "})))
            else:
                self._transport.write(self._frames[self._place - 1])
            self._place += 1
            if self._place > len(self._frames):
                self._served = None
                self._model.tell_change()
                return
            self._due += pace.gap_seconds
            if pace.gap_seconds:
                self._wait()
                return


async def listen(model: PacedModel) -> str:
    """The base URL it listens at, on a free port, as long as the loop runs."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
    await asyncio.get_running_loop().create_server(lambda: ModelConnection(model), sock=listening)
    return f"http://127.0.0.1:{listening.getsockname()[1]}/v1"


def _find_query(body: bytes) -> str:
    """The question in Lectern's prompt; of others, the whole last message."""
    content: str = orjson.loads(body)["messages"][-1]["content"]
    _, is_there, behind = content.rpartition("<question>\n")
    return behind.removesuffix("\n</question>") if is_there else content


@cache
def _later_deltas(delta_count: int) -> tuple[str, ...]:
    """All but the first: about a token each, with full stops, paragraphs and citations cut as tokens are."""
    chance, words = random.Random(_SEED), _WORDS.split()
    deltas: list[str] = []
    while len(deltas) < delta_count - 1:
        sentence = [f" {word}" for word in chance.choices(words, k=chance.randint(6, 12))]
        deltas += [*sentence, " [", "1", "].", "\n\n" if chance.random() < 0.2 else " So"]
    return tuple(deltas[: delta_count - 1])


@cache
def _frames(delta_count: int, *, has_usage: bool) -> tuple[bytes, ...]:
    """What follows the first delta, one write each; the last one holds all that comes behind the text."""
    usage = {"prompt_tokens": 900, "completion_tokens": delta_count, "total_tokens": 900 + delta_count}
    last = [_frame({}, finish_reason="stop")]
    if has_usage:
        last.append(_event({**_COMMON, "choices": [], "usage": usage}))
    ending = b"".join(_chunk(frame) for frame in (*last, b"data: [DONE]\n\n")) + _END
    return (*(_chunk(_frame({"content": text})) for text in _later_deltas(delta_count)), ending)


_COMMON: Final[dict[str, Any]] = {
    "id": "chatcmpl-CeQ2vXh0m5n8rJt4yKzWbD1uLsA7g",
    "object": "chat.completion.chunk",
    "created": 1_763_000_000,
    "model": "gpt-4.1-mini-2025-04-14",
    "service_tier": "default",
    "system_fingerprint": "fp_4fce0778af",
}


def _frame(delta: dict[str, str], *, finish_reason: str | None = None) -> bytes:
    """As long as OpenAI's are."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    return _event({**_COMMON, "choices": [choice], "usage": None})


def _event(body: dict[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(body) + b"\n\n"


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)
