from uuid import uuid4

import asyncpg
import pytest

from server.database.pool import open_owner_connection, prepare_connection
from server.database.publishing import publish
from server.errors import IngestFailed
from tests.pages import direction, page, publish_pages, section


async def lexemes(owner: asyncpg.Connection) -> dict[str, int]:
    return dict(await owner.fetch("select lexeme, section_count from docs.lexeme"))  # type: ignore[arg-type]


async def lexemes_counted_anew(owner: asyncpg.Connection) -> dict[str, int]:
    rows = await owner.fetch(
        "select term.lexeme, count(*) from docs.page_section as section join docs.page on page.id = page_id, "
        "docs.section_terms('english', heading, title, heading_path, path, content) as term group by 1"
    )
    return dict(rows)  # type: ignore[arg-type]


async def test_publishing_replaces_keeps_and_removes(owner: asyncpg.Connection) -> None:
    await publish_pages(owner, [page("/a", section("A")), page("/b", section("B")), page("/c", section("C"))])
    publication = await publish_pages(
        owner, [page("/b", section("B2"), section("B3"), checksum="2")], removed_paths=["/c"]
    )
    rows = await owner.fetch(
        "select path, heading from docs.page join docs.page_section on page_id = page.id order by path, position"
    )
    assert [tuple(row) for row in rows] == [("/a", "A"), ("/b", "B2"), ("/b", "B3")]
    assert publication.pages_written == 1
    assert publication.pages_removed == 1
    assert publication.pages_total == 2
    assert publication.sections_total == 3


async def test_every_publish_is_a_new_generation(owner: asyncpg.Connection) -> None:
    first = await publish_pages(owner, [page("/a", section("A"))])
    second = await publish_pages(owner, [page("/a", section("A"))])
    assert second.generation == first.generation + 1


async def test_a_pages_id_outlives_its_content(owner: asyncpg.Connection) -> None:
    await publish_pages(owner, [page("/a", section("A"))])
    before = await owner.fetchval("select id from docs.page")
    await publish_pages(owner, [page("/a", section("Other"))])
    assert await owner.fetchval("select id from docs.page") == before


async def test_document_frequencies_stay_exact(owner: asyncpg.Connection) -> None:
    await publish_pages(owner, [page("/a", section("Apples"), section("Pears")), page("/b", section("Apples"))])
    assert await lexemes(owner) == await lexemes_counted_anew(owner)
    await publish_pages(owner, [page("/a", section("Plums"))], removed_paths=["/b"])
    assert await lexemes(owner) == await lexemes_counted_anew(owner)
    assert "appl" not in await lexemes(owner)
    (site,) = await owner.fetch("select section_count, length_total from docs.site")
    (length,) = await owner.fetch("select distinct section_length from docs.posting")
    assert (site["section_count"], site["length_total"]) == (1, length["section_length"])
    assert await owner.fetchval("select count(*) from docs.posting") == len(await lexemes(owner))


async def test_nothing_stays_staged(owner: asyncpg.Connection) -> None:
    await publish_pages(owner, [page("/a", section("A"))])
    for table in ("staged_page", "staged_section", "staged_window"):
        assert await owner.fetchval(f"select count(*) from docs.{table}") == 0


async def test_readers_do_not_wait_while_every_page_is_replaced(
    owner: asyncpg.Connection, database_url: str
) -> None:
    await publish_pages(owner, [page("/a", section("Apples"))])
    async with open_owner_connection(database_url) as reader, owner.transaction():
        await prepare_connection(reader)
        await publish_pages(owner, [page("/a", section("Pears"))])  # not committed yet
        await reader.execute("set statement_timeout = '2s'")
        rows = await reader.fetch(
            "select heading from docs.match_page_sections($1, -1, 5, 1, null, 'apples')", direction(1)
        )
    assert [row["heading"] for row in rows] == ["Apples"]


async def test_nothing_is_published_when_staged_pages_were_cleared_away(owner: asyncpg.Connection) -> None:
    await publish_pages(owner, [page("/a", section("Apples"))])
    with pytest.raises(IngestFailed, match="run it again"):
        await publish(owner, uuid4(), removed_paths=["/a"], pages_staged=1)
    assert await owner.fetchval("select count(*) from docs.page") == 1
