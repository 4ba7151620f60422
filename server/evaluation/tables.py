"""An evaluation as text for a terminal."""

from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from server.evaluation.answers import AnswerCheck
from server.evaluation.comparison import Comparison
from server.evaluation.evaluation import Evaluation, QuestionReport
from server.evaluation.gates import Verdict
from server.evaluation.intervals import Interval
from server.evaluation.measures import HEADLINE, MEASURES
from server.evaluation.places import Place
from server.evaluation.results import Level

_SHOWN_PLACES = 3
_SHOWN_MISSING = 10
_SHOWN_CHANGES = 5


def printable(text: str) -> str:
    """Text of a file, a page or a model as a terminal may show it."""
    return "".join(char for char in text if char.isprintable())


def counted(count: int) -> str:
    return "1 question" if count == 1 else f"{count} questions"


def measure_tables(evaluation: Evaluation) -> Iterator[RenderableType]:
    levels: tuple[Level, ...] = ("pages", "sections")
    for level in levels:
        scores = [one for one in evaluation.results.scores if one.level == level]
        if not scores:
            continue
        yield _title(f"{level.capitalize()}: {counted(len(scores[0].by_question))}")
        table = _table("searched by", *MEASURES)
        for one in scores:
            table.add_row(one.mode, *(_with_interval(one.interval(name)) for name in MEASURES))
        yield table


def comparison_tables(comparisons: Sequence[Comparison]) -> Iterator[RenderableType]:
    for one in comparisons:
        yield _title(
            f"{one.level.capitalize()} against {printable(one.name)}, {one.mode}: {counted(one.paired_count)}"
        )
        table = _table("measure", "here", "there", "difference", "95 %")
        for difference in one.differences:
            change = difference.change
            table.add_row(
                difference.measure,
                f"{difference.here:.3f}",
                f"{difference.there:.3f}",
                f"{change.mean:+.3f}",
                f"{change.low:+.3f} to {change.high:+.3f}",
            )
        yield table
        yield Text("\n".join(_change_lines(one)) + "\n", style="dim")


def _change_lines(comparison: Comparison) -> Iterator[str]:
    yield f" By {HEADLINE}: {counted(comparison.better_count)} better, {len(comparison.worse)} worse."
    if comparison.unpaired_count:
        yield f" {comparison.unpaired_count} left out, because they are new or changed."
    for change in comparison.worse[:_SHOWN_CHANGES]:
        yield f"   {change.there:.2f} → {change.here:.2f}  {printable(change.question)}"


def worst_list(reports: Sequence[QuestionReport]) -> RenderableType | None:
    if not reports:
        return None
    entries = (line for place, report in enumerate(reports, start=1) for line in _worst_lines(place, report))
    return Group(_title("Worst questions"), *entries, "")


def _worst_lines(place: int, report: QuestionReport) -> Iterator[Text]:
    yield Text(f"{place:>3}. {printable(report.question.text)}")
    yield Text(f"     {HEADLINE} {report.values[HEADLINE]:.2f}, first relevant page: {rank_words(report)}", "dim")
    for word, places in (("expected", report.question.relevant), ("came", came_instead(report))):
        for one in places[:_SHOWN_PLACES]:
            yield Text(f"     {word:<8}  {printable(str(one))}", "dim")


def came_instead(report: QuestionReport) -> list[Place]:
    """The best section of each of the first pages that are not relevant."""
    best: dict[str, Place] = {}
    for place in report.ranking.sections:
        best.setdefault(place.path, place)
    others = [place for path, place in best.items() if path not in report.question.relevant_pages]
    return others[:_SHOWN_PLACES]


def rank_words(report: QuestionReport) -> str:
    if report.first_rank is not None:
        return f"rank {report.first_rank}"
    return (
        f"not among the {len(report.ranking.pages)} pages found" if report.ranking.pages else "nothing was found"
    )


def check_list(checks: Sequence[AnswerCheck]) -> RenderableType | None:
    if not checks:
        return None
    failed = [check for check in checks if not check.passed]
    lines = [_title(f"Answers: {len(checks) - len(failed)} of {len(checks)} pass their checks")]
    for check in failed:
        lines.append(Text(f"  ✗ {printable(check.question.text)}"))
        lines += [Text(f"    {printable(failure)}", style="dim") for failure in check.failures]
    return Group(*lines, "")


def missing_note(missing: Sequence[Place]) -> RenderableType | None:
    """What the questions expect and the site lacks: usually a renamed page."""
    if not missing:
        return None
    rest = f" and {len(missing) - _SHOWN_MISSING} more" if len(missing) > _SHOWN_MISSING else ""
    return Text(
        f"Expected and not published ({len(missing)}): {_places(missing, _SHOWN_MISSING)}{rest}.",
        style="yellow",
    )


def verdict_lines(verdicts: Sequence[Verdict]) -> Iterator[RenderableType]:
    for verdict in verdicts:
        mark, style = ("✓", "green") if verdict.passed else ("✗", "red")
        yield Text(f"{mark} {printable(verdict.text)}", style=style)


def _places(places: Sequence[Place], limit: int = _SHOWN_PLACES) -> str:
    return ", ".join(printable(str(place)) for place in places[:limit]) or "nothing"


def _title(text: str) -> Text:
    return Text(text, style="bold")


def _table(first: str, *columns: str) -> Table:
    table = Table(box=box.SIMPLE, padding=(0, 1, 0, 0))
    table.add_column(first)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _with_interval(interval: Interval) -> Text:
    return Text.assemble(f"{interval.mean:.3f}\n", (f"{interval.low:.2f}–{interval.high:.2f}", "dim"))
