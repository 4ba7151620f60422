"""Queries that are being typed: the last word completed, mistyped ones corrected, what they name first."""

import asyncpg
import pytest

from server.database.calls import Vector
from tests.pages import direction, page, publish_pages, section


async def found(
    owner: asyncpg.Connection, query_text: str, *, is_typed: bool = True, embedding: Vector | None = None
) -> list[str]:
    rows = await owner.fetch(
        "select heading from docs.match_page_sections($1, -1, 20, 0, query_text => $2, is_typed => $3)",
        embedding,
        query_text,
        is_typed,
    )
    return [row["heading"] for row in rows]


async def read(owner: asyncpg.Connection, query_text: str) -> tuple[object, ...]:
    return tuple(await owner.fetchrow("select * from docs.read_typed_query('default', $1)", query_text) or ())


@pytest.mark.parametrize(
    "typed", ["zepp", "zeppelin", "ZEPP", "map_b", "ray.data.Data", "--dry", "a zepp", "authentica"]
)
async def test_an_unfinished_word_is_completed(owner: asyncpg.Connection, typed: str) -> None:
    content = "A zeppelin, `ray.data.Dataset.map_batches`, `--dry-run` and authentication."
    sections = [section("Authentication", content), section("Other", "A dog.")]
    await publish_pages(owner, [page("/a", *sections)])
    assert (await found(owner, typed))[0] == "Authentication"


async def test_of_an_unknown_path_the_last_member_is_completed(owner: asyncpg.Connection) -> None:
    sections = [section("Use", "Call `ray.data.Dataset.map_batches`."), section("Other", "A dog, `frame.data`.")]
    await publish_pages(owner, [page("/a", *sections)])
    assert await read(owner, "how to frame.map_b") == ("how to frame.", "map_b", [])
    assert (await found(owner, "frame.map_b"))[0] == "Use"
    assert await read(owner, "frame.data") == ("frame.data", None, [])
    assert await read(owner, "frame.xyz") == ("frame.xyz", None, [])


async def test_only_a_typed_query_is_completed_and_only_in_its_last_word(owner: asyncpg.Connection) -> None:
    await publish_pages(owner, [page("/a", section("One", "The zeppelin is large."))])
    assert await found(owner, "zepp", is_typed=False) == []
    assert await found(owner, "zepp ") == []
    assert await found(owner, "zepp?") == []
    assert await found(owner, "zepp xylophone") == []
    assert await found(owner, "zepp") == ["One"]


async def test_a_word_is_finished_when_no_completion_is_more_frequent(owner: asyncpg.Connection) -> None:
    names = {"port": 2, "portable": 1, "map": 1, "mapper": 2}
    sections = [section(f"{name} {n}", f"Text on {name}.") for name, count in names.items() for n in range(count)]
    await publish_pages(owner, [page("/a", *sections)])
    assert await read(owner, "a port") == ("a port", None, [])
    assert await read(owner, "a map") == ("a", "map", [])
    assert await read(owner, "a map ") == ("a map", None, [])
    assert sorted(await found(owner, "text map")) == sorted(await found(owner, "text"))


async def test_a_stop_word_is_completed_only_alone(owner: asyncpg.Connection) -> None:
    await publish_pages(owner, [page("/a", section("Themes", "All about colours."))])
    assert await read(owner, "the") == ("", "the", [])
    assert await read(owner, "colours the") == ("colours the", None, [])


async def test_completions_are_one_term_of_which_a_section_counts_the_best(owner: asyncpg.Connection) -> None:
    sections = [
        section("One", "zeppelin zeppelin zeppelin dog"),
        section("Both", "zeppelin zeppole zeppo dog"),
        section("None", "dog cat cow hen"),
    ]
    await publish_pages(owner, [page("/a", *sections)])
    assert await found(owner, "zepp") == ["One", "Both"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("zeplin", []),  # two typos in a word of less than eight letters
        ("zepelin", ["Zeppelin"]),
        ("zeppelni", ["Zeppelin"]),
        ("yeppelin", ["Zeppelin"]),
        ("ezppelinn", ["Zeppelin"]),
        ("xxppelin", ["Zeppelin"]),
        ("xxxpelin", []),
        ("dgo", []),  # less than four letters
        ("aeroplnae", []),  # stands in no heading
        ("v1043", []),  # has digits
    ],
)
async def test_a_mistyped_word_is_corrected_by_headings(
    owner: asyncpg.Connection, typed: str, expected: list[str]
) -> None:
    sections = [section("Zeppelin", "An aeroplane."), section("Dog"), section("V1042")]
    await publish_pages(owner, [page("/a", *sections)])
    assert await found(owner, f"{typed} ") == expected
    assert await found(owner, typed, is_typed=False) == expected


