"""OpenAI's two completion formats: a stream's chunks, and whole objects.

Where ours are more than OpenAI's, in keys that its SDKs hand on and programs built on them pass over:
1. `sources` and `confidence` on the first chunk and on a whole object, `citations` on the chunk with the
   `finish_reason` and on a whole object.
2. `id` is the answer's, without OpenAI's prefix: it opens `/v1/answers/{id}`.
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import orjson

from server.answering.live import DONE, FINISHED, LiveAnswer, Logged
from server.errors import LecternError, RequestInvalid
from server.events import Delta, Finished, SourcesFound, Usage
from server.routes.formats.frames import Format, Frame, event

_NO_USAGE: Final = Usage(prompt_tokens=0, completion_tokens=0)  # no model was asked


@dataclass(frozen=True)
class Chunks(Format):
    """What both streams have in common. No event has an id: nobody resumes here."""

    include_usage: bool = False
    """Whether a last chunk without choices tells it."""

    object_name: ClassVar[str]

    @abstractmethod
    def choice(self, text: str, *, is_first: bool, finish_reason: str | None) -> dict[str, Any]: ...

    def encode(self, answer: LiveAnswer, logged: Logged) -> tuple[Frame, ...]:
        match logged.event:
            case SourcesFound(sources=sources, confidence=confidence):
                return (self._frame(answer, 0, is_first=True, sources=sources, confidence=confidence),)
            case Delta(text):
                return (self._frame(answer, logged.position, text),)
            case Finished(problem=LecternError() as problem):
                # The SDKs raise it and read no further; others see the end that every stream has.
                return (Frame(FINISHED, event(orjson.dumps(error_object(problem)))), _done())
            case Finished():
                return (*self._last_frames(answer, logged.event), _done())

    def _last_frames(self, answer: LiveAnswer, finished: Finished) -> list[Frame]:
        reason = finish_reason(finished)
        frames = [self._frame(answer, FINISHED, finish_reason=reason, citations=finished.citations)]
        if self.include_usage:
            body = {**head(answer, self.object_name), "choices": (), "usage": usage_object(finished.usage)}
            frames.append(Frame(FINISHED, event(orjson.dumps(body))))
        return frames

    def _frame(
        self,
        answer: LiveAnswer,
        position: int,
        text: str = "",
        *,
        is_first: bool = False,
        finish_reason: str | None = None,
        **extra: Any,
    ) -> Frame:
        choice = self.choice(text, is_first=is_first, finish_reason=finish_reason)
        body = {**head(answer, self.object_name), "choices": (choice,), **extra}
        if self.include_usage:
            body["usage"] = None
        return Frame(position, event(orjson.dumps(body)))


@dataclass(frozen=True)
class ChatChunks(Chunks):
    """`POST /v1/chat/completions`."""

    object_name = "chat.completion.chunk"

    def choice(self, text: str, *, is_first: bool, finish_reason: str | None) -> dict[str, Any]:
        delta = {"role": "assistant"} if is_first else {}
        if not finish_reason:
            delta["content"] = text
        return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}


@dataclass(frozen=True)
class TextChunks(Chunks):
    """`POST /v1/completions`, the older one."""

    object_name = "text_completion"

    def choice(self, text: str, *, is_first: bool, finish_reason: str | None) -> dict[str, Any]:
        del is_first
        return {"index": 0, "text": text, "logprobs": None, "finish_reason": finish_reason}


def chat_completion(answer: LiveAnswer, finished: Finished) -> dict[str, Any]:
    """A chat's whole answer, which had no trouble."""
    message = {"role": "assistant", "content": answer.text, "refusal": None}
    return _whole(answer, finished, "chat.completion", message=message)


def text_completion(answer: LiveAnswer, finished: Finished) -> dict[str, Any]:
    """The same in the older format."""
    return _whole(answer, finished, TextChunks.object_name, text=answer.text)


def _whole(answer: LiveAnswer, finished: Finished, object_name: str, **content: Any) -> dict[str, Any]:
    found = answer.found
    return {
        **head(answer, object_name),
        "choices": ({"index": 0, **content, "logprobs": None, "finish_reason": finish_reason(finished)},),
        "usage": usage_object(finished.usage),
        "sources": found.sources if found else (),
        "confidence": found.confidence if found else None,
        "citations": finished.citations,
    }


def head(answer: LiveAnswer, object_name: str) -> dict[str, Any]:
    """What every object of OpenAI's begins with."""
    return {
        "id": answer.id,
        "object": object_name,
        "created": int(answer.created_at.timestamp()),
        "model": answer.model,
    }


def _done() -> Frame:
    return Frame(DONE, event(b"[DONE]"))


def finish_reason(finished: Finished) -> str:
    """One that OpenAI's clients know: a stopped answer ends like any other."""
    return "stop" if finished.reason == "stopped" else finished.reason


def usage_object(usage: Usage | None) -> dict[str, int]:
    usage = usage or _NO_USAGE
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
    }


def error_object(problem: LecternError) -> dict[str, Any]:
    """Trouble as OpenAI tells it, in a body or in a stream."""
    error = {
        "message": problem.reader_text,
        "type": _kind(problem.http_status),
        "param": problem.param if isinstance(problem, RequestInvalid) else None,
        "code": problem.code,
    }
    return {"error": error}


def _kind(status: int) -> str:
    if status == 429:
        return "rate_limit_error"
    return "invalid_request_error" if status < 500 else "server_error"
