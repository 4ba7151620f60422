"""The one-shot stream, by the letter of the wire contract."""

from itertools import accumulate

import httpx
import pytest

from server.answering.live import DONE, FINISHED
from server.routes.query import negotiate
from tests.frames import ask

QUESTION = "How do I change the bulb?"


async def test_the_answer_streams_as_numbered_frames_and_ends_with_done(site_url: str) -> None:
    asked = await ask(site_url, QUESTION)
    assert asked.response.status_code == 200
    frames = asked.frames
    answer_id = frames[0]["id"]
    lengths = accumulate(len(frame["choices"][0]["text"]) for frame in frames[:-1])
    assert [f"{answer_id}:{n}" for n in (*lengths, FINISHED, DONE)] == [event["id"] for event in asked.events]
    assert {"id", "object", "created", "model", "choices"} == set(frames[1])
    for frame in frames:
        (choice,) = frame["choices"]
        assert frame["object"] == "chat.completion.chunk"
        assert choice["text"] == choice["delta"]["content"]
    assert [frame["choices"][0]["finish_reason"] for frame in frames] == [None] * (len(frames) - 1) + ["stop"]
    assert "cool for ten minutes" in asked.text


async def test_the_first_and_the_last_frame_carry_the_sources(site_url: str) -> None:
    frames = (await ask(site_url, QUESTION)).frames
    assert frames[0]["choices"][0]["text"] == ""
    assert frames[0]["sources"] == frames[-1]["sources"]
    assert ["sources" in frame for frame in frames[1:-1]] == [False] * (len(frames) - 2)
    source = frames[0]["sources"][0]
    assert source["number"] == 1
    assert source["url"] == "/pages/guides/bulbs#changing-the-bulb"
    assert (source["title"], source["heading"]) == ("Bulbs", "Changing the bulb")
    start, end = source["ranges"][0]
    assert source["excerpt"][start:end].lower() in ("bulb", "change", "changing")


async def test_the_bytes_keep_to_the_contract(site_url: str) -> None:
    asked = await ask(site_url, QUESTION)
    headers = asked.response.headers
    assert headers["content-type"] == "text/event-stream; charset=utf-8"
    assert headers["cache-control"] == "no-store, no-transform"
    assert headers["x-accel-buffering"] == "no"
    assert "connection" not in headers
    assert headers["access-control-allow-origin"] == "*" if "origin" in asked.response.request.headers else True
    assert b"\r" not in asked.raw
    assert asked.raw.count(b"retry: 3000\n") == 1
    assert asked.raw.split(b"\n\n")[-2].startswith(b"data: [DONE]\nid: ")
    assert all(set(event) <= {"id", "data", "retry"} for event in asked.events)


@pytest.mark.parametrize("path", ["/vector-search", "/functions/v1/vector-search"])
async def test_the_toolkits_addresses_lead_to_the_same_answer(site_url: str, path: str) -> None:
    assert (await ask(site_url, QUESTION, path=path)).text == (await ask(site_url, QUESTION)).text


async def test_json_is_the_whole_answer_as_one_object(site_url: str) -> None:
    async with httpx.AsyncClient(base_url=site_url) as client:
        response = await client.get(
            "/v1/query", params={"query": QUESTION}, headers={"Accept": "application/json"}
        )
    body = response.json()
    assert response.status_code == 200
    assert {
        *("id", "query", "searched_query", "model", "created_at", "confidence", "text", "sources"),
        *("status", "finish_reason", "citations", "usage"),
    } == set(body)
    assert body["text"] == (await ask(site_url, QUESTION)).text
    assert body["sources"] == (await ask(site_url, QUESTION)).frames[0]["sources"]


async def test_plain_text_is_the_bare_text(site_url: str) -> None:
    async with httpx.AsyncClient(base_url=site_url) as client:
        response = await client.get("/v1/query", params={"query": QUESTION}, headers={"Accept": "text/plain"})
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.text == (await ask(site_url, QUESTION)).text


async def test_a_reconnect_is_told_to_stop_and_asks_nothing(site_url: str) -> None:
    async with httpx.AsyncClient(base_url=site_url) as client:
        response = await client.get(
            "/v1/query", params={"query": QUESTION}, headers={"Last-Event-ID": "whatever:3"}
        )
    assert (response.status_code, response.content) == (204, b"")
    assert "no-store" == response.headers["cache-control"]


