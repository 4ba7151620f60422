"""Pushed pages from the queue to what readers find: newest wins, failures stay alone, nothing is paid twice."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from server.database.calls import get_site, prepare_embedding_model
from server.database.locks import alone
from server.database.pool import open_owner_connection, prepare_connection
from server.errors import JobLost, ModelUnavailable
from server.ingest.embedding import opened_embedder
from server.ingest.settling import settle
from server.settings import Settings
from tests.conftest import ingest_folder
from tests.model_endpoint import ModelEndpoint, serve_model_endpoint
from tests.reindexing import reindex_to
from tests.working import (
    contents,
    do,
    embedded_texts,
    enqueue,
    job_of,
    page_of,
    remote,
    take,
    until,
    work_once,
)

NOTHING = {
    "pages_written": 0, "pages_removed": 0, "pages_unchanged": 0, "pages_outdated": 0, "failures": [],
    "problems": [],
}  # fmt: skip
BROKEN = "---\n{\n---\n\n# Broken\n"


def text(name: str) -> str:
    return f"This is the text of {name}, and it is long enough to be one."


def versioned(path: str, name: str) -> dict[str, str]:
    return page_of(path, f"# Page {path}\n\n{text(name)}\n")


@pytest.fixture
def endpoint() -> Iterator[ModelEndpoint]:
    with serve_model_endpoint() as running:
        yield running


@pytest.fixture
async def paid(owner: asyncpg.Connection, database_url: str, endpoint: ModelEndpoint) -> Settings:
    """Settings with an embedder that counts."""
    await prepare_embedding_model(owner, name="openai/test", dimensions=64)
    return remote(database_url, endpoint)


@pytest.fixture
async def another(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The connection of a second worker."""
    async with open_owner_connection(database_url) as connection:
        await prepare_connection(connection)
        yield connection


async def test_pages_of_several_jobs_are_published_at_once(owner: asyncpg.Connection, settings: Settings) -> None:
    titled = page_of("/b", title="Given", meta={"version": "v2"})
    html_free = page_of("/c/é d", "---\ntitle: Own\nlang: de\n---\n\n# Heading\n\n" + text("c"))
    first, second = await enqueue(owner, page_of("/a"), titled), await enqueue(owner, html_free)
    report = await work_once(owner, settings)
    assert report.publication is not None
    assert (3, 3) == (report.publication.pages_written, report.publication.pages_total)
    rows = await owner.fetch("select path, title, meta, source, is_pushed from docs.page order by path")
    assert [
        ("/a", "Page /a", {"lang": "en"}, "a.md", True),
        ("/b", "Given", {"lang": "en", "version": "v2"}, "b.md", True),
        ("/c/é d", "Own", {"lang": "de"}, "c/é d.md", True),
    ] == [tuple(row) for row in rows]
    assert {**NOTHING, "pages_written": 2} == (await job_of(owner, first)).outcome
    assert ("done", 1) == ((await job_of(owner, second)).state, (await job_of(owner, second)).attempts)
    assert 0 == await owner.fetchval("select count(*) from docs.staged_page")


async def test_what_is_published_already_is_not_published_again(
    owner: asyncpg.Connection, paid: Settings, endpoint: ModelEndpoint
) -> None:
    await enqueue(owner, page_of("/a"))
    await work_once(owner, paid)
    generation = (await get_site(owner)).generation
    again = await enqueue(owner, page_of("/a"))
    report = await work_once(owner, paid)
    assert (None, 0) == (report.publication, report.paid.windows)
    assert ("done", {**NOTHING, "pages_unchanged": 1}) == (
        (await job_of(owner, again)).state,
        (await job_of(owner, again)).outcome,
    )
    assert 1 == len(embedded_texts(endpoint))
    assert generation == (await get_site(owner)).generation


