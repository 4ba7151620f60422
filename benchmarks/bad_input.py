"""What odd queries, filters, vectors and numbers get from retrieval, and how long each takes.

python -m benchmarks.bad_input --data-dir DIR

DIR is the data folder of an installation that has been ingested; without one, pages are generated.
"""

import asyncio
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final

import numpy as np

from benchmarks.command import ingested
from benchmarks.options import Options, read_options
from benchmarks.pages import docs_tree
from benchmarks.tables import Table, describe_machine, show
from server.answering.corpus_embedder import CorpusEmbedder
from server.database.calls import Vector, get_site, match_page_sections
from server.database.pool import Database, database_url, open_database, open_owner_connection
from server.errors import LecternError
from server.models.embeddings import make_embedder
from server.settings import Settings, load_settings

QUERY_CHARS: Final = 1000  # what a reader may send
GOAL_SECONDS: Final = 0.2

_FAR_TOO_LARGE: Final = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    name: str
    query: str | None = "How do I change the settings?"
    filter: Any = field(default_factory=dict)
    vector: Sequence[float] | None = None
    """Instead of the query's own."""
    has_vector: bool = True
    changes: Mapping[str, Any] = field(default_factory=dict)
    """Other arguments of the call."""
    refused: str = ""
    """What the error must say; empty when there must be none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    case: Case
    seconds: tuple[float, ...]
    found: int = 0
    error: str = ""

    @property
    def is_as_wanted(self) -> bool:
        return self.case.refused in self.error if self.case.refused else not self.error


def make_cases(*, common_words: Sequence[str], rare_words: Sequence[str], dimensions: int) -> list[Case]:
    """Every case; the words are a site's own, commonest and rarest first."""
    return [
        Case(name="a usual question"),
        *_queries(common_words, rare_words),
        *_filters(common_words),
        *_vectors(dimensions),
        *_numbers(),
    ]


