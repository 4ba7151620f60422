"""How long `lectern up` takes to listen when the pages are published already.

python -m benchmarks.start_up
"""

import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.command import Lectern, ingested
from benchmarks.options import Options, read_options
from benchmarks.pages import docs_tree
from benchmarks.tables import Table, describe_machine, percentile, show


def measure(lectern: Lectern, docs: Path, *, repeats: int) -> Table:
    """Needs `docs` ingested."""
    seconds = list(_start_up(lectern, docs, repeats))
    cells = (f"{percentile(seconds, share):.2f}" for share in (0, 0.5, 1))
    return Table(
        title="Start-up",
        note="`lectern up DOCS` with nothing changed: from process start to `Lectern answers at`, the start of "
        "the embedded Postgres included.",
        columns=("starts", "shortest s", "median s", "longest s", "goal"),
        rows=((str(repeats), *cells, "< 3"),),
    )


def _start_up(lectern: Lectern, docs: Path, repeats: int) -> Iterator[float]:
    for _ in range(repeats):
        started = time.monotonic()
        with lectern.listening("up", str(docs)):
            yield time.monotonic() - started


def run(options: Options) -> None:
    with docs_tree(options.docs, pages=options.pages) as docs, ingested(docs) as lectern:
        show(measure(lectern, docs, repeats=options.repeats))


if __name__ == "__main__":
    print(describe_machine())
    run(read_options())
