"""The UI message stream as `ai` 5.0.0 takes it, the strictest of all releases."""

from dataclasses import replace
from typing import Any

import orjson

from server.answering.live import LiveAnswer
from server.errors import AnswerInterrupted, DatabaseUnavailable, LecternError, ModelUnavailable
from server.events import Citations, Delta, Event, Finished, SourcesFound, Usage
from server.records import Source
from server.routes.formats.frames import Frame
from server.routes.formats.ui_messages import UiMessages
from tests.frames import read_events

# The keys of `uiMessageChunkSchema` in ai 5.0.0, whose objects are strict, without those for tools and files.
DOCUMENTED_KEYS = {
    "start": {"messageId", "messageMetadata"},
    "source-url": {"sourceId", "url", "title", "providerMetadata"},
    "data-sources": {"id", "data", "transient"},
    "text-start": {"id", "providerMetadata"},
    "text-delta": {"id", "delta", "providerMetadata"},
    "text-end": {"id", "providerMetadata"},
    "data-answer": {"id", "data", "transient"},
    "error": {"errorText"},
    "abort": set(),
    "finish": {"messageMetadata"},
}

FIRST = Source(
    number=1,
    id="11",
    path="/guides/auth",
    title="Authentication",
    heading="Tokens",
    heading_path=("Tokens",),
    slug="tokens",
    url="/pages/guides/auth#tokens",
    excerpt="Tokens expire.",
    ranges=((0, 6),),
    title_ranges=(),
    heading_ranges=((0, 6),),
    similarity=0.5,
    score=0.75,
)
SECOND = replace(
    FIRST,
    number=2,
    heading="Authentication",
    heading_path=(),
    slug=None,
    url="https://docs.example.com/guides/auth",
)
FOUND = SourcesFound((FIRST, SECOND), "high", query="How long do tokens live?")

OPENING = [
    {"type": "start", "messageId": "answer-1"},
    {
        "type": "source-url",
        "sourceId": "1",
        "url": "https://ask.example.com/pages/guides/auth#tokens",
        "title": "Authentication: Tokens",
    },
    {
        "type": "source-url",
        "sourceId": "2",
        "url": "https://docs.example.com/guides/auth",
        "title": "Authentication",
    },
    {
        "type": "data-sources",
        "id": "sources",
        "data": {
            "searched_query": "How long do tokens live?",
            "sources": [
                {
                    "number": 1,
                    "id": "11",
                    "path": "/guides/auth",
                    "title": "Authentication",
                    "heading": "Tokens",
                    "heading_path": ["Tokens"],
                    "slug": "tokens",
                    "url": "https://ask.example.com/pages/guides/auth#tokens",
                    "excerpt": "Tokens expire.",
                    "ranges": [[0, 6]],
                    "title_ranges": [],
                    "heading_ranges": [[0, 6]],
                    "similarity": 0.5,
                    "score": 0.75,
                },
                {
                    "number": 2,
                    "id": "11",
                    "path": "/guides/auth",
                    "title": "Authentication",
                    "heading": "Authentication",
                    "heading_path": [],
                    "slug": None,
                    "url": "https://docs.example.com/guides/auth",
                    "excerpt": "Tokens expire.",
                    "ranges": [[0, 6]],
                    "title_ranges": [],
                    "heading_ranges": [[0, 6]],
                    "similarity": 0.5,
                    "score": 0.75,
                },
            ],
            "confidence": "high",
        },
    },
]
NO_CITATIONS = {"cited": [], "removed_citations": 0, "removed_links": 0}


async def test_an_answer_is_a_message_of_documented_parts() -> None:
    finished = Finished("length", usage=Usage(120, 7), citations=Citations((1,), removed_links=1))
    parts = await read_parts(FOUND, Delta("For an "), Delta("hour [1]."), finished)
    assert parts == [
        *OPENING,
        {"type": "text-start", "id": "text"},
        {"type": "text-delta", "id": "text", "delta": "For an hour [1]."},
        {"type": "text-end", "id": "text"},
        {
            "type": "data-answer",
            "id": "answer",
            "data": {
                "status": "finished",
                "finish_reason": "length",
                "citations": {"cited": [1], "removed_citations": 0, "removed_links": 1},
                "usage": {"prompt_tokens": 120, "completion_tokens": 7, "is_estimate": False},
            },
        },
        {"type": "finish"},
    ]


