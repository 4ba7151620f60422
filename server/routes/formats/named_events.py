"""The stream of an answer as a resource: `sources`, `delta`s, then `answer` or `problem`, then `[DONE]`."""

from dataclasses import dataclass
from typing import Any

import orjson

from server.answering.live import DONE, FINISHED, LiveAnswer, Logged
from server.events import Delta, Finished, SourcesFound
from server.routes.formats.frames import Format, Frame, event
from server.routes.formats.whole import ending, told


@dataclass(frozen=True)
class NamedEvents(Format):
    can_resume = True

    def encode(self, answer: LiveAnswer, logged: Logged) -> tuple[Frame, ...]:
        match logged.event:
            case SourcesFound():
                return (_frame(answer, 0, "sources", _opening(answer, logged.event), is_first=True),)
            case Delta(text):
                return (_frame(answer, logged.position, "delta", {"text": text}),)
            case Finished(problem=problem):
                name = "problem" if problem else "answer"
                done = Frame(DONE, event(b"[DONE]", id=f"{answer.id}:{DONE}"))
                return (_frame(answer, FINISHED, name, ending(logged.event)), done)


def _frame(answer: LiveAnswer, position: int, name: str, body: Any, *, is_first: bool = False) -> Frame:
    data = orjson.dumps(body)
    return Frame(position, event(data, id=f"{answer.id}:{position}", name=name, retry=is_first))


def _opening(answer: LiveAnswer, found: SourcesFound) -> dict[str, Any]:
    asked = {"id": answer.id, "query": answer.query, "model": answer.model}
    return {**asked, **told(found), "is_refusal": found.is_refusal}
