"""What `match_page_sections` makes of odd sites and odd arguments, as the server's role calls it.

How long the same cases take at 100,000 sections is measured by `benchmarks.bad_input`.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import numpy as np
import pytest

from benchmarks.bad_input import Case, Outcome, make_cases, try_cases
from server.database.calls import Vector, match_page_sections
from server.database.pool import Database, open_database
from server.records import Match
from server.settings import Settings
from tests.pages import DIMENSIONS, direction, page, publish_pages, section

# A bound for a busy machine.
LIMIT_SECONDS = 2

CASES = make_cases(common_words=["lamp", "dimmer"], rare_words=["kelvin"], dimensions=DIMENSIONS)

each_leg = pytest.mark.parametrize(
    ("embedding", "query_text"),
    [(direction(1), "run the installer"), (direction(1), None), (None, "run the installer"), (None, None)],
    ids=["both", "vector", "words", "neither"],
)


@asynccontextmanager
async def asked_by_server(settings: Settings) -> AsyncIterator[Database]:
    assert settings.database_url is not None
    async with open_database(settings.database_url.get_secret_value(), settings) as database:
        yield database


async def match(
    database: Database, *, embedding: Vector | None, query_text: str | None, filter: Any = None
) -> list[Match]:
    return await match_page_sections(
        database,
        embedding=embedding,
        query_text=query_text,
        match_threshold=-1,
        match_count=10,
        min_content_length=0,
        token_budget=None,
        filter={} if filter is None else filter,
        full_text_weight=0.5,
        semantic_weight=0.5,
        rrf_k=None,
        page_weight=0.5,
        max_sections_per_page=3,
    )


async def test_no_odd_argument_does_more_than_it_should(site_database_url: str) -> None:
    _, outcomes = await try_cases(Settings(database_url=site_database_url), repeats=1)
    assert [case.name for case in CASES] == [outcome.case.name for outcome in outcomes]
    assert [] == [f"{one.case.name}: {one.error}" for one in outcomes if not one.is_as_wanted]
    assert [] == [one.case.name for one in outcomes if max(one.seconds) > LIMIT_SECONDS]


@pytest.mark.parametrize("name", [case.name for case in CASES if case.filter != {} and case.filter is not None])
async def test_a_filter_that_no_page_fits_leaves_nothing(site_database_url: str, name: str) -> None:
    (case,) = [case for case in CASES if case.name == name]
    async with asked_by_server(Settings(database_url=site_database_url)) as database:
        assert [] == await match(
            database, embedding=direction(1), query_text="lamp dimmer bulb", filter=case.filter
        )


@each_leg
async def test_a_site_without_pages_gives_nothing(
    settings: Settings, embedding: Vector | None, query_text: str | None
) -> None:
    async with asked_by_server(settings) as database:
        assert [] == await match(database, embedding=embedding, query_text=query_text)


@each_leg
async def test_one_section_is_found_by_whatever_fits_it(
    owner: asyncpg.Connection, settings: Settings, embedding: Vector | None, query_text: str | None
) -> None:
    await publish_pages(owner, [page("/a", section("Install", "Run the installer."))])
    async with asked_by_server(settings) as database:
        found = await match(database, embedding=embedding, query_text=query_text)
    wanted = [] if embedding is None and query_text is None else [("Install", 1, 1.0)]
    assert wanted == [(one.heading, one.rank, round(one.score, 3)) for one in found]


async def test_ten_thousand_identical_sections_are_shown_once(
    owner: asyncpg.Connection, settings: Settings
) -> None:
    same = [section("Install", "Run the installer.")] * 100
    other = page("/other", section("Remove", "Run the uninstaller, which asks once."), meta={"kind": "other"})
    vectors = [direction(1)] * 10_000 + [direction(0, 1)]
    await publish_pages(owner, [*(page(f"/p{n}", *same) for n in range(100)), other], vectors)
    asked: list[tuple[Vector | None, str | None, dict[str, str]]] = [
        (direction(1), "run the installer", {}),
        (direction(1), None, {}),
        (None, "run the installer", {}),
        (np.zeros(DIMENSIONS, np.float32), None, {}),
        (direction(0, 1), "uninstaller", {}),
        (direction(1), "run the installer", {"kind": "other"}),
        (direction(1), "run the installer", {"kind": "none"}),
    ]
    found: list[str] = []
    slow: list[float] = []
    async with asked_by_server(settings) as database:
        for embedding, query_text, filter in asked:
            started = time.monotonic()
            matches = await match(database, embedding=embedding, query_text=query_text, filter=filter)
            slow += [seconds] if (seconds := time.monotonic() - started) > LIMIT_SECONDS else []
            found.append(f"{len(matches)} {matches[0].heading}" if matches else "0")
    assert ["1 Install", "1 Install", "1 Install", "1 Install", "2 Remove", "1 Remove", "0"] == found
    assert [] == slow


def test_a_case_that_must_be_refused_is_not_satisfied_by_an_answer() -> None:
    case = Case(name="a NUL", refused="0x00")
    assert not Outcome(case=case, seconds=(0,), found=1).is_as_wanted
    assert Outcome(case=case, seconds=(0,), error="byte 0x00").is_as_wanted
    assert not Outcome(case=Case(name="usual"), seconds=(0,), error="byte 0x00").is_as_wanted
