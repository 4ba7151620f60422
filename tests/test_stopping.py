"""A server is told to stop: nobody may ask any more, who reads goes on, and what cannot end is kept."""

import asyncio
import signal
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from server.errors import AnswerInterrupted
from tests.model_endpoint import Knobs, ModelEndpoint, serve_model_endpoint
from tests.processes import SERVE, UVICORN, server, servers
from tests.readers import Reader, post

QUESTION = "How do I change the bulb?"
ANSWER = "Unplug the lamp first [1]. Grüße, 日本語 🙂 und danach die Birne. " * 8
WORD_COUNT = len(ANSWER.split())
COMMANDS = pytest.mark.parametrize(
    "command",
    [
        pytest.param(SERVE, id="serve"),
        pytest.param(UVICORN, id="uvicorn"),
        pytest.param((*UVICORN, "--workers", "2"), id="two workers", marks=pytest.mark.soak),
    ],
)


@pytest.fixture
def endpoint() -> Iterator[ModelEndpoint]:
    with serve_model_endpoint() as endpoint:
        endpoint.knobs = Knobs(answer=ANSWER)
        yield endpoint


def takes(endpoint: ModelEndpoint, *, seconds: float) -> None:
    """From now on an answer takes so long, at least."""
    endpoint.knobs.delta_delay_seconds = seconds / WORD_COUNT


async def test_while_running_answers_finish_nobody_may_ask_and_everybody_may_read(
    endpoint: ModelEndpoint, site_database_url: str
) -> None:
    takes(endpoint, seconds=4)
    with server(site_database_url, endpoint, shutdown_grace_seconds=60) as one:
        async with httpx.AsyncClient(base_url=one.url, timeout=60) as client:
            asked = await post(client, "", QUESTION)
            reader, comes_back = Reader(asked["events"]), Reader(asked["events"])
            reading = asyncio.create_task(reader.read(client, ""))
            await comes_back.read(client, "", chars=1)
            one.stop(signal.SIGTERM)
            await until(client, "/readyz", 503)
            assert 200 == (await client.get("/healthz")).status_code
            await assert_all_questions_are_refused(client)
            assert "running" == (await client.get(asked["url"])).json()["status"]
            await comes_back.read(client, "")
            await reading
        assert (0, ANSWER, ANSWER) == (one.ended(), reader.text, comes_back.text)
        assert "ERROR" not in one.log.read_text()
    assert "finished" == reader.ending["status"] == comes_back.ending["status"]
    assert 1 == len(endpoint.requests)


async def until(client: httpx.AsyncClient, path: str, status: int) -> None:
    deadline = time.monotonic() + 20
    while (await client.get(path)).status_code != status:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def assert_all_questions_are_refused(client: httpx.AsyncClient) -> None:
    ways = [{"Accept": accept} for accept in ("text/event-stream", "application/json", "text/plain")]
    asked = [await client.get("/v1/query", params={"query": QUESTION}, headers=headers) for headers in ways]
    for response in (*asked, await client.post("/v1/answers", json={"query": QUESTION})):
        assert (503, "5") == (response.status_code, response.headers["retry-after"])
        assert "server_stopping" == response.json()["error"]["code"]


@COMMANDS
async def test_an_answer_that_needs_longer_is_interrupted_told_so_and_stored(
    command: tuple[str, ...], endpoint: ModelEndpoint, site_database_url: str
) -> None:
    takes(endpoint, seconds=60)
    with server(site_database_url, endpoint, command=command, shutdown_grace_seconds=0.5) as one:
        async with httpx.AsyncClient(timeout=60) as client:
            asked = await post(client, one.url, QUESTION)
            reader = Reader(asked["events"])
            reading = asyncio.create_task(reader.read(client, one.url))
            whole, text = (ask_for(client, one.url, accept) for accept in ("application/json", "text/plain"))
            await until_true(lambda: len(reader.text) > 3)
            one.stop(signal.SIGTERM)
            await reading
            said, wrote = await whole, await text
        assert one.ended() in (
            [0] if command == SERVE else [0, -signal.SIGTERM]
        )  # uvicorn raises its signal again
    assert ("interrupted", "answer_interrupted") == (reader.ending["status"], reader.ending["error"]["code"])
    assert 0 < len(reader.text) < len(ANSWER)
    assert (503, "answer_interrupted") == (said.status_code, said.json()["error"]["code"])
    assert f"{reader.text}\n\n{AnswerInterrupted.reader_text}\n" == wrote.text
    assert await asyncio.to_thread(endpoint.requests[0].closed_early.wait, 10)
    assert 1 == len(endpoint.requests)
    with server(site_database_url, endpoint) as anew:
        async with httpx.AsyncClient(timeout=60) as client:
            late = Reader(asked["events"], text=reader.text[:5], last_event_id=f"{asked['id']}:5")
            await late.read(client, anew.url)
    assert (reader.text, reader.ending) == (late.text, late.ending)


def ask_for(client: httpx.AsyncClient, url: str, accept: str) -> "asyncio.Task[httpx.Response]":
    asking = client.get(f"{url}/v1/query", params={"query": QUESTION}, headers={"Accept": accept})
    return asyncio.create_task(asking)


async def until_true(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("command", [SERVE, UVICORN], ids=["serve", "uvicorn"])
async def test_a_second_signal_ends_the_grace(
    command: tuple[str, ...], endpoint: ModelEndpoint, site_database_url: str
) -> None:
    takes(endpoint, seconds=60)
    with server(site_database_url, endpoint, command=command, shutdown_grace_seconds=60) as one:
        async with httpx.AsyncClient(timeout=60) as client:
            asked = await post(client, one.url, QUESTION)
            reader = Reader(asked["events"])
            reading = asyncio.create_task(reader.read(client, one.url))
            await until_true(lambda: len(reader.text) > 3)
            one.stop(signal.SIGTERM)
            await asyncio.sleep(0.3)
            assert not reading.done()
            one.stop(signal.SIGTERM)
            await reading
        assert one.ended(limit_seconds=20) in (0, -signal.SIGTERM)
    assert "interrupted" == reader.ending["status"]


@COMMANDS
def test_a_server_without_questions_stops_at_once(
    command: tuple[str, ...], endpoint: ModelEndpoint, site_database_url: str
) -> None:
    with server(site_database_url, endpoint, command=command, shutdown_grace_seconds=60) as one:
        told_at = time.monotonic()
        one.stop(signal.SIGINT)
        assert 0 == one.ended()
        assert time.monotonic() - told_at < 10  # a second, on a machine with nothing else to do


async def test_who_reads_another_server_s_answer_comes_back_for_it_there(
    endpoint: ModelEndpoint, site_database_url: str
) -> None:
    """A rolling restart: the answer goes on, so nobody may be told that it ended."""
    takes(endpoint, seconds=6)
    with servers(site_database_url, endpoint, shutdown_grace_seconds=0.3) as (one, other):
        async with httpx.AsyncClient(timeout=60) as client:
            asked = await post(client, one.url, QUESTION)
            reader = Reader(asked["events"])
            reading = asyncio.create_task(reader.read(client, other.url))
            whole = ask_for(client, other.url, "application/json")
            await until_true(lambda: len(reader.text) > 3)
            other.stop(signal.SIGTERM)
            with pytest.raises(httpx.RemoteProtocolError):
                await reading
            told = await whole
            assert (503, "server_stopping") == (told.status_code, told.json()["error"]["code"])
            assert 0 == await asyncio.to_thread(other.ended)
            await reader.read(client, one.url)
    assert (ANSWER, "finished") == (reader.text, reader.ending["status"])
    assert 1 == len(endpoint.requests)