async def test_an_empty_last_event_id_is_none(site_url: str) -> None:
    """As clients send it that always send the header."""
    async with httpx.AsyncClient(base_url=site_url) as client:
        response = await client.get("/v1/query", params={"query": QUESTION}, headers={"Last-Event-ID": ""})
    assert response.status_code == 200
    assert "data: [DONE]" in response.text


@pytest.mark.parametrize("accept", ["text/event-stream", "application/json", "text/plain"])
async def test_a_head_request_asks_nothing(site_url: str, accept: str) -> None:
    async with httpx.AsyncClient(base_url=site_url) as client:
        response = await client.head("/v1/query", headers={"Accept": accept})  # no query: it would be refused
    assert (response.status_code, response.content) == (200, b"")


async def test_other_origins_may_ask_with_the_headers_their_clients_send(site_url: str) -> None:
    async with httpx.AsyncClient(base_url=site_url) as client:
        preflight = await client.options(
            "/v1/query",
            headers={
                "Origin": "https://docs.example.com",
                "Access-Control-Request-Method": "GET",
                "Access-Control-Request-Headers": "authorization, x-client-info, apikey, last-event-id",
            },
        )
        answer = await client.get(
            "/v1/query", params={"query": QUESTION}, headers={"Origin": "https://docs.example.com"}
        )
    assert preflight.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("query_string", "reason"),
    [
        ("", "The query is empty"),
        ("query=", "The query is empty"),
        ("query=%20%0A", "The query is empty"),
        ("query=a%00b", "control characters"),
        ("query=%ff%fe", "not valid UTF-8"),
        ("query=" + "x" * 1001, "1,000 are allowed"),
        ("query=a&filter=[1]", "not a JSON object"),
        (f"query=a&filter={'[' * 900}{']' * 900}", "not a JSON object"),
        ("query=a&filter=" + '{"a":' * 300 + "1" + "}" * 300, "not a JSON object"),
        ("query=a&filter={", "not a JSON object"),
        ('query=a&filter={"a":"\\u0000"}', "not a JSON object"),
    ],
)
async def test_a_query_that_is_none_is_refused_before_anything_runs(
    site_url: str, query_string: str, reason: str
) -> None:
    async with httpx.AsyncClient(base_url=site_url) as client:
        response = await client.get(f"/v1/query?{query_string}")
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "request_invalid"
    assert reason in response.json()["error"]["message"]


@pytest.mark.parametrize(
    "query", ["電球を交換する方法は？", "كيف أغير المصباح؟", "🎉🎉🎉", "a & | !b <-> c:* ' \" \\ %"]
)
async def test_a_question_in_any_script_gets_an_answer(site_url: str, query: str) -> None:
    asked = await ask(site_url, query)
    assert asked.frames[-1]["choices"][0]["finish_reason"] == "stop"
    assert asked.text


async def test_without_a_match_the_reader_is_told_so(site_url: str) -> None:
    asked = await ask(site_url, QUESTION, filter='{"level": "nonexistent"}')
    assert asked.text == "I could not find anything about this in Lumen."
    assert asked.frames[-1]["sources"] == []


async def test_a_filter_narrows_the_sources(site_url: str) -> None:
    asked = await ask(site_url, "How do I pair the lamp?", filter='{"level": "advanced"}')
    assert {source["path"] for source in asked.frames[0]["sources"]} == {"/guides/dimming"}


async def test_an_unknown_accept_is_told_what_there_is(site_url: str) -> None:
    async with httpx.AsyncClient(base_url=site_url) as client:
        response = await client.get("/v1/query", params={"query": QUESTION}, headers={"Accept": "image/png"})
    assert response.status_code == 406
    assert "text/event-stream" in response.json()["error"]["message"]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", "text/event-stream"),
        ("", "text/event-stream"),
        ("text/event-stream", "text/event-stream"),
        ("application/json, text/plain, */*", "application/json"),
        ("text/html;q=0.9, text/plain;q=0.5", "text/plain"),
        ("application/json;q=0, text/plain", "text/plain"),
        ("application/json;q=0.1, text/event-stream", "text/event-stream"),
        ("Text/Plain", "text/plain"),
    ],
)
def test_the_first_media_type_we_have_is_taken(accept: str, expected: str) -> None:
    assert expected == negotiate(accept)
