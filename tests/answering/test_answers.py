"""The answers of a server, under the hands of many at one moment."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import httpx
import pytest

from server.answering.answers import Answers
from server.answering.live import FINISHED, LiveAnswer
from server.app import create_app, open_rooms
from server.errors import AnswerInterrupted, ServerStopping
from server.records import Question
from server.settings import Settings
from tests.model_endpoint import Knobs, ModelEndpoint, serve_model_endpoint
from tests.readers import post
from tests.serving import serve_in_thread

ANSWER = "Unplug the lamp first [1]. Grüße, 日本語 🙂 und danach die Birne."
QUESTION = Question(query="How do I change the bulb?")


@pytest.fixture
def endpoint() -> Iterator[ModelEndpoint]:
    with serve_model_endpoint() as endpoint:
        endpoint.knobs = Knobs(answer=ANSWER)
        yield endpoint


def settings_for(endpoint: ModelEndpoint, database_url: str, **changes: Any) -> Settings:
    return Settings(
        database_url=database_url,
        completion_model="openai/test",
        completion_base_url=endpoint.base_url,
        completion_api_key="sk-test",
        cache_seconds=0,
        store_seconds=0.05,
    ).model_copy(update=changes)


@pytest.fixture
async def servers(endpoint: ModelEndpoint, site_database_url: str) -> AsyncIterator[list[Answers]]:
    """Two, without the HTTP."""
    settings = settings_for(endpoint, site_database_url)
    async with AsyncExitStack() as stack:
        yield [(await stack.enter_async_context(open_rooms(settings)))["answers"] for _ in range(2)]


async def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def until_text(answer: LiveAnswer) -> None:
    await asyncio.wait_for(answer.begun(), 20)


async def test_all_who_come_for_another_server_s_answer_follow_one_log(
    servers: list[Answers], endpoint: ModelEndpoint
) -> None:
    one, other = servers
    endpoint.knobs.delta_delay_seconds = 0.05
    asked = await one.open(QUESTION)
    found = await asyncio.gather(*(other.find(asked.id) for _ in range(10)))
    assert 1 == len({id(answer) for answer in found})
    await asyncio.wait_for(found[0].ended(), 20)
    assert ANSWER == found[0].text


async def test_who_asks_while_an_equal_answer_is_being_stopped_gets_a_whole_one(
    servers: list[Answers], endpoint: ModelEndpoint
) -> None:
    endpoint.knobs.hang_after_deltas = 3
    first = await servers[0].open(QUESTION)
    await until_text(first)
    endpoint.knobs = Knobs(answer=ANSWER)
    stopping = asyncio.create_task(servers[0].stop(first.id))
    await asyncio.sleep(0)
    again, third = await asyncio.gather(*(servers[0].open(QUESTION) for _ in range(2)))
    assert "stopped" == (await stopping).finished.status  # type: ignore[union-attr]
    assert again is third is not first
    assert "finished" == (await asyncio.wait_for(again.ended(), 20)).status
    assert ANSWER == again.text


async def test_a_new_key_and_who_wants_a_new_answer_get_none_that_has_just_ended(
    endpoint: ModelEndpoint, site_database_url: str
) -> None:
    settings = settings_for(endpoint, site_database_url, store_seconds=60, cache_seconds=60)
    async with open_rooms(settings) as rooms:
        answers = rooms["answers"]
        first = await answers.open(replace(QUESTION, client=b"one"))
        await asyncio.wait_for(first.ended(), 20)
        answers.was_delivered(first)
        fresh = await answers.open(replace(QUESTION, client=b"one", is_fresh=True))
        await answers.stop(fresh.id)
        keyed = await answers.open(replace(QUESTION, idempotency_key=f"key-{time.monotonic_ns()}"))
        assert "finished" == (await asyncio.wait_for(keyed.ended(), 20)).status
        assert fresh is not first
        assert keyed is not fresh


async def test_who_finds_an_answer_and_wants_nothing_of_it_does_not_keep_it_going(
    endpoint: ModelEndpoint, site_database_url: str
) -> None:
    endpoint.knobs.hang_after_deltas = 1
    settings = settings_for(endpoint, site_database_url, reader_grace_seconds=3)
    with serve_in_thread(create_app(settings)) as url:
        async with httpx.AsyncClient(base_url=url, timeout=20) as client:
            asked = await post(client, "", QUESTION.query)
            await until(lambda: bool(endpoint.requests))
            headers = {"Last-Event-ID": f"{asked['id']}:{FINISHED}"}
            assert 204 == (await client.get(asked["events"], headers=headers)).status_code
        assert await asyncio.to_thread(endpoint.requests[0].closed_early.wait, 10)


async def test_draining_interrupts_what_is_written_and_lets_go_who_reads_elsewhere(
    servers: list[Answers], endpoint: ModelEndpoint
) -> None:
    one, other = servers
    endpoint.knobs.hang_after_deltas = 3
    asked = await one.open(QUESTION)
    await until_text(asked)
    found = await other.find(asked.id)
    with other.reading(found, grace_seconds=0):
        await other.drain(0.1)
        with pytest.raises(ServerStopping):
            await found.ended()
    with pytest.raises(ServerStopping):
        await other.open(QUESTION)
    assert asked in one._running._unfinished()
    await one.drain(0.1)
    assert isinstance((await asked.ended()).problem, AnswerInterrupted)


async def test_an_answer_that_the_database_does_not_know_is_not_kept_for_it(
    endpoint: ModelEndpoint, site_database_url: str
) -> None:
    """On a standby that may only be read they would become more and more."""
    read_only = f"{site_database_url}&default_transaction_read_only=on"
    async with open_rooms(settings_for(endpoint, read_only)) as rooms:
        answers = rooms["answers"]
        answer = await answers.open(QUESTION)
        assert "finished" == (await asyncio.wait_for(answer.ended(), 20)).status
        answers.was_delivered(answer)
        assert answers._store.get(answer.id) is None
