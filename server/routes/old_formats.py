"""One encoder per wire format: answer events in, bytes or objects out. No encoder knows where events come from.

Oddities of the one-shot frame, each for a client that would break otherwise:
1. `text` and `delta.content` both, and `object` a chat chunk's: legacy-completion and chat clients read the
   same frame.
2. `choices` is never empty and `text` always a string: clients of both kinds index without looking.
3. Trouble is a text frame first: an `EventSource` can see neither a status code nor a body.
"""

import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any

import orjson

from server.errors import LecternError
from server.events import Delta, Event, Finished, SourcesFound

RETRY_MILLISECONDS = 3000
DONE = "[DONE]"

_NOTHING_FOUND = SourcesFound((), None)


def new_answer_id() -> str:
    """128 random bits: knowing an answer's id is the right to read it."""
    return secrets.token_urlsafe(16)


async def one_shot_frames(
    events: AsyncGenerator[Event, None], *, answer_id: str, model: str
) -> AsyncGenerator[dict[str, Any], None]:
    """Server-sent events as sse-starlette takes them: numbered JSON frames, then `[DONE]`."""
    frame = _FrameMaker(answer_id, model)
    found = _NOTHING_FOUND
    started = False
    async with aclosing(events):
        async for event in events:
            match event:
                case SourcesFound():
                    found = event
                    yield {**frame.make("", **_told(found)), "retry": RETRY_MILLISECONDS}
                case Delta():
                    started = True
                    yield frame.make(event.text)
                case Finished():
                    for last in _last_frames(frame, event, found=found, apart=started):
                        yield last
    yield {"id": f"{answer_id}:{frame.count}", "data": DONE}


class _FrameMaker:
    """Makes the frames of one answer, numbered from 0."""

    def __init__(self, answer_id: str, model: str) -> None:
        self._answer_id = answer_id
        self._model = model
        self._created = int(time.time())
        self.count = 0

    def make(self, text: str, *, finish_reason: str | None = None, **extra: Any) -> dict[str, Any]:
        choice = {"index": 0, "text": text, "delta": {"content": text}, "finish_reason": finish_reason}
        body = {
            "id": self._answer_id,
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": self._model,
            "choices": [choice],
            **extra,
        }
        event = {"id": f"{self._answer_id}:{self.count}", "data": orjson.dumps(body).decode()}
        self.count += 1
        return event


def _told(found: SourcesFound) -> dict[str, Any]:
    """The keys that go beside what was found."""
    return {"sources": found.sources, "confidence": found.confidence}


def _last_frames(
    frame: _FrameMaker, finished: Finished, *, found: SourcesFound, apart: bool
) -> Iterator[dict[str, Any]]:
    if finished.problem is None:
        yield frame.make("", finish_reason=finished.reason, **_told(found))
        return
    problem = finished.problem
    yield frame.make(f"\n\n{problem.reader_text}" if apart else problem.reader_text)
    error = {"code": problem.code, "message": problem.reader_text}
    yield frame.make("", finish_reason=finished.reason, **_told(found), error=error)


async def plain_text(events: AsyncGenerator[Event, None]) -> AsyncGenerator[str, None]:
    """The bare text as it comes. Trouble is raised before the first piece, and a last paragraph after it."""
    started = False
    async with aclosing(events):
        async for event in events:
            match event:
                case Delta():
                    started = True
                    yield event.text
                case Finished(problem=LecternError() as problem):
                    if not started:
                        raise problem
                    yield f"\n\n{problem.reader_text}\n"


async def whole_answer(
    events: AsyncIterator[Event], *, answer_id: str, query: str, model: str
) -> tuple[int, dict[str, Any]]:
    """HTTP status and the whole answer as one object, with `error` when there was trouble."""
    texts: list[str] = []
    body: dict[str, Any] = {"id": answer_id, "query": query, "model": model, "text": "", **_told(_NOTHING_FOUND)}
    status = 200
    async for event in events:
        match event:
            case SourcesFound():
                body |= _told(event)
            case Delta():
                texts.append(event.text)
            case Finished():
                body["finish_reason"] = event.reason
                if event.problem:
                    status = event.problem.http_status
                    body["error"] = {"code": event.problem.code, "message": event.problem.reader_text}
    body["text"] = "".join(texts)
    return status, body
