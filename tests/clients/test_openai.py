"""The `openai` SDKs' stream decoders, on the frames of the one-shot stream.

The SDKs send `Accept: application/json` with every request, a streamed one too, so they are told what to ask for.
"""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from openai import APIError, AsyncOpenAI, AsyncStream
from openai.types import Completion
from openai.types.chat import ChatCompletionChunk

from tests.clients.days import QUERY, Day, Reading, every_day, read_frames
from tests.clients.programs import run_node
from tests.clients.visits import Lectern

Texts = AsyncIterator[str]


async def chat_texts(client: AsyncOpenAI) -> Texts:
    async for chunk in await client.get(
        "/query",
        cast_to=ChatCompletionChunk,
        options={"params": {"query": QUERY}, "headers": {"Accept": "text/event-stream"}},
        stream=True,
        stream_cls=AsyncStream[ChatCompletionChunk],
    ):
        yield chunk.choices[0].delta.content or ""


async def completion_texts(client: AsyncOpenAI) -> Texts:
    async for completion in await client.get(
        "/query",
        cast_to=Completion,
        options={"params": {"query": QUERY}, "headers": {"Accept": "text/event-stream"}},
        stream=True,
        stream_cls=AsyncStream[Completion],
    ):
        yield completion.choices[0].text


async def read(texts: Texts) -> Reading:
    pieces: list[str] = []
    try:
        async for text in texts:
            pieces.append(text)  # noqa: PERF401 - what came before trouble is kept
    except APIError as error:
        return Reading("".join(pieces), error.code)
    return Reading("".join(pieces))


@pytest.mark.parametrize("texts", [chat_texts, completion_texts])
@every_day
async def test_python_reads_the_stream_and_asks_once(
    lectern: Lectern, day: Day, texts: Callable[[AsyncOpenAI], Texts]
) -> None:
    lectern.endpoint.knobs = day.knobs
    async with AsyncOpenAI(base_url=f"{lectern.url}/v1", api_key="none") as client:
        assert day.reading == await read(texts(client))
    lectern.assert_asked_once(day)


@every_day
def test_javascript_reads_the_stream_and_asks_once(lectern: Lectern, day: Day) -> None:
    lectern.endpoint.knobs = day.knobs
    lines = run_node("openai.mjs", f"{lectern.url}/v1", QUERY)
    assert day.reading == read_lines(lines)
    lectern.assert_asked_once(day)


def read_lines(lines: list[dict[str, Any]]) -> Reading:
    *chunks, last = lines
    if "choices" in last:
        return read_frames(lines)
    return Reading(read_frames(chunks).text, last["error"]["code"])
