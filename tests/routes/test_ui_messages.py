"""Chats of the Vercel AI SDK, by the requests that it sends. `tests/clients` has the SDK itself."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from server.app import create_app
from server.database.pool import open_owner_connection
from server.settings import Settings
from tests.frames import read_events
from tests.model_endpoint import Knobs, ModelEndpoint, serve_model_endpoint
from tests.serving import serve_in_thread

QUESTION = "How do I change the bulb?"
ANSWER = "Let it cool for ten minutes, then turn it to the left [1]."
WAIT_SECONDS = 10

Part = dict[str, Any]


@pytest.fixture(scope="module")
def running_endpoint() -> Iterator[ModelEndpoint]:
    with serve_model_endpoint() as endpoint:
        yield endpoint


@pytest.fixture
def endpoint(running_endpoint: ModelEndpoint) -> ModelEndpoint:
    running_endpoint.start_afresh()
    running_endpoint.knobs = Knobs(answer=ANSWER)
    return running_endpoint


@pytest.fixture
def url(endpoint: ModelEndpoint, site_database_url: str) -> Iterator[str]:
    """A server whose completer is the test endpoint. One for each test: what is still being written is shared."""
    with serve_with(endpoint, site_database_url) as url:
        yield url


@pytest.fixture
def other_url(endpoint: ModelEndpoint, site_database_url: str) -> Iterator[str]:
    """A second server on the same database."""
    with serve_with(endpoint, site_database_url) as url:
        yield url


def serve_with(endpoint: ModelEndpoint, database_url: str, **changes: Any) -> AbstractContextManager[str]:
    settings = Settings(
        database_url=database_url,
        completion_model="openai/test",
        completion_base_url=endpoint.base_url,
        completion_api_key="sk-test",
        cache_seconds=0,
        coalesce_seconds=0,
        store_seconds=0.05,
    )
    return serve_in_thread(create_app(settings.model_copy(update=changes)))


async def test_a_chat_gets_its_answer_as_a_message(url: str, endpoint: ModelEndpoint) -> None:
    async with httpx.AsyncClient(base_url=url) as client:
        response = await client.post("/v1/ui-messages", json=chat(QUESTION))
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["x-vercel-ai-ui-message-stream"] == "v1"
    assert response.headers["cache-control"] == "no-store, no-transform"
    parts = read_parts(response.content)
    kinds = [part["type"] for part in parts if part["type"] not in ("source-url", "text-delta")]
    assert kinds == ["start", "data-sources", "text-start", "text-end", "data-answer", "finish"]
    assert text_of(parts) == ANSWER
    assert len(endpoint.requests) == 1


async def test_sources_lead_to_this_server_where_the_site_has_no_address(url: str) -> None:
    parts = await ask(url, chat(QUESTION))
    first = next(part for part in parts if part["type"] == "source-url")
    assert first == {
        "type": "source-url",
        "sourceId": "1",
        "url": f"{url}/pages/guides/bulbs#changing-the-bulb",
        "title": "Bulbs: Changing the bulb",
    }
    (told,) = [part["data"] for part in parts if part["type"] == "data-sources"]
    assert set(told) == {"searched_query", "sources", "confidence"}
    assert told["sources"][0]["url"] == first["url"]
    assert told["sources"][0]["excerpt"]


async def test_sources_lead_to_the_site(endpoint: ModelEndpoint, site_database_url: str) -> None:
    with serve_with(endpoint, site_database_url, site_url="https://docs.example.com") as url:
        parts = await ask(url, chat(QUESTION))
    urls = [part["url"] for part in parts if part["type"] == "source-url"]
    assert urls[0].startswith("https://docs.example.com/guides/bulbs")
    assert [url for url in urls if not url.startswith("https://docs.example.com/")] == []


async def test_the_last_message_is_asked_with_filter_and_page_of_the_body(
    url: str, endpoint: ModelEndpoint
) -> None:
    body = chat(QUESTION, filter={"no": "such page"}, page="/guides/bulbs", an_applications_own={"key": None})
    parts = await ask(url, body)
    assert [part for part in parts if part["type"] == "source-url"] == []
    assert endpoint.requests == []


async def test_a_later_question_is_understood_from_the_messages_before_it(
    url: str, endpoint: ModelEndpoint
) -> None:
    endpoint.knobs.rewriting = "How hot does the bulb get?"
    body = chat(QUESTION)
    body["messages"] += [message("assistant", ANSWER), message("user", "How hot does it get?")]
    (told,) = [part["data"] for part in await ask(url, body) if part["type"] == "data-sources"]
    assert told["searched_query"] == "How hot does the bulb get?"
    rewriting, _ = endpoint.requests
    asked = rewriting.body["messages"][-1]["content"]
    assert [text in asked for text in (QUESTION, ANSWER, "How hot does it get?")] == [True] * 3


async def test_equal_first_questions_share_one_answer(endpoint: ModelEndpoint, site_database_url: str) -> None:
    question = unheard_question()
    with serve_with(endpoint, site_database_url, cache_seconds=60) as url:
        first, second = await ask(url, chat(question)), await ask(url, chat(question))
    assert (first[0], text_of(first)) == (second[0], text_of(second))
    assert len(endpoint.requests) == 1


async def test_a_request_may_refuse_an_earlier_answer(endpoint: ModelEndpoint, site_database_url: str) -> None:
    question = unheard_question()
    with serve_with(endpoint, site_database_url, cache_seconds=60) as url:
        (first, *_) = await ask(url, chat(question))
        (second, *_) = await ask(url, chat(question), headers={"Cache-Control": "no-cache"})
    assert first["messageId"] != second["messageId"]


@pytest.mark.parametrize("is_delivered", [True, False])
@pytest.mark.parametrize("again", ["regenerate", "ask once more"])
async def test_one_chat_never_gets_the_same_answer_twice(
    endpoint: ModelEndpoint, site_database_url: str, again: str, is_delivered: bool
) -> None:
    endpoint.knobs.delta_delay_seconds = 0.05
    question = unheard_question()
    body = chat(question)
    with serve_with(endpoint, site_database_url, cache_seconds=60) as url:
        (first, *_) = await (ask if is_delivered else leave_in_mid_answer)(url, body)
        if again == "regenerate":
            body["trigger"] = "regenerate-message"
        else:
            body["messages"] += [message("assistant", ""), message("user", question)]
        (second, *_) = await ask(url, body)
    assert first["messageId"] != second["messageId"]


@pytest.mark.parametrize(
    ("knobs", "status", "text"),
    [
        (Knobs(status=401), "failed", ""),
        (Knobs(answer=ANSWER, cut_after_deltas=3), "failed", "Let it cool"),
    ],
)
async def test_trouble_ends_the_message_with_a_sentence(
    url: str, endpoint: ModelEndpoint, knobs: Knobs, status: str, text: str
) -> None:
    endpoint.knobs = knobs
    parts = await ask(url, chat(QUESTION))
    report, error = parts[-2:]
    assert (report["type"], report["data"]["status"]) == ("data-answer", status)
    assert error == {"type": "error", "errorText": report["data"]["error"]["message"]}
    assert text_of(parts) == text
    assert [part["type"] for part in parts].count("text-end") == bool(text)


async def test_trouble_before_anything_is_no_message(endpoint: ModelEndpoint, site_database_url: str) -> None:
    with serve_with(endpoint, site_database_url, first_delta_timeout_seconds=0.000_001) as url:
        parts = await ask(url, chat(QUESTION))
    assert parts == [{"type": "error", "errorText": "The answer took too long and was stopped. Please try again."}]


async def test_a_silent_model_is_bridged_by_comments(endpoint: ModelEndpoint, site_database_url: str) -> None:
    endpoint.knobs.first_delta_delay_seconds = 0.4
    with serve_with(endpoint, site_database_url, ping_seconds=0.1) as url:
        async with httpx.AsyncClient(base_url=url) as client:
            response = await client.post("/v1/ui-messages", json=chat(QUESTION))
    assert response.content.count(b": ping\n") >= 2
    assert b": ping\n\n" not in response.content
    assert text_of(read_parts(response.content)) == ANSWER


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("/v1/ui-messages?protocol=text", {}),
        ("/v1/ui-messages", {"Accept": "text/plain"}),
    ],
)
class TestTheTextProtocol:
    async def test_is_the_bare_text(self, url: str, address: str, headers: dict[str, str]) -> None:
        async with httpx.AsyncClient(base_url=url) as client:
            response = await client.post(address, json=chat(QUESTION), headers=headers)
        assert response.headers["content-type"] == "text/plain; charset=utf-8"
        assert response.text == ANSWER

    async def test_tells_trouble_before_the_text_by_the_status(
        self, url: str, endpoint: ModelEndpoint, address: str, headers: dict[str, str]
    ) -> None:
        endpoint.knobs = Knobs(status=401)
        async with httpx.AsyncClient(base_url=url) as client:
            response = await client.post(address, json=chat(QUESTION), headers=headers)
        assert (response.status_code, response.text) == (
            502,
            "The answering service is not set up correctly. The owners of this site have to look at it.",
        )

    async def test_tells_trouble_behind_the_text_as_a_paragraph(
        self, url: str, endpoint: ModelEndpoint, address: str, headers: dict[str, str]
    ) -> None:
        endpoint.knobs.cut_after_deltas = 3
        async with httpx.AsyncClient(base_url=url) as client:
            response = await client.post(address, json=chat(QUESTION), headers=headers)
        assert response.text == (
            "Let it cool\n\nThe answering service cannot be reached right now. Please try again in a moment.\n"
        )

    async def test_stops_the_model_when_the_reader_leaves(
        self, url: str, endpoint: ModelEndpoint, address: str, headers: dict[str, str]
    ) -> None:
        endpoint.knobs.hang_after_deltas = 3
        async with (
            httpx.AsyncClient(base_url=url) as client,
            client.stream("POST", address, json=chat(QUESTION), headers=headers) as response,
        ):
            await anext(response.aiter_raw())
        assert await asyncio.to_thread(endpoint.requests[0].closed_early.wait, 5)  # half of the others' grace

    async def test_resumes_nothing(
        self, url: str, endpoint: ModelEndpoint, address: str, headers: dict[str, str]
    ) -> None:
        endpoint.knobs.delta_delay_seconds = 0.1
        body = chat(QUESTION)
        await leave_in_mid_answer(url, body)
        path, _, query = address.partition("?")
        async with httpx.AsyncClient(base_url=url) as client:
            response = await client.get(f"{path}/{body['id']}/stream?{query}", headers=headers)
        assert response.status_code == 204


@pytest.mark.parametrize("id", [None, "a chat/with=odd&signs?"])
async def test_a_chat_that_comes_back_gets_the_whole_message_again(
    url: str, endpoint: ModelEndpoint, id: str | None
) -> None:
    endpoint.knobs.delta_delay_seconds = 0.05
    body = chat(QUESTION, id=id)
    before = await leave_in_mid_answer(url, body)
    response = await resume(url, body["id"])
    assert response.headers["x-vercel-ai-ui-message-stream"] == "v1"
    parts = read_parts(response.content)
    assert parts[: len(before) - 1] == before[:-1]  # the last one may have more text now
    assert text_of(parts) == ANSWER
    assert parts[-1] == {"type": "finish"}
    assert len(endpoint.requests) == 1
    assert (await resume(url, body["id"])).status_code == 204


async def test_a_chat_resumes_at_any_server(url: str, other_url: str, endpoint: ModelEndpoint) -> None:
    endpoint.knobs.delta_delay_seconds = 0.05
    body = chat(QUESTION)
    (start, *_) = await leave_in_mid_answer(url, body)
    parts = read_parts((await resume(other_url, body["id"])).content)
    assert (parts[0], text_of(parts)) == (start, ANSWER)
    assert len(endpoint.requests) == 1


async def test_an_answer_that_ended_unread_is_told_to_who_comes_back(url: str, endpoint: ModelEndpoint) -> None:
    endpoint.knobs.delta_delay_seconds = 0.05
    body = chat(QUESTION)
    (start, *_) = await leave_in_mid_answer(url, body)
    await until_status(url, start["messageId"], "finished")
    assert text_of(read_parts((await resume(url, body["id"])).content)) == ANSWER
    assert (await resume(url, body["id"])).status_code == 204


async def test_a_chat_that_has_its_answer_resumes_nothing(
    url: str, other_url: str, site_database_url: str
) -> None:
    body = chat(QUESTION)
    (start, *_) = await ask(url, body)
    assert (await resume(url, body["id"])).status_code == 204
    await until_stored_as_delivered(site_database_url, start["messageId"])
    assert (await resume(other_url, body["id"])).status_code == 204


async def test_a_chat_that_was_told_of_trouble_resumes_nothing(url: str, endpoint: ModelEndpoint) -> None:
    endpoint.knobs = Knobs(status=401)
    body = chat(QUESTION)
    await ask(url, body)
    assert (await resume(url, body["id"])).status_code == 204


async def test_a_chat_that_is_unknown_resumes_nothing(url: str) -> None:
    response = await resume(url, "never heard of")
    assert (response.status_code, response.content) == (204, b"")


async def test_a_chat_resumes_its_latest_answer(url: str, endpoint: ModelEndpoint) -> None:
    endpoint.knobs.delta_delay_seconds = 0.05
    body = chat(QUESTION)
    await leave_in_mid_answer(url, body)
    body["messages"] += [message("assistant", "Let it"), message("user", "How do I clean the lamp?")]
    (second, *_) = await leave_in_mid_answer(url, body)
    parts = read_parts((await resume(url, body["id"])).content)
    assert parts[0] == second


async def test_a_stopped_answer_ends_in_abort_and_is_not_resumed(url: str, endpoint: ModelEndpoint) -> None:
    endpoint.knobs.hang_after_deltas = 3
    body = chat(QUESTION)
    seen: list[Part] = []
    async with httpx.AsyncClient(base_url=url) as client:
        async for part in parts_as_they_come(client, body):
            seen.append(part)
            if text_of(seen) == "Let it cool" and part["type"] == "text-delta":
                await client.delete(f"/v1/answers/{seen[0]['messageId']}")
    assert [part["type"] for part in seen[-3:]] == ["text-end", "data-answer", "abort"]
    assert seen[-2]["data"]["status"] == "stopped"
    assert endpoint.requests[0].closed_early.is_set()
    assert (await resume(url, body["id"])).status_code == 204


async def test_a_reader_who_stays_away_stops_the_model(endpoint: ModelEndpoint, site_database_url: str) -> None:
    endpoint.knobs.hang_after_deltas = 3
    body = chat(QUESTION)
    with serve_with(endpoint, site_database_url, reader_grace_seconds=0.5) as url:
        await leave_in_mid_answer(url, body)
        left_at = time.monotonic()
        assert await asyncio.to_thread(endpoint.requests[0].closed_early.wait, WAIT_SECONDS)
        assert time.monotonic() - left_at > 0.3
        assert (await resume(url, body["id"])).status_code == 204


@pytest.mark.parametrize(
    ("content", "status", "reason"),
    [
        (b"", 400, "The body is not JSON"),
        (b"[]", 400, "The body is no JSON object"),
        (b"{}", 400, "`messages` is no list"),
        (b'{"messages": [{"role": "user", "content": "How?"}]}', 400, "`ai` 5.0"),
        (b'{"messages": [{"role": "user", "parts": []}]}', 400, "The query is empty"),
        (
            json.dumps({"messages": [{"role": "user", "parts": [{"type": "text", "text": "x" * 1001}]}]}),
            400,
            "1,001",
        ),
        (json.dumps({"messages": [{"role": "user", "parts": [{"type": "text", "text": "a\0b"}]}]}), 400, "NUL"),
        (json.dumps({"messages": [], "padding": "x" * 1_000_000}), 413, "`prepareSendMessagesRequest`"),
    ],
)
async def test_what_cannot_be_understood_is_refused_with_a_sentence(
    site_url: str, content: bytes | str, status: int, reason: str
) -> None:
    async with httpx.AsyncClient(base_url=site_url) as client:
        response = await client.post("/v1/ui-messages", content=content)
    assert (response.status_code, response.headers["content-type"]) == (status, "text/plain; charset=utf-8")
    assert reason in response.text


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("id", "", "printable characters"),
        ("filter", "v2", "`filter` is no object"),
        ("filter", [1], "`filter` is no object"),
        ("page", 3, "`page` is no text"),
        ("page", "x" * 1001, "`page` is no text"),
    ],
)
async def test_a_key_that_cannot_be_used_is_refused(site_url: str, key: str, value: Any, reason: str) -> None:
    async with httpx.AsyncClient(base_url=site_url) as client:
        response = await client.post("/v1/ui-messages", json=chat(QUESTION) | {key: value})
    assert (response.status_code, reason in response.text) == (400, True)


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("POST", "/v1/ui-messages?protocol=data", {}, 400),
        ("POST", "/v1/ui-messages", {"Accept": "image/png"}, 406),
        ("GET", f"/v1/ui-messages/{'x' * 201}/stream", {}, 400),
        ("GET", "/v1/ui-messages/a%00b/stream", {}, 400),
        ("GET", "/v1/ui-messages", {}, 405),
    ],
)
async def test_an_address_that_makes_no_sense_is_refused(
    site_url: str, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    async with httpx.AsyncClient(base_url=site_url) as client:
        response = await client.request(method, path, json=chat(QUESTION), headers=headers)
    assert response.status_code == status


@pytest.mark.parametrize(
    ("path", "method"),
    [("/v1/ui-messages", "POST"), ("/v1/ui-messages/c/stream", "GET"), ("/v1/answers/a", "DELETE")],
)
async def test_a_page_of_another_origin_may_chat(site_url: str, path: str, method: str) -> None:
    async with httpx.AsyncClient(base_url=site_url) as client:
        preflight = await client.options(
            path,
            headers={
                "Origin": "https://docs.example.com",
                "Access-Control-Request-Method": method,
                "Access-Control-Request-Headers": "content-type",
            },
        )
    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (200, "*")


def chat(query: str, *, id: str | None = None, **keys: Any) -> dict[str, Any]:
    """What `DefaultChatTransport` posts for the first message of a chat."""
    messages = [message("user", query)]
    return {**keys, "id": id or uuid4().hex, "messages": messages, "trigger": "submit-message"}


def message(role: str, text: str) -> dict[str, Any]:
    return {"id": uuid4().hex, "role": role, "parts": [{"type": "text", "text": text}]}


def unheard_question() -> str:
    """One that no other test has had answered; the sources are those of `QUESTION`."""
    return f"{QUESTION} {uuid4().hex}"


async def ask(url: str, body: dict[str, Any], *, headers: dict[str, str] | None = None) -> list[Part]:
    async with httpx.AsyncClient(base_url=url, timeout=WAIT_SECONDS) as client:
        return read_parts((await client.post("/v1/ui-messages", json=body, headers=headers)).content)


async def resume(url: str, id: str) -> httpx.Response:
    """What `reconnectToStream` asks for."""
    async with httpx.AsyncClient(base_url=url, timeout=WAIT_SECONDS) as client:
        return await client.get(f"/v1/ui-messages/{quote(id, safe='')}/stream")


async def leave_in_mid_answer(url: str, body: dict[str, Any]) -> list[Part]:
    """The parts that came until there was text."""
    seen: list[Part] = []
    async with httpx.AsyncClient(base_url=url, timeout=WAIT_SECONDS) as client:
        async for part in parts_as_they_come(client, body):
            seen.append(part)
            if text_of(seen):
                break
    return seen


async def parts_as_they_come(client: httpx.AsyncClient, body: dict[str, Any]) -> AsyncIterator[Part]:
    async with client.stream("POST", "/v1/ui-messages", json=body) as response:
        async for line in response.aiter_lines():
            if line.startswith("data: {"):
                yield json.loads(line.removeprefix("data: "))


async def until_status(url: str, answer_id: str, status: str) -> None:
    async with asyncio.timeout(WAIT_SECONDS), httpx.AsyncClient(base_url=url) as client:
        while (await client.get(f"/v1/answers/{answer_id}")).json()["status"] != status:
            await asyncio.sleep(0.02)


async def until_stored_as_delivered(database_url: str, answer_id: str) -> None:
    query = "select delivered_at is not null from docs.answer where id = $1"
    async with asyncio.timeout(WAIT_SECONDS), open_owner_connection(database_url) as connection:
        while not await connection.fetchval(query, answer_id):
            await asyncio.sleep(0.02)


def read_parts(raw: bytes) -> list[Part]:
    events = read_events(raw)
    assert events[-1] == {"data": "[DONE]"}
    return [json.loads(event["data"]) for event in events[:-1]]


def text_of(parts: list[Part]) -> str:
    return "".join(part["delta"] for part in parts if part["type"] == "text-delta")
