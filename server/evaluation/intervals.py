"""How far a mean over questions may be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import bootstrap

_RESAMPLES: Final = 1_000
_SEED: Final = 2026


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and the 95 % percentile-bootstrap interval around it (Efron & Tibshirani 1993, chapter 13)."""

    low: float
    mean: float
    high: float


def interval(values: Sequence[float]) -> Interval:
    """Of one value per question, at least one; the same values give the same interval.

    A single question says nothing of others, so its interval is its value. For the difference of two systems give
    the differences question by question: the pairs are resampled then.
    """
    mean = float(np.mean(values))
    if len(values) < 2:
        return Interval(mean, mean, mean)
    drawn = bootstrap(
        (values,), np.mean, n_resamples=_RESAMPLES, method="percentile", rng=np.random.default_rng(_SEED)
    )
    low, high = drawn.confidence_interval
    return Interval(float(low), mean, float(high))
