"""Two results of the same questions, question by question."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.errors import EvaluationInvalid
from server.evaluation.intervals import Interval, interval
from server.evaluation.measures import HEADLINE, MEASURES
from server.evaluation.ranking import Mode
from server.evaluation.results import Asked, Level, Results


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    measure: str
    here: float
    there: float
    change: Interval
    """Here less there, with the paired bootstrap's interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Of the headline measure, for one question."""

    question: str
    here: float
    there: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    name: str
    """What it is compared with."""
    mode: Mode
    level: Level
    paired_count: int
    unpaired_count: int
    """Questions of this evaluation that the other one lacks, or asks or judges differently."""
    differences: tuple[Difference, ...]
    worse: tuple[Change, ...]
    """Most worsened first."""
    better_count: int

    def difference(self, measure: str) -> Difference:
        return next(one for one in self.differences if one.measure == measure)


def compare(here: Results, there: Results) -> list[Comparison]:
    """One comparison per level, in this evaluation's headline mode; that of pages is always there.

    Raises `EvaluationInvalid` when the two share no question or not that mode.
    """
    mode = here.headline_mode
    compared = [_compare(here, there, mode=mode, level=level) for level in ("pages", "sections")]
    found = [one for one in compared if one is not None]
    if not found or found[0].level != "pages":
        raise EvaluationInvalid(
            f"{there.name} has no question in common with this evaluation in the mode {mode}: compare results of "
            "one question file, measured in that mode."
        )
    return found


def _compare(here: Results, there: Results, *, mode: Mode, level: Level) -> Comparison | None:
    ours, theirs = here.at(mode, level), there.at(mode, level)
    if ours is None or theirs is None:
        return None
    paired = [id for id in ours.by_question if _is_same(here.questions[id], there.questions.get(id), level)]
    if not paired:
        return None
    differences = tuple(
        _difference(
            name,
            [ours.by_question[id][name] for id in paired],
            [theirs.by_question[id][name] for id in paired],
        )
        for name in MEASURES
    )
    changes = [
        Change(
            question=here.questions[id].text,
            here=ours.by_question[id][HEADLINE],
            there=theirs.by_question[id][HEADLINE],
        )
        for id in paired
    ]
    worse = [change for change in changes if change.here < change.there]
    return Comparison(
        name=there.name,
        mode=mode,
        level=level,
        paired_count=len(paired),
        unpaired_count=len(ours.by_question) - len(paired),
        differences=differences,
        worse=tuple(sorted(worse, key=lambda change: change.here - change.there)),
        better_count=sum(change.here > change.there for change in changes),
    )


def _is_same(ours: Asked, theirs: Asked | None, level: Level) -> bool:
    return theirs is not None and (ours.text, ours.relevant[level]) == (theirs.text, theirs.relevant[level])


def _difference(name: str, here: Sequence[float], there: Sequence[float]) -> Difference:
    return Difference(
        measure=name,
        here=sum(here) / len(here),
        there=sum(there) / len(there),
        change=interval([ours - theirs for ours, theirs in zip(here, there, strict=True)]),
    )
