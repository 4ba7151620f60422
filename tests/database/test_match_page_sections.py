"""The retrieval RPC, called as the owner and as the toolkit's clients call it."""

import re
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
    page_weight: float = 0,
    max_sections_per_page: int | None = None,
    explain: bool = False,
) -> list[asyncpg.Record]:
    return await owner.fetch(
        "select * from docs.match_page_sections($1, $2, $3, $4, $5, $6, $7, rrf_k => $8, page_weight => $9, "
        "max_sections_per_page => $10, explain => $11)",
        embedding,
        match_threshold,
        match_count,
        min_content_length,
        token_budget,
        query_text,
        filter or {},
        rrf_k,
        page_weight,
        max_sections_per_page,
        explain,
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


@pytest.mark.parametrize("query_text", ["--dry-run", "v2.3", "E1234", "useEffect", "node:fs", "@scope/name"])
async def test_identifiers_are_told_from_their_parts(owner: asyncpg.Connection, query_text: str) -> None:
    parts = " ".join(docs_parts(query_text))
    sections = [
        section("Parts", f"Of {parts}, {parts} and {parts} only."),
        section("Whole", f"Set {query_text} here, and all is well."),
    ]
    await publish_pages(owner, [page("/a", *sections)])
    assert headings(await match(owner, query_text=query_text))[0] == "Whole"


def docs_parts(identifier: str) -> list[str]:
    return re.findall(r"[A-Z]?[a-z]+|\d+", identifier)


async def test_a_member_is_found_by_its_own_name_first(owner: asyncpg.Connection) -> None:
    talk = section("Batches", "Iterate over batches, iterate over each batch, iterate and batch again.")
    member = section("ray.data.Dataset.iter_batches", "Gives what was asked for.")
    await publish_pages(owner, [page("/a", talk), page("/b", member)])
    assert headings(await match(owner, query_text="how do you disable iter_batches"))[0] == member.heading


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


async def test_parts_of_one_section_are_one_match_in_reading_order(owner: asyncpg.Connection) -> None:
    parts = [section("Long", f"Part {number} of what is long.") for number in ("one", "two", "three")]
    vectors = [direction(1, 1), direction(0, 1), direction(1), direction(1, 0.1)]
    await publish_pages(owner, [page("/a", *parts, section("Other"))], vectors)
    rows = await match(owner, embedding=direction(1), match_threshold=0.5)
    assert headings(rows) == ["Long", "Other"]
    assert rows[0]["content"] == "Part one of what is long.\n\n…\n\nPart three of what is long."
    assert [row["token_count"] for row in rows] == [20, 10]
    assert rows[0]["similarity"] == 1


async def test_a_part_that_does_not_fit_the_budget_is_left_out_of_its_section(owner: asyncpg.Connection) -> None:
    parts = [section("Long", f"Part {number} of what is long.") for number in ("one", "two")]
    await publish_pages(owner, [page("/a", *parts)], [direction(1), direction(1, 0.1)])
    (row,) = await match(owner, embedding=direction(1), token_budget=15)
    assert row["content"] == "Part one of what is long."


WORDS = [f"word{number}" for number in range(200)]
TEXT = " ".join(WORDS)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (TEXT, 1),
        (" ".join(["changed", *WORDS[1:100], "changed", *WORDS[101:]]), 1),
        (" ".join("changed" if number % 8 == 0 else word for number, word in enumerate(WORDS)), 2),
    ],
    ids=["copy", "two words of 200 changed", "one word in eight changed"],
)
async def test_nearly_the_same_text_is_shown_once(owner: asyncpg.Connection, other: str, expected: int) -> None:
    pages = [page("/a", section("Text", TEXT)), page("/b", section("Text", other))]
    await publish_pages(owner, pages, [direction(1), direction(1, 0.1)])
    rows = await match(owner, embedding=direction(1))
    assert [row["path"] for row in rows] == ["/a", "/b"][:expected]


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["/v1/auth", "/v2/auth"], 1),
        (["/auth", "/2.0/auth"], 1),
        (["/docs/latest/auth", "/docs/auth"], 1),
        (["/de/auth", "/auth"], 1),
        (["/pt-br/v1/auth", "/en/v2.1/auth"], 1),
        (["/releases/v1", "/releases/v2"], 2),
        (["/go/auth", "/js/auth"], 2),
        (["/steps/1/auth", "/steps/2/auth"], 2),
    ],
)
async def test_a_section_is_shown_in_one_edition_of_its_page(
    owner: asyncpg.Connection, paths: list[str], expected: int
) -> None:
    pages = [page(path, section("Tokens", f"What {path} says of it is its own.")) for path in paths]
    await publish_pages(owner, pages)
    assert len(await match(owner, embedding=direction(1))) == expected


async def test_another_section_of_another_edition_is_shown(owner: asyncpg.Connection) -> None:
    pages = [page("/v1/auth", section("Tokens")), page("/v2/auth", section("Sessions"))]
    await publish_pages(owner, pages)
    assert len(await match(owner, embedding=direction(1))) == 2


