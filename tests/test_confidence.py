"""What the best sections have of a query, against the levels of a site."""

from dataclasses import replace

import pytest

from server.confidence import MATCHES_READ, Scale, judge
from server.records import Match
from tests.levels import levels


def match(similarity: float | None, coverage: float | None) -> Match:
    return Match(
        id=1,
        page_id=1,
        path="/a",
        url="/a",
        title="A",
        slug=None,
        heading="A",
        heading_path=(),
        content="Some text.",
        token_count=2,
        similarity=similarity,
        score=0.5,
        coverage=coverage,
        rank=1,
    )


@pytest.mark.parametrize(
    ("similarity", "coverage", "expected"),
    [
        (0.6, 1.0, "high"),  # evidence 1
        (0.6, 0.6, "high"),  # 0.8
        (0.6, 0.58, "medium"),
        (0.4, 0.3, "medium"),  # 0.4
        (0.4, 0.28, "low"),
        (0.2, 0.4, "low"),  # 0.2
        (0.2, 0.38, "none"),
        (0.2, None, "none"),  # none of the words
    ],
)
def test_a_section_is_placed_between_other_questions_and_the_sites_own(
    similarity: float, coverage: float | None, expected: str
) -> None:
    assert expected == judge([match(similarity, coverage)], levels())


def test_words_and_meaning_have_to_meet_in_one_section() -> None:
    apart = [match(0.2, 0.7), match(0.48, 0.0)]
    assert "low" == judge(apart, levels())
    assert "high" == judge([*apart, match(0.48, 0.9)], levels())


def test_what_is_similar_enough_is_not_refused_for_its_words() -> None:
    strict = levels(none_below=0.9, low_below=0.95, high_from=1)
    assert ["none", "low"] == [judge([match(similarity, 0.0)], strict) for similarity in (0.49, 0.5)]


def test_only_the_best_matches_are_read() -> None:
    assert "none" == judge([match(0.2, 0.0)] * MATCHES_READ + [match(0.6, 1.0)], levels())


def test_without_matches_there_is_none_and_without_levels_it_is_medium() -> None:
    assert ["none", "none"] == [judge([], learnt) for learnt in (levels(), None)]
    assert "medium" == judge([match(0.1, 0.0)], None)


def test_a_search_by_words_alone_cannot_be_judged() -> None:
    assert "medium" == judge([match(None, 1.0)], levels())


def test_a_measure_that_tells_nothing_apart_does_not_count() -> None:
    by_meaning = replace(levels(), similarity=Scale(0.2, 0.6, 1), coverage=Scale(0.0, 0.0, 0))
    assert ["none", "high"] == [judge([match(similarity, 1.0)], by_meaning) for similarity in (0.2, 0.6)]
