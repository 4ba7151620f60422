"""`lectern ingest` with its phases and its memory."""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.command import Ingested, Lectern, read_ingested
from benchmarks.memory import Peaks, watching_memory


@dataclass(frozen=True, slots=True)
class WatchedIngest:
    ingested: Ingested
    phase_seconds: Mapping[str, float]
    """By the phase's name as the command prints it."""
    peaks: Peaks


def watch_ingest(lectern: Lectern, docs: Path, *, on_line: Callable[[str], None]) -> WatchedIngest:
    """Passes on each line that the command prints on its way: a phase that is over, a page that failed."""
    started = time.monotonic()
    with lectern.ingesting(docs) as process, watching_memory(process.pid, data_dir=lectern.data_dir) as peaks:
        assert process.stdout is not None
        assert process.stderr is not None
        phase_seconds = _follow(process.stderr, on_line)
        said = process.stdout.read()
    return WatchedIngest(read_ingested(said, seconds=time.monotonic() - started), phase_seconds, peaks)


def _follow(lines: Iterable[str], on_line: Callable[[str], None]) -> dict[str, float]:
    phase_seconds = {}
    for line in map(str.strip, lines):
        on_line(line)
        if found := re.fullmatch(r"(\w+): .* in ([\d.]+) s", line):
            phase_seconds[found[1]] = float(found[2])
    return phase_seconds
