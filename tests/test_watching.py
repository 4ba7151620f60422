"""`lectern watch` as a writer runs it: a process that publishes what is saved."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from server.settings import Settings
from tests.commands import LECTERN, LIMIT_SECONDS
from tests.conftest import SITE_FOLDER


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SITE_FOLDER, tmp_path / "site"))


class Watcher:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.told: list[str] = []

    async def wait_for(self, words: str) -> str:
        """The next line with these words."""
        assert self.process.stdout is not None
        async with asyncio.timeout(LIMIT_SECONDS):
            while line := (await self.process.stdout.readline()).decode():
                self.told.append(line)
                if words in line:
                    return line
        raise AssertionError("".join(self.told))

    async def stop(self) -> int:
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGINT)
        async with asyncio.timeout(LIMIT_SECONDS):
            output, _ = await self.process.communicate()
        self.told += output.decode().splitlines(keepends=True)
        assert self.process.returncode is not None
        return self.process.returncode


@asynccontextmanager
async def watching(site: Path, settings: Settings, *options: str) -> AsyncIterator[Watcher]:
    assert settings.database_url is not None
    process = await asyncio.create_subprocess_exec(
        LECTERN,
        "watch",
        str(site),
        *options,
        env={**os.environ, "LECTERN_DATABASE_URL": settings.database_url.get_secret_value()},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    watcher = Watcher(process)
    try:
        await watcher.wait_for("Stop with Ctrl-C.")
        yield watcher
    finally:
        await watcher.stop()


async def paths(owner: asyncpg.Connection) -> list[str]:
    return [row["path"] for row in await owner.fetch("select path from docs.page order by path")]


async def test_pages_that_are_saved_moved_and_deleted_are_published(
    owner: asyncpg.Connection, settings: Settings, site: Path
) -> None:
    async with watching(site, settings) as watcher:
        assert "4 pages written" in "".join(watcher.told)
        (site / "returns.mdx").write_text("# Returns\n\nA lamp can be sent back whenever you like.\n")
        line = await watcher.wait_for("/returns")
        assert "1 written, 0 removed, 1 window embedded in " in line
        content = (
            "select content from docs.page_section join docs.page on page.id = page_id where path = '/returns'"
        )
        assert await owner.fetchval(content) == "A lamp can be sent back whenever you like."
        (site / "guides").rename(site / "howto")
        line = await watcher.wait_for("removed)")
        assert "2 written, 2 removed, 0 windows embedded" in line
        assert await paths(owner) == ["/", "/howto/bulbs", "/howto/dimming", "/returns"]
        (site / "returns.mdx").unlink()
        await watcher.wait_for("/returns (removed)")
        assert await paths(owner) == ["/", "/howto/bulbs", "/howto/dimming"]
    assert watcher.process.returncode == 0


async def test_a_page_that_fails_is_told_once_and_ends_nothing(
    owner: asyncpg.Connection, settings: Settings, site: Path
) -> None:
    async with watching(site, settings) as watcher:
        (site / "index.md").write_text("---\ntitle: [unclosed\n---\n# Lumen\n")
        await watcher.wait_for("not ingested: index.md:3 the front matter is not YAML")
        (site / "returns.mdx").write_text("# Returns\n\nA lamp can be sent back whenever you like.\n")
        await watcher.wait_for("/returns")
        assert await paths(owner) == ["/", "/guides/bulbs", "/guides/dimming", "/returns"]
        (site / "index.md").write_text("# Lumen\n\nWhole again, and with another text.\n")
        await watcher.wait_for("1 written")
    assert 1 == sum("not ingested" in line for line in watcher.told)


async def test_most_pages_do_not_go_with_one_save(
    owner: asyncpg.Connection, settings: Settings, site: Path
) -> None:
    async with watching(site, settings) as watcher:
        shutil.rmtree(site / "guides")
        (site / "returns.mdx").unlink()
        await watcher.wait_for("This would remove 3 of 4 pages")
        assert len(await paths(owner)) == 4
        (site / "returns.mdx").write_text("# Returns\n\nA lamp can be sent back whenever you like.\n")
        await watcher.wait_for("/returns")
        assert await paths(owner) == ["/", "/returns"]
    async with watching(site, settings, "--allow-removals") as watcher:
        (site / "new.md").write_text("# New\n\nThe only page that is left.\n")
        (site / "returns.mdx").unlink()
        (site / "index.md").unlink()
        await watcher.wait_for("/new")
    assert await paths(owner) == ["/new"]


async def test_a_lost_connection_is_opened_again(
    owner: asyncpg.Connection, settings: Settings, site: Path
) -> None:
    async with watching(site, settings) as watcher:
        ended = await owner.fetchval(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        )
        assert ended == 1
        (site / "new.md").write_text("# New\n\nWritten while the database was away.\n")
        await watcher.wait_for("/new")


async def test_what_is_no_part_of_the_pages_wakes_nobody(
    owner: asyncpg.Connection, settings: Settings, site: Path
) -> None:
    (site / ".git").mkdir()
    async with watching(site, settings) as watcher:
        seen = "select query_start from pg_stat_activity where application_name = 'lectern owner' and pid <> $1"
        before = await owner.fetchval(seen, owner.get_server_pid())
        (site / ".git" / "index").write_text("changed")
        (site / "index.md~").write_text("an editor's copy")
        await asyncio.sleep(1)  # an ingest would have begun after 50 ms
        assert await owner.fetchval(seen, owner.get_server_pid()) == before
        (site / "new.md").write_text("# New\n\nA page that was not there before.\n")
        await watcher.wait_for("/new")


async def test_a_folder_that_is_missing_ends_it(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"nowhere does not exist: give the folder"):
        async with watching(tmp_path / "nowhere", settings):
            pass
