"""A server is killed in the middle of an answer: its readers come back to another one and are told the end."""

import asyncio
import signal
import time
from collections.abc import Iterator

import httpx
import pytest

from server.answering.live import DONE
from server.answering.storing import STALE_SECONDS
from server.errors import AnswerInterrupted
from tests.model_endpoint import Knobs, ModelEndpoint, serve_model_endpoint
from tests.processes import Server, servers
from tests.readers import Reader, post

QUESTION = "How do I change the bulb?"
ANSWER = "Unplug the lamp first [1]. Grüße, 日本語 🙂 und danach die Birne. " * 20


@pytest.fixture
def endpoint() -> Iterator[ModelEndpoint]:
    with serve_model_endpoint() as endpoint:
        endpoint.knobs = Knobs(answer=ANSWER, delta_delay_seconds=0.02)
        yield endpoint


@pytest.fixture
def two(endpoint: ModelEndpoint, site_database_url: str) -> Iterator[tuple[Server, Server]]:
    with servers(site_database_url, endpoint) as two:
        yield two


async def test_who_comes_back_elsewhere_gets_what_was_stored_and_the_end(
    two: tuple[Server, Server], endpoint: ModelEndpoint
) -> None:
    """Named events and one-shot frames, by many readers at once, that have read more or less than was stored."""
    one, other = two
    async with httpx.AsyncClient(timeout=60) as client:
        asked = await post(client, one.url, QUESTION)
        named = [Reader(asked["events"]) for _ in range(8)]
        one_shot = Reader(f"/v1/query?query={QUESTION}")
        await asyncio.gather(
            one_shot.read(client, one.url, chars=70),
            *(reader.read(client, one.url, chars=chars) for chars, reader in enumerate(named, 60)),
        )
        one.stop(signal.SIGKILL)
        killed_at = time.monotonic()
        readers = [one_shot, *named]
        had = {id(reader): reader.text for reader in readers}
        async with asyncio.timeout(STALE_SECONDS + 30):
            await asyncio.gather(*(reader.read(client, other.url) for reader in readers))
        assert time.monotonic() - killed_at < STALE_SECONDS + 10
        stored = (await client.get(other.url + asked["url"])).json()
        assert ("interrupted", "answer_interrupted") == (stored["status"], stored["error"]["code"])
        assert ANSWER.startswith(stored["text"])
        for reader in named:
            told = (reader.ending["status"], reader.ending["error"]["code"])
            assert ("interrupted", "answer_interrupted", "problem") == (*told, reader.events[-2]["event"])
            assert reader.text == max(stored["text"], had[id(reader)], key=len)
            assert ANSWER.startswith(reader.text)
        *_, said, _, _ = one_shot.events
        assert AnswerInterrupted.reader_text in said["data"]
        assert ("answer_interrupted", "error") == (
            one_shot.ending["error"]["code"],
            one_shot.ending["choices"][0]["finish_reason"],
        )
        assert (
            one_shot.text
            == f"{max(stored['text'], had[id(one_shot)], key=len)}\n\n{AnswerInterrupted.reader_text}"
        )
        for reader in readers:
            assert f"{asked['id']}:{DONE}" == reader.last_event_id
            assert 204 == await reader.read(client, other.url)
    assert 1 == len(endpoint.requests)


async def test_a_json_reader_elsewhere_is_told_by_the_status(
    two: tuple[Server, Server], endpoint: ModelEndpoint
) -> None:
    one, other = two
    async with httpx.AsyncClient(timeout=60) as client:
        asked = await post(client, one.url, QUESTION)
        joining = asyncio.create_task(
            client.get(f"{other.url}/v1/query", params={"query": QUESTION}, headers={"Accept": "application/json"})
        )
        await Reader(asked["events"]).read(client, one.url, chars=60)
        one.stop(signal.SIGKILL)
        told = await joining
    assert (503, asked["id"]) == (told.status_code, told.json()["id"])
    assert "answer_interrupted" == told.json()["error"]["code"]
    assert ANSWER.startswith(told.json()["text"])
    assert 1 == len(endpoint.requests)
