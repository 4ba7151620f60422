"""The embedder learns a corpus once, and again when it has become another one."""

from pathlib import Path

import asyncpg
import pytest

from server.answering.corpus_embedder import CorpusEmbedder
from server.database.pool import open_database
from server.ingest.weighing import is_about_as_large
from server.models.embeddings import make_embedder
from server.settings import Settings
from tests.conftest import ingest_folder


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    add_pages(folder, 0, 10)
    return folder


def add_pages(folder: Path, first: int, last: int) -> None:
    for number in range(first, last):
        (folder / f"{number}.md").write_text(f"# Page {number}\n\nThe text of page {number}, in so many words.\n")


async def sha256(owner: asyncpg.Connection) -> str:
    found: str = await owner.fetchval("select sha256 from docs.token_weights")
    return found


async def test_an_edited_page_is_embedded_alone_with_the_weights_there_are(
    owner: asyncpg.Connection, settings: Settings, docs: Path
) -> None:
    await ingest_folder(docs, settings)
    before = await sha256(owner)
    (docs / "3.md").write_text("# Page 3\n\nZeppelins, airships, balloons, and nothing said before.\n")
    report = await ingest_folder(docs, settings)
    assert report.paid.windows == 1
    assert await sha256(owner) == before


async def test_everything_is_embedded_anew_once_the_corpus_has_grown_by_half(
    owner: asyncpg.Connection, settings: Settings, docs: Path
) -> None:
    await ingest_folder(docs, settings)
    before = await sha256(owner)
    add_pages(docs, 10, 16)
    report = await ingest_folder(docs, settings)
    assert report.paid.windows == 16
    assert await sha256(owner) != before


async def test_a_running_server_notices_new_weights(
    settings: Settings, database_url: str, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.answering.corpus_embedder._MODEL_AGE_MAX_SECONDS", 0)
    await ingest_folder(docs, settings)
    embedder = make_embedder(settings, retries=0, timeout_seconds=1)
    async with open_database(database_url, settings) as database:
        running = CorpusEmbedder(database, embedder, settings)
        before = await vector_of(running)
        add_pages(docs, 10, 40)
        await ingest_folder(docs, settings)
        after = await vector_of(running)
        fresh = await vector_of(CorpusEmbedder(database, embedder, settings))
    assert before != after
    assert fresh == after


async def vector_of(embedder: CorpusEmbedder) -> list[float]:
    embedding = await embedder.embed("The page and its words")
    assert embedding.vector is not None
    return [float(number) for number in embedding.vector]


@pytest.mark.parametrize(
    ("pages", "expected"), [(10, True), (6, True), (14, True), (5, False), (15, False), (1, False)]
)
def test_about_as_large_is_within_a_half_either_way(pages: int, expected: bool) -> None:
    assert expected == is_about_as_large(pages, 10)
