"""How good the sections are that a question finds, and how fast: page recall, rank and gain on a question set.

python -m benchmarks.retrieval --corpus DIR

DIR holds `docs/` and `questions.jsonl`, a question file as `lectern eval` reads it.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.command import ingested
from benchmarks.options import Options, read_options
from benchmarks.parts import match
from benchmarks.tables import Table, describe_machine, percentile, show
from server.answering.corpus_embedder import CorpusEmbedder
from server.database.calls import Vector
from server.database.pool import Database, database_url, open_database
from server.evaluation.measures import measure
from server.evaluation.questions import Question, read_questions
from server.evaluation.ranking import Ranking, make_ranking
from server.models.embeddings import make_embedder
from server.settings import Settings

# Enough sections to fill ten pages in practically every case.
_SECTIONS: Final = 60

_MEASURES: Final = ("recall@5", "MRR@10", "nDCG@10")
_COLUMNS: Final = ("searched by", *_MEASURES, "median ms", "p99 ms")


@dataclass(frozen=True, slots=True)
class Leg:
    name: str
    uses_words: bool
    uses_embedding: bool


_LEGS: Final = (Leg("both", True, True), Leg("keywords only", True, False), Leg("similarity only", False, True))


async def measure_retrieval(settings: Settings, questions: Sequence[Question], *, name: str) -> Table:
    """Needs the corpus ingested."""
    embedder = make_embedder(settings, retries=2, timeout_seconds=settings.embedding_timeout_seconds)
    try:
        async with database_url(settings) as url, open_database(url, settings) as database:
            searcher = CorpusEmbedder(database, embedder, settings)
            rows = [await _measure_leg(leg, questions, database, searcher, settings) for leg in _LEGS]
    finally:
        await embedder.close()
    return Table(
        title=f"Retrieval: {name}",
        note=f"{len(questions)} questions, embedder `{settings.embedding_model}`; a page counts by its best "
        "section. The times are those of one `match_page_sections` as an answer calls it.",
        columns=_COLUMNS,
        rows=tuple(rows),
    )


async def _measure_leg(
    leg: Leg, questions: Sequence[Question], database: Database, embedder: CorpusEmbedder, settings: Settings
) -> tuple[str, ...]:
    rankings: dict[str, Ranking] = {}
    seconds: list[float] = []
    for question in questions:
        embedding: Vector | None = (await embedder.embed(question.text)).vector if leg.uses_embedding else None
        query = question.text if leg.uses_words else None
        found = await match(database, settings, query=query, embedding=embedding, count=_SECTIONS)
        rankings[question.id] = make_ranking(found)
        started = time.monotonic()
        await match(database, settings, query=query, embedding=embedding)
        seconds.append(time.monotonic() - started)
    values = measure(
        {id: ranking.pages for id, ranking in rankings.items()},
        {question.id: question.relevant_pages for question in questions},
    )
    return (
        leg.name,
        *(f"{_mean([of[name] for of in values.values()]):.3f}" for name in _MEASURES),
        f"{1000 * percentile(seconds, 0.5):.1f}",
        f"{1000 * percentile(seconds, 0.99):.1f}",
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def run(options: Options) -> None:
    if not options.corpora:
        print("Retrieval is measured on a corpus with questions: give one with `--corpus DIR`.\n")
    for corpus in options.corpora:
        with ingested(corpus / "docs") as lectern:
            settings = lectern.settings()
            questions = read_questions(corpus / "questions.jsonl", max_chars=settings.query_max_chars)
            show(asyncio.run(measure_retrieval(settings, questions, name=corpus.name)))


if __name__ == "__main__":
    print(describe_machine())
    run(read_options())
