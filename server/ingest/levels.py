"""What own and other questions find → the scale and the levels that tell them apart."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from server.confidence import Levels, Reading, Span

Numbers = NDArray[np.float64]

# Fewer have no low quantile.
OWN_MIN: Final = 20

# How often an own question must have more evidence than another one, for the levels to mean anything. A guess, far
# below the .97 to 1.00 of the sites measured: for sites about everything, and embedders that are broken.
_SEPARATION_MIN: Final = 0.75

# Where the levels lie, as shares of either kind. Five sites were measured, with 341 questions of readers and 100
# others: at most 2 % of the first were refused, and about 90 % of the others. Half or double a share changed that
# by a few points.
_OWN_REFUSED: Final = 0.02
_OFF_TOPIC_REFUSED: Final = 0.9
_OWN_CAUTIONED: Final = 0.1
_OFF_TOPIC_CAUTIONED: Final = 0.98
_OWN_LESS_SIMILAR: Final = 0.1
_OWN_NOT_HIGH: Final = 1 / 3


def choose_levels(own: Sequence[Sequence[Reading]], off_topic: Sequence[Sequence[Reading]]) -> Levels | None:
    """A site's levels, from what each question found; questions that found nothing do not count.

    `None` where own questions are too few, or look like the others.
    """
    own = [readings for readings in own if readings]
    off_topic = [readings for readings in off_topic if readings]
    if len(own) < OWN_MIN or not off_topic:
        return None
    scale = _scale(own, off_topic)
    own_evidence, off_topic_evidence = _evidence(own, scale), _evidence(off_topic, scale)
    if _separation(own_evidence, off_topic_evidence) < _SEPARATION_MIN:
        return None
    none_below = _between(own_evidence, _OWN_REFUSED, off_topic_evidence, _OFF_TOPIC_REFUSED)
    low_below = _between(own_evidence, _OWN_CAUTIONED, off_topic_evidence, _OFF_TOPIC_CAUTIONED)
    return replace(
        scale,
        none_below=none_below,
        none_below_similarity=float(np.quantile(_best(own)[:, 0], _OWN_LESS_SIMILAR)),
        low_below=max(none_below, low_below),
        high_from=max(none_below, low_below, float(np.quantile(own_evidence, _OWN_NOT_HIGH))),
    )


def _scale(own: Sequence[Sequence[Reading]], off_topic: Sequence[Sequence[Reading]]) -> Levels:
    """Levels that have a scale and are otherwise zero."""
    spans = np.median(_best(off_topic), axis=0), np.median(_best(own), axis=0)
    similarity, coverage = (Span(float(one), float(other)) for one, other in zip(*spans, strict=True))
    return Levels(
        similarity=similarity, coverage=coverage, none_below=0, none_below_similarity=0, low_below=0, high_from=0
    )


def _best(asked: Sequence[Sequence[Reading]]) -> Numbers:
    """The highest similarity and the highest coverage of each question's sections."""
    return np.array([np.max(readings, axis=0) for readings in asked])


def _evidence(asked: Sequence[Sequence[Reading]], scale: Levels) -> Numbers:
    return np.array([scale.evidence(readings) or 0.0 for readings in asked])


def _separation(own: Numbers, off_topic: Numbers) -> float:
    """How often one of the first is above one of the second, 0…1: the area under the ROC curve."""
    return float(np.mean(own[:, None] > off_topic[None, :]))


def _between(own: Numbers, own_share: float, off_topic: Numbers, off_topic_share: float) -> float:
    """What lies below so much of the own, or so much of the others: whichever is less."""
    return float(min(np.quantile(own, own_share), np.quantile(off_topic, off_topic_share)))
