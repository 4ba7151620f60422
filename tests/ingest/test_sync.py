"""Folders into published pages, with the real embedder and the real database."""

import asyncio
import os
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from server.database.publishing import get_stored_pages
from server.errors import DatabaseUnfit, IngestFailed, LecternError
from server.ingest.changes import removed_paths
from server.ingest.embedding import batches
from server.ingest.sources import Failure
from server.settings import Settings
from tests.conftest import ingest_folder
from tests.model_endpoint import serve_model_endpoint


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    for name in ("a", "b", "c"):
        write(
            folder / f"{name}.md",
            f"# Page {name}\n\n## Part\n\nThis is the text of page {name}, and it is long.\n",
        )
    return folder


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


async def paths(owner: asyncpg.Connection) -> list[str]:
    return [row["path"] for row in await owner.fetch("select path from docs.page order by path")]


async def contents(owner: asyncpg.Connection, path: str) -> list[str]:
    rows = await owner.fetch(
        "select content from docs.page_section join docs.page on page.id = page_id "
        "where path = $1 order by position",
        path,
    )
    return [row["content"] for row in rows]


async def test_a_folder_becomes_pages_sections_and_windows(
    owner: asyncpg.Connection, settings: Settings, docs: Path
) -> None:
    report = await ingest_folder(docs, settings)
    assert report.publication.pages_written == 3
    assert report.paid.windows == 3
    assert await paths(owner) == ["/a", "/b", "/c"]
    assert await contents(owner, "/b") == ["This is the text of page b, and it is long."]
    assert await owner.fetchval("select count(*) from docs.section_window") == 3


async def test_a_second_run_embeds_nothing_and_publishes_nothing(settings: Settings, docs: Path) -> None:
    first = await ingest_folder(docs, settings)
    second = await ingest_folder(docs, settings)
    assert second.paid.windows == 0
    assert second.plan.unchanged_count == 3
    assert second.publication.generation == first.publication.generation
    assert second.publication.sections_total == 3


async def test_only_what_changed_is_embedded_and_what_is_gone_disappears(
    owner: asyncpg.Connection, settings: Settings, docs: Path
) -> None:
    await ingest_folder(docs, settings)
    write(docs / "b.md", "# Page b\n\nRewritten from its first word to the last.\n")
    (docs / "c.md").unlink()
    write(docs / "d.md", "# Page d\n\nA new page, with a text of its own.\n")
    report = await ingest_folder(docs, settings)
    assert report.paid.windows == 2
    assert report.publication.pages_removed == 1
    assert await paths(owner) == ["/a", "/b", "/d"]
    assert await contents(owner, "/b") == ["Rewritten from its first word to the last."]


async def test_another_splitting_parses_everything_again(settings: Settings, docs: Path) -> None:
    await ingest_folder(docs, settings)
    report = await ingest_folder(docs, settings.model_copy(update={"window_chars": 300}))
    assert report.publication.pages_written == 3


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xff\xfe# Not UTF-8", "is not UTF-8 text"),
        (b"\x7fELF\x00\x00\x00 binary", "binary"),
        (b"x" * 2_000, "has 2,000 bytes, and LECTERN_FILE_MAX_BYTES allows 1,000"),
        (b"---\ntitle: [unclosed\n---\n# Text\n", "front matter"),
    ],
)
async def test_a_file_that_cannot_be_read_fails_alone_and_keeps_its_page(
    owner: asyncpg.Connection, settings: Settings, docs: Path, content: bytes, reason: str
) -> None:
    settings = settings.model_copy(update={"file_max_bytes": 1_000})
    await ingest_folder(docs, settings)
    (docs / "b.md").write_bytes(content)
    write(docs / "c.md", "# Page c\n\nThis one changed in the same run.\n")
    report = await ingest_folder(docs, settings)
    (failure,) = report.plan.failures
    assert failure.source == "b.md"
    assert reason in failure.reason
    assert await contents(owner, "/b") == ["This is the text of page b, and it is long."]
    assert await contents(owner, "/c") == ["This one changed in the same run."]


async def test_two_files_with_one_path_are_reported(
    owner: asyncpg.Connection, settings: Settings, docs: Path
) -> None:
    write(docs / "b" / "index.md", "# The other b\n\nThis file wants the same address.\n")
    report = await ingest_folder(docs, settings)
    (failure,) = report.plan.failures
    assert "/b" in failure.reason
    assert await paths(owner) == ["/a", "/b", "/c"]


async def test_links_are_followed_and_their_loops_end(
    owner: asyncpg.Connection, settings: Settings, docs: Path, tmp_path: Path
) -> None:
    write(tmp_path / "elsewhere" / "linked.md", "# Linked\n\nThis page lives in another folder.\n")
    (docs / "more").symlink_to(tmp_path / "elsewhere")
    (docs / "loop").symlink_to(docs)
    (docs / "self.md").symlink_to(docs / "self.md")
    report = await ingest_folder(docs, settings)
    assert [failure.source for failure in report.plan.failures] == ["self.md"]
    assert await paths(owner) == ["/a", "/b", "/c", "/more/linked"]


