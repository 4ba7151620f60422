"""Streams as several providers write them, cut behind every byte: no character is lost, none comes twice."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal

import orjson
import pytest

from server.errors import ModelUnavailable
from server.events import Finished, Usage
from server.models.completions import Completer, make_completer
from server.models.openai_completions import AnswerReader
from server.models.openai_endpoint import Endpoint
from server.records import Message, Prompt
from server.settings import load_settings

ENDPOINT = Endpoint(purpose="completion", model="m", base_url="http://models.example/v1", api_key=None)
PROMPT = Prompt(query="Why?", messages=(Message(role="user", content="Why?"),))
DONE = b"data: [DONE]\n\n"
USAGE = {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17}


def event(**fields: Any) -> bytes:
    return b"data: " + orjson.dumps({"id": "chatcmpl-1", "object": "chat.completion.chunk"} | fields) + b"\n\n"


def part(content: str | None = None, *, reason: str | None = None, **fields: Any) -> bytes:
    return event(choices=[{"index": 0, "delta": {"content": content}, "finish_reason": reason}], **fields)


TEXTS = ("Grü", "ße, 世", "界 🎉", " `\\r\r\n\n`", "\u2028end.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """What a provider sent, event by event, with the text that comes with each."""

    pieces: tuple[tuple[bytes, str], ...]
    usage: Usage | None = None
    complete_before_end_bytes: int = 0
    """How many of an event's last bytes it is complete without: the LF of a last CRLF."""

    @property
    def bytes(self) -> bytes:
        return b"".join(sent for sent, _ in self.pieces)

    @property
    def text(self) -> str:
        return self.text_within(len(self.bytes))

    def text_within(self, count: int) -> str:
        """The text of the events that are complete in so many bytes."""
        text, end = "", 0
        for sent, said in self.pieces:
            end += len(sent)
            text += said if end - self.complete_before_end_bytes <= count else ""
        return text


def stream(*before: bytes, behind: tuple[bytes, ...], usage: bool = False, **fields: Any) -> Stream:
    pieces = [*((sent, "") for sent in before), *((part(text, **fields), text) for text in TEXTS)]
    return Stream(
        pieces=(*pieces, *((sent, "") for sent in behind)),
        usage=Usage(prompt_tokens=12, completion_tokens=5) if usage else None,
    )


def with_crlf(plain: Stream) -> Stream:
    pieces = tuple((sent.replace(b"\n", b"\r\n"), text) for sent, text in plain.pieces)
    return Stream(pieces=pieces, usage=plain.usage, complete_before_end_bytes=1)


def with_cr(plain: Stream) -> Stream:
    pieces = tuple((sent.replace(b"\n", b"\r"), text) for sent, text in plain.pieces)
    return Stream(pieces=pieces, usage=plain.usage)


ROLE = event(choices=[{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}])
END = part(reason="stop")

OPENAI = stream(ROLE, behind=(END, event(choices=[], usage=USAGE), DONE), usage=True, obfuscation="x7Qz")
STREAMS = {
    "OpenAI": OPENAI,
    "OpenAI with CRLF": with_crlf(OPENAI),
    "OpenAI with CR": with_cr(OPENAI),
    "Azure": stream(
        event(choices=[], prompt_filter_results=[{"prompt_index": 0, "content_filter_results": {}}]),
        ROLE,
        behind=(part(reason="stop", usage=None), DONE),
    ),
    "vLLM": stream(
        ROLE,
        behind=(END, event(choices=[], usage=USAGE), DONE),
        usage=True,
        usage_so_far=None,
    ),
    "llama.cpp": stream(behind=(part(reason="stop", usage=USAGE, timings={"predicted_ms": 1.5}),), usage=True),
    "OpenRouter": stream(
        b": OPENROUTER PROCESSING\n\n",
        b": OPENROUTER PROCESSING\n\n",
        behind=(END, b": OPENROUTER PROCESSING\n\n", event(choices=[], usage=USAGE), DONE),
        usage=True,
    ),
    "a gateway with event names, ids and a byte order mark": stream(
        b"\xef\xbb\xbfretry: 3000\nid: 0\n\n",
        b"event: message\nid: 1\n" + ROLE,
        b"event: ping\ndata: {}\n\n",
        b":\n\n\n\n",
        behind=(b"event: message\ndata:" + END.removeprefix(b"data: "), b"data:[DONE]\n\n"),
    ),
}


@pytest.fixture(params=STREAMS.values(), ids=list(STREAMS))
def recorded(request: pytest.FixtureRequest) -> Stream:
    return request.param  # type: ignore[no-any-return]


