"""What own and other questions find → the scale and the levels that tell them apart."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from server.confidence import Levels, Reading, Scale

Numbers = NDArray[np.float64]

_SCATTER_MIN: Final = 1e-6  # only against dividing by none

# Fewer have no low quantile.
OWN_MIN: Final = 20

# How often an own question must have more evidence than another one, for the levels to mean anything. A guess, far
# below the .99 to 1.00 of the sites measured: for sites about everything, and embedders that are broken.
_SEPARATION_MIN: Final = 0.75

# Where the levels lie, as shares of either kind. On five sites, with 341 questions about them and 100 others, up
# to 1 % of the first were refused and 89 to 92 % of the others; half or double a share made little difference.
_OWN_REFUSED: Final = 0.02
_OFF_TOPIC_REFUSED: Final = 0.9
_OWN_CAUTIONED: Final = 0.1
_OFF_TOPIC_CAUTIONED: Final = 0.98
_OWN_LESS_SIMILAR: Final = 0.1
_OFF_TOPIC_LESS_SIMILAR: Final = 0.95
_OWN_NOT_HIGH: Final = 1 / 3


def choose_levels(own: Sequence[Sequence[Reading]], off_topic: Sequence[Sequence[Reading]]) -> Levels | None:
    """A site's levels, from what each question found; questions that found nothing do not count.

    `None` where own questions are too few, or look like the others.
    """
    own = [readings for readings in own if readings]
    off_topic = [readings for readings in off_topic if readings]
    if len(own) < OWN_MIN or not off_topic:
        return None
    scaled = _scaled(_best(own), _best(off_topic))
    own_evidence, off_topic_evidence = _evidence(own, scaled), _evidence(off_topic, scaled)
    if _separation(own_evidence, off_topic_evidence) < _SEPARATION_MIN:
        return None
    none_below = _between(own_evidence, _OWN_REFUSED, off_topic_evidence, _OFF_TOPIC_REFUSED)
    low_below = _between(own_evidence, _OWN_CAUTIONED, off_topic_evidence, _OFF_TOPIC_CAUTIONED)
    return replace(
        scaled,
        none_below=none_below,
        none_below_similarity=_similar_enough(_best(own)[:, 0], _best(off_topic)[:, 0]),
        low_below=max(none_below, low_below),
        high_from=max(none_below, low_below, float(np.quantile(own_evidence, _OWN_NOT_HIGH))),
    )


def _scaled(own: Numbers, off_topic: Numbers) -> Levels:
    """Levels that have scales and are otherwise zero, from each question's best of both measures.

    A measure weighs more the less its values scatter for the width between the two kinds (inverse variances, as in
    Fisher's linear discriminant): an embedder that hardly knows one from the other must not drown the words.
    """
    starts, ends = np.median(off_topic, axis=0), np.median(own, axis=0)
    scatter = (own.var(axis=0) + off_topic.var(axis=0)) / 2
    weights = np.where(ends > starts, (ends - starts) ** 2 / (scatter + _SCATTER_MIN), 0)
    weights /= weights.sum() or 1
    similarity, coverage = (Scale(*map(float, scale)) for scale in zip(starts, ends, weights, strict=True))
    return Levels(
        similarity=similarity, coverage=coverage, none_below=0, none_below_similarity=0, low_below=0, high_from=0
    )


def _best(asked: Sequence[Sequence[Reading]]) -> Numbers:
    """The highest similarity and the highest coverage of each question's sections."""
    return np.array([np.max(readings, axis=0) for readings in asked])


def _evidence(asked: Sequence[Sequence[Reading]], scaled: Levels) -> Numbers:
    return np.array([scaled.evidence(readings) or 0.0 for readings in asked])


def _separation(own: Numbers, off_topic: Numbers) -> float:
    """How often one of the first is above one of the second, 0…1: the area under the ROC curve."""
    return float(np.mean(own[:, None] > off_topic[None, :]))


def _similar_enough(own: Numbers, off_topic: Numbers) -> float:
    """As similar as most own questions, and as hardly any other, whichever is more."""
    return float(max(np.quantile(own, _OWN_LESS_SIMILAR), np.quantile(off_topic, _OFF_TOPIC_LESS_SIMILAR)))


def _between(own: Numbers, own_share: float, off_topic: Numbers, off_topic_share: float) -> float:
    """What lies below so much of the own, or so much of the others: whichever is less."""
    return float(min(np.quantile(own, own_share), np.quantile(off_topic, off_topic_share)))
