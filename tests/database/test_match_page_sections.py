"""The retrieval RPC, called as the owner and as the toolkit's clients call it."""

from typing import Any

import asyncpg
import pytest

from server.database.calls import Vector
from tests.pages import direction, page, publish_pages, section


async def match(
    owner: asyncpg.Connection,
    *,
    embedding: Vector | None = None,
    query_text: str | None = None,
    match_threshold: float = -1,
    match_count: int = 10,
    min_content_length: int = 0,
    token_budget: int | None = None,
    filter: dict[str, Any] | None = None,
    rrf_k: int | None = None,
) -> list[asyncpg.Record]:
    return await owner.fetch(
        "select * from docs.match_page_sections($1, $2, $3, $4, $5, $6, $7, rrf_k => $8)",
        embedding,
        match_threshold,
        match_count,
        min_content_length,
        token_budget,
        query_text,
        filter or {},
        rrf_k,
    )


def headings(rows: list[asyncpg.Record]) -> list[str]:
    return [row["heading"] for row in rows]


async def test_the_toolkits_own_four_arguments_give_the_nearest_sections_first(owner: asyncpg.Connection) -> None:
    pages = [page("/a", section("Far"), section("Near")), page("/b", section("Between"), section("Opposite"))]
    vectors = [direction(0.1, 1), direction(1), direction(1, 1), direction(-1)]
    await publish_pages(owner, pages, vectors)
    rows = await owner.fetch(
        "select * from docs.match_page_sections("
        "embedding => $1, match_threshold => 0.05, match_count => 10, min_content_length => 5)",
        direction(1),
    )
    assert headings(rows) == ["Near", "Between", "Far"]
    assert [row["rank"] for row in rows] == [1, 2, 3]
    assert [round(row["similarity"], 2) for row in rows] == [1.0, 0.71, 0.1]
    assert {"id", "page_id", "slug", "heading", "content", "similarity"} <= set(rows[0].keys())


async def test_a_section_is_as_similar_as_its_best_window(owner: asyncpg.Connection) -> None:
    await publish_pages(owner, [page("/a", section("One"))], [direction(0, 1)])
    await owner.execute(
        "insert into docs.section_window select id, 1, $1 from docs.page_section", direction(1, 0.5)
    )
    (row,) = await match(owner, embedding=direction(1))
    assert round(row["similarity"], 2) == 0.89


async def test_a_rare_word_outweighs_common_ones(owner: asyncpg.Connection) -> None:
    common = [section(f"Note {n}", "How do I use the client with the server and the cache?") for n in range(20)]
    rare = section("Tuning", "The zeppelin option is for the server.")
    await publish_pages(owner, [page("/a", *common, rare)])
    rows = await match(owner, query_text="How do I use the zeppelin with the client and the cache?")
    assert headings(rows)[0] == "Tuning"


async def test_a_word_in_the_heading_counts_more_than_in_the_body(owner: asyncpg.Connection) -> None:
    body = section("Other things", "Notes about caching here.")
    heading = section("Caching", "Notes about things there.")
    await publish_pages(owner, [page("/a", body, heading)])
    assert headings(await match(owner, query_text="caching")) == ["Caching", "Other things"]


@pytest.mark.parametrize("query_text", ["map_batches", "batches", "ray.data.Dataset.mapBatches", "Dataset"])
async def test_identifiers_are_found_whole_and_in_parts(owner: asyncpg.Connection, query_text: str) -> None:
    sections = [
        section("Use", "Call ray.data.Dataset.map_batches on it."),
        section("Other", "Nothing to see here."),
    ]
    await publish_pages(owner, [page("/a", *sections)])
    assert headings(await match(owner, query_text=query_text)) == ["Use"]


