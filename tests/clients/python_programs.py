"""The clients in Python; each does one job."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any, Final

import httpx
import orjson
from httpx_sse import SSEError, aconnect_sse
from openai import APIError, APIStatusError, AsyncOpenAI

from tests.clients.jobs import Job, Told

# After which a reader leaves who is shown nothing to leave at: long enough for a busy machine to ask the model.
PATIENCE_SECONDS: Final = 1.5

Program = Callable[[Job], Awaitable[Told]]


async def read_by_httpx_sse(job: Job) -> Told:
    events: list[Told] = []
    async with httpx.AsyncClient() as client:
        url = await open_answer(client, job)
        request = {"headers": dict(job.headers), "content": job.body}
        try:
            async with aconnect_sse(client, job.method, url, **request) as source:
                if source.response.is_error:
                    return {"refusal": {"body": (await source.response.aread()).decode()}, "ended": "refused"}
                async with aclosing(source.aiter_sse()) as read:
                    async for event in read:
                        events.append({"event": event.event, "data": event.data})
                        if event.data == "[DONE]":
                            return {"events": events, "ended": "done"}
                        if job.stops_at and job.stops_at in event.data:
                            if not job.stops_by_delete:
                                return {"events": events, "ended": "left"}
                            await client.delete(url.removesuffix("/events"))
        except (httpx.TransportError, SSEError) as error:
            return {"events": events, "ended": f"given up: {error!r}"}
    return {"events": events, "ended": "closed"}


async def open_answer(client: httpx.AsyncClient, job: Job) -> str:
    if job.opening is None:
        return job.url
    response = await client.post(job.opening.url, content=job.opening.body, headers=dict(job.opening.headers))
    return str(httpx.URL(job.opening.url).join(response.json()["events"]))


async def read_by_openai(job: Job) -> Told:
    pieces: list[str] = []

    def told(ended: str, problem: str | None = None) -> Told:
        return {"text": "".join(pieces), "problem": problem, "ended": ended}

    body = orjson.loads(job.body or "")
    async with AsyncOpenAI(base_url=job.base_url, api_key="none") as client:
        ask = client.chat.completions.create if "messages" in body else client.completions.create
        limit_seconds = PATIENCE_SECONDS if job.stops_at and not body["stream"] else None
        try:
            answer = await asyncio.wait_for(ask(**body), limit_seconds)
            if not body["stream"]:
                pieces.append(text_of(answer, "message"))
                return told("done")
            async with answer:
                async for chunk in answer:
                    pieces.append(text_of(chunk, "delta"))
                    if job.stops_at and job.stops_at in pieces[-1]:
                        return told("left")
        except TimeoutError:
            return told("left")
        except APIStatusError as error:
            return told("refused", error.code)
        except (APIError, httpx.TransportError) as error:
            code = getattr(error, "code", None)
            return told("done" if code else f"given up: {error!r}", code)
    return told("done")


def text_of(chunk: Any, part: str) -> str:
    """Of a chunk with a choice, as most examples read it; the one with `usage` has none."""
    for choice in chunk.choices:
        return (choice.text if hasattr(choice, "text") else getattr(choice, part).content) or ""
    return ""
