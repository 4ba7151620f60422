"""The one-shot stream: unnamed events with OpenAI-like frames, for a plain `EventSource`.

Oddities, each for a client that would break otherwise:
1. `text` and `delta.content` both, and `object` a chat chunk's: legacy-completion and chat clients read the
   same frame.
2. `choices` is never empty and `text` always a string: clients of both kinds index without looking.
3. Trouble is a text frame first: an `EventSource` can see neither a status code nor a body.
"""

from dataclasses import dataclass
from typing import Any

import orjson

from server.answering.live import DONE, FINISHED, TROUBLE, LiveAnswer, Logged
from server.errors import LecternError
from server.events import Delta, Finished, SourcesFound
from server.routes.formats.frames import Format, Frame, event
from server.routes.formats.openai_chunks import ChatChunks, head


@dataclass(frozen=True)
class OneShot(Format):
    can_resume = True

    def encode(self, answer: LiveAnswer, logged: Logged) -> tuple[Frame, ...]:
        match logged.event:
            case SourcesFound():
                return (_frame(answer, 0, "", is_first=True, **_told(logged.event)),)
            case Delta(text):
                return (_frame(answer, logged.position, text),)
            case Finished():
                return tuple(_last_frames(answer, logged.event))


def _frame(
    answer: LiveAnswer,
    position: int,
    text: str,
    *,
    is_first: bool = False,
    finish_reason: str | None = None,
    **extra: Any,
) -> Frame:
    choice = {"index": 0, "text": text, "delta": {"content": text}, "finish_reason": finish_reason}
    body = {**head(answer, ChatChunks.object_name), "choices": [choice], **extra}
    return Frame(position, event(orjson.dumps(body), id=f"{answer.id}:{position}", retry=is_first))


def _told(found: SourcesFound | None) -> dict[str, Any]:
    """The keys that go beside what was found."""
    if found is None:
        return {"sources": (), "confidence": None}
    return {"sources": found.sources, "confidence": found.confidence}


def _last_frames(answer: LiveAnswer, finished: Finished) -> list[Frame]:
    extra = _told(answer.found)
    frames = []
    if finished.problem:
        frames.append(_frame(answer, TROUBLE, _paragraph(answer, finished.problem)))
        extra["error"] = finished.problem.told
    else:
        extra["citations"] = finished.citations
    frames.append(_frame(answer, FINISHED, "", finish_reason=finished.reason, **extra))
    frames.append(Frame(DONE, event(b"[DONE]", id=f"{answer.id}:{DONE}")))
    return frames


def _paragraph(answer: LiveAnswer, problem: LecternError) -> str:
    return f"\n\n{problem.reader_text}" if answer.length else problem.reader_text