async def test_of_one_page_in_several_jobs_the_newest_that_can_be_read_counts(
    owner: asyncpg.Connection, settings: Settings
) -> None:
    old = await enqueue(owner, versioned("/a", "old"))
    new = await enqueue(owner, versioned("/a", "new"), page_of("/b"))
    broken = await enqueue(owner, page_of("/a", BROKEN), page_of("/c"))
    await work_once(owner, settings)
    assert {"/a": text("new")} == {path: said for path, said in (await contents(owner)).items() if path == "/a"}
    assert {"/a", "/b", "/c"} == set(await contents(owner))
    assert {**NOTHING, "pages_outdated": 1} == (await job_of(owner, old)).outcome
    assert {**NOTHING, "pages_written": 2} == (await job_of(owner, new)).outcome
    told = await job_of(owner, broken)
    assert ("failed", 1) == (told.state, told.outcome["pages_written"])
    assert told.reason is not None
    assert told.reason.startswith("1 of 2 pages cannot be read. /a: ")
    assert ["/a"] == [failure["path"] for failure in told.outcome["failures"]]


async def test_an_older_job_that_ends_later_undoes_nothing(
    owner: asyncpg.Connection, another: asyncpg.Connection, settings: Settings
) -> None:
    old = await enqueue(owner, versioned("/a", "old"), versioned("/b", "old"), page_of("/c"))
    slow = await take(owner)
    new = await enqueue(owner, versioned("/a", "new"))
    gone = await enqueue(owner, removed=("/b",))
    await work_once(another, settings)
    report = await do(owner, slow, settings)
    assert report.publication is not None
    assert 1 == report.publication.pages_written
    assert {"/a", "/c"} == set(await contents(owner))
    assert text("new") == (await contents(owner))["/a"]
    assert {**NOTHING, "pages_written": 1, "pages_outdated": 2} == (await job_of(owner, old)).outcome
    assert ["done", "done"] == [(await job_of(owner, number)).state for number in (new, gone)]


async def test_what_is_published_while_a_job_is_embedded_is_looked_at_again(
    owner: asyncpg.Connection, another: asyncpg.Connection, paid: Settings, endpoint: ModelEndpoint
) -> None:
    """A newer job for one of its pages ends while it waits for the model."""
    await enqueue(owner, versioned("/a", "old"), page_of("/b"))
    slow = await take(owner)
    endpoint.knobs.embedding_delay_seconds = 1.5
    working = asyncio.create_task(do(owner, slow, paid))
    await until(lambda: _is_asked(endpoint))
    endpoint.knobs.embedding_delay_seconds = 0
    await enqueue(another, versioned("/a", "new"))
    await work_once(another, paid)
    assert not working.done()
    await working
    assert text("new") == (await contents(owner))["/a"]
    assert "/b" in await contents(owner)


async def test_a_page_that_was_published_already_and_is_overwritten_meanwhile_is_written(
    owner: asyncpg.Connection, another: asyncpg.Connection, paid: Settings, endpoint: ModelEndpoint
) -> None:
    await enqueue(owner, versioned("/a", "new"))
    await work_once(owner, paid)
    await enqueue(owner, versioned("/a", "old"))
    older = await take(owner)
    await enqueue(owner, versioned("/a", "new"), page_of("/b"))
    newer = await take(owner)
    endpoint.knobs.embedding_delay_seconds = 1.5
    working = asyncio.create_task(do(owner, newer, paid))
    await until(lambda: _is_asked(endpoint, times=2))
    endpoint.knobs.embedding_delay_seconds = 0
    await do(another, older, paid)
    await working
    assert text("new") == (await contents(owner))["/a"]
    assert 3 == len(embedded_texts(endpoint))


async def _is_asked(endpoint: ModelEndpoint, *, times: int = 1) -> bool:
    return len(embedded_texts(endpoint)) >= times


async def test_a_removal_takes_pages_away_and_says_how_many(owner: asyncpg.Connection, settings: Settings) -> None:
    await enqueue(owner, page_of("/a"), page_of("/b"))
    await work_once(owner, settings)
    job = await enqueue(owner, removed=("/a", "/nowhere"))
    await work_once(owner, settings)
    assert ["/b"] == list(await contents(owner))
    assert {**NOTHING, "pages_removed": 1, "pages_unchanged": 1} == (await job_of(owner, job)).outcome