async def test_a_page_fills_no_more_places_than_it_may(owner: asyncpg.Connection) -> None:
    names = ("First", "Second", "Third", "Fourth")
    pages = [page("/a", *(section(name) for name in names)), page("/b", section("Fifth"))]
    await publish_pages(owner, pages, [direction(1, place) for place in range(5)])
    rows = await match(owner, embedding=direction(1), max_sections_per_page=2)
    assert headings(rows) == ["First", "Second", "Fifth"]


@pytest.mark.parametrize("rrf_k", [None, 60])
async def test_what_the_whole_page_says_lifts_its_sections(owner: asyncpg.Connection, rrf_k: int | None) -> None:
    about = [section("Limits", "The number of runs is 5."), section("Zeppelin", "The zeppelin flies.")]
    other = [section("Limits", "The number of runs is 9."), section("Balloon", "The balloon flies.")]
    vectors = [direction(1, 0, 1), direction(0, 1), direction(1), direction(0, 0, 1)]
    await publish_pages(owner, [page("/z", *about), page("/b", *other)], vectors)

    async def best_limits(page_weight: float) -> str:
        rows = await match(
            owner, embedding=direction(1, 1), query_text="zeppelin limits", rrf_k=rrf_k, page_weight=page_weight
        )
        return next(str(row["path"]) for row in rows if row["heading"] == "Limits")

    assert await best_limits(0) == "/b"
    assert await best_limits(0.5) == "/z"


@pytest.mark.parametrize(
    "legs", [{"query_text": "zeppelin"}, {"embedding": direction(1)}], ids=["words", "meaning"]
)
async def test_a_leg_alone_decides_whatever_its_weight(owner: asyncpg.Connection, legs: dict[str, Any]) -> None:
    pages = [
        page("/a", section("First", "The zeppelin is a large airship among many.")),
        page("/b", section("Zeppelin")),
    ]
    await publish_pages(owner, pages, [direction(1, 1), direction(1)])
    rows = await owner.fetch(
        "select * from docs.match_page_sections(embedding => $1, match_threshold => -1, match_count => 10, "
        "min_content_length => 0, query_text => $2, full_text_weight => 0, semantic_weight => 0)",
        legs.get("embedding"),
        legs.get("query_text"),
    )
    assert headings(rows) == ["Zeppelin", "First"]
    assert rows[0]["score"] > rows[1]["score"]


async def test_joined_parts_keep_to_a_budget_of_their_own(owner: asyncpg.Connection) -> None:
    parts = [section("Long", f"Part {number} of what is long.") for number in ("one", "two", "three")]
    await publish_pages(owner, [page("/a", *parts)], [direction(1), direction(1, 0.1), direction(1, 0.2)])
    (row,) = await owner.fetch(
        "select * from docs.match_page_sections($1, -1, 10, 0, section_token_budget => 25)", direction(1)
    )
    assert row["token_count"] == 20


async def test_an_explanation_tells_legs_and_terms(owner: asyncpg.Connection) -> None:
    sections = [section("Airships", "The zeppelin is large."), section("Other", "The dog is small.")]
    await publish_pages(owner, [page("/a", *sections)], [direction(1), direction(0, 1)])
    rows = await match(
        owner, embedding=direction(1), query_text="zeppelin xylophone", explain=True, page_weight=0.5
    )
    explained = rows[0]["explanation"]
    assert [term["lexeme"] for term in explained["terms"]] == ["zeppelin"]
    assert explained["keyword_score"] == pytest.approx(sum(term["score"] for term in explained["terms"]))
    assert (explained["keyword_rank"], explained["semantic_rank"]) == (1, 1)
    assert explained["similarity"] == rows[0]["similarity"] == 1
    assert (rows[1]["explanation"]["keyword_rank"], rows[1]["explanation"]["terms"]) == (None, [])
    assert (await match(owner, query_text="zeppelin"))[0]["explanation"] is None


async def test_coverage_is_the_share_of_the_querys_weight_that_a_section_holds(owner: asyncpg.Connection) -> None:
    sections = [section("Airships", "The zeppelin is large."), section("Other", "The dog is small.")]
    await publish_pages(owner, [page("/a", *sections)])

    async def coverage(query_text: str) -> float:
        return float((await match(owner, query_text=query_text))[0]["coverage"])

    assert await coverage("zeppelin") == 1
    assert await coverage("large zeppelin") == 1
    assert 0.2 < await coverage("zeppelin xylophone") < 0.5


async def test_page_evidence_goes_with_its_page(owner: asyncpg.Connection) -> None:
    await publish_pages(owner, [page("/a", section("Airships", "zeppelin")), page("/b", section("Other"))])
    await publish_pages(owner, [page("/a", section("Dogs", "dachshund"), checksum="2")], removed_paths=["/b"])
    rows = await owner.fetch(
        "select lexeme.lexeme from docs.page_posting join docs.lexeme on lexeme.id = lexeme_id order by 1"
    )
    assert [row["lexeme"] for row in rows] == ["dachshund", "dog"]
    assert await owner.fetchval("select count(*) from docs.page_embedding") == 1
    assert await owner.fetchval("select page_count from docs.site") == 1


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
