"""Figures as Markdown."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    """How it was measured; stands under the title."""

    def markdown(self) -> str:
        """The first column is words and stands left, the others are figures and stand right."""
        rule = ("---", *("---:" for _ in self.columns[1:]))
        lines = [f"| {' | '.join(cells)} |" for cells in (self.columns, rule, *self.rows)]
        note = f"{self.note}\n\n" if self.note else ""
        return f"### {self.title}\n\n{note}" + "\n".join(lines) + "\n"


def show(*tables: Table) -> None:
    for table in tables:
        print(table.markdown(), flush=True)


def describe_machine() -> str:
    """One sentence: what the figures were measured on, and how busy it was."""
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return (
        f"Lectern {version('lectern')}, Python {platform.python_version()}, {platform.system()} "
        f"{platform.machine()}, {os.cpu_count()} cores shared by everything below; load {load} at the start."
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: the smallest value that at least `share` (0…1) of all do not exceed."""
    ordered = sorted(values)
    rank = -int(-share * len(ordered) // 1)  # rounded up
    return ordered[max(rank, 1) - 1]


def spread(seconds: Sequence[float]) -> tuple[str, ...]:
    """Median, 90th and 99th percentile in milliseconds, as cells."""
    return tuple(f"{1000 * percentile(seconds, share):.1f}" for share in (0.5, 0.9, 0.99))


SPREAD_COLUMNS = ("median ms", "p90 ms", "p99 ms")