def test_cut_in_two_behind_any_byte_an_answer_is_the_same(recorded: Stream) -> None:
    sent = recorded.bytes
    expected = (recorded.text, "stop", recorded.usage)
    for k in range(len(sent) + 1):
        reader = AnswerReader(ENDPOINT)
        text = "".join([*reader.feed(sent[:k]), *reader.feed(sent[k:]), *reader.finish()])
        assert expected == (text, reader.finish_reason, reader.usage), f"cut behind {sent[:k]!r}"


def test_of_the_first_bytes_all_complete_events_are_read(recorded: Stream) -> None:
    sent = recorded.bytes
    for k in range(len(sent) + 1):
        text = "".join(AnswerReader(ENDPOINT).feed(sent[:k]))
        assert recorded.text_within(k) == text, f"after {sent[:k]!r}"


def test_byte_by_byte_an_answer_is_the_same(recorded: Stream) -> None:
    reader = AnswerReader(ENDPOINT)
    texts = [text for byte in recorded.bytes for text in reader.feed(bytes([byte]))]
    assert list(TEXTS) == texts


# The same over HTTP, where the connection may break as well.

Ending = Literal["in order", "closed", "reset"]


@dataclass(kw_only=True)
class Provider:
    """Sends what it is told to, in HTTP chunks, and ends as it is told to."""

    chunks: tuple[bytes, ...] = ()
    ending: Ending = "in order"
    gap_seconds: float = 0.002
    """Between the chunks; 0 sends them at once."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Every request of one connection."""
        with contextlib.closing(writer), contextlib.suppress(asyncio.IncompleteReadError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(line for line in head.lower().splitlines() if line.startswith(b"content-length:"))
                await reader.readexactly(int(length.partition(b":")[2]))
                await self._answer(writer)
                if self.ending != "in order":
                    break
            if self.ending == "reset":
                writer.transport.abort()

    async def _answer(self, writer: asyncio.StreamWriter) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        chunks = [b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in self.chunks if chunk]
        writer.write(head + b"".join(chunks[:1]))
        await asyncio.sleep(self.gap_seconds)
        writer.write(b"".join(chunks[1:]))
        if self.ending == "in order":
            writer.write(b"0\r\n\r\n")


@asynccontextmanager
async def providing() -> AsyncIterator[tuple[Provider, Completer]]:
    provider = Provider()
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    options = {"completion_model": "openai/m", "completion_base_url": f"http://{host}:{port}/v1"}
    completer = make_completer(load_settings(**options, completion_api_key="k", coalesce_seconds=0.006))
    async with server:
        yield provider, completer
        await completer.close()
        await asyncio.sleep(0.01)  # for the connections to notice


async def read(completer: Completer, *, busy_seconds: float = 0) -> tuple[str, object, Usage | None]:
    """The text; the error's type or the reason it ended for; what it took. After each event the reader is busy."""
    text = ""
    try:
        async with aclosing(completer.complete(PROMPT)) as events:
            async for one in events:
                text += getattr(one, "text", "")
                await asyncio.sleep(busy_seconds)
    except ModelUnavailable as error:
        return text, type(error), None
    assert isinstance(one, Finished)
    return text, one.reason, one.usage


@pytest.mark.parametrize("name", ["OpenAI", "OpenAI with CRLF"])
async def test_over_http_a_cut_answer_is_the_same(name: str) -> None:
    sent = STREAMS[name].bytes
    expected = STREAMS[name].text, "stop", STREAMS[name].usage
    async with providing() as (provider, completer):
        for k in range(0, len(sent), 61):
            provider.chunks = sent[:k], sent[k:]
            assert expected == await read(completer), f"cut behind {sent[:k]!r}"


@pytest.mark.parametrize("ending", ["closed", "reset"])
@pytest.mark.parametrize("gap_seconds", [0, 0.002])
async def test_over_http_what_came_before_the_connection_broke_is_read(ending: Ending, gap_seconds: float) -> None:
    sent = OPENAI.bytes
    complete_at = sent.index(END) + len(END)
    async with providing() as (provider, completer):
        provider.ending, provider.gap_seconds = ending, gap_seconds
        for k in range(1, complete_at, 97):
            provider.chunks = sent[: k // 2], sent[k // 2 : k]
            expected = OPENAI.text_within(k), ModelUnavailable, None
            # While the reader is busy, all of the rest comes, and the end of the connection with it.
            assert expected == await read(completer, busy_seconds=2 * gap_seconds), f"cut behind {sent[:k]!r}"
        provider.chunks = sent[:200], sent[200:complete_at]
        assert (OPENAI.text, "stop", None) == await read(completer)
