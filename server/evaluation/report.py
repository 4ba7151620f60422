"""An evaluation as one HTML file that asks nothing of the network."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from server.evaluation.comparison import Comparison
from server.evaluation.evaluation import Evaluation, QuestionReport, question_reports
from server.evaluation.files import write_file
from server.evaluation.gates import Verdict
from server.evaluation.measures import HEADLINE, MEASURES
from server.evaluation.plots import plot_first_ranks, plot_measures
from server.evaluation.results import Level, Results, Scores
from server.evaluation.tables import came_instead, counted, rank_words

_TILES: Final = (HEADLINE, "MRR@10", "recall@5", "recall@10")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that a report tells."""

    evaluation: Evaluation
    worst: Sequence[QuestionReport]
    comparisons: Sequence[Comparison]
    verdicts: Sequence[Verdict]


def write_report(report: Report, path: Path) -> None:
    """Raises `EvaluationInvalid` when the file cannot be written."""
    write_file(path, render_report(report).encode())


def render_report(report: Report) -> str:
    """The page. Whatever comes from questions, pages and models is escaped by the template's autoescape."""
    templates = Environment(
        loader=PackageLoader("server.evaluation", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["signed"] = lambda number: f"{number:+.3f}".replace("-", "−")
    evaluation = report.evaluation
    return templates.get_template("report.html").render(
        report=report,
        results=evaluation.results,
        checks=evaluation.checks,
        made=f"{datetime.now(UTC):%d %B %Y}".lstrip("0"),
        version=version("lectern"),
        headline=HEADLINE,
        measures=MEASURES,
        tiles=_tiles(evaluation.results),
        levels=_levels(evaluation.results),
        rank_plot=_rank_plot(evaluation),
        counted=counted,
        came_instead=came_instead,
        rank_words=rank_words,
    )


def _tiles(results: Results) -> list[dict[str, Any]]:
    scores = results.at(results.headline_mode, "pages")
    return [{"name": name, "interval": scores.interval(name)} for name in _TILES] if scores else []


def _levels(results: Results) -> list[dict[str, Any]]:
    """A table and a plot for each level that was measured."""
    levels: tuple[Level, ...] = ("pages", "sections")
    return [
        # Our own numbers and words only, so it may stand as it is.
        {"name": level, "scores": scores, "plot": Markup(plot_measures(scores))}  # noqa: S704
        for level in levels
        if (scores := _of_level(results, level))
    ]


def _of_level(results: Results, level: Level) -> list[Scores]:
    return [scores for scores in results.scores if scores.level == level]


def _rank_plot(evaluation: Evaluation) -> Markup | None:
    ranks = {
        str(mode): [report.first_rank for report in question_reports(evaluation, mode)]
        for mode in evaluation.rankings
    }
    return Markup(plot_first_ranks(ranks)) if evaluation.questions else None  # noqa: S704  as above
