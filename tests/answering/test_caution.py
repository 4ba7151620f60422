"""What a reader is told besides, or instead of, an answer."""

from collections.abc import AsyncGenerator

import pytest

from server.answering.caution import CAUTION, refusal, with_caution
from server.confidence import Confidence
from server.events import Delta, Finished
from server.records import Source


def source(number: int, *, title: str = "Lamps", heading: str = "Bulbs") -> Source:
    return Source(
        id=str(number),
        path="/lamps",
        title=title,
        heading=heading,
        slug=None,
        url="/pages/lamps",
        title_ranges=(),
        heading_ranges=(),
        excerpt="",
        ranges=(),
        similarity=0.1,
        score=0.1,
        number=number,
    )


def test_a_refusal_names_the_nearest_three() -> None:
    sources = [source(1), source(2, heading="Lamps"), source(3, heading="Cords"), source(4)]
    expected = (
        "I could not find anything about this in Lumen.\n\nThe nearest there is:\n\n"
        "- Lamps › Bulbs [1]\n- Lamps [2]\n- Lamps › Cords [3]"
    )
    assert expected == refusal(sources, site_name="Lumen")


def test_a_refusal_without_sources_is_one_sentence() -> None:
    assert "I could not find anything about this in Lumen." == refusal((), site_name="Lumen")


async def events(*texts: str) -> AsyncGenerator[Delta | Finished, None]:
    for text in texts:
        yield Delta(text)
    yield Finished("stop")


@pytest.mark.parametrize(
    ("confidence", "texts", "expected"),
    [
        ("high", ["Hi", " there"], ["Hi", " there"]),
        ("medium", ["Hi"], ["Hi"]),
        ("low", ["Hi", " there"], [CAUTION, "Hi", " there"]),
        ("none", ["Hi"], [CAUTION, "Hi"]),  # where the owner wants no refusals
        ("low", [], []),
    ],
)
async def test_a_caution_goes_before_the_first_text(
    confidence: Confidence, texts: list[str], expected: list[str]
) -> None:
    told = [event async for event in with_caution(events(*texts), confidence)]
    assert [*map(Delta, expected), Finished("stop")] == told