async def test_a_page_that_says_it_is_none_goes(owner: asyncpg.Connection, settings: Settings) -> None:
    html = (
        "<html><head>{}<title>A</title></head><body><main><h1>A</h1><p>" + text("a") + "</p></main></body></html>"
    )
    await enqueue(owner, page_of("/a", html.format(""), content_type="text/html"), page_of("/b"))
    await work_once(owner, settings)
    assert {"/a", "/b"} == set(await contents(owner))
    hidden = html.format('<meta name="robots" content="noindex">')
    job = await enqueue(owner, page_of("/a", hidden, content_type="text/html"))
    await work_once(owner, settings)
    assert ["/b"] == list(await contents(owner))
    assert {**NOTHING, "pages_removed": 1} == (await job_of(owner, job)).outcome


async def test_anchors_and_addresses_follow_the_framework_that_is_set(
    owner: asyncpg.Connection, settings: Settings
) -> None:
    twice = "# A\n\n## Same\n\n" + text("one") + "\n\n## Same\n\n" + text("two")
    await enqueue(owner, page_of("/a", twice))
    await work_once(owner, settings.model_copy(update={"framework": "mkdocs"}))
    assert "/a/" == await owner.fetchval("select url from docs.page")
    slugs = await owner.fetch("select slug from docs.page_section where slug is not null order by position")
    assert ["same", "same_1"] == [row["slug"] for row in slugs]


async def test_a_page_may_go_and_come_within_one_batch(owner: asyncpg.Connection, settings: Settings) -> None:
    await enqueue(owner, versioned("/a", "old"))
    await enqueue(owner, removed=("/a",))
    await enqueue(owner, versioned("/a", "new"))
    await enqueue(owner, page_of("/b"))
    await enqueue(owner, removed=("/b",))
    await work_once(owner, settings)
    assert {"/a": text("new")} == await contents(owner)


async def test_a_folder_leaves_pushed_pages_alone(
    owner: asyncpg.Connection, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "docs").mkdir()
    for name in ("x", "y"):
        (tmp_path / "docs" / f"{name}.md").write_text(f"# {name}\n\n{text(name)}\n")
    await ingest_folder(tmp_path / "docs", settings)
    await enqueue(owner, page_of("/a"))
    await work_once(owner, settings)
    (tmp_path / "docs" / "y.md").write_text(f"# y\n\n{text('a new y')}\n")
    await ingest_folder(tmp_path / "docs", settings)
    assert {"/a", "/x", "/y"} == set(await contents(owner))


async def test_when_the_model_fails_nothing_changes_and_what_was_embedded_is_kept(
    owner: asyncpg.Connection, paid: Settings, endpoint: ModelEndpoint
) -> None:
    one_by_one = paid.model_copy(update={"embedding_batch_size": 1, "embedding_concurrency": 1})
    await enqueue(owner, *(page_of(f"/{number}") for number in range(4)))
    jobs = await take(owner, hold_seconds=0)
    endpoint.knobs.status, endpoint.knobs.calm_requests = 500, 2
    with pytest.raises(ModelUnavailable):
        await do(owner, jobs, one_by_one)
    assert {} == await contents(owner)
    assert 0 == await owner.fetchval("select count(*) from docs.staged_page")
    endpoint.knobs.status = 200
    await do(owner, await take(owner), one_by_one)
    assert 4 == len(await contents(owner))
    assert 4 + 1 == len(embedded_texts(endpoint))  # the one that was refused is asked for again
    assert 4 == len(set(embedded_texts(endpoint)))


async def test_who_has_lost_a_job_publishes_nothing(
    owner: asyncpg.Connection, another: asyncpg.Connection, settings: Settings
) -> None:
    await enqueue(owner, page_of("/a"))
    lost = await take(owner, hold_seconds=0)
    held = await take(another)
    with pytest.raises(JobLost):
        await do(owner, lost, settings)
    assert {} == await contents(owner)
    await do(another, held, settings)
    assert ["/a"] == list(await contents(owner))
    assert 1 == await owner.fetchval("select count(*) from docs.publication")


