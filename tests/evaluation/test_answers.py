from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from server.app import open_rooms
from server.evaluation.answers import check_answer, cited_numbers
from server.evaluation.places import Place
from server.evaluation.questions import Question
from server.settings import Settings
from tests.model_endpoint import ModelEndpoint, serve_model_endpoint

BULB = Place("/guides/bulbs", "changing-the-bulb")


@pytest.fixture(scope="module")
def endpoint() -> Any:
    with serve_model_endpoint() as endpoint:
        yield endpoint


@asynccontextmanager
async def failures_of(
    endpoint: ModelEndpoint, site_database_url: str, answer: str, **expected: Any
) -> AsyncIterator[tuple[str, ...]]:
    endpoint.start_afresh()
    endpoint.knobs.answer = answer
    settings = Settings(
        database_url=site_database_url, completion_base_url=endpoint.base_url, completion_model="openai/test"
    )
    question = Question(id="q", **{"text": "How do I change the bulb?", "filter": {}, **expected})
    async with open_rooms(settings) as rooms:
        yield (await check_answer(question, rooms["answering"])).failures


@pytest.mark.parametrize(
    ("answer", "expected", "failures"),
    [
        ("Let it COOL first [1].", {"must_cite": (BULB,), "must_contain": ("cool",)}, ()),
        ("Let it cool first [1].", {"must_cite": (Place("/guides/bulbs"),)}, ()),
        ("Let it cool first.", {"must_cite": (BULB,)}, (f"It does not cite {BULB}.",)),
        ("Use `lamp[1]`.", {"must_cite": (BULB,)}, (f"It does not cite {BULB}.",)),
        ("Cool [1].", {"must_contain": ("cool", "gloves")}, ("It does not say “gloves”.",)),
        ("Cool [1].", {"must_refuse": True}, ("It should have been refused and was answered.",)),
        ("No.", {"must_refuse": True, "filter": {"level": "none"}}, ()),
    ],
)
async def test_answers_are_held_against_what_they_must_say(
    endpoint: ModelEndpoint,
    site_database_url: str,
    answer: str,
    expected: Mapping[str, Any],
    failures: tuple[str, ...],
) -> None:
    async with failures_of(endpoint, site_database_url, answer, **expected) as found:
        assert failures == found


async def test_an_answer_that_fails_on_the_way_fails_its_check(
    endpoint: ModelEndpoint, site_database_url: str
) -> None:
    endpoint.start_afresh()
    settings = Settings(
        database_url=site_database_url,
        completion_base_url=endpoint.base_url,
        completion_model="openai/test?status=401",
    )
    question = Question(id="q", text="How do I change the bulb?", filter={}, must_refuse=True)
    async with open_rooms(settings) as rooms:
        check = await check_answer(question, rooms["answering"])
    assert not check.passed
    assert check.failures[0].startswith("It was not answered: ")


def test_citations_are_found_in_prose_only() -> None:
    markdown = "One [1], two [2][3] and [5, 6].\n\n- *Seven [7]*\n\n`a[8]`\n\n```py\na[9]\n```\n"
    assert {1, 2, 3, 5, 6, 7} == cited_numbers(markdown)
