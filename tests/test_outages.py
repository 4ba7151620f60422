"""Postgres goes away in the middle of an answer, and comes back."""

import asyncio
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from server.answering.storing import STALE_SECONDS
from server.app import create_app
from server.settings import Settings
from tests.conftest import SITE_FOLDER, OwnPostgres, ingest_folder
from tests.model_endpoint import Knobs, ModelEndpoint, serve_model_endpoint
from tests.readers import Reader, post
from tests.serving import serve_in_thread

QUESTION = "How do I change the bulb?"
ANSWER = "Unplug the lamp first [1]. Grüße, 日本語 🙂 und danach die Birne. " * 12


@pytest.fixture
def endpoint() -> Iterator[ModelEndpoint]:
    with serve_model_endpoint() as endpoint:
        yield endpoint


@pytest.fixture
def own_postgres() -> Iterator[OwnPostgres]:
    with OwnPostgres() as postgres:
        yield postgres


async def test_readers_notice_nothing_and_the_answer_is_stored_whole(
    own_postgres: OwnPostgres, endpoint: ModelEndpoint, caplog: pytest.LogCaptureFixture
) -> None:
    """Nor does one on another server, though the writer could give no sign of life for longer than it takes."""
    settings = Settings(
        database_url=own_postgres.url,
        completion_model="openai/test",
        completion_base_url=endpoint.base_url,
        completion_api_key="sk-test",
        store_seconds=0.5,
        database_timeout_seconds=2,
        reader_grace_seconds=1,
    )
    await ingest_folder(SITE_FOLDER, settings)
    endpoint.knobs = Knobs(answer=ANSWER, delta_delay_seconds=(STALE_SECONDS + 6) / len(ANSWER.split()))
    quicker = settings.model_copy(
        update={"store_seconds": 0.05}
    )  # to look after the outage than the writer to write
    with serve_in_thread(create_app(settings)) as url, serve_in_thread(create_app(quicker)) as other_url:
        async with httpx.AsyncClient(timeout=60) as client:
            asked = await post(client, url, QUESTION)
            there = Reader(asked["events"])
            reading = asyncio.create_task(there.read(client, other_url))
            await until(lambda: len(there.text) > 10)
            here = Reader(asked["events"])
            reading_here = asyncio.create_task(here.read(client, url))
            await asyncio.to_thread(own_postgres.stop)
            refused = await client.post(f"{url}/v1/answers", json={"query": "Anything else?"})
            assert (503, "database_unavailable") == (refused.status_code, refused.json()["error"]["code"])
            had = here.text
            await until(lambda: len(here.text) > len(had) + 50)
            reading_here.cancel()  # who is left reads elsewhere, and cannot say so
            await asyncio.sleep(STALE_SECONDS + 0.5)
            await asyncio.to_thread(own_postgres.start)
            await reading
            await here.read(client, url)
            whole = (await client.get(other_url + asked["url"])).json()
    assert (ANSWER, "finished") == (there.text, there.ending["status"])
    assert (ANSWER, "finished") == (here.text, here.ending["status"])
    assert (ANSWER, "finished") == (whole["text"], whole["status"])
    assert 2 <= caplog.text.count("Answers cannot be stored, and will be tried again") < 10  # not at every turn
    assert 1 == len(endpoint.requests)


async def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)
