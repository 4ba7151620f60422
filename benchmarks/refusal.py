"""Which questions Lectern refuses or warns of: a site's own, and a hundred about anything else.

python -m benchmarks.refusal --corpus DIR

DIR holds `docs/` and `questions.jsonl`, whose lines have `question` and `relevant_pages` (paths without suffix, or
none when they are not known). The others are in `off_topic.txt`; Lectern learns its levels from none of them.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, get_args

from benchmarks.command import ingested
from benchmarks.options import Options, read_options
from benchmarks.tables import Table, describe_machine, show
from server.answering.retrieval import Retriever
from server.confidence import Confidence, Levels, read
from server.database.calls import get_calibration
from server.database.pool import database_url, open_database
from server.evaluation.questions import Question, read_questions
from server.models.embeddings import make_embedder
from server.settings import Settings

_OFF_TOPIC: Final = Path(__file__).with_name("off_topic.txt")
_SWEEP: Final = tuple(step / 10 for step in range(-2, 13))


@dataclass(frozen=True, slots=True)
class Judged:
    confidence: Confidence
    evidence: float | None
    is_found: bool | None
    """Whether a relevant page is among the sections an answer would be made of; `None` when none is known."""


async def measure(settings: Settings, questions: Sequence[Question], *, name: str) -> tuple[Table, Table]:
    """Needs the corpus ingested."""
    embedder = make_embedder(settings, retries=2, timeout_seconds=settings.embedding_timeout_seconds)
    others = [
        Question(id=text, text=text, filter={}) for text in _OFF_TOPIC.read_text(encoding="utf-8").splitlines()
    ]
    try:
        async with database_url(settings) as url, open_database(url, settings) as database:
            calibration = await get_calibration(database)
            levels = calibration.levels if calibration else None
            retriever = Retriever(database, embedder, settings)
            own = [await _judge(question, retriever, settings, levels) for question in questions]
            off_topic = [await _judge(question, retriever, settings, levels) for question in others]
    finally:
        await embedder.close()
    return tell_levels(own, off_topic, name=name), tell_sweep(own, off_topic, levels, name=name)


async def _judge(question: Question, retriever: Retriever, settings: Settings, levels: Levels | None) -> Judged:
    matches = await retriever.match(
        question.text, count=settings.match_count, budget_tokens=settings.context_budget_tokens, filter={}
    )
    paths = {match.path for match in matches}
    return Judged(
        confidence=await retriever.judge(matches),
        evidence=levels.evidence(read(matches)) if levels else None,
        is_found=not paths.isdisjoint(question.relevant_pages) if question.relevant_pages else None,
    )


def tell_levels(own: Sequence[Judged], off_topic: Sequence[Judged], *, name: str) -> Table:
    return Table(
        title=f"Confidence: {name}",
        note=f"{len(own)} questions of the site and {len(off_topic)} others. A page is found when one of "
        "the answer's sections is on it.",
        columns=("confidence", "own", "others", "own with their page found"),
        rows=tuple(_level_row(level, own, off_topic) for level in reversed(get_args(Confidence))),
    )


def _level_row(level: Confidence, own: Sequence[Judged], off_topic: Sequence[Judged]) -> tuple[str, ...]:
    found = [one.is_found for one in own if one.confidence == level and one.is_found is not None]
    return (
        f"`{level}`",
        *(_per_cent([one.confidence == level for one in asked]) for asked in (own, off_topic)),
        _per_cent(found),
    )


def tell_sweep(own: Sequence[Judged], off_topic: Sequence[Judged], levels: Levels | None, *, name: str) -> Table:
    evidences = [[one.evidence for one in asked if one.evidence is not None] for asked in (own, off_topic)]
    learnt = (levels.none_below, levels.low_below, levels.high_from) if levels else ()
    return Table(
        title=f"Refusal curve: {name}",
        note="What would be refused at other levels of evidence, where 0 is usual for other questions and 1 for "
        f"the site's own. Learnt for `none`, `low` and `high`: {', '.join(f'{level:.2f}' for level in learnt)}. "
        f"Area under the ROC curve: {separation(*evidences):.3f}.",
        columns=("evidence below", "own", "others"),
        rows=tuple(
            (f"{level:.1f}", *(_per_cent([one < level for one in evidence]) for evidence in evidences))
            for level in _SWEEP
        ),
    )


def separation(own: Sequence[float], off_topic: Sequence[float]) -> float:
    """How often an own question has more evidence than another, ties half: the area under the ROC curve."""
    wins = sum((one > other) + (one == other) / 2 for one in own for other in off_topic)
    return wins / max(len(own) * len(off_topic), 1)


def _per_cent(cases: Sequence[bool]) -> str:
    return f"{100 * sum(cases) / len(cases):.1f} %" if cases else ""


def run(options: Options) -> None:
    if not options.corpora:
        print("Refusal is measured on a corpus with questions: give one with `--corpus DIR`.\n")
    for corpus in options.corpora:
        with ingested(corpus / "docs") as lectern:
            settings = lectern.settings()
            questions = read_questions(corpus / "questions.jsonl", max_chars=settings.query_max_chars)
            show(*asyncio.run(measure(settings, questions, name=corpus.name)))


if __name__ == "__main__":
    print(describe_machine())
    run(read_options())
