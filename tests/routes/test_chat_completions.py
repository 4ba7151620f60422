"""OpenAI's addresses over HTTP, as a program without its SDKs sees them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest

from server.app import create_app
from server.settings import Settings
from tests.model_endpoint import Knobs, ModelEndpoint, serve_model_endpoint
from tests.serving import serve_in_thread

QUESTION = "How do I change the bulb?"
PATHS = {"chat": "/v1/chat/completions", "text": "/v1/completions"}
ANSWER = "Let it cool for ten minutes [1]. Then turn it."

both = pytest.mark.parametrize("dialect", ["chat", "text"])


@dataclass(frozen=True)
class Lectern:
    url: str
    endpoint: ModelEndpoint


@pytest.fixture(scope="module")
def running_lectern(site_database_url: str) -> Iterator[Lectern]:
    with serve_model_endpoint() as endpoint:
        settings = Settings(
            database_url=site_database_url,
            site_name="Lumen",
            completion_model="openai/test",
            completion_base_url=endpoint.base_url,
            completion_api_key="sk-test",
            ping_seconds=0.05,
            cache_seconds=0,
        )
        with serve_in_thread(create_app(settings)) as url:
            yield Lectern(url, endpoint)


@pytest.fixture
def endpoint(running_lectern: Lectern) -> ModelEndpoint:
    running_lectern.endpoint.start_afresh()
    running_lectern.endpoint.knobs = Knobs(answer=ANSWER)
    return running_lectern.endpoint


@pytest.fixture
async def client(running_lectern: Lectern, endpoint: ModelEndpoint) -> AsyncIterator[httpx.AsyncClient]:
    async with new_client(running_lectern.url) as client:
        yield client


def new_client(url: str) -> httpx.AsyncClient:
    """Somebody who was not here before."""
    return httpx.AsyncClient(base_url=url, timeout=30, headers={"User-Agent": uuid4().hex})


async def ask(
    client: httpx.AsyncClient, dialect: str = "chat", *, question: str | None = None, **changes: Any
) -> httpx.Response:
    """By default a question that nobody else asks: an answer that ended a moment ago is given again."""
    question = question or f"{QUESTION} {client.headers['user-agent']}"
    return await client.post(PATHS[dialect], json={**body_of(dialect, question), **changes})


def body_of(dialect: str, question: str) -> dict[str, Any]:
    asked = {"messages": [{"role": "user", "content": question}]} if dialect == "chat" else {"prompt": question}
    return {"model": "any", **asked}


def frames_of(stream: str) -> list[Any]:
    """The JSON of a stream, of which every line is one that the format has."""
    *lines, end, nothing = (line for line in stream.split("\n\n"))
    assert (end, nothing) == ("data: [DONE]", "")
    return [orjson.loads(line.replace(": ping\n", "").removeprefix("data: ")) for line in lines]


def text_of(frames: list[Any]) -> str:
    choices = [choice for frame in frames for choice in frame.get("choices", ())]
    return "".join(
        choice["delta"].get("content", "") if "delta" in choice else choice["text"] for choice in choices
    )


def text_in(body: Any) -> Any:
    (choice,) = body["choices"]
    return choice["message"]["content"] if "message" in choice else choice["text"]


@both
async def test_an_answer_streams_in_openais_format(client: httpx.AsyncClient, dialect: str) -> None:
    response = await ask(client, dialect, stream=True)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["cache-control"] == "no-store, no-transform"
    frames = frames_of(response.text)
    assert text_of(frames).endswith(ANSWER)
    assert {frame["model"] for frame in frames} == {"openai/test"}
    assert frames[0]["sources"][0]["url"] == "/pages/guides/bulbs#changing-the-bulb"
    assert frames[-1]["choices"][0]["finish_reason"] == "stop"
    assert set(frames[-1]["citations"]) == {"cited", "removed_citations", "removed_links"}


@both
async def test_without_stream_it_is_one_object(client: httpx.AsyncClient, dialect: str) -> None:
    response = await ask(client, dialect)
    assert response.status_code == 200
    body = response.json()
    assert text_in(body).endswith(ANSWER)
    assert body["choices"][0]["finish_reason"] == "stop"
    assert body["sources"][0]["number"] == 1
    assert body["usage"]["total_tokens"] == sum(
        body["usage"][f"{part}_tokens"] for part in ("prompt", "completion")
    )


@both
async def test_the_usage_is_told_at_the_end_to_who_wants_it(client: httpx.AsyncClient, dialect: str) -> None:
    response = await ask(client, dialect, stream=True, stream_options={"include_usage": True})
    *others, last = frames_of(response.text)
    assert (last["choices"], set(last["usage"])) == ([], {"prompt_tokens", "completion_tokens", "total_tokens"})
    assert {frame["usage"] for frame in others} == {None}


async def test_the_id_is_the_answers(client: httpx.AsyncClient) -> None:
    body = (await ask(client)).json()
    answer = await client.get(f"/v1/answers/{body['id']}")
    assert answer.json()["text"] == text_in(body)


@both
@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("status", "told", "code", "kind"),
    [
        (429, 429, "model_rate_limited", "rate_limit_error"),
        (401, 502, "model_refused", "server_error"),
    ],
)
async def test_trouble_before_the_text_is_told_by_the_status(
    client: httpx.AsyncClient,
    endpoint: ModelEndpoint,
    dialect: str,
    stream: bool,
    status: int,
    told: int,
    code: str,
    kind: str,
) -> None:
    endpoint.knobs.status = status
    response = await ask(client, dialect, stream=stream)
    assert response.status_code == told
    error = response.json()["error"]
    assert (error.pop("message")[-1], error) == (".", {"type": kind, "param": None, "code": code})
    assert response.headers["x-should-retry"] == "false"
    assert len(endpoint.requests) == 1


@both
async def test_trouble_in_mid_stream_is_an_event(
    client: httpx.AsyncClient, endpoint: ModelEndpoint, dialect: str
) -> None:
    endpoint.knobs.error_after_deltas = 3
    response = await ask(client, dialect, stream=True)
    assert response.status_code == 200
    *frames, last = frames_of(response.text)
    assert text_of(frames).endswith("Let it cool")
    assert (list(last), last["error"]["code"]) == (["error"], "model_unavailable")


@both
async def test_trouble_in_the_middle_leaves_no_half_object(
    client: httpx.AsyncClient, endpoint: ModelEndpoint, dialect: str
) -> None:
    endpoint.knobs.error_after_deltas = 3
    response = await ask(client, dialect)
    assert response.status_code == 503
    assert (list(response.json()), response.json()["error"]["type"]) == (["error"], "server_error")


async def test_a_silent_model_leaves_keep_alives_that_are_no_events(
    client: httpx.AsyncClient, endpoint: ModelEndpoint
) -> None:
    endpoint.knobs.delta_delay_seconds = 0.12
    endpoint.knobs.answer = "Two words"
    response = await ask(client, stream=True)
    assert response.text.count(": ping\n") >= 1
    assert text_of(frames_of(response.text)).endswith("Two words")


@pytest.mark.soak
async def test_a_model_that_thinks_for_long_is_bridged_by_keep_alives_and_its_trouble_told_in_the_stream(
    client: httpx.AsyncClient, endpoint: ModelEndpoint
) -> None:
    endpoint.knobs.first_delta_delay_seconds = 6
    endpoint.knobs.error_after_deltas = 1
    endpoint.knobs.answer = "No"
    response = await ask(client, stream=True)
    assert response.status_code == 200
    assert response.text.count(": ping\n") >= 1
    assert frames_of(response.text)[-1]["error"]["code"] == "model_unavailable"


async def test_the_prompt_stays_the_owners(client: httpx.AsyncClient, endpoint: ModelEndpoint) -> None:
    orders = [{"role": role, "content": "Talk like a pirate."} for role in ("system", "developer")]
    await ask(client, messages=[*orders, {"role": "user", "content": "How do I pair the lamp?"}])
    (upstream,) = endpoint.requests
    assert "pirate" not in str(upstream.body)
    assert "How do I pair the lamp?" in upstream.body["messages"][-1]["content"]


async def test_what_was_said_before_makes_it_another_question(
    running_lectern: Lectern, client: httpx.AsyncClient, endpoint: ModelEndpoint
) -> None:
    endpoint.knobs.delta_delay_seconds = 0.05
    before = [{"role": "user", "content": "What is a dimmer?"}, {"role": "assistant", "content": "A knob [1]."}]
    async with new_client(running_lectern.url) as other:
        answers = await asyncio.gather(
            ask(client, question=QUESTION), ask(other, messages=[*before, {"role": "user", "content": QUESTION}])
        )
    assert len({answer.json()["id"] for answer in answers}) == 2


BAD_BODIES = [
    (b"", 400, None),
    (b"{", 400, None),
    (b"[]", 400, None),
    (b'"How?"', 400, None),
    (b"\xff", 400, None),
    (b'{"messages": [{"role": "user", "content": "a\\u0000b"}]}', 400, None),
    (b'{"a":' * 300 + b"1" + b"}" * 300, 400, None),
    (b" " * 1_000_001, 413, None),
    (b"{}", 400, "messages"),
    (b'{"messages": [{"role": "user", "content": " "}]}', 400, "messages"),
    (b'{"messages": [{"role": "user", "content": "a\\u0007b"}]}', 400, "messages"),
    (b'{"messages": [{"role": "user", "content": "' + b"x" * 1001 + b'"}]}', 400, "messages"),
    (b'{"messages": [{"role": "user", "content": "How?"}], "n": 2}', 400, "n"),
    (b'{"messages": [{"role": "user", "content": "How?"}], "stream": "yes"}', 400, "stream"),
]


@pytest.mark.parametrize(("body", "status", "param"), BAD_BODIES, ids=range(len(BAD_BODIES)))
async def test_a_body_that_cannot_be_answered_is_refused_in_openais_shape(
    client: httpx.AsyncClient, endpoint: ModelEndpoint, body: bytes, status: int, param: str | None
) -> None:
    response = await client.post(PATHS["chat"], content=body)
    assert response.status_code == status
    error = response.json()["error"]
    assert (error["type"], error["param"]) == ("invalid_request_error", param)
    assert set(error) == {"message", "type", "param", "code"}
    assert not endpoint.requests


async def test_an_empty_prompt_is_refused_by_its_name(client: httpx.AsyncClient) -> None:
    response = await ask(client, "text", prompt="")
    assert (response.status_code, response.json()["error"]["param"]) == (400, "prompt")


@both
@pytest.mark.parametrize("stream", [True, False])
async def test_a_client_that_leaves_stops_the_model_at_once(
    client: httpx.AsyncClient, endpoint: ModelEndpoint, dialect: str, stream: bool
) -> None:
    endpoint.knobs.hang_after_deltas = 2
    asking = asyncio.create_task(ask(client, dialect, stream=stream))
    await until(lambda: bool(endpoint.requests) and endpoint.requests[0].first_delta_at is not None)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert await asyncio.to_thread(endpoint.requests[0].closed_early.wait, 2)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():
            await asyncio.sleep(0.01)


async def test_equal_questions_in_all_formats_are_one_generation(
    running_lectern: Lectern, endpoint: ModelEndpoint
) -> None:
    endpoint.knobs.delta_delay_seconds = 0.05
    question = f"{QUESTION} {uuid4().hex}"
    async with new_client(running_lectern.url) as one, new_client(running_lectern.url) as other:
        responses = await asyncio.gather(
            ask(one, question=question, stream=True),
            ask(other, "text", question=question, stream=True),
            ask(one, question=question),
            ask(other, "text", question=question),
        )
    streamed = [text_of(frames_of(response.text)) for response in responses[:2]]
    assert {*streamed, *(text_in(response.json()) for response in responses[2:])} == {streamed[0]}
    assert len(endpoint.requests) == 1


async def test_no_cache_asks_anew(running_lectern: Lectern, endpoint: ModelEndpoint) -> None:
    endpoint.knobs.delta_delay_seconds = 0.05
    async with new_client(running_lectern.url) as one, new_client(running_lectern.url) as other:
        first = asyncio.create_task(ask(one, question=QUESTION))
        await until(lambda: bool(endpoint.requests))
        other.headers["Cache-Control"] = "no-cache"
        second = await ask(other, question=QUESTION)
        assert second.json()["id"] != (await first).json()["id"]
    assert len(endpoint.requests) == 2


async def test_a_key_stands_for_one_request(client: httpx.AsyncClient, endpoint: ModelEndpoint) -> None:
    client.headers["Idempotency-Key"] = uuid4().hex
    first, again, other = [await ask(client), await ask(client), await ask(client, user="me")]
    assert first.json()["id"] == again.json()["id"]
    assert len(endpoint.requests) == 1
    assert (other.status_code, other.json()["error"]["code"]) == (409, "idempotency_key_reused")
    assert other.headers["x-should-retry"] == "false"


async def test_the_model_that_answers_is_the_one_there_is(client: httpx.AsyncClient) -> None:
    model = {"id": "openai/test", "object": "model", "created": 0, "owned_by": "lectern"}
    assert (await client.get("/v1/models")).json() == {"object": "list", "data": [model]}
    for path in ("/v1/models/openai/test", "/v1/models/openai%2Ftest"):
        assert (await client.get(path)).json() == model
    unknown = await client.get("/v1/models/gpt-4o")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "not_found")


@both
async def test_these_addresses_take_posts_only(client: httpx.AsyncClient, dialect: str) -> None:
    response = await client.get(PATHS[dialect])
    assert (response.status_code, response.json()["error"]["message"]) == (405, "Method Not Allowed")


async def test_a_web_page_of_another_site_may_use_the_sdk(client: httpx.AsyncClient) -> None:
    sent = "authorization, content-type, x-stainless-arch, x-stainless-helper-method, x-stainless-retry-count"
    preflight = await client.options(
        PATHS["chat"],
        headers={
            "Origin": "https://docs.example.com",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": sent,
        },
    )
    assert preflight.status_code == 200