async def test_a_folder_that_cannot_be_listed_keeps_its_pages(
    owner: asyncpg.Connection, settings: Settings, docs: Path
) -> None:
    write(docs / "guides" / "kept.md", "# Kept\n\nThis page is behind a closed door now.\n")
    await ingest_folder(docs, settings)
    stored = await get_stored_pages(owner)
    failures = [Failure("guides", "cannot be listed: Permission denied.")]
    assert removed_paths(stored, kept={"/a", "/b"}, failures=failures) == ("/c",)


async def test_what_is_no_readable_file_fails_alone(
    owner: asyncpg.Connection, settings: Settings, docs: Path
) -> None:
    os.mkfifo(docs / "pipe.md")
    (docs / "zero.md").symlink_to("/dev/zero")
    Path(os.fsdecode(os.fsencode(docs) + b"/caf\xe9.md")).write_text("# Café\n\nA name from another age.\n")
    report = await ingest_folder(docs, settings)
    assert sorted((failure.source, failure.reason) for failure in report.plan.failures) == [
        ("caf\ufffd.md", "has a name that is not UTF-8: rename it."),
        ("pipe.md", "is not a regular file."),
        ("zero.md", "is a link out of the project: put the file itself here."),
    ]
    assert await paths(owner) == ["/a", "/b", "/c"]


async def test_two_ingests_at_once_go_one_after_the_other(
    owner: asyncpg.Connection, settings: Settings, docs: Path, tmp_path: Path
) -> None:
    write(tmp_path / "other" / "x.md", "# Page x\n\nThe only page of another folder.\n")
    await asyncio.gather(
        *(ingest_folder(folder, settings, allows_removals=True) for folder in (docs, tmp_path / "other"))
    )
    assert await paths(owner) in (["/a", "/b", "/c"], ["/x"])


async def test_a_title_of_megabytes_is_cut(owner: asyncpg.Connection, settings: Settings, docs: Path) -> None:
    write(
        docs / "long.md", f"---\ntitle: {'word ' * 400_000}\n---\n\n# One\n\nThe text of a page like any other.\n"
    )
    await ingest_folder(docs, settings)
    assert await owner.fetchval("select length(title) from docs.page where path = '/long'") <= 300


@pytest.mark.parametrize(("name", "reason"), [("missing", "does not exist"), ("empty", "holds no documentation")])
async def test_a_folder_without_documentation_changes_nothing(
    owner: asyncpg.Connection, settings: Settings, docs: Path, tmp_path: Path, name: str, reason: str
) -> None:
    await ingest_folder(docs, settings)
    (tmp_path / "empty").mkdir()
    with pytest.raises(IngestFailed, match=reason):
        await ingest_folder(tmp_path / name, settings)
    assert await paths(owner) == ["/a", "/b", "/c"]


async def test_a_run_that_fails_changes_nothing_and_leaves_nothing_staged(
    owner: asyncpg.Connection, database_url: str, settings: Settings, docs: Path
) -> None:
    with serve_model_endpoint() as endpoint:
        remote = Settings(
            database_url=database_url,
            embedding_model="openai/test",
            embedding_base_url=endpoint.base_url,
            embedding_api_key="sk-test",
        )
        await owner.execute("select docs.prepare_embedding_model('openai/test', 64)")
        await ingest_folder(docs, remote)
        write(docs / "b.md", "# Page b\n\nThis change will never be published.\n")
        (docs / "c.md").unlink()
        endpoint.knobs.status = 500
        with pytest.raises(LecternError, match=r"500"):
            await ingest_folder(docs, remote)
        assert await paths(owner) == ["/a", "/b", "/c"]
        assert await contents(owner, "/b") == ["This is the text of page b, and it is long."]
        assert await owner.fetchval("select count(*) from docs.staged_page") == 0


async def test_a_cancelled_run_changes_nothing(owner: asyncpg.Connection, settings: Settings, docs: Path) -> None:
    for number in range(200):
        write(docs / f"many/{number}.md", f"# Page {number}\n\n" + "Words and words. " * 200)
    running = asyncio.create_task(ingest_folder(docs, settings))
    while not await owner.fetchval("select count(*) from docs.staged_page"):
        assert not running.done()
        await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await paths(owner) == []


async def test_another_embedding_model_is_refused_with_both_names(
    owner: asyncpg.Connection, settings: Settings, docs: Path
) -> None:
    await owner.execute("select docs.prepare_embedding_model('openai/other', 64)")
    with pytest.raises(DatabaseUnfit, match=r"openai/other \(64 .*local/wordllama.*lectern migrate"):
        await ingest_folder(docs, settings)


async def test_a_run_that_died_is_cleared_away_a_day_later(owner: asyncpg.Connection) -> None:
    dead, young = uuid4(), uuid4()
    for run, age in ((dead, "25 hours"), (young, "1 hour")):
        await owner.execute(
            "insert into docs.staged_page (run, path, title, checksum, meta, type, source, staged_at) "
            "values ($1, '/a', '', '', '{}', '', '', now() - $2::text::interval)",
            run,
            age,
        )
    await owner.execute("select docs.discard_run($1)", uuid4())
    assert [row["run"] for row in await owner.fetch("select run from docs.staged_page")] == [young]


def test_batches_are_consecutive_and_at_most_their_size() -> None:
    assert [list(batch) for batch in batches(range(5), 2)] == [[0, 1], [2, 3], [4]]
    assert list(batches([], 2)) == []
