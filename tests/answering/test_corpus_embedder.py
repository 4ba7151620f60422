"""A running server follows a reindex: no question fails, and none is answered by less than it could be."""

import asyncio
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from server.app import create_app
from server.database.pool import open_database, open_owner_connection, prepare_connection
from server.errors import EmbeddingOutdated
from server.settings import Settings
from tests.conftest import SITE_FOLDER, ingest_folder
from tests.model_endpoint import ModelEndpoint, serve_model_endpoint
from tests.pages import direction
from tests.reindexing import KEY, reindex_to, settings_for, write_pages
from tests.serving import serve_in_thread

QUESTION = "How do I change the bulb?"


@pytest.fixture
def endpoint() -> Iterator[ModelEndpoint]:
    with serve_model_endpoint() as endpoint:
        yield endpoint


@pytest.fixture
def local(endpoint: ModelEndpoint, database_url: str) -> Settings:
    return settings_for(endpoint, database_url)


@pytest.fixture
def remote(endpoint: ModelEndpoint, database_url: str) -> Settings:
    return settings_for(endpoint, database_url, embedding_model="openai/test")


def serve(settings: Settings, **changes: Any) -> AbstractContextManager[str]:
    # The built-in completer, because the endpoint's is not what is asked about here.
    return serve_in_thread(
        create_app(settings.model_copy(update={"completion_model": "local/extractive", **changes}))
    )


async def search(client: httpx.AsyncClient) -> dict[str, Any]:
    """The best hit; fails unless the search succeeds and finds something."""
    response = await client.get("/v1/search", params={"query": QUESTION, "paused": "1"})
    assert response.status_code == 200, response.text
    hit: dict[str, Any] = response.json()["hits"][0]
    return hit


async def ask(client: httpx.AsyncClient) -> dict[str, Any]:
    response = await client.get("/v1/query", params={"query": QUESTION}, headers={"Accept": "application/json"})
    assert response.status_code == 200, response.text
    body = response.json()
    assert body["finish_reason"] == "stop", body
    source: dict[str, Any] = body["sources"][0]
    return source


async def test_nobody_notices_that_the_model_changes_there_and_back(
    local: Settings, remote: Settings, tmp_path: Path
) -> None:
    write_pages(tmp_path / "docs", range(200))
    (tmp_path / "docs" / "lamp.md").write_text((SITE_FOLDER / "guides" / "bulbs.md").read_text())
    await ingest_folder(tmp_path / "docs", local)
    best: list[dict[str, Any]] = []
    ready: list[int] = []
    done = asyncio.Event()

    async def keep_asking(client: httpx.AsyncClient) -> None:
        while not done.is_set():
            best.append(await search(client))
            best.append(await ask(client))
            ready.append((await client.get("/readyz")).status_code)

    with serve(local) as url:
        async with httpx.AsyncClient(base_url=url, timeout=30) as client, asyncio.TaskGroup() as group:
            for _ in range(4):
                group.create_task(keep_asking(client))
            for target in (remote, local, remote, local):
                asked = len(best)
                await reindex_to(target)
                while len(best) < asked + 20:
                    await asyncio.sleep(0.01)
            done.set()
    assert {200} == set(ready)
    assert {"/lamp"} == {hit["path"] for hit in best}
    assert None not in {hit["similarity"] for hit in best}


async def test_a_running_server_embeds_with_the_new_model(
    endpoint: ModelEndpoint, local: Settings, remote: Settings
) -> None:
    await ingest_folder(SITE_FOLDER, local)
    with serve(local) as url:
        async with httpx.AsyncClient(base_url=url) as client:
            await search(client)
            await reindex_to(remote)
            endpoint.requests.clear()
            await search(client)
            assert [QUESTION] in [request.body["input"] for request in endpoint.requests]
            assert (await client.get("/v1/site")).json()["embedder"] == "openai/test"


async def test_a_running_server_asks_for_the_new_width(
    endpoint: ModelEndpoint, local: Settings, remote: Settings
) -> None:
    await ingest_folder(SITE_FOLDER, local)
    await reindex_to(remote)
    with serve(remote) as url:
        async with httpx.AsyncClient(base_url=url) as client:
            await search(client)
            assert "dimensions" not in endpoint.requests[-1].body
            await reindex_to(remote.model_copy(update={"embedding_dimensions": 32}))
            assert (await search(client))["similarity"] is not None
            assert endpoint.requests[-1].body["dimensions"] == 32


