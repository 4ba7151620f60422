"""OpenAI's formats as pure functions of an answer's events."""

from collections.abc import Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from server.answering.live import DONE, FINISHED, NOTHING, LiveAnswer
from server.errors import (
    AnswerInterrupted,
    LecternError,
    ModelRateLimited,
    ModelUnavailable,
    NotFound,
    RequestInvalid,
)
from server.events import Citations, Delta, Event, Finished, FinishReason, SourcesFound, Usage
from server.records import Source
from server.routes.formats.frames import Frame
from server.routes.formats.openai_chunks import (
    ChatChunks,
    Chunks,
    TextChunks,
    chat_completion,
    error_object,
    text_completion,
)

SOURCE = Source(
    id="7",
    path="/bulbs",
    title="Bulbs",
    heading="Changing the bulb",
    heading_path=("Repair", "Changing the bulb"),
    slug="changing-the-bulb",
    url="/pages/bulbs#changing-the-bulb",
    excerpt="Let it cool.",
    ranges=((0, 3),),
    title_ranges=(),
    heading_ranges=(),
    similarity=0.5,
    score=0.9,
    number=1,
)
FOUND = SourcesFound((SOURCE,), "high", query="bulb")
CITATIONS = Citations(cited=(1,), removed_citations=2, removed_links=3)
STOP = Finished("stop", usage=Usage(prompt_tokens=10, completion_tokens=4), citations=CITATIONS)
USAGE = {"prompt_tokens": 10, "completion_tokens": 4, "total_tokens": 14}

SOURCE_JSON = {
    "id": "7",
    "path": "/bulbs",
    "title": "Bulbs",
    "heading": "Changing the bulb",
    "heading_path": ["Repair", "Changing the bulb"],
    "slug": "changing-the-bulb",
    "url": "/pages/bulbs#changing-the-bulb",
    "excerpt": "Let it cool.",
    "ranges": [[0, 3]],
    "title_ranges": [],
    "heading_ranges": [],
    "similarity": 0.5,
    "score": 0.9,
    "number": 1,
}
CITATIONS_JSON = {"cited": [1], "removed_citations": 2, "removed_links": 3}
HEAD = {"id": "a1", "created": 1795228926, "model": "openai/test"}
CHAT_HEAD = {**HEAD, "object": "chat.completion.chunk"}
TEXT_HEAD = {**HEAD, "object": "text_completion"}


def make_answer(*events: Event) -> LiveAnswer:
    created_at = datetime.fromtimestamp(1795228926, UTC)
    answer = LiveAnswer("a1", query="bulb", model="openai/test", created_at=created_at)
    for event in events:
        answer.append(event)
    return answer


async def read(format: Chunks, *events: Event) -> list[Frame]:
    """What a reader gets that is there from the beginning and keeps up."""
    answer, position = make_answer(), NOTHING
    frames: list[Frame] = []
    for event in events:
        answer.append(event)
        async with aclosing(answer.follow(position)) as following:
            logged = await anext(following)
        frames += format.frames(answer, logged)
        position = logged.position
    return frames


def bodies(frames: Sequence[Frame]) -> list[Any]:
    """The JSON of the events, which have one `data:` line each, up to `[DONE]`, which is there."""
    lines = [frame.data.removesuffix(b"\n\n") for frame in frames]
    assert lines[-1] == b"data: [DONE]"
    assert [line.count(b"\n") for line in lines] == [0] * len(lines)
    return [orjson.loads(line.removeprefix(b"data: ")) for line in lines[:-1]]


def chat_choice(delta: dict[str, str], finish_reason: str | None = None) -> list[dict[str, Any]]:
    return [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}]


def text_choice(text: str, finish_reason: str | None = None) -> list[dict[str, Any]]:
    return [{"index": 0, "text": text, "logprobs": None, "finish_reason": finish_reason}]


async def test_a_chat_streams_as_openais_chunks_with_the_sources_first() -> None:
    frames = await read(ChatChunks(), FOUND, Delta("Let it"), Delta(" cool [1]."), STOP)
    assert bodies(frames) == [
        {
            **CHAT_HEAD,
            "choices": chat_choice({"role": "assistant", "content": ""}),
            "sources": [SOURCE_JSON],
            "confidence": "high",
        },
        {**CHAT_HEAD, "choices": chat_choice({"content": "Let it"})},
        {**CHAT_HEAD, "choices": chat_choice({"content": " cool [1]."})},
        {**CHAT_HEAD, "choices": chat_choice({}, "stop"), "citations": CITATIONS_JSON},
    ]
    assert [frame.position for frame in frames] == [0, 6, 16, FINISHED, DONE]


async def test_a_legacy_completion_streams_as_text() -> None:
    frames = await read(TextChunks(), FOUND, Delta("Let it"), Delta(" cool [1]."), STOP)
    assert bodies(frames) == [
        {**TEXT_HEAD, "choices": text_choice(""), "sources": [SOURCE_JSON], "confidence": "high"},
        {**TEXT_HEAD, "choices": text_choice("Let it")},
        {**TEXT_HEAD, "choices": text_choice(" cool [1].")},
        {**TEXT_HEAD, "choices": text_choice("", "stop"), "citations": CITATIONS_JSON},
    ]


