"""A relay as tutorials write it: the SDK's typed stream, one server-sent event per chunk.

python naive.py MODEL_URL PORT
"""

import json
import sys
from collections.abc import AsyncIterator

import uvicorn
from openai import AsyncOpenAI
from sse_starlette import EventSourceResponse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

model, port = sys.argv[1], int(sys.argv[2])
client = AsyncOpenAI(base_url=model, api_key="test")


async def answer(query: str) -> AsyncIterator[dict[str, str]]:
    stream = await client.chat.completions.create(
        model="test", messages=[{"role": "user", "content": query}], stream=True
    )
    async for chunk in stream:
        if chunk.choices and chunk.choices[0].delta.content:
            yield {"data": json.dumps({"text": chunk.choices[0].delta.content})}
    yield {"data": "[DONE]"}


async def ask(request: Request) -> EventSourceResponse:
    return EventSourceResponse(answer(request.query_params["query"]))


app = Starlette(routes=[Route("/v1/query", ask)])

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=port)  # which says at what address it listens
