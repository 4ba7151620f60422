"""How long `lectern ingest` takes: a first run, one with nothing changed, one with one page changed.

python -m benchmarks.ingest_speed --docs PATH
"""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.command import Ingested, Lectern, fresh_lectern
from benchmarks.options import Options, read_options
from benchmarks.pages import docs_tree
from benchmarks.tables import Table, describe_machine, show
from server.ingest.sources import find_files

_COLUMNS = ("run", "pages", "windows", "seconds", "pages/s", "windows/s", "of the naive loop", "goal")
_RUNS = (
    ("first run", "< 30 s for 500 pages"),
    ("nothing changed", "< 2 s for 500 pages"),
    ("one page changed", ""),
)


def measure(options: Options) -> Table:
    """Whole commands, from process start to process end, the embedded Postgres' start and stop included."""
    with docs_tree(options.docs, pages=options.pages) as docs:
        repeats = [_repeat(docs) for _ in range(options.repeats)]
    naive_seconds = median(naive for _, naive in repeats)
    by_run = zip(*(ingested for ingested, _ in repeats), strict=True)
    rows = [_row(run, list(ingested), naive_seconds) for run, ingested in zip(_RUNS, by_run, strict=True)]
    naive = ("naive loop, first run", rows[0][1], "", f"{naive_seconds:.1f}", "", "", "1.00", "")
    return Table(
        title="Ingest",
        note=f"`lectern ingest` from process start to process end, Postgres included; {_name(options)}; "
        f"median of {options.repeats}. The naive loop embeds and inserts one section at a time, and does less.",
        columns=_COLUMNS,
        rows=(*rows, naive),
    )


def _repeat(docs: Path) -> tuple[tuple[Ingested, ...], float]:
    with fresh_lectern() as lectern:
        first, unchanged = lectern.ingest(docs), lectern.ingest(docs)
        page = find_files(docs)[0][0].path
        text = page.read_bytes()
        page.write_bytes(text + b"\n\n## One more section\n\nIt was not here before, and now it is.\n")
        changed = lectern.ingest(docs)
        page.write_bytes(text)
        return (first, unchanged, changed), _time_naive_loop(docs, lectern)


def _time_naive_loop(docs: Path, lectern: Lectern) -> float:
    started = time.monotonic()
    subprocess.run([sys.executable, "-m", "benchmarks.naive_ingest", docs, lectern.data_dir], check=True)
    return time.monotonic() - started


def _row(run: tuple[str, str], ingested: Sequence[Ingested], naive_seconds: float) -> tuple[str, ...]:
    name, goal = run
    seconds = median(one.seconds for one in ingested)
    pages, windows = ingested[0].pages_total, ingested[0].windows_embedded
    return (
        name,
        f"{pages:,}",
        f"{windows:,}",
        f"{seconds:.1f}",
        f"{pages / seconds:,.0f}",
        f"{windows / seconds:,.0f}",
        f"{seconds / naive_seconds:.2f}",
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
