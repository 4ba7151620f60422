"""What an evaluation has to reach, for a CI that stops where it does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

from server.errors import EvaluationInvalid
from server.evaluation.answers import AnswerCheck
from server.evaluation.comparison import Comparison
from server.evaluation.measures import HEADLINE, MEASURES
from server.evaluation.results import Level, Results


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    text: str
    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """The least a measure may be."""

    level: Level | Literal["answers"]
    measure: str
    """Empty for `answers`: the share of answers that pass their checks."""
    least: float

    @classmethod
    def parse(cls, text: str) -> Self:
        """`recall@5=0.8`, `sections:nDCG@10=0.4`, `answers=1`. Raises `EvaluationInvalid`."""
        name, _, number = text.partition("=")
        level, _, measure = name.rpartition(":")
        known = {measure.casefold(): measure for measure in MEASURES}
        try:
            least = float(number)
        except ValueError:
            least = -1.0
        if 0 <= least <= 1:
            if name == "answers":
                return cls(level="answers", measure="", least=least)
            if level in ("", "pages", "sections") and measure.casefold() in known:
                # mypy knows no narrowing by `in`.
                return cls(
                    level="sections" if level == "sections" else "pages",
                    measure=known[measure.casefold()],
                    least=least,
                )
        raise EvaluationInvalid(
            f"--fail-under {text!r} cannot be read: write a measure ({', '.join(MEASURES)}, or answers) and a "
            "number from 0 to 1, as in recall@5=0.8, sections:nDCG@10=0.4 or answers=1."
        )

    def judge(self, results: Results, checks: Sequence[AnswerCheck]) -> Verdict:
        """Raises `EvaluationInvalid` when what it is about was not measured."""
        if self.level == "answers":
            actual = sum(check.passed for check in checks) / len(checks) if checks else None
            name = "answers that pass"
        else:
            scores = results.at(results.headline_mode, self.level)
            actual = scores.interval(self.measure).mean if scores else None
            name = f"{self.measure} of {self.level}"
        if actual is None:
            raise EvaluationInvalid(
                f"--fail-under asks for {name}, and no question of the file has any: leave it out, or add some."
            )
        passed = actual >= self.least
        return Verdict(text=f"{name}: {actual:.3f}, at least {self.least:g} is asked for", passed=passed)


def judge_no_worse(comparison: Comparison) -> Verdict:
    """Fails only when the whole interval of the headline measure's difference lies below zero."""
    change = comparison.difference(HEADLINE).change
    return Verdict(
        text=f"{HEADLINE} of {comparison.level} against {comparison.name}: {change.mean:+.3f} "
        f"({change.low:+.3f} to {change.high:+.3f})",
        passed=change.high >= 0,
    )
