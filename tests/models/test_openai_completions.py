import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from time import monotonic
from typing import Any

import orjson
import pytest
from pydantic import SecretStr

from server.errors import LecternError, ModelRateLimited, ModelRefused, ModelTimeout, ModelUnavailable
from server.events import Delta, Finished, Usage
from server.models.completions import Completer, make_completer
from server.models.openai_completions import AnswerReader, read_usage
from server.models.openai_endpoint import Endpoint
from server.records import Message, Prompt
from server.settings import load_settings
from tests.model_endpoint import ModelEndpoint

KEY = "sk-very-secret-0123456789"
PROMPT = Prompt(
    query="Why?",
    messages=(
        Message(role="system", content="Answer from the sections."),
        Message(role="user", content="<section number=1>…</section>\n<section number=2>…</section>\nWhy?"),
    ),
)
DEFAULT_ANSWER = "I read 2 sections of the documentation. The first one answers this [1]."


@asynccontextmanager
async def completer_for(endpoint: ModelEndpoint | str, **options: Any) -> AsyncIterator[Completer]:
    base_url = endpoint if isinstance(endpoint, str) else endpoint.base_url
    settings = {"completion_model": "openai/test", "completion_base_url": base_url, "completion_api_key": KEY}
    completer = make_completer(load_settings(**(settings | options)))
    try:
        yield completer
    finally:
        await completer.close()


async def read_answer(completer: Completer) -> tuple[str, list[Finished]]:
    """The deltas' text and whatever else came."""
    async with aclosing(completer.complete(PROMPT)) as stream:
        events = [event async for event in stream]
    text = "".join(event.text for event in events if isinstance(event, Delta))
    return text, [event for event in events if isinstance(event, Finished)]


async def test_an_answer_streams_in_and_ends_with_its_reason(endpoint: ModelEndpoint) -> None:
    async with completer_for(endpoint) as completer:
        assert (DEFAULT_ANSWER, [Finished("stop")]) == await read_answer(completer)
    expected = {
        "model": "test",
        "messages": [{"role": m.role, "content": m.content} for m in PROMPT.messages],
        "stream": True,
        "max_tokens": 1024,
    }
    assert [expected] == [request.body for request in endpoint.requests]


async def test_the_first_delta_does_not_wait_for_the_second(endpoint: ModelEndpoint) -> None:
    endpoint.knobs.hang_after_deltas = 1
    async with completer_for(endpoint) as completer, aclosing(completer.complete(PROMPT)) as stream:
        assert Delta("I") == await asyncio.wait_for(anext(stream), 2)


@pytest.mark.parametrize("reason", ["length", "content_filter"])
async def test_other_reasons_to_end_are_told(endpoint: ModelEndpoint, reason: str) -> None:
    endpoint.knobs.finish_reason = reason
    async with completer_for(endpoint) as completer:
        _, finished = await read_answer(completer)
    assert [reason] == [event.reason for event in finished]


async def test_a_temperature_is_sent_only_when_set(endpoint: ModelEndpoint) -> None:
    async with completer_for(endpoint, completion_temperature=0) as completer:
        await read_answer(completer)
    assert endpoint.requests[0].body["temperature"] == 0


async def test_a_model_that_wants_the_new_name_of_the_limit_gets_it_from_then_on(endpoint: ModelEndpoint) -> None:
    endpoint.knobs.status, endpoint.knobs.failures = 400, 1
    endpoint.knobs.error_message = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    async with completer_for(endpoint) as completer:
        assert (DEFAULT_ANSWER, [Finished("stop")]) == await read_answer(completer)
        await read_answer(completer)
    limits = [sorted(name for name in request.body if "max" in name) for request in endpoint.requests]
    assert limits == [["max_tokens"], ["max_completion_tokens"], ["max_completion_tokens"]]


async def test_closing_the_answer_closes_the_request(endpoint: ModelEndpoint) -> None:
    endpoint.knobs.hang_after_deltas = 2
    async with completer_for(endpoint) as completer:
        stream = completer.complete(PROMPT)
        await anext(stream)
        await stream.aclose()
        await assert_closed_early(endpoint, since=monotonic())


async def test_cancelling_the_reader_closes_the_request(endpoint: ModelEndpoint) -> None:
    endpoint.knobs.hang_after_deltas = 2
    text = ""
    is_waiting = asyncio.Event()

    async def read_all(completer: Completer) -> None:
        nonlocal text
        async with aclosing(completer.complete(PROMPT)) as stream:
            async for event in stream:
                text += getattr(event, "text", "")
                if text == "I read":
                    is_waiting.set()

    async with completer_for(endpoint) as completer:
        reader = asyncio.create_task(read_all(completer))
        await asyncio.wait_for(is_waiting.wait(), 5)
        reader.cancel()
        since = monotonic()
        with pytest.raises(asyncio.CancelledError):
            await reader
        await assert_closed_early(endpoint, since=since)


