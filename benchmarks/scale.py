"""What ten times the documentation costs: sections found, letters typed, what the index leaves out, the ingest.

    python -m benchmarks scale --docs DIR [--docs DIR] … [--sections 100000] [--corpus DIR] [--data-dir DIR]

Pages are grown to the wanted number of sections and to a tenth of it, and ingested by the command. Questions are
those of the corpora, or made from headings. With `--data-dir` the two databases stay in DIR/SECTIONS/data, and
another run measures them again without ingesting.
"""

import asyncio
import contextlib
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.command import Lectern, fresh_lectern
from benchmarks.exactness import Recalls, measure_exactness
from benchmarks.options import Options, read_options
from benchmarks.pages import docs_tree
from benchmarks.parts import match
from benchmarks.questions import make_questions
from benchmarks.reader import search
from benchmarks.tables import SPREAD_COLUMNS, Table, describe_machine, show, spread
from benchmarks.variants import TENTH, THOUSANDTH, grow
from benchmarks.watched_ingest import WatchedIngest, watch_ingest
from server.answering.corpus_embedder import CorpusEmbedder
from server.database.calls import Vector, get_site
from server.database.pool import database_url, open_database
from server.documents.sites.profiles import GITHUB
from server.evaluation.questions import Question, read_questions
from server.ingest.parsing import PageRecipe
from server.models.embeddings import make_embedder
from server.settings import Settings

_SMALLER: Final = 10
# Some 1,500 letters.
_TYPED_QUESTIONS: Final = 30
# Each is compared with every row, which takes half a second at 100,000 sections.
_COMPARED_QUESTIONS: Final = 100

