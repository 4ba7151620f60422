"""Questions → everything an evaluation tells: rank, measure, look for what is missing, check answers."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from server.answering.answer import Answering
from server.database.calls import get_page_sections, get_site
from server.database.pool import Database
from server.evaluation.answers import AnswerCheck, check_answer
from server.evaluation.measures import HEADLINE, Values, first_relevant_rank
from server.evaluation.places import Place
from server.evaluation.questions import Question
from server.evaluation.ranking import Mode, Ranker, Ranking
from server.evaluation.results import Rankings, Results, make_results

# A guess: API endpoints answer a few at once in the time of one, and the database of a laptop copes.
_AT_ONCE: Final = 4

Item = TypeVar("Item")
Result = TypeVar("Result")
OnProgress = Callable[[int], None]
"""Called with how many steps were done since the last call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    results: Results
    questions: tuple[Question, ...]
    """Those that say what is relevant."""
    rankings: Rankings
    missing: tuple[Place, ...]
    """Places the questions name that are not published."""
    checks: tuple[AnswerCheck, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionReport:
    """How one question fared in one mode, by pages."""

    question: Question
    values: Values
    first_rank: int | None
    ranking: Ranking


async def evaluate(
    questions: Sequence[Question],
    database: Database,
    ranker: Ranker,
    *,
    modes: Sequence[Mode],
    name: str,
    on_progress: OnProgress,
) -> Evaluation:
    """Ranks in each mode; one step of progress per question and mode. Raises `Outage`."""
    asked = tuple(question for question in questions if question.relevant)
    rankings = {}
    for mode in modes:
        found = await _each(asked, partial(ranker.rank, mode=mode), on_progress)
        rankings[mode] = {question.id: ranking for question, ranking in zip(asked, found, strict=True)}
    return Evaluation(
        results=make_results(asked, rankings, name=name, site=await get_site(database)),
        questions=asked,
        rankings=rankings,
        missing=await _missing(questions, database),
    )


async def check_answers(
    questions: Sequence[Question], answering: Answering, *, on_progress: OnProgress
) -> tuple[AnswerCheck, ...]:
    """Of the questions that say what their answers must be; one step of progress each."""
    asked = [question for question in questions if question.checks_answer]
    return tuple(await _each(asked, lambda question: check_answer(question, answering), on_progress))


def worst_questions(evaluation: Evaluation, *, count: int) -> list[QuestionReport]:
    """At most `count` whose pages are not ranked ideally, in the headline mode; the worst first."""
    reports = [one for one in question_reports(evaluation, evaluation.results.headline_mode) if not _is_ideal(one)]
    return sorted(reports, key=lambda one: (one.values[HEADLINE], -(one.first_rank or 1_000)))[:count]


def question_reports(evaluation: Evaluation, mode: Mode) -> list[QuestionReport]:
    """In the order of the questions."""
    scores = evaluation.results.at(mode, "pages")
    if scores is None:
        return []
    return [
        QuestionReport(
            question=question,
            values=scores.by_question[question.id],
            first_rank=first_relevant_rank(evaluation.rankings[mode][question.id].pages, question.relevant_pages),
            ranking=evaluation.rankings[mode][question.id],
        )
        for question in evaluation.questions
    ]


def _is_ideal(report: QuestionReport) -> bool:
    return report.values[HEADLINE] > 1 - 1e-9


async def _missing(questions: Sequence[Question], database: Database) -> tuple[Place, ...]:
    named = {place for question in questions for place in (*question.relevant, *question.must_cite)}
    published: set[Place] = set()
    for path in {place.path for place in named}:
        page = await get_page_sections(database, path)
        if page is not None:
            published |= {Place(path), *(Place(path, section.slug) for section in page.sections)}
    return tuple(sorted(named - published, key=str))


async def _each(
    items: Sequence[Item], work: Callable[[Item], Awaitable[Result]], on_progress: OnProgress
) -> list[Result]:
    """The results in the items' order, a few at once; the first failure ends it and is raised as it is."""
    places = asyncio.Semaphore(_AT_ONCE)

    async def one(item: Item) -> Result:
        async with places:
            result = await work(item)
        on_progress(1)
        return result

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(item)) for item in items]
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from failures
    return [task.result() for task in tasks]
