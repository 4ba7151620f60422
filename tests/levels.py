"""Levels for tests that need a certain confidence."""

from server.confidence import LEVELS_VERSION, Calibration, Levels, Scale


def levels(
    *, none_below: float = 0.2, none_below_similarity: float = 0.5, low_below: float = 0.4, high_from: float = 0.8
) -> Levels:
    return Levels(
        similarity=Scale(0.2, 0.6, 0.5),
        coverage=Scale(0.0, 1.0, 0.5),
        none_below=none_below,
        none_below_similarity=none_below_similarity,
        low_below=low_below,
        high_from=high_from,
    )


def calibration(learnt: Levels | None) -> Calibration:
    return Calibration(learnt_with=None, version=LEVELS_VERSION, page_count=4, levels=learnt)
