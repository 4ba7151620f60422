"""The `openai` SDK's decoders on the one-shot stream, whose frames are a chat's and a completion's at once."""

import pytest
from openai import AsyncOpenAI, AsyncStream
from openai.types import Completion
from openai.types.chat import ChatCompletionChunk

from tests.clients.days import ANSWER, GOOD_KNOBS, new_query
from tests.clients.python_programs import text_of
from tests.clients.visits import Lectern


@pytest.mark.parametrize("kind", [ChatCompletionChunk, Completion])
async def test_both_decoders_read_the_same_frames(
    lectern: Lectern, kind: type[ChatCompletionChunk] | type[Completion]
) -> None:
    lectern.endpoint.knobs = GOOD_KNOBS
    async with AsyncOpenAI(base_url=f"{lectern.url}/v1", api_key="none") as client:
        stream = await client.get(
            "/query",
            cast_to=kind,
            options={"params": {"query": new_query()}, "headers": {"Accept": "text/event-stream"}},
            stream=True,
            stream_cls=AsyncStream[kind],  # type: ignore[valid-type]
        )
        assert ANSWER == "".join([text_of(chunk, "delta") async for chunk in stream])