async def test_text_that_comes_piece_by_piece_is_one_part() -> None:
    answer = running(FOUND)
    following, format = answer.follow(), UiMessages("https://ask.example.com")
    frames = list(format.frames(answer, await anext(following)))
    for event in (Delta("For "), Delta("an hour."), Finished("stop")):
        answer.append(event)
        frames.extend(format.frames(answer, await anext(following)))
    assert [part for part in parts_of(frames) if part["type"].startswith("text-")] == [
        {"type": "text-start", "id": "text"},
        {"type": "text-delta", "id": "text", "delta": "For "},
        {"type": "text-delta", "id": "text", "delta": "an hour."},
        {"type": "text-end", "id": "text"},
    ]


async def test_a_stopped_answer_ends_with_a_bare_abort() -> None:
    parts = await read_parts(FOUND, Delta("For "), Finished("stopped"))
    assert parts[-3:] == [
        {"type": "text-end", "id": "text"},
        report("stopped", "stopped"),
        {"type": "abort"},
    ]


async def test_an_answer_without_text_has_no_text_part() -> None:
    assert await read_parts(FOUND, Finished("stopped")) == [
        *OPENING,
        report("stopped", "stopped"),
        {"type": "abort"},
    ]


async def test_trouble_before_anything_was_found_is_an_error_alone() -> None:
    problem = DatabaseUnavailable("cannot connect to postgres at db:5432")
    assert await read_parts(SourcesFound((), None), Finished("error", problem)) == [
        {"type": "error", "errorText": problem.reader_text}
    ]


async def test_trouble_before_the_first_text_comes_behind_the_sources() -> None:
    problem = ModelUnavailable("503 from http://llm:8000")
    assert await read_parts(FOUND, Finished("error", problem)) == [
        *OPENING,
        report("failed", "error", problem),
        {"type": "error", "errorText": problem.reader_text},
    ]


async def test_nothing_follows_the_error_of_trouble_in_mid_answer() -> None:
    problem = AnswerInterrupted("the server is gone")
    parts = await read_parts(FOUND, Delta("For "), Finished("error", problem))
    assert parts[-3:] == [
        {"type": "text-end", "id": "text"},
        report("interrupted", "error", problem),
        {"type": "error", "errorText": "The answer was interrupted. Please ask again."},
    ]


async def test_an_answer_from_no_source_is_a_message_all_the_same() -> None:
    parts = await read_parts(SourcesFound((), "none", is_refusal=True), Delta("Nothing."), Finished("stop"))
    assert [part["type"] for part in parts] == [
        "start",
        "data-sources",
        "text-start",
        "text-delta",
        "text-end",
        "data-answer",
        "finish",
    ]


async def test_a_page_without_a_heading_of_its_own_is_named_by_its_title() -> None:
    parts = await read_parts(SourcesFound((replace(FIRST, heading=""),), "high"), Finished("stop"))
    assert parts[1]["title"] == "Authentication"


async def read_parts(*events: Event) -> list[dict[str, Any]]:
    """The parts that a reader gets who comes when everything has happened."""
    answer, format = running(*events), UiMessages("https://ask.example.com")
    return parts_of([frame async for logged in answer.follow() for frame in format.frames(answer, logged)])


def running(*events: Event) -> LiveAnswer:
    answer = LiveAnswer("answer-1", query="And tokens?", model="test")
    for event in events:
        answer.append(event)
    return answer


def parts_of(frames: list[Frame]) -> list[dict[str, Any]]:
    """The parts before `[DONE]`, of which 5.0.0 would refuse none."""
    positions = [frame.position for frame in frames]
    assert positions == sorted(positions)
    events = [event for frame in frames for event in read_events(frame.data)]
    assert [set(event) for event in events] == [{"data"}] * len(events)
    assert events[-1] == {"data": "[DONE]"}
    parts = [orjson.loads(event["data"]) for event in events[:-1]]
    undocumented = {part["type"]: set(part) - {"type"} - DOCUMENTED_KEYS[part["type"]] for part in parts}
    assert undocumented == {part["type"]: set() for part in parts}
    assert [part for part in parts if None in part.values()] == []
    return parts


def report(status: str, finish_reason: str, problem: LecternError | None = None) -> dict[str, Any]:
    data: dict[str, Any] = {
        "status": status,
        "finish_reason": finish_reason,
        "citations": NO_CITATIONS,
        "usage": None,
    }
    if problem:
        data["error"] = {"code": problem.code, "message": problem.reader_text}
    return {"type": "data-answer", "id": "answer", "data": data}