async def test_a_correction_is_found_and_covers_nothing(owner: asyncpg.Connection) -> None:
    await publish_pages(owner, [page("/a", section("Zeppelin", "A large one."), section("Dog", "A large one."))])

    async def covered(query_text: str) -> dict[str, float]:
        rows = await owner.fetch(
            "select heading, coverage from docs.match_page_sections(null, -1, 9, 0, query_text => $1)", query_text
        )
        return dict(rows)  # type: ignore[arg-type]

    mistyped, unknown = await covered("large zepelin"), await covered("large xylophone")
    assert list(mistyped) == ["Zeppelin", "Dog"]
    assert mistyped == unknown
    assert (await covered("large zeppelin"))["Zeppelin"] == 1


async def test_a_closer_correction_comes_first(owner: asyncpg.Connection) -> None:
    sections = [section("Zeppelins"), section("Zeppelin"), section("Zeppelander")]
    await publish_pages(owner, [page("/a", *sections)])
    assert (await read(owner, "zepppelins "))[2] == ["zeppelin", "zeppelins"]
    rows = await owner.fetch("select * from docs.corrected_words((select id from docs.site), 'zepppelins')")
    assert [tuple(row) for row in rows] == [
        ("zeppelins", 1),
        ("zeppelin", 2),
    ]


async def test_title_words_go_with_their_sections(owner: asyncpg.Connection) -> None:
    async def words() -> dict[str, int]:
        rows = await owner.fetch("select word, section_count from docs.title_word where word <> 'a'")
        return dict(rows)  # type: ignore[arg-type]

    await publish_pages(
        owner, [page("/home", section("Zeppelin"), section("Zeppelin dog")), page("/b", section("Dog"))]
    )
    assert await words() == {"home": 2, "zeppelin": 2, "dog": 2}
    await publish_pages(owner, [page("/home", section("Cat"), checksum="2")], removed_paths=["/b"])
    assert await words() == {"home": 1, "cat": 1}
    rests = await owner.fetch("select distinct word from docs.title_word_rest order by word")
    assert [row["word"] for row in rests] == ["cat", "home"]


async def test_what_a_query_names_comes_first(owner: asyncpg.Connection) -> None:
    pages = [
        page("/getting", section("Getting getting started", "Getting started, getting, getting started.")),
        page("/getting started", section("Overview", "Nothing to see."), section("More")),
        page("/b", section("Started getting", "Getting started " * 9), section("Getting started quickly")),
    ]
    await publish_pages(owner, pages)
    for typed in ("getting st", "Getting started", "getting started "):
        assert (await found(owner, typed))[:2] == ["Overview", "Getting started quickly"]


async def test_what_a_query_names_obeys_the_filter(owner: asyncpg.Connection) -> None:
    pages = [
        page("/v1", section("Getting started"), meta={"v": 1}),
        page("/v2", section("Getting here"), meta={"v": 2}),
    ]
    await publish_pages(owner, pages)
    rows = await owner.fetch(
        "select heading from docs.match_page_sections($1, -1, 9, 0, null, 'getting', $2, is_typed => true)",
        direction(1),
        {"v": 2},
    )
    assert [row["heading"] for row in rows] == ["Getting here"]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("word", "word", 0),
        ("word", "wrod", 1),
        ("word", "ward", 1),
        ("word", "wor", 1),
        ("word", "wordy", 1),
        ("ca", "abc", 3),  # a swapped pair is not torn apart again: optimal string alignment, not Damerau's
        ("kitten", "sitting", 3),
        ("", "ab", 2),
    ],
)
async def test_typos_are_counted(owner: asyncpg.Connection, one: str, other: str, expected: int) -> None:
    for pair in ((one, other), (other, one)):
        assert await owner.fetchval("select docs.typo_distance($1, $2, 9)", *pair) == expected


@pytest.mark.parametrize(
    "typed", ["", " ", "%", "_", "a%", "\\", "日本", "it's", "a & |", "(", "x" * 1000, "--", "🎉"]
)
async def test_odd_typed_queries_give_a_result_and_no_error(owner: asyncpg.Connection, typed: str) -> None:
    await publish_pages(owner, [page("/b", section("Dog's \\ 100 %"))])
    assert len(await found(owner, typed)) <= 1


async def test_a_long_query_of_unknown_words_corrects_only_some(owner: asyncpg.Connection) -> None:
    await publish_pages(owner, [page("/b", section("Zeppelin"))])
    many = " ".join(f"zeppeli{a}{b}" for a in "abcdef" for b in "ghijkl")
    terms = await owner.fetch(
        "select term.lexeme_ids from unnest(docs.query_terms((select id from docs.site), $1, true)) as term", many
    )
    assert len(terms) == 36
    assert len([term for term in terms if term["lexeme_ids"]]) <= 20