def _queries(common_words: Sequence[str], rare_words: Sequence[str]) -> list[Case]:
    common = " ".join(common_words)[:QUERY_CHARS]
    texts = {
        "stop words only": "how do I do the one with it and of what is to be",
        "the site's 5 commonest words": " ".join(common_words[:5]),
        "1,000 characters of the commonest words": common,
        "1,000 characters of the rarest words": " ".join(rare_words)[:QUERY_CHARS],
        "1,000 characters, one word": "x" * QUERY_CHARS,
        "1,000 characters, one-letter words": "a b c d e " * (QUERY_CHARS // 10),
        "1,000 characters, one identifier": "aB." * (QUERY_CHARS // 3),
        "1,000 characters, inner hyphens": f"a{'-' * (QUERY_CHARS - 2)}b",
        "1,000 backslashes": "\\" * QUERY_CHARS,
        "1,000 quotes": "'\"" * (QUERY_CHARS // 2),
        "operators": "a & | !b <-> c:* (d) :A",
        "operators around common words": " & ".join(common_words[:3]) + " | !(x:* <-> y)",
        "an unclosed quote and a percent sign": "it's \\ ' \" % _ 100%",
        "another script": "電球を交換する方法は？ كيف أغير المصباح؟",
        "emoji": "🎉" * QUERY_CHARS,
        "blank": "",
    }
    return [
        *(Case(name=name, query=text) for name, text in texts.items()),
        Case(name="the commonest words, no vector", query=common, has_vector=False),
        Case(name="no words", query=None),
        Case(name="neither words nor vector", query=None, has_vector=False),
        Case(name="a NUL", query="a\0b", refused="0x00"),
    ]


def _filters(common_words: Sequence[str]) -> list[Case]:
    filters = {
        "names nothing": {"version": "none has this"},
        "nested, names nothing": {"a": {"b": [1, None, {"c": []}]}},
        "1,000 keys": {str(n): n for n in range(1000)},
        "an array": [1],
        "an empty array": [],
        "a string": "x",
        "a number": 3,
        "null": None,
    }
    common = " ".join(common_words[:5])
    return [
        *(Case(name=f"filter: {name}", filter=filter) for name, filter in filters.items()),
        Case(name="filter: names nothing, common words", filter={"version": "none has this"}, query=common),
    ]


def _vectors(dimensions: int) -> list[Case]:
    zeros = [0.0] * (dimensions - 1)
    return [
        Case(name="vector of zeros", vector=[0.0, *zeros]),
        Case(name="vector of zeros, no words", vector=[0.0, *zeros], query=None),
        Case(name="vector of the wrong length", vector=[1.0, *zeros, 0.0], refused="the live ones have"),
        Case(name="vector of no numbers", vector=[], refused="at least 1 dimension"),
        Case(name="vector with NaN", vector=[math.nan, *zeros], refused="NaN not allowed"),
        Case(name="vector with infinity", vector=[math.inf, *zeros], refused="infinite value not allowed"),
        Case(name="vector with a number too large", vector=[1e30, *zeros], refused="out of range"),
    ]


def _numbers() -> list[Case]:
    changes: dict[str, dict[str, Any]] = {
        "threshold NaN": {"match_threshold": math.nan},
        "count 0": {"match_count": 0},
        "count below 0": {"match_count": -1},
        "count without bound": {"match_count": _FAR_TOO_LARGE, "token_budget": None},
        "budget 0": {"token_budget": 0},
        "no section long enough": {"min_content_length": _FAR_TOO_LARGE},
        "weights 0": {"full_text_weight": 0, "semantic_weight": 0},
    }
    return [Case(name=name, changes=change) for name, change in changes.items()]


async def try_case(
    case: Case, database: Database, embedder: CorpusEmbedder, *, settings: Settings, repeats: int
) -> Outcome:
    """Called `repeats` times, with what an answer would send where the case says nothing."""
    embedding: Vector | None = None
    if case.vector is not None:
        embedding = np.array(case.vector, np.float32)
    elif case.has_vector:
        embedding = (await embedder.embed(case.query or "How do I change the settings?")).vector
    arguments: dict[str, Any] = {
        "match_count": settings.match_count,
        "token_budget": settings.context_budget_tokens,
        **settings.ranking,
        **case.changes,
    }
    seconds: list[float] = []
    found, error = 0, ""
    for _ in range(repeats):
        started = time.monotonic()
        try:
            matches = await match_page_sections(
                database, embedding=embedding, query_text=case.query, filter=case.filter, **arguments
            )
            found = len(matches)
        except LecternError as problem:
            error = str(problem)
        seconds.append(time.monotonic() - started)
    return Outcome(case=case, seconds=tuple(seconds), found=found, error=error)


async def try_cases(settings: Settings, *, repeats: int) -> tuple[int, list[Outcome]]:
    """The site's number of sections, and what each case came to; needs the rights of the database's owner."""
    embedder = make_embedder(settings, retries=0, timeout_seconds=settings.embedding_timeout_seconds)
    try:
        async with database_url(settings) as url, open_database(url, settings) as database:
            site = await get_site(database)
            common_words, rare_words = await _read_words(url)
            cases = make_cases(
                common_words=common_words, rare_words=rare_words, dimensions=site.embedding_dimensions or 1
            )
            searcher = CorpusEmbedder(database, embedder, settings)
            await try_case(Case(name="warm-up"), database, searcher, settings=settings, repeats=5)
            return site.section_count, [
                await try_case(case, database, searcher, settings=settings, repeats=repeats) for case in cases
            ]
    finally:
        await embedder.close()


async def _read_words(url: str) -> tuple[list[str], list[str]]:
    """The 300 commonest and the 300 rarest of the site's plain words."""
    async with open_owner_connection(url) as connection:
        rows = await connection.fetch(
            "select lexeme from docs.lexeme where lexeme ~ '^[a-z]{3,}$' order by section_count desc, lexeme"
        )
    words = [row["lexeme"] for row in rows]
    return words[:300], words[::-1][:300]


def tabulate(section_count: int, outcomes: Sequence[Outcome]) -> Table:
    return Table(
        title=f"Bad input at {section_count:,} sections",
        note="One `match_page_sections` per case, as an answer calls it, the query's embedding not counted; "
        f"median and worst of {len(outcomes[0].seconds)}. The goal is under {1000 * GOAL_SECONDS:g} ms for each.",
        columns=("case", "sections", "error", "median ms", "worst ms", "as wanted"),
        rows=tuple(_row(outcome) for outcome in outcomes),
    )


def _row(outcome: Outcome) -> tuple[str, ...]:
    worst = max(outcome.seconds)
    verdict = "yes" if outcome.is_as_wanted else "**no**"
    return (
        outcome.case.name,
        "" if outcome.error else str(outcome.found),
        "refused" if outcome.error else "",
        f"{1000 * median(outcome.seconds):.1f}",
        f"{1000 * worst:.1f}",
        verdict if worst < GOAL_SECONDS else "**slow**",
    )


def run(options: Options) -> None:
    if options.data_dir is not None:
        settings = load_settings(data_dir=options.data_dir, database_url="")
        show(tabulate(*asyncio.run(try_cases(settings, repeats=options.repeats))))
        return
    with docs_tree(options.docs, pages=options.pages) as docs, ingested(docs) as lectern:
        show(tabulate(*asyncio.run(try_cases(lectern.settings(), repeats=options.repeats))))


if __name__ == "__main__":
    print(describe_machine())
    run(read_options())
