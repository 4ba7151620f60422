"""From what questions found to the levels between them."""

from dataclasses import astuple

import numpy as np
import pytest

from server.confidence import Levels, Reading, Scale
from server.ingest.levels import OWN_MIN, choose_levels


def spread(
    low: float, high: float, *, count: int = 101, coverages: tuple[float, float] = (0, 0)
) -> list[list[Reading]]:
    """One section per question, its similarity and coverage evenly between two values."""
    similarities, shares = np.linspace(low, high, count), np.linspace(*coverages, count)
    return [[(float(similarity), float(share))] for similarity, share in zip(similarities, shares, strict=True)]


def rounded(levels: Levels | None) -> tuple[float, ...]:
    assert levels is not None
    found = (levels.none_below, levels.none_below_similarity, levels.low_below, levels.high_from)
    return tuple(round(one, 3) for one in found)


def test_kinds_that_do_not_overlap_are_parted_at_the_upper_end_of_the_others() -> None:
    levels = choose_levels(spread(0.5, 0.7), spread(0.1, 0.3))
    assert levels is not None
    assert (0.2, 0.6, 1) == pytest.approx(astuple(levels.similarity))
    assert Scale(0, 0, 0) == levels.coverage
    # On the scale the others go from −.25 to .25, and the own from .75 to 1.25.
    assert (0.2, 0.52, 0.24, 0.917) == rounded(levels)


def test_kinds_that_overlap_are_parted_at_the_lower_end_of_the_own() -> None:
    # The others from −.75 to .75, the own from −.25 to 2.25.
    assert (-0.2, 0.47, 0.0, 0.583) == rounded(choose_levels(spread(0.1, 1.1), spread(-0.1, 0.5)))


def test_measures_that_tell_apart_alike_count_alike() -> None:
    levels = choose_levels(spread(0.5, 0.7, coverages=(0.4, 0.8)), spread(0.1, 0.3, coverages=(-0.4, 0)))
    assert levels is not None
    assert (0.5, 0.5) == pytest.approx((levels.similarity.weight, levels.coverage.weight), abs=0.001)
    assert 0.5 == pytest.approx(levels.evidence([(0.6, -0.2)]), abs=0.001)


def test_a_measure_that_hardly_tells_apart_hardly_counts() -> None:
    levels = choose_levels(spread(0.1, 0.9, coverages=(0.5, 1)), spread(0.05, 0.85, coverages=(0, 0.2)))
    assert levels is not None
    assert levels.similarity.weight < 0.01


def test_a_narrow_band_of_cosines_gives_the_same_places() -> None:
    wide = choose_levels(spread(0.5, 0.7), spread(0.1, 0.3))
    narrow = choose_levels(spread(0.85, 0.87), spread(0.81, 0.83))
    assert (rounded(wide)[0], *rounded(wide)[2:]) == (rounded(narrow)[0], *rounded(narrow)[2:])


def test_some_others_that_the_site_is_about_move_nothing() -> None:
    others = [*spread(0.1, 0.3, count=92), *spread(0.6, 0.7, count=8)]
    assert 0.2 == pytest.approx(rounded(choose_levels(spread(0.5, 0.7), others))[0], abs=0.1)


@pytest.mark.parametrize(
    ("own", "others"),
    [
        (spread(0.5, 0.7, count=OWN_MIN - 1), spread(0.1, 0.3)),
        ([*spread(0.5, 0.7, count=OWN_MIN - 1), [], []], spread(0.1, 0.3)),
        (spread(0.5, 0.7), [[], []]),
        (spread(0.1, 0.31), spread(0.1, 0.3)),
        (spread(0.3, 0.3), spread(0.3, 0.3)),
        (spread(0.1, 0.3), spread(0.5, 0.7)),
    ],
    ids=["too few", "too few that found something", "nothing found", "alike", "all the same", "the wrong way"],
)
def test_no_level_is_better_than_a_wrong_one(own: list[list[Reading]], others: list[list[Reading]]) -> None:
    assert choose_levels(own, others) is None


def test_levels_never_cross() -> None:
    # Most of the own stand at one point, the rest where the others are.
    own = [*spread(0.1, 0.3, count=5), *spread(0.6, 0.6, count=95)]
    levels = choose_levels(own, spread(0.1, 0.3))
    assert levels is not None
    assert levels.none_below <= levels.low_below <= levels.high_from
