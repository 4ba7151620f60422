"""The order of steps of `lectern eval`: read, ask, compare, tell, judge."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import SecretStr
from rich.console import RenderableType
from rich.table import Table

from server.app import Rooms, open_rooms
from server.database.calls import get_site
from server.database.pool import database_url, open_database
from server.errors import EvaluationInvalid, LecternError
from server.evaluation.comparison import compare
from server.evaluation.evaluation import Evaluation, check_answers, evaluate, worst_questions
from server.evaluation.gates import Floor, judge_no_worse
from server.evaluation.questions import Question, read_questions
from server.evaluation.ranking import Mode, Ranker
from server.evaluation.report import Report, write_report
from server.evaluation.results import Results, read_results, save_results
from server.evaluation.tables import (
    check_list,
    comparison_tables,
    measure_tables,
    missing_note,
    verdict_lines,
    worst_list,
)
from server.evaluation.targets import is_saved_results, target_name, target_settings
from server.settings import Settings
from server.terminal import console, progress_bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked for on the command line; see `lectern eval --help`."""

    modes: tuple[Mode, ...] = tuple(Mode)
    against: str | None = None
    not_worse_than: Path | None = None
    fail_under: tuple[str, ...] = ()
    save: Path | None = None
    html: Path | None = None
    worst: int = 10
    skip_answers: bool = False


async def run_evaluation(path: Path, options: Options, settings: Settings) -> bool:
    """Evaluates, prints and writes what was asked for; whether everything asked for was reached."""
    questions = read_questions(path, max_chars=settings.query_max_chars)
    floors = [Floor.parse(text) for text in options.fail_under]
    # Read before anything is saved: `--save` may name the same file.
    baseline = read_results(options.not_worse_than) if options.not_worse_than else None
    async with open_rooms(settings, embedding_retries=settings.embedding_retries) as rooms:
        evaluation = await _evaluate(questions, rooms, options, name=settings.site_name)
    other = await _other_results(questions, options, settings) if options.against else None
    compared = [one for there in _others(other, baseline) for one in compare(evaluation.results, there)]
    verdicts = [floor.judge(evaluation.results, evaluation.checks) for floor in floors]
    if baseline is not None:
        verdicts += [judge_no_worse(one) for one in compared if (one.name, one.level) == (baseline.name, "pages")]
    report = Report(
        evaluation=evaluation,
        worst=worst_questions(evaluation, count=options.worst),
        comparisons=compared,
        verdicts=verdicts,
    )
    _tell(report)
    if options.save:
        save_results(evaluation.results, options.save)
    if options.html:
        write_report(report, options.html)
    return all(verdict.passed for verdict in verdicts)


async def _evaluate(questions: Sequence[Question], rooms: Rooms, options: Options, *, name: str) -> Evaluation:
    evaluation = await _rank(questions, rooms, options.modes, name=name)
    to_check = [] if options.skip_answers else [question for question in questions if question.checks_answer]
    with progress_bar("Answering", total=len(to_check)) as advance:
        checks = await check_answers(to_check, rooms["answering"], on_progress=advance)
    return replace(evaluation, checks=checks)


async def _rank(questions: Sequence[Question], rooms: Rooms, modes: Sequence[Mode], *, name: str) -> Evaluation:
    ranker = Ranker(rooms["retriever"])
    total = len(modes) * sum(bool(question.relevant) for question in questions)
    with progress_bar("Searching", total=total) as advance:
        return await evaluate(questions, rooms["database"], ranker, modes=modes, name=name, on_progress=advance)


async def _other_results(questions: Sequence[Question], options: Options, settings: Settings) -> Results:
    target = options.against or ""
    if is_saved_results(target):
        return read_results(Path(target))
    try:
        async with _other_rooms(target_settings(target, settings)) as rooms:
            evaluation = await _rank(questions, rooms, options.modes, name=target_name(target))
    except LecternError as error:
        if isinstance(error, EvaluationInvalid):
            raise
        raise EvaluationInvalid(f"--against {target_name(target)}: {error}") from error
    return evaluation.results


def _others(*results: Results | None) -> list[Results]:
    """Each once: `--against` and `--not-worse-than` may name the same file."""
    return list({one.name: one for one in results if one is not None}.values())


@asynccontextmanager
async def _other_rooms(settings: Settings) -> AsyncIterator[Rooms]:
    """On another database, with the embedding model it was made with."""
    async with database_url(settings) as url:
        async with open_database(url, settings) as database:
            site = await get_site(database)
        changed = settings.model_copy(update={"database_url": SecretStr(url)}).with_embedding_model(
            site.embedding_model or settings.embedding_model, site.requested_dimensions
        )
        async with open_rooms(changed, embedding_retries=settings.embedding_retries) as rooms:
            yield rooms


def _tell(report: Report) -> None:
    shown: list[RenderableType | None] = [
        *measure_tables(report.evaluation),
        *comparison_tables(report.comparisons),
        worst_list(report.worst),
        check_list(report.evaluation.checks),
        missing_note(report.evaluation.missing),
        *verdict_lines(report.verdicts),
    ]
    for one in shown:
        if one is not None:
            console.print(one, soft_wrap=not isinstance(one, Table))
