"""What is embedded again, and what is not: counted by the model endpoint."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from server.errors import LecternError
from server.settings import Settings
from tests.conftest import ingest_folder
from tests.model_endpoint import ModelEndpoint, serve_model_endpoint

SECTIONS = 40


@pytest.fixture
def endpoint() -> Iterator[ModelEndpoint]:
    with serve_model_endpoint() as endpoint:
        yield endpoint


@pytest.fixture
async def remote(owner: asyncpg.Connection, database_url: str, endpoint: ModelEndpoint) -> Settings:
    await owner.execute("select docs.prepare_embedding_model('openai/test', 64)")
    return Settings(
        database_url=database_url,
        embedding_model="openai/test",
        embedding_base_url=endpoint.base_url,
        embedding_api_key="sk-test",
        embedding_batch_size=4,
        embedding_concurrency=2,
        embedding_retries=0,
    )


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "long.md").write_text(page("Long", [f"What section {n} says of bees." for n in range(SECTIONS)]))
    (folder / "short.md").write_text(page("Short", ["A text that is like no other."]))
    return folder


def page(title: str, texts: list[str]) -> str:
    sections = (f"## Part {place}\n\n{text}\n" for place, text in enumerate(texts))
    return "\n".join((f"# {title}\n", *sections))


def embedded_texts(endpoint: ModelEndpoint) -> list[str]:
    """Windows; the questions of the calibration stand behind no heading."""
    return [text for request in endpoint.requests for text in request.body["input"] if " > " in text]


async def test_one_edited_section_among_forty_embeds_one(
    remote: Settings, endpoint: ModelEndpoint, docs: Path
) -> None:
    first = await ingest_folder(docs, remote)
    assert first.paid.windows == SECTIONS + 1
    text = (docs / "long.md").read_text()
    (docs / "long.md").write_text(text.replace("section 7 says of bees", "section 7 says of wasps"))
    endpoint.requests.clear()
    second = await ingest_folder(docs, remote)
    assert (second.plan.sections_to_embed, second.paid.windows) == (1, 1)
    assert embedded_texts(endpoint) == ["Long > Part 7: What section 7 says of wasps."]


async def test_moved_renamed_and_reordered_sections_keep_their_vectors(remote: Settings, docs: Path) -> None:
    await ingest_folder(docs, remote)
    lines = (docs / "long.md").read_text().split("\n## ")
    (docs / "guides").mkdir()
    (docs / "guides" / "renamed.md").write_text("\n## ".join([lines[0], *reversed(lines[1:])]))
    (docs / "long.md").unlink()
    report = await ingest_folder(docs, remote)
    assert (report.publication.pages_written, report.publication.pages_removed) == (1, 1)
    assert report.paid.windows == 0


async def test_going_back_to_an_older_state_costs_nothing(
    owner: asyncpg.Connection, remote: Settings, docs: Path
) -> None:
    await ingest_folder(docs, remote, source_commit="older")
    before = (docs / "long.md").read_text()
    (docs / "long.md").write_text(page("Long", ["Everything is said in another way."]))
    (docs / "short.md").unlink()
    await ingest_folder(docs, remote, source_commit="newer")
    (docs / "long.md").write_text(before)
    (docs / "short.md").write_text(page("Short", ["A text that is like no other."]))
    report = await ingest_folder(docs, remote, source_commit="older")
    assert report.paid.windows == 0
    assert report.publication.sections_total == SECTIONS + 1
    assert await owner.fetchval("select count(*) from docs.section_window") == SECTIONS + 1


async def test_a_run_that_failed_goes_on_where_it_stopped(
    remote: Settings, endpoint: ModelEndpoint, docs: Path
) -> None:
    endpoint.knobs.calm_requests, endpoint.knobs.status = 5, 500
    with pytest.raises(LecternError):
        await ingest_folder(docs, remote)
    endpoint.knobs.status = 200
    report = await ingest_folder(docs, remote)
    assert 0 < report.paid.windows < SECTIONS
    assert report.publication.sections_total == SECTIONS + 1


async def test_vectors_nobody_uses_are_dropped_in_the_end(
    owner: asyncpg.Connection, remote: Settings, docs: Path
) -> None:
    await ingest_folder(docs, remote)
    (docs / "short.md").write_text(page("Short", ["Now it says something else."]))
    await ingest_folder(docs, remote)
    assert await owner.fetchval("select count(*) from docs.embedding") == SECTIONS + 2
    await owner.execute("update docs.embedding set used_at = now() - interval '91 days'")
    (docs / "short.md").write_text(page("Short", ["And now something else again."]))
    await ingest_folder(docs, remote)
    # The one that is used no more since just now stays for its ninety days.
    assert await owner.fetchval("select count(*) from docs.embedding") == SECTIONS + 2


async def test_equal_texts_are_embedded_once(remote: Settings, endpoint: ModelEndpoint, docs: Path) -> None:
    for name in ("one", "two"):
        (docs / f"{name}.md").write_text(page("Same", ["The same words in the same place."]))
    await ingest_folder(docs, remote)
    texts = embedded_texts(endpoint)
    assert len(texts) == len(set(texts)) == SECTIONS + 2


async def test_readers_see_the_whole_of_one_generation(
    owner: asyncpg.Connection, settings: Settings, tmp_path: Path
) -> None:
    """Twenty publishes while a reader hammers: all pages are always there, and all of one generation."""
    docs = tmp_path / "docs"
    docs.mkdir()
    is_over = False
    seen: list[set[str]] = []

    async def read() -> None:
        while not is_over:
            rows = await owner.fetch(
                "select content from docs.match_page_sections(null, -1, 50, 1, null, 'generation zebra')"
            )
            seen.append({row["content"] for row in rows})
            assert len(rows) == 5
            await asyncio.sleep(0)

    def write(generation: int) -> None:
        for name in "abcde":
            (docs / f"{name}.md").write_text(
                f"# Page {name}\n\nThe zebra of generation {'i' * (generation + 1)}.\n"
            )

    write(0)
    await ingest_folder(docs, settings)
    reading = asyncio.create_task(read())
    for generation in range(1, 21):
        write(generation)
        await ingest_folder(docs, settings)
    is_over = True
    await reading
    assert {len(contents) for contents in seen} == {1}
    assert len({content for contents in seen for content in contents}) > 5