async def test_both_legs_are_fused(owner: asyncpg.Connection) -> None:
    sections = [section("Meaning"), section("Words", "The zeppelin."), section("Union", "The zeppelin.")]
    vectors = [direction(1), direction(0, 1), direction(1, 0.2)]
    await publish_pages(owner, [page("/a", *sections)], vectors)
    by_score = await match(owner, embedding=direction(1), query_text="zeppelin")
    by_rank = await match(owner, embedding=direction(1), query_text="zeppelin", rrf_k=60)
    assert headings(by_score) == ["Union", "Meaning", "Words"]
    assert [round(row["score"], 2) for row in by_score] == [0.99, 0.5, 0.5]
    assert [round(row["similarity"], 2) for row in by_score] == [0.98, 1.0, 0.0]
    assert headings(by_rank)[0] == "Union"


async def test_the_budget_skips_what_does_not_fit_and_fills_up_behind_it(owner: asyncpg.Connection) -> None:
    sizes = {"First": 60, "Second": 50, "Third": 30, "Fourth": 20, "Fifth": 10}
    sections = [section(name, token_count=size) for name, size in sizes.items()]
    vectors = [direction(1, place) for place in range(5)]
    await publish_pages(owner, [page("/a", *sections)], vectors)
    rows = await match(owner, embedding=direction(1), token_budget=100)
    assert headings(rows) == ["First", "Third", "Fifth"]
    assert sum(row["token_count"] for row in rows) == 100


async def test_the_best_match_is_returned_even_above_the_budget(owner: asyncpg.Connection) -> None:
    sections = [section("Large", token_count=500), section("Small", token_count=5)]
    await publish_pages(owner, [page("/a", *sections)], [direction(1), direction(1, 1)])
    assert headings(await match(owner, embedding=direction(1), token_budget=100)) == ["Large"]


async def test_count_threshold_and_content_length_limit_the_result(owner: asyncpg.Connection) -> None:
    sections = [section("Short", "ab"), section("One"), section("Two"), section("Far")]
    vectors = [direction(1), direction(1), direction(1, 0.1), direction(0, 1)]
    await publish_pages(owner, [page("/a", *sections)], vectors)
    rows = await match(owner, embedding=direction(1), match_threshold=0.5, min_content_length=5)
    assert headings(rows) == ["One", "Two"]
    rows = await match(owner, embedding=direction(1), match_count=1, min_content_length=5)
    assert headings(rows) == ["One"]


async def test_a_filter_keeps_pages_whose_metadata_contain_it(owner: asyncpg.Connection) -> None:
    pages = [
        page("/v1/a", section("Old"), meta={"version": "v1", "tags": ["x"]}),
        page("/v2/a", section("New"), meta={"version": "v2"}),
    ]
    await publish_pages(owner, pages)
    for legs in (
        {"embedding": direction(1)},
        {"query_text": "text"},
        {"embedding": direction(1), "query_text": "text"},
    ):
        assert headings(await match(owner, filter={"version": "v2"}, **legs)) == ["New"]
        assert await match(owner, filter={"version": "v3"}, **legs) == []


@pytest.mark.parametrize(
    "query_text",
    ["", "the of and", "a & | !b <-> c:*", "it's \\ ' \" quoted", "日本語の質問", "مرحبا", "🎉🎉", "x" * 1000],
)
async def test_odd_queries_give_a_result_and_no_error(owner: asyncpg.Connection, query_text: str) -> None:
    await publish_pages(owner, [page("/a", section("It's quoted \\ here"))])
    assert len(await match(owner, query_text=query_text)) <= 1


async def test_an_empty_site_gives_nothing(owner: asyncpg.Connection) -> None:
    assert await match(owner, embedding=direction(1), query_text="anything") == []


async def test_page_parents_come_nearest_first(owner: asyncpg.Connection) -> None:
    paths = ("/", "/guides", "/guides/auth/sessions", "/guides/auth/sessions/refresh")
    await publish_pages(owner, [page(path, section("Text")) for path in paths])
    rows = await owner.fetch(
        "select parents.path from docs.page "
        "cross join lateral docs.get_page_parents(page.id) as parents "
        "where page.path = '/guides/auth/sessions/refresh'"
    )
    assert [row["path"] for row in rows] == list(reversed(paths))
