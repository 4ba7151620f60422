"""What an evaluation found out in figures: what is compared, saved and read again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import TypeAdapter, ValidationError

from server.errors import EvaluationInvalid
from server.evaluation.files import write_file
from server.evaluation.intervals import Interval, interval
from server.evaluation.measures import Values, measure
from server.evaluation.questions import Question
from server.evaluation.ranking import Mode, Ranking
from server.records import Site

Level = Literal["pages", "sections"]
Rankings = Mapping[Mode, Mapping[str, Ranking]]
"""By mode and question id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What has to be the same for two results of a question to be comparable."""

    text: str
    relevant: Mapping[Level, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Of one mode at one level."""

    mode: Mode
    level: Level
    by_question: Mapping[str, Values]
    """By id; never empty."""

    def of(self, name: str) -> list[float]:
        return [values[name] for values in self.by_question.values()]

    def interval(self, name: str) -> Interval:
        return interval(self.of(name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    name: str
    """What of: this site, another database, a file."""
    site: Site
    questions: Mapping[str, Asked]
    scores: tuple[Scores, ...]
    """One of each mode at the level of pages, and of sections where any question names some."""

    def at(self, mode: Mode, level: Level) -> Scores | None:
        return next((one for one in self.scores if (one.mode, one.level) == (mode, level)), None)

    @property
    def headline_mode(self) -> Mode:
        """What readers get, or the first of what was measured."""
        modes = [scores.mode for scores in self.scores]
        return Mode.BOTH if Mode.BOTH in modes or not modes else modes[0]


_SAVED: Final = TypeAdapter(Results)


def make_results(questions: Sequence[Question], rankings: Rankings, *, name: str, site: Site) -> Results:
    asked = [question for question in questions if question.relevant]
    return Results(
        name=name,
        site=site,
        questions={question.id: Asked(text=question.text, relevant=_relevant(question)) for question in asked},
        scores=tuple(
            scores
            for mode, found in rankings.items()
            for scores in _scores(asked, found, mode)
            if scores.by_question
        ),
    )


def _relevant(question: Question) -> dict[Level, tuple[str, ...]]:
    return {
        "pages": tuple(sorted(question.relevant_pages)),
        "sections": tuple(sorted(map(str, question.relevant_sections))),
    }


def _scores(questions: Sequence[Question], found: Mapping[str, Ranking], mode: Mode) -> tuple[Scores, Scores]:
    relevant = {question.id: _relevant(question) for question in questions}
    pages = measure(
        {id: ranking.pages for id, ranking in found.items()},
        {id: places["pages"] for id, places in relevant.items()},
    )
    sections = measure(
        {id: tuple(map(str, ranking.sections)) for id, ranking in found.items()},
        {id: places["sections"] for id, places in relevant.items() if places["sections"]},
    )
    return (
        Scores(mode=mode, level="pages", by_question=pages),
        Scores(mode=mode, level="sections", by_question=sections),
    )


def save_results(results: Results, path: Path) -> None:
    """Raises `EvaluationInvalid` when the file cannot be written."""
    write_file(path, _SAVED.dump_json(results, indent=1))


def read_results(path: Path) -> Results:
    """Named after the file. Raises `EvaluationInvalid` when it is missing or no saved results."""
    try:
        saved = _SAVED.validate_json(path.read_bytes())
    except OSError as error:
        raise EvaluationInvalid(
            f"{path} cannot be read ({error.strerror}): make it with `lectern eval … --save {path}`."
        ) from error
    except ValidationError as error:
        raise EvaluationInvalid(
            f"{path} holds no results that this version reads: make it anew with `lectern eval … --save {path}`."
        ) from error
    return Results(name=str(path), site=saved.site, questions=saved.questions, scores=saved.scores)
