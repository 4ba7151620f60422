"""The wire formats as their readers see them: how to ask for one, and what a reader makes of what came."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from server.errors import LecternError

Json = dict[str, Any]


@dataclass(frozen=True)
class Reading:
    """What a client made of an answer."""

    text: str
    problem: str | None = None
    """The code of the trouble it found, or the sentence where the format has no place for a code."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """One event, as a client hands it to a page."""

    event: str
    data: str


Body = Callable[[str, str], Json]
Read = Callable[[Sequence[Message]], Reading]
Tells = Callable[[str, type[LecternError]], Reading]


def _code_tells(text: str, trouble: type[LecternError]) -> Reading:
    return Reading(text, trouble.code)


@dataclass(frozen=True, kw_only=True)
class Format:
    name: str
    path: str
    accept: str | None = None
    body: Body | None = None
    """What is posted for a query in a chat; without it the query is a parameter of a GET."""
    opens: bool = False
    """Whether the post only opens the answer, whose events are at another address."""
    read: Read | None = None
    """What a page makes of the events that a client hands to it; an SDK reads them itself."""
    streams: bool = True
    can_resume: bool = False
    """Whether the server waits for who may come back."""
    tells: Tells = _code_tells
    """What is read when trouble comes behind a text."""

    @property
    def has_events(self) -> bool:
        return self.streams and self.tells is not _text_tells


def read_one_shot(messages: Sequence[Message]) -> Reading:
    """What a page that trusts every message makes of them; an empty, a named or a stray one raises."""
    frames = read_frames(messages)
    return Reading("".join(frame["choices"][0]["text"] for frame in frames), problem_in(frames))


def read_chat(messages: Sequence[Message]) -> Reading:
    frames = read_frames(messages)
    pieces = [choice["delta"].get("content") or "" for frame in frames for choice in frame.get("choices", ())]
    return Reading("".join(pieces), problem_in(frames))


def read_completions(messages: Sequence[Message]) -> Reading:
    frames = read_frames(messages)
    pieces = [choice["text"] for frame in frames for choice in frame.get("choices", ())]
    return Reading("".join(pieces), problem_in(frames))


def read_frames(messages: Sequence[Message]) -> list[Json]:
    *frames, done = messages
    assert (done.event, done.data) == ("message", "[DONE]")
    assert {"message"} >= {frame.event for frame in frames}
    return [orjson.loads(frame.data) for frame in frames]


def problem_in(frames: Sequence[Json]) -> str | None:
    codes = [frame["error"]["code"] for frame in frames if frame.get("error")]
    assert len(codes) < 2
    return codes[0] if codes else None


def read_named(messages: Sequence[Message]) -> Reading:
    """Sources, any number of deltas, one ending, `[DONE]`."""
    first, *deltas, last, done = messages
    assert (done.event, done.data) == ("message", "[DONE]")
    assert ["sources", *("delta" for _ in deltas)] == [first.event, *(delta.event for delta in deltas)]
    ending = orjson.loads(last.data)
    assert last.event == ("problem" if "error" in ending else "answer")
    text = "".join(orjson.loads(delta.data)["text"] for delta in deltas)
    return Reading(text, problem_in([ending]))


def read_ui_messages(messages: Sequence[Message]) -> Reading:
    parts = read_frames(messages)
    text = "".join(part["delta"] for part in parts if part["type"] == "text-delta")
    errors = [part["errorText"] for part in parts if part["type"] == "error"]
    return Reading(text, *errors)


def _paragraph(text: str, trouble: type[LecternError]) -> str:
    return f"{text}\n\n{trouble.reader_text}" if text else trouble.reader_text


def _one_shot_tells(text: str, trouble: type[LecternError]) -> Reading:
    return Reading(_paragraph(text, trouble), trouble.code)


def _text_tells(text: str, trouble: type[LecternError]) -> Reading:
    return Reading(f"{_paragraph(text, trouble)}\n")


def _ui_tells(text: str, trouble: type[LecternError]) -> Reading:
    return Reading(text, trouble.reader_text)


def _answer_body(query: str, chat: str) -> Json:
    return {"query": query}


def _chat_body(query: str, chat: str) -> Json:
    return {"model": "lectern", "messages": [{"role": "user", "content": query}], "stream": True}


def _completion_body(query: str, chat: str) -> Json:
    return {"model": "lectern", "prompt": query, "stream": True}


def _ui_body(query: str, chat: str) -> Json:
    message = {"id": "question", "role": "user", "parts": [{"type": "text", "text": query}]}
    return {"id": chat, "messages": [message], "trigger": "submit-message"}


def _whole(body: Body) -> Body:
    return lambda query, chat: {**body(query, chat), "stream": False}


_STREAM: Final = "text/event-stream"

ONE_SHOT = Format(
    name="one-shot", path="/v1/query", accept=_STREAM, can_resume=True, read=read_one_shot, tells=_one_shot_tells
)
NAMED = Format(
    name="named events", path="/v1/answers", body=_answer_body, opens=True, can_resume=True, read=read_named
)
CHAT = Format(name="OpenAI chat", path="/v1/chat/completions", body=_chat_body, read=read_chat)
COMPLETIONS = Format(
    name="OpenAI completions", path="/v1/completions", body=_completion_body, read=read_completions
)
WHOLE_CHAT = Format(name="OpenAI chat, whole", path=CHAT.path, body=_whole(_chat_body), streams=False)
WHOLE_COMPLETIONS = Format(
    name="OpenAI completions, whole", path=COMPLETIONS.path, body=_whole(_completion_body), streams=False
)
UI = Format(
    name="UI messages",
    path="/v1/ui-messages",
    body=_ui_body,
    can_resume=True,
    read=read_ui_messages,
    tells=_ui_tells,
)
UI_TEXT = Format(name="UI text", path="/v1/ui-messages?protocol=text", body=_ui_body, tells=_text_tells)
JSON = Format(name="JSON", path="/v1/query", accept="application/json", streams=False)
TEXT = Format(name="plain text", path="/v1/query", accept="text/plain", tells=_text_tells)