async def test_cancelling_before_the_first_byte_closes_the_request(endpoint: ModelEndpoint) -> None:
    endpoint.knobs.hang = True
    async with completer_for(endpoint) as completer:
        reader = asyncio.create_task(read_answer(completer))
        async with asyncio.timeout(5):
            while not endpoint.requests:
                await asyncio.sleep(0.01)
        reader.cancel()
        since = monotonic()
        with pytest.raises(asyncio.CancelledError):
            await reader
        await assert_closed_early(endpoint, since=since)


async def assert_closed_early(endpoint: ModelEndpoint, *, since: float) -> None:
    (request,) = endpoint.requests
    assert await asyncio.to_thread(request.closed_early.wait, 5)
    assert request.closed_early_at is not None
    assert request.closed_early_at - since < 0.2


async def test_a_finished_answers_connection_serves_the_next(endpoint: ModelEndpoint) -> None:
    async with completer_for(endpoint) as completer:
        await read_answer(completer)
        await read_answer(completer)
    assert [request.closed_early.is_set() for request in endpoint.requests] == [False, False]
    assert len({request.client for request in endpoint.requests}) == 1


async def test_what_an_answer_took_is_told_where_the_server_tells_it(endpoint: ModelEndpoint) -> None:
    endpoint.knobs.tells_usage = True
    async with completer_for(endpoint) as completer:
        expected = Finished("stop", usage=Usage(prompt_tokens=9, completion_tokens=13))
        assert (DEFAULT_ANSWER, [expected]) == await read_answer(completer)
    assert "stream_options" not in endpoint.requests[0].body


