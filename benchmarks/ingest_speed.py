"""How long `lectern ingest` takes: a first run, one with nothing changed, one with one word changed.

python -m benchmarks.ingest_speed --docs PATH
"""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.command import Lectern, fresh_lectern
from benchmarks.options import Options, read_options
from benchmarks.pages import docs_tree
from benchmarks.tables import Table, describe_machine, show
from benchmarks.watched_ingest import WatchedIngest, watch_ingest
from server.ingest.sources import find_files

_COLUMNS = ("run", "pages", "windows", "seconds", "pages/s", "of the first run", "of the naive loop", "MB", "goal")
_RUNS = (
    ("first run", "< 30 s for 500 pages, < 600 MB"),
    ("nothing changed", "< 2 s for 500 pages"),
    ("one word changed", "1 window, < .10 of the first run"),
)


def measure(options: Options) -> Table:
    """Whole commands, from process start to process end, the embedded Postgres' start and stop included."""
    with docs_tree(options.docs, pages=options.pages) as docs:
        repeats = [_repeat(docs) for _ in range(options.repeats)]
    naive_seconds = median(naive for _, naive in repeats)
    by_run = zip(*(ingested for ingested, _ in repeats), strict=True)
    first_seconds = median(ingested[0].ingested.seconds for ingested, _ in repeats)
    rows = [
        _row(run, list(watched), first_seconds=first_seconds, naive_seconds=naive_seconds)
        for run, watched in zip(_RUNS, by_run, strict=True)
    ]
    naive = ("naive loop, first run", rows[0][1], "", f"{naive_seconds:.1f}", "", "", "1.00", "", "")
    return Table(
        title="Ingest",
        note=f"`lectern ingest` from process start to process end, Postgres included; {_name(options)}; "
        f"median of {options.repeats}. The naive loop embeds and inserts one section at a time, and does less. "
        "The memory is the command's own at most; Postgres comes on top.",
        columns=_COLUMNS,
        rows=(*rows, naive),
    )


def _repeat(docs: Path) -> tuple[tuple[WatchedIngest, ...], float]:
    with fresh_lectern() as lectern:
        first, unchanged = _watch(lectern, docs), _watch(lectern, docs)
        page = next(file.path for file in find_files(docs)[0] if b" the " in file.path.read_bytes())
        text = page.read_bytes()
        page.write_bytes(text.replace(b" the ", b" zebra ", 1))
        changed = _watch(lectern, docs)
        page.write_bytes(text)
        return (first, unchanged, changed), _time_naive_loop(docs, lectern)


def _watch(lectern: Lectern, docs: Path) -> WatchedIngest:
    return watch_ingest(lectern, docs, on_line=lambda _: None)


def _time_naive_loop(docs: Path, lectern: Lectern) -> float:
    started = time.monotonic()
    subprocess.run([sys.executable, "-m", "benchmarks.naive_ingest", docs, lectern.data_dir], check=True)
    return time.monotonic() - started


def _row(
    run: tuple[str, str], watched: Sequence[WatchedIngest], *, first_seconds: float, naive_seconds: float
) -> tuple[str, ...]:
    name, goal = run
    seconds = median(one.ingested.seconds for one in watched)
    pages = watched[0].ingested.pages_total
    return (
        name,
        f"{pages:,}",
        f"{watched[0].ingested.windows_embedded:,}",
        f"{seconds:.1f}",
        f"{pages / seconds:,.0f}",
        f"{seconds / first_seconds:.2f}",
        f"{seconds / naive_seconds:.2f}",
        f"{max(one.peaks.command for one in watched) / 1e6:.0f}",
        goal,
    )


def _name(options: Options) -> str:
    trees = ", ".join(f"`{tree.name}`" for tree in options.docs)
    return f"the pages of {trees}" if trees else f"{options.pages} generated pages"


def run(options: Options) -> None:
    show(measure(options))


if __name__ == "__main__":
    print(describe_machine())
    run(read_options())