async def test_a_server_may_be_configured_for_the_target_before_it_is_live(
    endpoint: ModelEndpoint, local: Settings, remote: Settings
) -> None:
    await ingest_folder(SITE_FOLDER, local)
    endpoint.knobs.hang, endpoint.knobs.calm_requests = True, 1
    waiting = remote.model_copy(update={"embedding_timeout_seconds": 0.3, "embedding_retries": 30})
    running = asyncio.create_task(reindex_to(waiting))
    while len(endpoint.requests) < 2:
        assert not running.done()
        await asyncio.sleep(0.01)
    with serve(remote) as url:
        async with httpx.AsyncClient(base_url=url) as client:
            assert (await search(client))["similarity"] is not None  # by the model that is live still
            endpoint.knobs.hang = False
            await running
            assert (await search(client))["similarity"] is not None


async def test_without_a_key_for_the_new_model_it_searches_by_keywords(
    local: Settings, remote: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    await ingest_folder(SITE_FOLDER, local)
    with serve(local, embedding_base_url=None, embedding_api_key=None) as url:
        async with httpx.AsyncClient(base_url=url) as client:
            assert (await search(client))["similarity"] is not None
            await reindex_to(remote)
            assert (await search(client))["similarity"] is None
            assert "searches by keywords alone" in caplog.text
            assert "set LECTERN_EMBEDDING_API_KEY or OPENAI_API_KEY" in caplog.text
            assert (await client.get("/readyz")).status_code == 200
            await reindex_to(local)
            await asyncio.sleep(1)  # it looks again every second
            assert (await search(client))["similarity"] is not None


async def test_an_endpoint_that_does_not_know_the_new_model_leaves_the_keywords(
    endpoint: ModelEndpoint, local: Settings, remote: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    await ingest_folder(SITE_FOLDER, local)
    with serve(local) as url:
        async with httpx.AsyncClient(base_url=url) as client:
            await reindex_to(remote)
            endpoint.knobs.status = 404
            assert (await search(client))["similarity"] is None
            assert "does not know the model 'test'" in caplog.text
            assert KEY not in caplog.text
            endpoint.start_afresh()
            assert (await search(client))["similarity"] is not None


async def test_a_question_that_began_before_the_swap_is_not_compared_with_the_new_vectors(
    owner: asyncpg.Connection, database_url: str, local: Settings, remote: Settings
) -> None:
    """Its snapshot shows the old model, and the names lead to the new table: of the same width, even."""
    wide = remote.model_copy(update={"embedding_dimensions": 256})
    await ingest_folder(SITE_FOLDER, local)
    statement = "select * from docs.match_page_sections($1, -1, 5, 0, embedding_model => 'local/wordllama')"
    async with open_owner_connection(database_url) as reader:
        await prepare_connection(reader)
        async with reader.transaction(isolation="repeatable_read"):
            await reader.fetchval(
                "select count(*) from docs.site"
            )  # which takes the snapshot, and no lock that matters
            await reindex_to(wide)
            with pytest.raises(asyncpg.PostgresError, match="the live ones with another model"):
                await reader.fetch(statement, direction(1))
    with pytest.raises(
        asyncpg.PostgresError, match="made with local/wordllama, and the live ones with openai/test"
    ):
        await owner.fetch(statement, direction(1))


async def test_a_swap_waits_for_the_question_that_is_being_answered(
    owner: asyncpg.Connection, local: Settings
) -> None:
    await ingest_folder(SITE_FOLDER, local)
    async with owner.transaction():
        for _ in range(10):  # also when its plan is a cached one
            await owner.execute("select docs.check_embedding($1, 'local/wordllama')", direction(1))
        mode = await owner.fetchval(
            "select mode from pg_locks where relation = 'docs.section_window'::regclass and pid = pg_backend_pid()"
        )
    assert mode == "AccessShareLock"


@pytest.mark.parametrize(
    ("model", "numbers", "reason"),
    [
        ("openai/other", 256, "made with openai/other, and the live ones with local/wordllama"),
        (None, 3, "has 3 numbers, and the live ones have 256"),
    ],
)
async def test_a_vector_of_something_else_is_refused(
    database_url: str, local: Settings, model: str | None, numbers: int, reason: str
) -> None:
    async with open_database(database_url, local) as database:
        with pytest.raises(EmbeddingOutdated, match=reason):
            await database.fetch(
                "select * from docs.match_page_sections($1, -1, 5, 0, embedding_model => $2)",
                direction(1)[:numbers],
                model,
            )