@pytest.mark.parametrize(("format", "head"), [(ChatChunks(True), CHAT_HEAD), (TextChunks(True), TEXT_HEAD)])
async def test_usage_comes_in_a_last_chunk_without_choices_and_is_null_before(
    format: Chunks, head: dict[str, Any]
) -> None:
    *others, last = bodies(await read(format, FOUND, Delta("Cool."), STOP))
    assert last == {**head, "choices": [], "usage": USAGE}
    assert [(len(body["choices"]), body["usage"]) for body in others] == [(1, None)] * 3


async def test_usage_that_nobody_asked_for_is_not_mentioned() -> None:
    frames = bodies(await read(ChatChunks(), FOUND, Delta("Cool."), STOP))
    assert ["usage" in frame for frame in frames] == [False] * 3


async def test_without_a_model_the_usage_is_zero() -> None:
    *_, last = bodies(await read(ChatChunks(include_usage=True), FOUND, Delta("Cool."), Finished("stop")))
    assert last["usage"] == {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


@pytest.mark.parametrize("format", [ChatChunks(), TextChunks(), ChatChunks(include_usage=True)])
async def test_trouble_in_mid_stream_is_an_error_event_in_place_of_the_ending(format: Chunks) -> None:
    trouble = Finished("error", ModelUnavailable("10.0.0.7 broke off"))
    frames = await read(format, FOUND, Delta("Let"), trouble)
    assert bodies(frames)[2:] == [
        {
            "error": {
                "message": ModelUnavailable.reader_text,
                "type": "server_error",
                "param": None,
                "code": "model_unavailable",
            }
        }
    ]
    assert [frame.position for frame in frames] == [0, 3, FINISHED, DONE]


async def test_an_interrupted_answer_is_trouble() -> None:
    *_, last = bodies(await read(ChatChunks(), FOUND, Finished("error", AnswerInterrupted("gone"))))
    assert last["error"]["code"] == "answer_interrupted"


@pytest.mark.parametrize(
    ("reason", "told"),
    [("stop", "stop"), ("length", "length"), ("content_filter", "content_filter"), ("stopped", "stop")],
)
async def test_finish_reasons_are_those_that_openai_has(reason: FinishReason, told: str) -> None:
    finished = Finished(reason)
    for format in (ChatChunks(), TextChunks()):
        assert bodies(await read(format, FOUND, finished))[-1]["choices"][0]["finish_reason"] == told
    for whole in (chat_completion, text_completion):
        assert whole(make_answer(FOUND, finished), finished)["choices"][0]["finish_reason"] == told


async def test_equal_formats_share_what_they_encode_and_others_do_not() -> None:
    answer = make_answer(FOUND, Delta("Cool."))
    logged = await anext(answer.follow())
    first = ChatChunks(include_usage=True).frames(answer, logged)
    assert ChatChunks(include_usage=True).frames(answer, logged) is first
    assert ChatChunks().frames(answer, logged) != first
    assert TextChunks(include_usage=True).frames(answer, logged) != first


def through_json(body: dict[str, Any]) -> Any:
    return orjson.loads(orjson.dumps(body))


def test_a_whole_chat_answer_is_one_object() -> None:
    answer = make_answer(FOUND, Delta("Let it"), Delta(" cool [1]."), STOP)
    message = {"role": "assistant", "content": "Let it cool [1].", "refusal": None}
    assert through_json(chat_completion(answer, STOP)) == {
        **HEAD,
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": USAGE,
        "sources": [SOURCE_JSON],
        "confidence": "high",
        "citations": CITATIONS_JSON,
    }


def test_a_whole_legacy_completion_is_one_object() -> None:
    answer = make_answer(FOUND, Delta("Let it"), Delta(" cool [1]."), STOP)
    assert through_json(text_completion(answer, STOP)) == {
        **TEXT_HEAD,
        "choices": text_choice("Let it cool [1].", "stop"),
        "usage": USAGE,
        "sources": [SOURCE_JSON],
        "confidence": "high",
        "citations": CITATIONS_JSON,
    }


@pytest.mark.parametrize(
    ("problem", "kind", "param"),
    [
        (RequestInvalid("The query is empty.", param="messages"), "invalid_request_error", "messages"),
        (RequestInvalid("The query is empty."), "invalid_request_error", None),
        (NotFound("nothing"), "invalid_request_error", None),
        (ModelRateLimited("slow down"), "rate_limit_error", None),
        (ModelUnavailable("down"), "server_error", None),
        (LecternError("a bug"), "server_error", None),
    ],
)
def test_an_error_has_openais_four_keys(problem: LecternError, kind: str, param: str | None) -> None:
    error = {"message": problem.reader_text, "type": kind, "param": param, "code": problem.code}
    assert error_object(problem) == {"error": error}
