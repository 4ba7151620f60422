"""The Vercel AI SDK's UI message stream, version 1, as every release from `ai` 5.0.0 on reads it.

Oddities, each for a release that would break otherwise:
1. Only the keys and types that 5.0.0 knows, and no key that is null: it refuses a stream for anything else. What
   there is to say beyond them stands in `data-sources` and `data-answer`.
2. `finish` and `abort` are bare. How an answer ended stands in `data-answer`, before them.
3. `error` is the last part: a chat reads nothing behind it. Neither it nor `abort` is followed by `finish`.
4. Trouble before anything was found is `error` alone: any other part would leave an empty message in the chat.

A chat that comes back is told the whole message again, from `start`: the parts have no positions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from server.answering.live import DONE, FINISHED, LiveAnswer, Logged
from server.errors import LecternError
from server.events import Delta, Finished, SourcesFound
from server.records import Source
from server.routes.formats.frames import STREAM_HEADERS, Format, Frame, event
from server.routes.formats.whole import ending, told

Part = Mapping[str, Any]

_HEADERS: Final = {**STREAM_HEADERS, "x-vercel-ai-ui-message-stream": "v1"}
_TEXT_ID: Final = "text"  # of the only text there is in a message


@dataclass(frozen=True)
class UiMessages(Format):
    base_url: str
    """Where this server is for the reader, without a slash at its end: sources without a host lead there."""
    headers = _HEADERS
    can_resume = True

    def encode(self, answer: LiveAnswer, logged: Logged) -> tuple[Frame, ...]:
        match logged.event:
            case SourcesFound():
                parts = _opening(answer, logged.event, self.base_url) if _is_begun(logged.event) else []
                return _frames(0, parts)
            case Delta(text):
                delta: Part = {"type": "text-delta", "id": _TEXT_ID, "delta": text}
                is_first = logged.position == len(text)
                begin: list[Part] = [{"type": "text-start", "id": _TEXT_ID}] if is_first else []
                return _frames(logged.position, [*begin, delta])
            case Finished(problem=problem):
                parts = _ending(answer, logged.event) if _is_begun(answer.found) else _trouble(problem)
                return (*_frames(FINISHED, parts), Frame(DONE, event(b"[DONE]")))


def _frames(position: int, parts: list[Part]) -> tuple[Frame, ...]:
    """One frame for all parts, for one position; none for none."""
    return (Frame(position, b"".join(event(orjson.dumps(part)) for part in parts)),) if parts else ()


def _is_begun(found: SourcesFound | None) -> bool:
    """Whether there is a message; oddity 4."""
    return found is not None and (found.confidence is not None or bool(found.sources))


def _opening(answer: LiveAnswer, found: SourcesFound, base_url: str) -> list[Part]:
    sources = tuple(replace(source, url=_whole_url(source.url, base_url)) for source in found.sources)
    return [
        {"type": "start", "messageId": answer.id},
        *(_source_part(source) for source in sources),
        {"type": "data-sources", "id": "sources", "data": told(replace(found, sources=sources))},
    ]


def _source_part(source: Source) -> Part:
    title = source.title if source.heading in ("", source.title) else f"{source.title}: {source.heading}"
    return {"type": "source-url", "sourceId": str(source.number), "url": source.url, "title": title}


def _whole_url(url: str, base_url: str) -> str:
    return url if urlsplit(url).scheme else base_url + url


def _ending(answer: LiveAnswer, finished: Finished) -> list[Part]:
    end: list[Part] = [{"type": "text-end", "id": _TEXT_ID}] if answer.length else []
    report: Part = {"type": "data-answer", "id": "answer", "data": ending(finished)}
    if finished.problem:
        return [*end, report, *_trouble(finished.problem)]
    return [*end, report, {"type": "abort" if finished.reason == "stopped" else "finish"}]


def _trouble(problem: LecternError | None) -> list[Part]:
    return [{"type": "error", "errorText": problem.reader_text}] if problem else []
