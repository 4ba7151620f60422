"""How good the sections are that a question finds, and how fast: page recall, rank and gain on a question set.

python -m benchmarks.retrieval --corpus DIR

DIR holds `docs/` and `questions.jsonl`, whose lines have `question` and `relevant_pages` (paths without suffix).
"""

import asyncio
import math
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from benchmarks.command import ingested
from benchmarks.options import Options, read_options
from benchmarks.parts import match
from benchmarks.tables import Table, describe_machine, percentile, show
from server.answering.corpus_embedder import CorpusEmbedder
from server.database.calls import Vector
from server.database.pool import Database, database_url, open_database
from server.models.embeddings import make_embedder
from server.records import Match
from server.settings import Settings

# Enough sections to fill ten pages in practically every case.
_SECTIONS: Final = 60

_COLUMNS: Final = ("searched by", "recall@5", "MRR@10", "nDCG@10", "median ms", "p99 ms")


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    relevant_paths: frozenset[str]


@dataclass(frozen=True, slots=True)
class Scores:
    """Of one question; each 0…1. With binary relevance, as in Manning et al. 2008, chapter 8."""

    recall_at_5: float
    reciprocal_rank_at_10: float
    ndcg_at_10: float


@dataclass(frozen=True, slots=True)
class Leg:
    name: str
    uses_words: bool
    uses_embedding: bool


_LEGS: Final = (Leg("both", True, True), Leg("keywords only", True, False), Leg("similarity only", False, True))


async def measure(settings: Settings, questions: Sequence[Question], *, name: str) -> Table:
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
    scores: list[Scores] = []
    seconds: list[float] = []
    for question in questions:
        embedding: Vector | None = (await embedder.embed(question.text)).vector if leg.uses_embedding else None
        query = question.text if leg.uses_words else None
        ranked = await match(database, settings, query=query, embedding=embedding, count=_SECTIONS)
        scores.append(score(pages_of(ranked), question.relevant_paths))
        started = time.monotonic()
        await match(database, settings, query=query, embedding=embedding)
        seconds.append(time.monotonic() - started)
    return (
        leg.name,
        f"{_mean([one.recall_at_5 for one in scores]):.3f}",
        f"{_mean([one.reciprocal_rank_at_10 for one in scores]):.3f}",
        f"{_mean([one.ndcg_at_10 for one in scores]):.3f}",
        f"{1000 * percentile(seconds, 0.5):.1f}",
        f"{1000 * percentile(seconds, 0.99):.1f}",
    )


def pages_of(ranked: Sequence[Match]) -> list[str]:
    """The pages of ranked sections, each where its best section stands."""
    return list(dict.fromkeys(one.path for one in ranked))


def score(ranked_paths: Sequence[str], relevant_paths: Collection[str]) -> Scores:
    hits = [path in relevant_paths for path in ranked_paths[:10]]
    gain = sum(hit / math.log2(place + 2) for place, hit in enumerate(hits))
    best_gain = sum(1 / math.log2(place + 2) for place in range(min(len(relevant_paths), 10)))
    return Scores(
        recall_at_5=sum(hits[:5]) / len(relevant_paths),
        reciprocal_rank_at_10=1 / (hits.index(True) + 1) if True in hits else 0.0,
        ndcg_at_10=gain / best_gain,
    )


def read_questions(corpus: Path) -> list[Question]:
    lines = (corpus / "questions.jsonl").read_bytes().splitlines()
    return [
        Question(entry["question"], frozenset(f"/{path}" for path in entry["relevant_pages"]))
        for entry in map(orjson.loads, filter(None, lines))
    ]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def run(options: Options) -> None:
    if not options.corpora:
        print("Retrieval is measured on a corpus with questions: give one with `--corpus DIR`.\n")
    for corpus in options.corpora:
        with ingested(corpus / "docs") as lectern:
            show(asyncio.run(measure(lectern.settings(), read_questions(corpus), name=corpus.name)))


if __name__ == "__main__":
    print(describe_machine())
    run(read_options())