async def test_a_push_waits_for_an_ingest_and_is_there_afterwards(
    owner: asyncpg.Connection, another: asyncpg.Connection, settings: Settings
) -> None:
    await enqueue(owner, page_of("/a"))
    async with alone(another):
        working = asyncio.create_task(work_once(owner, settings))
        done, _ = await asyncio.wait({working}, timeout=1)
        assert set() == done
    await working
    assert ["/a"] == list(await contents(owner))


async def test_a_model_that_changes_while_a_job_is_embedded_makes_it_begin_anew(
    owner: asyncpg.Connection, another: asyncpg.Connection, paid: Settings, endpoint: ModelEndpoint
) -> None:
    await enqueue(owner, page_of("/published"))
    await work_once(owner, paid)
    await enqueue(owner, page_of("/a"))
    jobs = await take(owner)
    endpoint.knobs.embedding_delay_seconds = 3
    working = asyncio.create_task(do(owner, jobs, paid))
    await until(lambda: _is_asked(endpoint, times=2))
    endpoint.knobs.embedding_delay_seconds = 0
    await reindex_to(paid.model_copy(update={"embedding_dimensions": 32}))
    await working
    widths = await owner.fetch("select distinct vector_dims(embedding) as width from docs.section_window")
    assert [32] == [row["width"] for row in widths]
    assert {"/a", "/published"} == set(await contents(owner))


async def test_token_weights_are_learnt_of_pushed_pages_too(owner: asyncpg.Connection, settings: Settings) -> None:
    await enqueue(owner, *(page_of(f"/{number}") for number in range(4)))
    await work_once(owner, settings)
    assert 0 == await owner.fetchval("select count(*) from docs.token_weights")
    async with opened_embedder(settings) as embedder:
        for _ in range(2):  # the first brings the weights, the second what is learnt of the vectors made with them
            await settle(owner, embedder=embedder, settings=settings)
    assert 4 == await owner.fetchval("select page_count from docs.token_weights")
    again = await enqueue(owner, page_of("/1"))
    assert (await work_once(owner, settings)).publication is None
    assert {**NOTHING, "pages_unchanged": 1} == (await job_of(owner, again)).outcome
    assert 1 == await owner.fetchval("select count(*) from docs.calibration")


async def test_the_weights_of_a_folder_with_many_drafts_are_left_to_its_ingest(
    owner: asyncpg.Connection, settings: Settings, tmp_path: Path
) -> None:
    """Weighed by their pages and then by their files, such a site would be written anew with every sync."""
    settings = settings.model_copy(update={"framework": "hugo"})
    (tmp_path / "docs").mkdir()
    for number in range(8):
        draft = "---\ndraft: true\n---\n" if number < 6 else ""
        (tmp_path / "docs" / f"{number}.md").write_text(f"{draft}# {number}\n\n{text(str(number))}\n")
    await ingest_folder(tmp_path / "docs", settings)
    async with opened_embedder(settings) as embedder:
        await settle(owner, embedder=embedder, settings=settings)
    assert 8 == await owner.fetchval("select page_count from docs.token_weights")


async def test_an_ingest_beside_pushed_pages_embeds_alike_and_leaves_the_weights_to_the_workers(
    owner: asyncpg.Connection, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "x.md").write_text(f"# x\n\n{text('x')}\n")
    await enqueue(owner, *(page_of(f"/{number}") for number in range(4)))
    await work_once(owner, settings)
    await ingest_folder(tmp_path / "docs", settings)
    assert 1 == len(await owner.fetch("select distinct embedded_with from docs.page"))
    async with opened_embedder(settings) as embedder:
        await settle(owner, embedder=embedder, settings=settings)
    assert 5 == await owner.fetchval("select page_count from docs.token_weights")
    report = await ingest_folder(tmp_path / "docs", settings)
    assert (1, 0) == (report.plan.unchanged_count, report.publication.pages_written)
