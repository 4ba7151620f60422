"""Another embedding model under running servers and ingests, with a real database and a real endpoint."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from server.database import reindexing
from server.database.calls import get_site, prepare_embedding_model
from server.database.locks import alone, the_only_reindex
from server.database.pool import open_owner_connection
from server.errors import DatabaseUnfit, ReindexFailed
from server.settings import Settings
from tests.conftest import ingest_folder
from tests.database.test_catalog import GOLDEN, catalog_of
from tests.model_endpoint import ModelEndpoint, serve_model_endpoint
from tests.pages import page, publish_pages, section
from tests.reindexing import reindex_to, settings_for, write_pages

BATCH = 256  # sections that are kept together


@pytest.fixture
def endpoint() -> Iterator[ModelEndpoint]:
    with serve_model_endpoint() as endpoint:
        yield endpoint


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    write_pages(tmp_path / "docs", range(20))
    return tmp_path / "docs"


@pytest.fixture
def local(endpoint: ModelEndpoint, database_url: str) -> Settings:
    return settings_for(endpoint, database_url)


@pytest.fixture
def remote(endpoint: ModelEndpoint, database_url: str) -> Settings:
    return settings_for(endpoint, database_url, embedding_model="openai/test")


async def widths(owner: asyncpg.Connection) -> list[tuple[int, int]]:
    """Width and number of the live vectors."""
    rows = await owner.fetch(
        "select vector_dims(embedding) as width, count(*) from docs.section_window group by 1 order by 1"
    )
    return [(row["width"], row["count"]) for row in rows]


async def tables(owner: asyncpg.Connection) -> list[str]:
    rows = await owner.fetch(
        "select relname from pg_class where relnamespace = 'docs'::regnamespace and relkind = 'r' "
        "and relname like '%section_window' order by 1"
    )
    return [row["relname"] for row in rows]


def texts_sent(endpoint: ModelEndpoint) -> list[str]:
    return [text for request in endpoint.requests for text in request.body["input"] if "zeppelin" in text]


async def test_there_and_back_leaves_the_catalog_as_it_was(
    owner: asyncpg.Connection, local: Settings, remote: Settings, docs: Path
) -> None:
    names = """
        select array_agg(conname order by conname) from pg_constraint
        where conrelid = to_regclass('docs.section_window')"""
    await ingest_folder(docs, local)
    before = await owner.fetchval(names)
    await reindex_to(remote)
    assert await owner.fetchval(names) == before
    site = await get_site(owner)
    assert (site.embedding_model, site.embedding_dimensions) == ("openai/test", 64)
    assert await widths(owner) == [(64, 20)]
    pages = await owner.fetchrow("select count(*), min(vector_dims(embedding)) from docs.page_embedding")
    assert tuple(pages or ()) == (20, 64)
    assert await owner.fetchval("select count(*) from docs.token_weights") == 0
    await reindex_to(local)
    assert await widths(owner) == [(256, 20)]
    assert await owner.fetchval("select page_count from docs.token_weights") == 20
    assert GOLDEN.read_text() == await catalog_of(owner)


async def test_an_ingest_afterwards_embeds_nothing(local: Settings, remote: Settings, docs: Path) -> None:
    await ingest_folder(docs, local)
    for settings in (remote, local):
        await reindex_to(settings)
        report = await ingest_folder(docs, settings)
        assert (report.paid.windows, report.plan.unchanged_count) == (0, 20)


async def test_what_is_there_already_is_not_made_again(
    endpoint: ModelEndpoint, local: Settings, remote: Settings, docs: Path
) -> None:
    await ingest_folder(docs, local)
    assert not (await reindex_to(local)).is_needed
    assert (await reindex_to(remote)).is_needed
    assert not (await reindex_to(remote)).is_needed
    assert len(texts_sent(endpoint)) == 20


async def test_a_refusal_in_the_middle_keeps_what_was_embedded(
    owner: asyncpg.Connection, endpoint: ModelEndpoint, local: Settings, remote: Settings, docs: Path
) -> None:
    write_pages(docs, range(BATCH + 50))
    await ingest_folder(docs, local)
    endpoint.knobs.status = 401
    endpoint.knobs.calm_requests = 1 + BATCH // remote.embedding_batch_size
    with pytest.raises(ReindexFailed) as failure:
        await reindex_to(remote)
    assert "refused the key: check LECTERN_EMBEDDING_API_KEY" in str(failure.value)
    assert f"{BATCH} of {BATCH + 50} sections were embedded in this run and are kept" in str(failure.value)
    assert (await get_site(owner)).embedding_model == "local/wordllama"
    endpoint.start_afresh()
    plan = await reindex_to(remote)
    assert (plan.sections, plan.windows) == (50, 50)
    assert len(texts_sent(endpoint)) == 50
    assert await widths(owner) == [(64, BATCH + 50)]


@pytest.mark.parametrize("change", [{"embedding_dimensions": 32}, {"window_chars": 100}])
async def test_another_goal_starts_over(
    owner: asyncpg.Connection,
    endpoint: ModelEndpoint,
    local: Settings,
    remote: Settings,
    docs: Path,
    change: dict[str, int],
) -> None:
    await ingest_folder(docs, local)
    await leave_unfinished(owner, endpoint, remote, docs)
    plan = await reindex_to(remote.model_copy(update=change))
    assert plan.resumed is None
    assert plan.sections == BATCH + 20
    assert await owner.fetchval("select count(distinct section_id) from docs.section_window") == BATCH + 20


async def leave_unfinished(
    owner: asyncpg.Connection, endpoint: ModelEndpoint, remote: Settings, docs: Path
) -> None:
    """A reindex that was broken off after its first batch."""
    write_pages(docs, range(BATCH + 20))
    await ingest_folder(docs, remote.model_copy(update={"embedding_model": "local/wordllama"}))
    endpoint.knobs.status = 503
    endpoint.knobs.calm_requests = 1 + BATCH // remote.embedding_batch_size
    with pytest.raises(ReindexFailed):
        await reindex_to(remote)
    assert await owner.fetchval("select count(*) from docs.next_section_window") == BATCH
    endpoint.start_afresh()


async def test_back_to_the_live_model_drops_an_unfinished_reindex(
    owner: asyncpg.Connection, endpoint: ModelEndpoint, local: Settings, remote: Settings, docs: Path
) -> None:
    await ingest_folder(docs, local)
    await leave_unfinished(owner, endpoint, remote, docs)
    assert not (await reindex_to(local)).is_needed
    await reindexing.discard_reindex(owner)
    assert await tables(owner) == ["section_window"]
    assert (await get_site(owner)).next_embedding_model is None


async def test_replacing_the_model_drops_an_unfinished_reindex(
    owner: asyncpg.Connection, endpoint: ModelEndpoint, local: Settings, remote: Settings, docs: Path
) -> None:
    await ingest_folder(docs, local)
    await leave_unfinished(owner, endpoint, remote, docs)
    await prepare_embedding_model(owner, name="openai/other", dimensions=32)
    assert await tables(owner) == ["section_window"]
    site = await get_site(owner)
    assert (site.embedding_model, site.page_count, site.next_embedding_model) == ("openai/other", 0, None)


async def test_an_ingest_in_the_middle_is_taken_in(
    owner: asyncpg.Connection, endpoint: ModelEndpoint, local: Settings, remote: Settings, docs: Path
) -> None:
    await ingest_folder(docs, local)
    endpoint.knobs.hang, endpoint.knobs.calm_requests = True, 1  # the width is known, the pages hang
    remote = remote.model_copy(update={"embedding_timeout_seconds": 0.5, "embedding_retries": 30})
    running = asyncio.create_task(reindex_to(remote))
    while len(endpoint.requests) < 2:
        assert not running.done()
        await asyncio.sleep(0.01)
    (docs / "3.md").unlink()
    (docs / "4.md").write_text("# Page 4\n\nNow a text about airships, with a zeppelin among them.\n")
    write_pages(docs, range(20, 25))
    report = await ingest_folder(docs, remote)  # configured for the target before it is live
    assert (report.paid.windows, report.publication.pages_removed) == (6, 1)
    assert (await get_site(owner)).embedding_model == "local/wordllama"
    assert await widths(owner) == [(256, 24)]
    endpoint.knobs.hang = False
    await running
    assert await widths(owner) == [(64, 24)]
    assert (await ingest_folder(docs, remote)).paid.windows == 0
    unwindowed = (
        "select count(*) from docs.page_section where id not in (select section_id from docs.section_window)"
    )
    assert await owner.fetchval(unwindowed) == 0


async def test_what_is_published_while_it_waits_for_its_turn_is_taken_in(
    owner: asyncpg.Connection, local: Settings, remote: Settings, docs: Path
) -> None:
    await ingest_folder(docs, local)
    async with alone(owner):
        running = asyncio.create_task(reindex_to(remote))
        while not await owner.fetchval("select to_regclass('docs.next_section_window')") or (
            await owner.fetchval("select count(*) from docs.next_section_window") < 20
        ):
            assert not running.done()
            await asyncio.sleep(0.01)
        await publish_pages(owner, [page("/late", section("Late"))])
    await running
    assert await widths(owner) == [(64, 21)]


async def test_the_same_model_with_other_windows(owner: asyncpg.Connection, local: Settings, docs: Path) -> None:
    (docs / "long.md").write_text("# Long\n\n" + "A sentence about zeppelins. " * 60 + "\n")
    await ingest_folder(docs, local)
    weights = await owner.fetchval("select sha256 from docs.token_weights")
    before = await owner.fetchval("select count(*) from docs.section_window")
    shorter = local.model_copy(update={"window_chars": 200})
    await reindex_to(shorter)
    assert await owner.fetchval("select count(*) from docs.section_window") > before
    assert await owner.fetchval("select sha256 from docs.token_weights") == weights
    assert (await ingest_folder(docs, shorter)).paid.windows == 0


async def test_the_same_model_with_another_width(
    owner: asyncpg.Connection, endpoint: ModelEndpoint, local: Settings, remote: Settings, docs: Path
) -> None:
    await ingest_folder(docs, local)
    await reindex_to(remote)
    narrow = remote.model_copy(update={"embedding_dimensions": 32})
    with pytest.raises(
        DatabaseUnfit,
        match=r"have 64 numbers .*DIMENSIONS is 32: unset it, or run `lectern reindex --embedding-dimensions 32`",
    ):
        await ingest_folder(docs, narrow)
    await reindex_to(narrow)
    assert await widths(owner) == [(32, 20)]
    assert endpoint.requests[-1].body["dimensions"] == 32
    endpoint.requests.clear()
    (docs / "new.md").write_text("# New\n\nAnother zeppelin.\n")
    for settings in (narrow, remote):  # the width is recorded, so the setting may be left out
        await ingest_folder(docs, settings)
    assert len(texts_sent(endpoint)) == 1
    assert endpoint.requests[-1].body["dimensions"] == 32


async def test_an_endpoint_that_fails_at_once_changes_nothing(
    owner: asyncpg.Connection, endpoint: ModelEndpoint, local: Settings, remote: Settings, docs: Path
) -> None:
    await ingest_folder(docs, local)
    endpoint.knobs.status = 401
    with pytest.raises(ReindexFailed, match=r"refused the key: .* Nothing was changed\."):
        await reindex_to(remote)
    assert await tables(owner) == ["section_window"]


async def test_a_site_without_pages_changes_its_model_too(
    owner: asyncpg.Connection, local: Settings, remote: Settings, docs: Path
) -> None:
    await reindex_to(remote)
    assert (await get_site(owner)).embedding_model == "openai/test"
    assert (await ingest_folder(docs, remote)).paid.windows == 20


async def test_pages_stored_by_an_older_version_are_embedded_by_either(
    owner: asyncpg.Connection, local: Settings, docs: Path
) -> None:
    await ingest_folder(docs, local)
    await owner.execute("update docs.page set embedded_with = ''")
    assert (await reindex_to(local)).sections == 20
    await owner.execute("update docs.page set embedded_with = ''")
    await owner.execute("truncate docs.embedding")  # an older version kept none
    assert (await ingest_folder(docs, local)).paid.windows == 20


async def test_two_reindexes_at_once_are_refused(
    owner: asyncpg.Connection, local: Settings, remote: Settings, docs: Path
) -> None:
    await ingest_folder(docs, local)
    async with the_only_reindex(owner):
        with pytest.raises(ReindexFailed, match="Another reindex is running"):
            await reindex_to(remote)
    await reindex_to(remote)


async def test_a_reader_without_end_delays_the_swap_and_loses_nothing(
    owner: asyncpg.Connection,
    database_url: str,
    endpoint: ModelEndpoint,
    local: Settings,
    remote: Settings,
    docs: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reindexing, "_LOCK_TRIES", 2)
    monkeypatch.setattr(reindexing, "_LOCK_PAUSE_SECONDS", 0.01)
    await ingest_folder(docs, local)
    async with open_owner_connection(database_url) as reader, reader.transaction():
        await reader.fetchval("select count(*) from docs.section_window")
        with pytest.raises(ReindexFailed, match="Something reads the tables of Lectern without a pause"):
            await reindex_to(remote)
        assert await tables(owner) == ["next_section_window", "section_window"]
    plan = await reindex_to(remote)
    assert plan.sections == 0
    assert len(texts_sent(endpoint)) == 20
    assert await widths(owner) == [(64, 20)]


@pytest.mark.parametrize("next_run", [ingest_folder, lambda docs, settings: reindex_to(settings)])
async def test_old_vectors_that_could_not_be_dropped_go_with_the_next_run(
    owner: asyncpg.Connection,
    database_url: str,
    local: Settings,
    remote: Settings,
    docs: Path,
    monkeypatch: pytest.MonkeyPatch,
    next_run: Callable[[Path, Settings], Awaitable[object]],
) -> None:
    monkeypatch.setattr(reindexing, "_LOCK_TRIES", 1)
    await ingest_folder(docs, local)
    async with open_owner_connection(database_url) as reader, reader.transaction():
        await reader.fetchval("select count(*) from docs.page_section")  # what the dropped table refers to
        await reindex_to(remote)
        assert await tables(owner) == ["old_section_window", "section_window"]
    await next_run(docs, remote.model_copy(update={"window_chars": 300}))
    assert await tables(owner) == ["section_window"]
