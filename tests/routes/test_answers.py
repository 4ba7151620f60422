"""Answers as resources: asked for once, read from any server, resumed to the character, stopped."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import orjson
import pytest

from server.answering.live import DONE, FINISHED
from server.app import create_app
from server.database.pool import open_owner_connection
from server.settings import Settings
from tests.conftest import SITE_FOLDER, ingest_folder
from tests.frames import Asked
from tests.model_endpoint import Knobs, ModelEndpoint, serve_model_endpoint
from tests.serving import serve_in_thread

QUESTION = "How do I change the bulb?"
ANSWER = "Unplug the lamp first [1]. Grüße, 日本語 🙂 und danach die Birne."


@pytest.fixture(scope="module")
def running_endpoint() -> Iterator[ModelEndpoint]:
    with serve_model_endpoint() as endpoint:
        yield endpoint


@pytest.fixture
def endpoint(running_endpoint: ModelEndpoint) -> ModelEndpoint:
    running_endpoint.start_afresh()
    return running_endpoint


def settings_for(endpoint: ModelEndpoint, database_url: str, **changes: Any) -> Settings:
    return Settings(
        database_url=database_url,
        completion_model="openai/test",
        completion_base_url=endpoint.base_url,
        completion_api_key="sk-test",
        cache_seconds=0,
        store_seconds=0.05,
    ).model_copy(update=changes)


@pytest.fixture(scope="module")
def urls(running_endpoint: ModelEndpoint, site_database_url: str) -> Iterator[tuple[str, str]]:
    """Two servers on one database."""
    settings = settings_for(running_endpoint, site_database_url)
    with serve_in_thread(create_app(settings)) as one, serve_in_thread(create_app(settings)) as other:
        yield one, other


@pytest.fixture
def url(endpoint: ModelEndpoint, urls: tuple[str, str]) -> str:
    return urls[0]


@pytest.fixture
def other_url(endpoint: ModelEndpoint, urls: tuple[str, str]) -> str:
    return urls[1]


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=20) as client:
        yield client


async def post(client: httpx.AsyncClient, url: str, query: str = QUESTION, **more: Any) -> dict[str, Any]:
    headers = more.pop("headers", {})
    response = await client.post(f"{url}/v1/answers", json={"query": query, **more}, headers=headers)
    assert 201 == response.status_code, response.text
    body: dict[str, Any] = response.json()
    return body


async def read(client: httpx.AsyncClient, url: str, *, after: str | None = None) -> Asked:
    headers = {} if after is None else {"Last-Event-ID": after}
    response = await client.get(url, headers=headers)
    return Asked(response, response.content)


def text_of(asked: Asked) -> str:
    return "".join(orjson.loads(one["data"])["text"] for one in asked.events if one.get("event") == "delta")


async def until(condition: Callable[[], bool], *, limit_seconds: float = 10) -> None:
    deadline = time.monotonic() + limit_seconds
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)


async def test_an_answer_is_there_before_the_model_has_said_anything(
    client: httpx.AsyncClient, url: str, endpoint: ModelEndpoint
) -> None:
    endpoint.knobs = Knobs(answer=ANSWER, first_delta_delay_seconds=0.5)
    response = await client.post(f"{url}/v1/answers", json={"query": f"  {QUESTION} "})
    asked = response.json()
    assert f"/v1/answers/{asked['id']}" == response.headers["location"] == asked["url"]
    assert ("running", "", QUESTION) == (asked["status"], asked["text"], asked["query"])
    events = await read(client, url + asked["events"])
    assert ANSWER == text_of(events)
    whole = (await client.get(url + asked["url"])).json()
    assert ("finished", "stop", ANSWER) == (whole["status"], whole["finish_reason"], whole["text"])
    assert 1 == len(endpoint.requests)


async def test_the_events_are_named_and_numbered_by_what_a_reader_has(
    client: httpx.AsyncClient, url: str, endpoint: ModelEndpoint
) -> None:
    endpoint.knobs = Knobs(answer=ANSWER)
    asked = await post(client, url)
    first, *deltas, last, done = (await read(client, url + asked["events"])).events
    assert ("sources", f"{asked['id']}:0", "3000") == (first["event"], first["id"], first["retry"])
    assert {"delta"} == {delta["event"] for delta in deltas}
    assert f"{asked['id']}:{len(ANSWER)}" == deltas[-1]["id"]
    assert ("answer", f"{asked['id']}:{FINISHED}") == (last["event"], last["id"])
    assert {"id": f"{asked['id']}:{DONE}", "data": "[DONE]"} == done
    opening = orjson.loads(first["data"])
    assert "/pages/guides/bulbs#changing-the-bulb" == opening["sources"][0]["url"]
    assert "stop" == orjson.loads(last["data"])["finish_reason"]


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_a_reader_resumes_behind_every_character_on_any_server(
    client: httpx.AsyncClient, url: str, other_url: str, endpoint: ModelEndpoint, elsewhere: bool
) -> None:
    endpoint.knobs = Knobs(answer=ANSWER)
    asked = await post(client, url)
    await read(client, url + asked["events"])
    server = other_url if elsewhere else url
    await until_stored(client, other_url, asked)
    for position in range(len(ANSWER) + 1):
        resumed = await read(client, server + asked["events"], after=f"{asked['id']}:{position}")
        assert ANSWER[position:] == text_of(resumed)
        assert ["answer", None] == [event.get("event") for event in resumed.events][-2:]
    assert 1 == len(endpoint.requests)


async def until_stored(client: httpx.AsyncClient, other_url: str, asked: dict[str, Any]) -> None:
    """Until the database, which the other server reads, has all of an answer."""
    deadline = time.monotonic() + 5
    while (await client.get(other_url + asked["url"])).json()["status"] == "running":
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def test_a_running_answer_is_followed_from_another_server(
    client: httpx.AsyncClient, url: str, other_url: str, endpoint: ModelEndpoint
) -> None:
    endpoint.knobs = Knobs(answer=ANSWER, delta_delay_seconds=0.05)
    asked = await post(client, url)
    here, there = await asyncio.gather(
        read(client, url + asked["events"]), read(client, other_url + asked["events"])
    )
    assert ANSWER == text_of(here) == text_of(there)
    assert here.events[-2]["data"] == there.events[-2]["data"]
    assert 1 == len(endpoint.requests)


async def test_who_asks_for_the_headers_alone_has_not_read_the_answer(
    client: httpx.AsyncClient, url: str, endpoint: ModelEndpoint, site_database_url: str
) -> None:
    endpoint.knobs = Knobs(answer=ANSWER)
    asked = await post(client, url, "Which headers has a bulb?")
    for path, headers in [(asked["events"], {}), ("/v1/query", {"Last-Event-ID": f"{asked['id']}:0"})]:
        head = await client.head(url + path, headers=headers)
        assert (200, "text/event-stream") == (head.status_code, head.headers["content-type"].partition(";")[0])
    while (await client.get(url + asked["url"])).json()["status"] == "running":
        await asyncio.sleep(0.02)
    await client.head(url + asked["events"])
    await asyncio.sleep(0.2)  # of which four turns store what there is
    async with open_owner_connection(site_database_url) as owner:
        statement = "select status, delivered_at from docs.answer where id = $1"
        assert [("finished", None)] == [tuple(row) for row in await owner.fetch(statement, asked["id"])]


async def test_a_page_that_was_loaded_anew_resumes_by_address(
    client: httpx.AsyncClient, url: str, other_url: str, endpoint: ModelEndpoint
) -> None:
    endpoint.knobs = Knobs(answer=ANSWER)
    asked = await post(client, url)
    await read(client, url + asked["events"])
    for server in (url, other_url):
        events = server + asked["events"]
        assert ANSWER[7:] == text_of(await read(client, f"{events}?after=7"))
        by_both = await read(client, f"{events}?after=7", after=f"{asked['id']}:11")
        assert ANSWER[11:] == text_of(by_both)
        from_another = await read(client, f"{events}?after=7", after="another:11")
        assert ANSWER == text_of(from_another)
        assert ["sources", "delta", "answer"] == [
            one.get("event") for one in (await read(client, f"{events}?after=")).events[:-1]
        ]
        assert ["answer", None] == [
            one.get("event") for one in (await read(client, f"{events}?after={len(ANSWER)}")).events
        ]
        assert 204 == (await read(client, f"{events}?after={FINISHED}")).response.status_code
    assert 204 == (await read(client, f"{url}/v1/answers/none/events?after=7")).response.status_code


@pytest.mark.parametrize("after", ["-1", "seven", "7.0", "١", "1" * 12])
async def test_a_position_that_is_none_is_refused(client: httpx.AsyncClient, url: str, after: str) -> None:
    refused = await client.get(f"{url}/v1/answers/none/events", params={"after": after})
    assert (400, True) == (refused.status_code, "`after`" in refused.json()["error"]["message"])


@pytest.mark.parametrize("position", [FINISHED, DONE])
async def test_who_has_everything_is_sent_away(
    client: httpx.AsyncClient, url: str, endpoint: ModelEndpoint, position: int
) -> None:
    endpoint.knobs = Knobs(answer=ANSWER)
    asked = await post(client, url)
    response = await client.get(url + asked["events"], headers={"Last-Event-ID": f"{asked['id']}:{position}"})
    assert (204, b"") == (response.status_code, response.content)


@pytest.mark.parametrize("id", ["nobody-knows", "nobody%00knows", "nobody%FFknows"])
async def test_an_unknown_answer_is_not_found_and_to_one_who_comes_back_nothing(
    client: httpx.AsyncClient, url: str, id: str
) -> None:
    for method, path in [("GET", ""), ("DELETE", ""), ("GET", "/events")]:
        response = await client.request(method, f"{url}/v1/answers/{id}{path}")
        assert (404, "not_found") == (response.status_code, response.json()["error"]["code"])
        assert "no-store" == response.headers["cache-control"]
    back = await client.get(f"{url}/v1/answers/{id}/events", headers={"Last-Event-ID": f"{id}:3"})
    assert 204 == back.status_code


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_stopping_closes_the_upstream_request_and_keeps_what_was_written(
    client: httpx.AsyncClient, url: str, other_url: str, endpoint: ModelEndpoint, elsewhere: bool
) -> None:
    endpoint.knobs = Knobs(answer=ANSWER, hang_after_deltas=3)
    asked = await post(client, url)
    reading = asyncio.create_task(read(client, url + asked["events"]))
    await until(lambda: bool(endpoint.requests) and endpoint.requests[0].first_delta_at is not None)
    await asyncio.sleep(0.2)
    await client.delete((other_url if elsewhere else url) + asked["url"])
    assert await asyncio.to_thread(endpoint.requests[0].closed_early.wait, 5)
    events = await reading
    assert "Unplug the lamp" == text_of(events)
    ending = orjson.loads(events.events[-2]["data"])
    assert ("stopped", "stopped") == (ending["status"], ending["finish_reason"])
    assert ending["usage"]["is_estimate"]
    assert ending["usage"]["completion_tokens"] > 0


async def test_an_answer_nobody_comes_for_is_stopped_after_the_grace(
    client: httpx.AsyncClient, endpoint: ModelEndpoint, site_database_url: str
) -> None:
    endpoint.knobs = Knobs(answer=ANSWER, hang_after_deltas=1)
    settings = settings_for(endpoint, site_database_url, reader_grace_seconds=0.3)
    with serve_in_thread(create_app(settings)) as url:
        await post(client, url)
        assert await asyncio.to_thread(lambda: until_asked(endpoint).closed_early.wait(5))


def until_asked(endpoint: ModelEndpoint) -> Any:
    deadline = time.monotonic() + 5
    while not endpoint.requests:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return endpoint.requests[0]


async def test_the_same_key_with_the_same_body_is_the_same_answer(
    client: httpx.AsyncClient, url: str, other_url: str, endpoint: ModelEndpoint
) -> None:
    endpoint.knobs = Knobs(answer=ANSWER)
    headers = {"Idempotency-Key": f"key-{time.monotonic_ns()}"}
    asked = await asyncio.gather(*(post(client, server, headers=headers) for server in (url, other_url) * 3))
    assert 1 == len({one["id"] for one in asked})
    await read(client, url + asked[0]["events"])
    assert 1 == len(endpoint.requests)
    refused = await client.post(f"{other_url}/v1/answers", json={"query": "What else?"}, headers=headers)
    assert (409, "idempotency_key_reused") == (refused.status_code, refused.json()["error"]["code"])


async def test_equal_questions_share_one_answer_on_all_servers(
    client: httpx.AsyncClient, url: str, other_url: str, endpoint: ModelEndpoint
) -> None:
    endpoint.knobs = Knobs(answer=ANSWER, first_delta_delay_seconds=1)
    # No other test's: one server gives what has just ended on the other, until it is told so.
    forms = ("How do I change a bulb?", "  how do I change a BULB ", "How do I change a bulb")
    asked = await asyncio.gather(*(post(client, server, form) for server in (url, other_url) for form in forms))
    assert 1 == len({one["id"] for one in asked})
    assert 6 == len({one["conversation"] for one in asked})
    texts = await asyncio.gather(*(read(client, url + one["events"]) for one in asked))
    assert {ANSWER} == {text_of(text) for text in texts}
    assert 1 == len(endpoint.requests)


async def test_one_of_several_askers_does_not_stop_the_answer_for_the_others(
    client: httpx.AsyncClient, url: str, endpoint: ModelEndpoint
) -> None:
    endpoint.knobs = Knobs(answer=ANSWER, delta_delay_seconds=0.03)
    one, other = [await post(client, url, "When do I change the bulb?") for _ in range(2)]
    assert one["id"] == other["id"]
    reading = asyncio.create_task(read(client, url + other["events"]))
    await until(lambda: bool(endpoint.requests) and endpoint.requests[0].first_delta_at is not None)
    await client.delete(url + one["url"])
    assert ANSWER == text_of(await reading)


async def test_who_asked_as_well_and_is_on_the_way_finds_the_answer_going_on(
    client: httpx.AsyncClient, url: str, endpoint: ModelEndpoint
) -> None:
    endpoint.knobs = Knobs(answer=ANSWER, delta_delay_seconds=0.05)
    one, other = [await post(client, url) for _ in range(2)]
    assert one["id"] == other["id"]
    await client.delete(url + one["url"])
    await asyncio.sleep(0.1)
    assert ANSWER == text_of(await read(client, url + other["events"]))


async def test_who_asked_twice_with_one_key_may_stop_the_answer(
    client: httpx.AsyncClient, url: str, endpoint: ModelEndpoint
) -> None:
    endpoint.knobs = Knobs(answer=ANSWER, hang_after_deltas=3)
    headers = {"Idempotency-Key": f"key-{time.monotonic_ns()}"}
    asked, again = [await post(client, url, "Where do I change the bulb?", headers=headers) for _ in range(2)]
    assert asked["id"] == again["id"]
    reading = asyncio.create_task(read(client, url + asked["events"]))
    await until(lambda: bool(endpoint.requests) and endpoint.requests[0].first_delta_at is not None)
    stopped = await client.delete(url + asked["url"])
    assert "stopped" == stopped.json()["status"]
    await reading


async def test_finished_answers_are_given_again_unless_that_is_refused(
    client: httpx.AsyncClient, endpoint: ModelEndpoint, site_database_url: str
) -> None:
    endpoint.knobs = Knobs(answer=ANSWER)
    question = "Which bulb fits, and how is it changed?"
    with serve_in_thread(create_app(settings_for(endpoint, site_database_url, cache_seconds=60))) as url:
        first = await post(client, url, question)
        await read(client, url + first["events"])
        again = await post(client, url, question.upper())
        assert (first["id"], "finished", ANSWER) == (again["id"], again["status"], again["text"])
        assert 1 == len(endpoint.requests)
        anew = await post(client, url, question, headers={"Cache-Control": "no-cache"})
        assert first["id"] != anew["id"]
        await read(client, url + anew["events"])
    assert 2 == len(endpoint.requests)


async def test_trouble_is_an_event_of_its_own(
    client: httpx.AsyncClient, url: str, endpoint: ModelEndpoint
) -> None:
    endpoint.knobs = Knobs(answer=ANSWER, error_after_deltas=2)
    asked = await post(client, url)
    events = await read(client, url + asked["events"])
    assert "Unplug the" == text_of(events)
    assert "problem" == events.events[-2]["event"]
    problem = orjson.loads(events.events[-2]["data"])
    assert ("failed", "model_unavailable") == (problem["status"], problem["error"]["code"])
    assert problem["error"] == (await client.get(url + asked["url"])).json()["error"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON"),
        (b"[]", "no JSON object"),
        (b"{}", "`query` is no text"),
        (b'{"query": 3}', "`query` is no text"),
        (b'{"query": " "}', "The query is empty"),
        (b'{"query": "a\\u0000b"}', "NUL"),
        (b'{"query": "a", "filter": [1]}', "`filter` is no object"),
        (b'{"query": "a", "page": 3}', "`page` is no text"),
        (b'{"query": "a", "conversation": ""}', "`conversation` is no text"),
        (b'{"query": "a", "conversation": "chat:x"}', "`conversation` is none"),
    ],
)
async def test_a_question_that_is_none_is_refused(
    client: httpx.AsyncClient, url: str, body: bytes, reason: str
) -> None:
    response = await client.post(f"{url}/v1/answers", content=body)
    assert (400, "request_invalid") == (response.status_code, response.json()["error"]["code"])
    assert reason in response.json()["error"]["message"]


async def test_a_later_question_of_a_conversation_is_made_to_stand_alone(
    client: httpx.AsyncClient, url: str, other_url: str, endpoint: ModelEndpoint
) -> None:
    endpoint.knobs = Knobs(answer=ANSWER, rewriting="How hot does the bulb of the lamp get?")
    first = await post(client, url)
    await read(client, url + first["events"])
    asked = await post(client, other_url, "How hot does it get?", conversation=first["conversation"])
    assert first["conversation"] == asked["conversation"]
    opening = orjson.loads((await read(client, other_url + asked["events"])).events[0]["data"])
    assert ("How hot does it get?", "How hot does the bulb of the lamp get?") == (
        opening["query"],
        opening["searched_query"],
    )
    third = await post(client, other_url, "And then?", conversation=first["conversation"])
    await read(client, other_url + third["events"])
    rewriting = [request.text for request in endpoint.requests if request.is_rewriting]
    assert 2 == len(rewriting)
    assert QUESTION in rewriting[0]
    assert "How hot does the bulb of the lamp get?" in rewriting[1]
    assert 5 == len(endpoint.requests)


async def test_an_unknown_conversation_is_told_in_the_answer_and_not_logged(
    client: httpx.AsyncClient, url: str, other_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    asked = await post(client, url, conversation="never.heard")
    events = (await read(client, url + asked["events"])).events
    assert ["sources", "problem", None] == [event.get("event") for event in events]
    error = orjson.loads(events[1]["data"])["error"]
    assert "not_found" == error["code"]
    assert error["message"].startswith("This conversation is not known any more.")
    assert orjson.loads(events[0]["data"])["searched_query"] is None
    for server in (url, other_url):
        stored = (await client.get(server + asked["url"])).json()
        assert stored["searched_query"] is None
    assert [] == [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_question_asked_after_a_publish_is_answered_from_the_new_pages(
    client: httpx.AsyncClient, endpoint: ModelEndpoint, settings: Settings
) -> None:
    endpoint.knobs = Knobs(answer=ANSWER, hang_after_deltas=2)
    await ingest_folder(SITE_FOLDER, settings)
    assert settings.database_url is not None
    app = create_app(settings_for(endpoint, settings.database_url.get_secret_value()))
    with serve_in_thread(app) as url:
        before = await post(client, url)
        assert before["id"] == (await post(client, url))["id"]
        async with open_owner_connection(settings.database_url.get_secret_value()) as owner:
            await owner.execute("update docs.site set generation = generation + 1")
        assert before["id"] != (await post(client, url))["id"]
