"""How sure an answer may be of its sections: what the best ones have of a query, on the site's own scale.

A section's similarity to a query, and the share of the query's words that stand in it, are each put on a scale
where 0 is usual for questions about something else and 1 for questions the site was made to answer. The weighted
mean of the two, of the section where it is largest, is the query's evidence. Scale and levels are learnt for each
site and embedding model (`server/ingest/calibration.py`): cosines of one model say nothing about another's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from server.records import Match

Confidence = Literal["high", "medium", "low", "none"]

# Counted up when levels are made of something else, or the same site would get others.
LEVELS_VERSION: Final = 2

# Evidence is read off so many of the best matches: answers and searches ask for different numbers, and the levels
# have to hold for both. With 1, 3 and 8 the two kinds of questions were told apart as well (on five sites).
MATCHES_READ: Final = 5

Reading = tuple[float, float]
"""A section's similarity and coverage for a query."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Where a measure usually stands for questions about something else, and for those about the site."""

    off_topic: float
    own: float
    weight: float
    """How much the measure counts, 0…1; 0 for one that cannot tell the two apart."""

    def weigh(self, value: float) -> float:
        """A value's place between the two, times the weight."""
        return self.weight * (value - self.off_topic) / (self.own - self.off_topic) if self.weight else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    similarity: Scale
    coverage: Scale
    none_below: float
    """Evidence below which there is nothing to answer with …"""
    none_below_similarity: float
    """… unless a section is this similar: it may say the same in other words, or in another language."""
    low_below: float
    high_from: float

    def evidence(self, readings: Sequence[Reading]) -> float | None:
        """The best section's weighted place on the two scales; `None` without readings."""
        return max(
            (self.similarity.weigh(one) + self.coverage.weigh(other) for one, other in readings), default=None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What was learnt of a site's questions, and with what."""

    learnt_with: str | None
    version: int
    page_count: int
    levels: Levels | None
    """`None`: they cannot be told from others, or the levels are another version's."""


def judge(matches: Sequence[Match], levels: Levels | None) -> Confidence:
    """The confidence in an answer from these matches; `medium` where nothing was learnt that could tell."""
    readings = read(matches)
    evidence = levels.evidence(readings) if levels else None
    if not matches:
        return "none"
    if levels is None or evidence is None:
        return "medium"
    if (
        evidence < levels.none_below
        and max(similarity for similarity, _ in readings) < levels.none_below_similarity
    ):
        return "none"
    if evidence < levels.low_below:
        return "low"
    return "high" if evidence >= levels.high_from else "medium"


def read(matches: Sequence[Match]) -> list[Reading]:
    """What the best matches have of a query; nothing when it was not searched for by meaning."""
    best = matches[:MATCHES_READ]
    return [(match.similarity, match.coverage or 0.0) for match in best if match.similarity is not None]
