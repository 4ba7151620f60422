"""`lectern ingest`, killed at random moments: what readers see and what was paid for survive it."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from tests.model_endpoint import ModelEndpoint, serve_model_endpoint

LECTERN = str(Path(sys.executable).with_name("lectern"))
PAGES = 60
SECTIONS = 5
BATCH = 4
CONCURRENCY = 2


@pytest.fixture
def endpoint() -> Iterator[ModelEndpoint]:
    with serve_model_endpoint() as endpoint:
        yield endpoint


class Site:
    """A folder that is ingested again and again, each time with texts no one has seen."""

    def __init__(self, folder: Path, database_url: str, endpoint: ModelEndpoint) -> None:
        self._folder = folder / "docs"
        self._folder.mkdir()
        self._endpoint = endpoint
        self._environment = {
            **os.environ,
            "LECTERN_DATABASE_URL": database_url,
            "LECTERN_EMBEDDING_MODEL": "openai/test",
            "LECTERN_EMBEDDING_BASE_URL": endpoint.base_url,
            "LECTERN_EMBEDDING_API_KEY": "sk-test",
            "LECTERN_EMBEDDING_BATCH_SIZE": str(BATCH),
            "LECTERN_EMBEDDING_CONCURRENCY": str(CONCURRENCY),
        }

    def write(self, edition: int) -> None:
        for page in range(PAGES):
            sections = (
                f"## Part {n}\n\nEdition {edition}: what part {n} of page {page} says.\n" for n in range(SECTIONS)
            )
            (self._folder / f"{page}.md").write_text("\n".join([f"# Page {page}\n", *sections]))

    def start(self) -> "subprocess.Popen[bytes]":
        self._endpoint.requests.clear()
        return subprocess.Popen(
            [LECTERN, "ingest", str(self._folder)],
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def asked(self) -> int:
        """Windows that the model was asked for since the last start."""
        texts = [text for request in self._endpoint.requests for text in request.body["input"]]
        return sum("Edition" in text and " > " in text for text in texts)


async def editions(owner: asyncpg.Connection) -> dict[str, int]:
    rows = await owner.fetch(
        "select split_part(content, ':', 1) as edition, count(*) from docs.page_section group by 1"
    )
    return {row["edition"]: row["count"] for row in rows}


async def kept(owner: asyncpg.Connection) -> int:
    count: int = await owner.fetchval("select count(*) from docs.embedding")
    return count


async def kill_at_random_moments(
    owner: asyncpg.Connection, database_url: str, endpoint: ModelEndpoint, folder: Path, *, kills: int
) -> None:
    await owner.execute("select docs.prepare_embedding_model('openai/test', 64)")
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    site = Site(folder, database_url, endpoint)
    edition = 0
    site.write(edition)
    started = time.monotonic()
    assert site.start().wait(60) == 0
    seconds = time.monotonic() - started
    whole = PAGES * SECTIONS
    for _ in range(kills):
        if await editions(owner) == {f"Edition {edition}": whole}:
            edition += 1
            site.write(edition)
        kept_before = await kept(owner)
        process = site.start()
        time.sleep(chance.uniform(0.2, 1) * seconds)
        process.kill()
        process.wait(60)
        shown = await editions(owner)
        assert shown in ({f"Edition {edition - 1}": whole}, {f"Edition {edition}": whole}), f"seed {seed}"
        assert site.asked() <= (edition + 1) * whole - kept_before, f"seed {seed}: paid for a vector that was kept"
        in_flight = site.asked() - (await kept(owner) - kept_before)
        assert in_flight <= BATCH * CONCURRENCY, f"seed {seed}"
    kept_before = await kept(owner)
    assert site.start().wait(60) == 0
    assert site.asked() == (edition + 1) * whole - kept_before, f"seed {seed}"
    assert await editions(owner) == {f"Edition {edition}": whole}, f"seed {seed}"


async def test_a_killed_ingest_changes_nothing_and_is_not_paid_for_twice(
    owner: asyncpg.Connection, database_url: str, endpoint: ModelEndpoint, tmp_path: Path
) -> None:
    await kill_at_random_moments(owner, database_url, endpoint, tmp_path, kills=4)


@pytest.mark.soak
async def test_twenty_kills(
    owner: asyncpg.Connection, database_url: str, endpoint: ModelEndpoint, tmp_path: Path
) -> None:
    await kill_at_random_moments(owner, database_url, endpoint, tmp_path, kills=20)