async def test_openai_itself_is_asked_for_usage_and_reached_through_the_environments_proxy(
    endpoint: ModelEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", endpoint.base_url.removesuffix("/v1"))
    monkeypatch.delenv("http_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    async with completer_for("http://api.openai.com/v1") as completer:
        _, finished = await read_answer(completer)
    (request,) = endpoint.requests
    assert request.headers["host"] == "api.openai.com"
    asked = {name: request.body.get(name) for name in ("stream_options", "max_completion_tokens", "max_tokens")}
    assert asked == {
        "stream_options": {"include_usage": True},
        "max_completion_tokens": 1024,
        "max_tokens": None,
    }
    assert [Usage(prompt_tokens=9, completion_tokens=13)] == [event.usage for event in finished]


async def test_hosts_of_no_proxy_are_reached_directly(
    endpoint: ModelEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    async with completer_for(endpoint) as completer:
        assert (DEFAULT_ANSWER, [Finished("stop")]) == await read_answer(completer)


async def test_a_proxy_that_speaks_no_http_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://me:word@127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    async with completer_for("http://models.example/v1") as completer:
        with pytest.raises(
            ModelUnavailable, match=r"cannot be reached \(no way to speak to the proxy 127.0.0.1:9\)"
        ):
            await read_answer(completer)


async def test_deltas_that_come_in_the_pause_are_one(endpoint: ModelEndpoint) -> None:
    endpoint.knobs.answer, endpoint.knobs.delta_delay_seconds = "One two three four", 0.01
    endpoint.knobs.hang_after_deltas = 4
    async with completer_for(endpoint, coalesce_seconds=0.3) as completer:
        stream = completer.complete(PROMPT)
        assert Delta("One") == await anext(stream)
        since = monotonic()
        assert Delta(" two three four") == await anext(stream)
        assert 0.19 < monotonic() - since < 0.9
        await stream.aclose()
        await assert_closed_early(endpoint, since=monotonic())


async def test_a_delta_after_a_silence_does_not_wait(endpoint: ModelEndpoint) -> None:
    endpoint.knobs.answer, endpoint.knobs.delta_delay_seconds = "One two", 0.4
    async with (
        completer_for(endpoint, coalesce_seconds=0.35) as completer,
        aclosing(completer.complete(PROMPT)) as stream,
    ):
        await anext(stream)
        since = monotonic()
        await anext(stream)
        assert monotonic() - since < 0.65


async def test_without_a_pause_no_delta_waits_for_another(endpoint: ModelEndpoint) -> None:
    endpoint.knobs.answer, endpoint.knobs.delta_delay_seconds = "One two three", 0.05
    async with (
        completer_for(endpoint, coalesce_seconds=0) as completer,
        aclosing(completer.complete(PROMPT)) as it,
    ):
        expected = [Delta("One"), Delta(" two"), Delta(" three"), Finished("stop")]
        assert expected == [event async for event in it]


async def test_a_fast_model_is_not_held_back(endpoint: ModelEndpoint) -> None:
    endpoint.knobs.raw = [choice(" word") * 40_000 + choice(finish_reason="stop")]  # in 4 MB
    async with completer_for(endpoint, coalesce_seconds=0.5) as completer:
        since = monotonic()
        text, _ = await read_answer(completer)
    assert " word" * 40_000 == text
    assert monotonic() - since < 4


async def test_a_connection_cut_in_mid_answer_is_unavailable(endpoint: ModelEndpoint) -> None:
    endpoint.knobs.cut_after_deltas = 2
    text = ""
    async with completer_for(endpoint) as completer, aclosing(completer.complete(PROMPT)) as stream:
        with pytest.raises(ModelUnavailable, match=r"^127\.0\.0\.1:\d+ broke off in mid-answer \(peer closed"):  # noqa: PT012
            async for event in stream:
                text += getattr(event, "text", "")
    assert text == "I read"


async def test_an_error_in_the_stream_is_told_with_its_message(endpoint: ModelEndpoint) -> None:
    endpoint.knobs.error_after_deltas, endpoint.knobs.error_message = 2, "out of memory"
    async with completer_for(endpoint) as completer:
        with pytest.raises(ModelUnavailable, match=r"failed \(500\): out of memory$"):
            await read_answer(completer)


@pytest.mark.parametrize(
    ("status", "error", "requests"),
    [(401, ModelRefused, 1), (404, ModelRefused, 1), (400, ModelRefused, 1), (500, ModelUnavailable, 2)],
)
async def test_a_status_is_told_and_only_an_outage_tried_again(
    endpoint: ModelEndpoint, status: int, error: type[Exception], requests: int
) -> None:
    endpoint.knobs.status = status
    async with completer_for(endpoint) as completer:
        with pytest.raises(error, match=r"^127\.0\.0\.1:"):
            await read_answer(completer)
    assert requests == len(endpoint.requests)


async def test_one_failure_before_the_first_byte_goes_unnoticed(endpoint: ModelEndpoint) -> None:
    endpoint.knobs.status, endpoint.knobs.failures = 503, 1
    async with completer_for(endpoint) as completer:
        assert (DEFAULT_ANSWER, [Finished("stop")]) == await read_answer(completer)


async def test_a_rate_limit_is_told_at_once_however_long_it_lasts(endpoint: ModelEndpoint) -> None:
    endpoint.knobs.status, endpoint.knobs.retry_after_seconds = 429, 60
    async with completer_for(endpoint) as completer, asyncio.timeout(5):
        with pytest.raises(ModelRateLimited):
            await read_answer(completer)
    assert len(endpoint.requests) == 1


async def test_silence_past_the_answers_limit_is_a_timeout(endpoint: ModelEndpoint) -> None:
    endpoint.knobs.hang_after_deltas = 1
    async with completer_for(endpoint, answer_timeout_seconds=0.1) as completer:
        with pytest.raises(ModelTimeout):
            await read_answer(completer)


async def test_an_endpoint_that_is_not_there_is_unavailable() -> None:
    async with completer_for("http://127.0.0.1:9/v1") as completer:
        with pytest.raises(ModelUnavailable, match=r"^127\.0\.0\.1:9 cannot be reached"):
            await read_answer(completer)


async def test_the_key_is_in_no_log_no_error_and_no_repr(
    endpoint: ModelEndpoint, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    endpoint.knobs.status, endpoint.knobs.error_message = 403, f"{KEY} may not"
    async with completer_for(endpoint) as completer:
        with pytest.raises(ModelRefused) as caught:
            await read_answer(completer)
        assert KEY not in f"{caplog.text} {caught.value} {caught.value!r} {completer!r} {vars(completer)}"


# What servers send, replayed without one.

DONE = b"data: [DONE]\n\n"


def frame(**fields: Any) -> bytes:
    return b"data: " + orjson.dumps(fields) + b"\n\n"


def choice(text: str | None = None, finish_reason: str | None = None) -> bytes:
    return frame(choices=[{"index": 0, "delta": {"content": text}, "finish_reason": finish_reason}])


def cut(text: str) -> bytes:
    """As a server sends it that cuts texts wherever JavaScript lets it; `text` is JSON already."""
    return b'data: {"choices": [{"delta": {"content": "%s"}}]}\n\n' % text.encode()


def replay(*chunks: bytes) -> tuple[str, str | None]:
    reader = AnswerReader(
        Endpoint(purpose="completion", model="m", base_url="http://models.example/v1", api_key=SecretStr(KEY))
    )
    texts = [text for chunk in chunks for text in reader.feed(chunk)]
    return "".join([*texts, *reader.finish()]), reader.finish_reason


@pytest.mark.parametrize("count", [-1, 3_000_000_000, True, 1.5, "9"])
def test_counts_of_tokens_that_cannot_be_meant_are_left_aside(count: Any) -> None:
    assert read_usage({"usage": {"prompt_tokens": count, "completion_tokens": 1}}) is None
    assert read_usage({"usage": {"prompt_tokens": 1, "completion_tokens": count}}) is None


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        pytest.param([choice("Hi"), choice(finish_reason="stop"), DONE], ("Hi", "stop"), id="plain"),
        pytest.param([choice("Hi"), DONE], ("Hi", "stop"), id="no finish_reason"),
        pytest.param([cut("a \\ud83d"), cut("\\ude00 b"), DONE], ("a 😀 b", "stop"), id="halves"),
        pytest.param([cut("\\ud83d"), cut(""), cut("\\ude00"), DONE], ("😀", "stop"), id="halves far apart"),
        pytest.param([cut("\\ude00\\ud83d"), cut("b"), DONE], ("\ufffd\ufffdb", "stop"), id="halves alone"),
        pytest.param([cut("a"), cut("b\\ud83d"), DONE], ("ab", "stop"), id="a half at the end"),
        pytest.param([choice("Hi"), choice(finish_reason="length")], ("Hi", "length"), id="no DONE"),
        pytest.param([choice("Hi"), b"data: [DONE]"], ("Hi", "stop"), id="no last blank line"),
        pytest.param([choice("Hi"), choice(finish_reason="eos")], ("Hi", "stop"), id="a reason of its own"),
        pytest.param([choice("Hi", "stop")], ("Hi", "stop"), id="text and reason together"),
        pytest.param([choice("Hi")], ("Hi", None), id="nothing says that it is complete"),
        pytest.param([], ("", None), id="nothing at all"),
        pytest.param(
            [frame(choices=[], prompt_filter_results=[]), choice("Hi", "stop"), frame(choices=[], usage={})],
            ("Hi", "stop"),
            id="Azure's first frame and a usage report",
        ),
        pytest.param(
            [
                frame(choices=None),
                frame(choices=[{"delta": None}]),
                frame(choices=[{}]),
                choice(None),
                choice("Hi"),
            ],
            ("Hi", None),
            id="empty frames",
        ),
        pytest.param(
            [frame(choices=[{"delta": {"role": "assistant", "reasoning_content": "hm"}}]), choice("Hi")],
            ("Hi", None),
            id="thoughts are not the answer",
        ),
        pytest.param([frame(choices=[{"text": "Hi", "finish_reason": "stop"}])], ("Hi", "stop"), id="legacy"),
        pytest.param([b": ping\n\n", choice("Hi"), b"event: x\ndata: {}\n\n"], ("Hi", None), id="comments"),
    ],
)
def test_streams_of_all_kinds_of_servers_are_understood(
    chunks: list[bytes], expected: tuple[str, str | None]
) -> None:
    assert expected == replay(*chunks)


@pytest.mark.parametrize(
    ("bad", "code", "message"),
    [
        (frame(error={"message": "slow down", "code": 429}), "model_rate_limited", "slow down"),
        (frame(error="it broke"), "model_unavailable", "it broke"),
        (frame(object="error", message="too long", code=400), "model_refused", "too long"),
        (b"data: <html>\n\n", "model_unavailable", "not JSON: <html>"),
    ],
)
def test_errors_in_a_stream_are_raised_after_the_text_before_them(bad: bytes, code: str, message: str) -> None:
    reader = AnswerReader(Endpoint(purpose="completion", model="m", base_url=None, api_key=None))
    texts = reader.feed(choice("Hi") + bad)
    assert next(texts) == "Hi"
    with pytest.raises(LecternError, match=message) as caught:
        next(texts)
    assert code == caught.value.code


def test_openai_itself_is_told_the_limit_by_its_new_name() -> None:
    hosts = {
        None: True,
        "https://api.openai.com/v1": True,
        "https://eu.api.openai.com/v1": True,
        "https://openai.example/v1": False,
        "https://x.openai.azure.com/openai/v1": False,
    }
    found = {url: Endpoint(purpose="completion", model="m", base_url=url, api_key=None).is_openai for url in hosts}
    assert hosts == found
