import asyncpg

from server.database.upkeep import tidy_up
from server.records import Publication
from tests.pages import page, publish_pages, section


async def test_a_large_publish_is_tidied_up_at_once_and_a_small_one_is_not(owner: asyncpg.Connection) -> None:
    def changing(pages: int) -> Publication:
        return Publication(generation=2, pages_written=pages, pages_removed=0, pages_total=100, sections_total=100)

    await publish_pages(owner, [page(f"/{number}", section("Text")) for number in range(100)])
    await tidy_up(owner, changing(9))
    assert await visible_pages(owner) == 0
    await tidy_up(owner, changing(10))
    assert await visible_pages(owner) > 0


async def visible_pages(owner: asyncpg.Connection) -> int:
    """Of the postings: those that an index-only scan need not look up in the table."""
    count: int = await owner.fetchval("select relallvisible from pg_class where oid = 'docs.posting'::regclass")
    return count