_RECALL_ROWS: Final = (
    ("index alone, windows", "windows", "≥ 0.97"),
    ("index alone, sections by their best window", "sections", "≥ 0.97"),
    ("the semantic leg, a filter keeps 10 %", TENTH, "≥ 0.95"),
    ("the semantic leg, a filter keeps 0.1 %", THOUSANDTH, "≥ 0.95"),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One size; times in seconds."""

    sections: int
    matches: Sequence[float]
    """One `match_page_sections` as an answer calls it, for each question."""
    letters: Sequence[float]
    """One `GET /v1/search` for each letter typed."""
    recalls: Mapping[str, Recalls]
    ingest: WatchedIngest | None
    """`None` when it was ingested by an earlier run."""


def measure(docs: Path, options: Options) -> list[Measured]:
    """The smaller size first."""
    questions = _questions(docs, options)
    return [
        measure_size(docs, sections=sections, questions=questions, data_dir=options.data_dir)
        for sections in (options.sections // _SMALLER, options.sections)
    ]


def measure_size(docs: Path, *, sections: int, questions: Sequence[str], data_dir: Path | None) -> Measured:
    """Ingests `docs` grown to so many sections, unless `data_dir` holds them, and asks the questions."""
    with _installation(data_dir, sections) as lectern:
        published = asyncio.run(_count_sections(lectern.settings()))
        ingest = None if published else _grow_and_ingest(lectern, docs, sections)
        _tell(f"{sections:,} sections: asking {len(questions)} questions")
        matches, embeddings = asyncio.run(_time_matches(lectern.settings(), questions))
        _tell(f"{sections:,} sections: comparing with the exact order")
        recalls = asyncio.run(_compare(lectern.settings(), embeddings[:_COMPARED_QUESTIONS]))
        _tell(f"{sections:,} sections: typing")
        letters = asyncio.run(_type(lectern, questions[:_TYPED_QUESTIONS]))
        published = asyncio.run(_count_sections(lectern.settings()))
    return Measured(published, matches, letters, recalls, ingest)


@contextlib.contextmanager
def _installation(data_dir: Path | None, sections: int) -> Iterator[Lectern]:
    """A migrated installation: one that stays in `data_dir`, or a fresh one that goes at the end."""
    if data_dir is None:
        with fresh_lectern() as lectern:
            yield lectern
        return
    folder = data_dir.resolve() / str(sections)
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    lectern = Lectern(folder)
    lectern.migrate()
    yield lectern


@contextlib.contextmanager
def grown_lectern(docs: Path, *, sections: int, data_dir: Path | None) -> Iterator[Lectern]:
    """An installation with `docs` grown to so many sections; ingested unless `data_dir` holds it."""
    with _installation(data_dir, sections) as lectern:
        if not asyncio.run(_count_sections(lectern.settings())):
            _grow_and_ingest(lectern, docs, sections)
        yield lectern


async def _count_sections(settings: Settings) -> int:
    async with database_url(settings) as url, open_database(url, settings) as database:
        return (await get_site(database)).section_count


def _grow_and_ingest(lectern: Lectern, docs: Path, sections: int) -> WatchedIngest:
    folder = Path(tempfile.mkdtemp(prefix="lectern-grown-"))
    try:
        _tell(f"{sections:,} sections: growing pages")
        grow(docs, folder, section_count=sections, recipe=PageRecipe.of(lectern.settings(), GITHUB))
        _tell(f"{sections:,} sections: ingesting")
        return watch_ingest(lectern, folder, on_line=_tell)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _time_matches(settings: Settings, questions: Sequence[str]) -> tuple[list[float], list[Vector]]:
    """Seconds and embedding of each question; every one is asked once before it is timed."""
    embedder = make_embedder(settings, retries=2, timeout_seconds=settings.embedding_timeout_seconds)
    try:
        async with database_url(settings) as url, open_database(url, settings) as database:
            searcher = CorpusEmbedder(database, embedder, settings)
            embeddings = [await _embed(searcher, question) for question in questions]
            asked = list(zip(questions, embeddings, strict=True))
            seconds = []
            for place, (query, embedding) in enumerate([*asked, *asked]):
                started = time.monotonic()
                await match(database, settings, query=query, embedding=embedding)
                if place >= len(asked):
                    seconds.append(time.monotonic() - started)
    finally:
        await embedder.close()
    return seconds, embeddings


async def _embed(searcher: CorpusEmbedder, question: str) -> Vector:
    vector = (await searcher.embed(question)).vector
    assert vector is not None
    return vector


async def _compare(settings: Settings, embeddings: Sequence[Vector]) -> dict[str, Recalls]:
    async with database_url(settings) as url:
        return await measure_exactness(url, embeddings)


async def _type(lectern: Lectern, questions: Sequence[str]) -> list[float]:
    """Seconds of the search for each letter of each question, one after the other."""
    with lectern.listening("serve") as url:
        return [await search(url, typed) for question in questions for typed in keystrokes(question)]


def keystrokes(question: str) -> list[str]:
    """What stands in the box after each key; no search is made for a space alone."""
    return [typed for typed in accumulate(question) if typed.strip() and not typed.endswith(" ")]


def _questions(docs: Path, options: Options) -> list[str]:
    if not options.corpora:
        return make_questions(docs, count=options.questions)
    # In turn from each corpus, so that the first few are from all of them.
    asked = [
        (place, question.text)
        for corpus in options.corpora
        for place, question in enumerate(_read_questions(corpus))
    ]
    return [text for _, text in sorted(asked, key=lambda one: one[0])]


def _read_questions(corpus: Path) -> list[Question]:
    return read_questions(corpus / "questions.jsonl", max_chars=Settings.model_fields["query_max_chars"].default)


def time_table(measured: Sequence[Measured]) -> Table:
    smaller, larger = measured
    growth = median(larger.matches) / median(smaller.matches)
    return Table(
        title="Searching as the documentation grows",
        note=f"{len(larger.matches)} questions. Sections for an answer are one `match_page_sections` as an answer "
        "calls it: both legs and the budget, warm. A letter typed is one `GET /v1/search` by one reader.",
        columns=("what", "sections", *SPREAD_COLUMNS, "goal"),
        rows=(
            _time_row("sections for an answer", smaller.sections, smaller.matches, "median ≤ 5"),
            _time_row("sections for an answer", larger.sections, larger.matches, "median ≤ 20, p99 ≤ 100"),
            ("growth of the median", "", f"{growth:.1f} ×", "", "", "≤ 4 ×"),
            _time_row("a letter typed", smaller.sections, smaller.letters, ""),
            _time_row("a letter typed", larger.sections, larger.letters, "median ≤ 15"),
        ),
    )


def _time_row(name: str, sections: int, seconds: Sequence[float], goal: str) -> tuple[str, ...]:
    return (name, f"{sections:,}", *spread(seconds), goal)


def recall_table(measured: Measured) -> Table:
    """Of one size."""
    rows = [
        (name, f"{recalls.mean:.3f}", goal, *spread(recalls.seconds))
        for name, key, goal in _RECALL_ROWS
        if (recalls := measured.recalls[key]).recalls
    ]
    return Table(
        title=f"What the vector index finds of the nearest ten, at {measured.sections:,} sections",
        note=f"{len(measured.recalls['windows'].recalls)} questions, by their meaning alone, compared with the "
        "exact order of everything the filter keeps.",
        columns=("searched by", "recall@10", "goal", *SPREAD_COLUMNS),
        rows=tuple(rows),
    )


def ingest_table(measured: Sequence[Measured]) -> Table:
    return Table(
        title="Ingest as the documentation grows",
        note="`lectern ingest` into an empty database, from process start to process end. Memory is the most that "
        "was resident: of the command, of all Postgres' processes, and of both at one moment.",
        columns=(
            "sections",
            "pages",
            "windows",
            "s",
            "publishing s",
            "command MB",
            "Postgres MB",
            "both MB",
            "goal",
        ),
        rows=tuple(_ingest_row(one.sections, one.ingest) for one in measured if one.ingest is not None),
    )


def _ingest_row(sections: int, ingest: WatchedIngest) -> tuple[str, ...]:
    peaks = ingest.peaks
    return (
        f"{sections:,}",
        f"{ingest.ingested.pages_total:,}",
        f"{ingest.ingested.windows_embedded:,}",
        f"{ingest.ingested.seconds:.0f}",
        f"{ingest.phase_seconds['Publishing']:.0f}",
        *(f"{size / 1e6:,.0f}" for size in (peaks.command, peaks.postgres, peaks.together)),
        "≤ 300 s, ≤ 2,000 MB for 100,000",
    )


def _tell(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {what}", file=sys.stderr, flush=True)


def run(options: Options) -> None:
    with docs_tree(options.docs, pages=options.pages) as docs:
        measured = measure(docs, options)
    tables = [time_table(measured), recall_table(measured[-1])]
    show(*tables, *([ingest_table(measured)] if any(one.ingest for one in measured) else []))


if __name__ == "__main__":
    print(describe_machine())
    run(read_options())
