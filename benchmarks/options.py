"""What can be asked of a benchmark, on the command line."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    names: tuple[str, ...] = ()
    """Which benchmarks; none is all."""
    docs: Path | None = None
    """A tree of real pages; `None`: generated ones."""
    pages: int = 500
    repeats: int = 3
    questions: int = 200
    departures: int = 50
    data_dir: Path | None = None
    """Of an installation that has been ingested; for benchmarks that only ask."""
    corpora: tuple[Path, ...] = ()
    """Folders with `docs/` and `questions.jsonl`."""


def read_options(arguments: Sequence[str] | None = None, *, names: Sequence[str] = ()) -> Options:
    """The command line's options; `names` are the benchmarks to choose from, where there is a choice."""
    default = Options()
    parser = argparse.ArgumentParser(
        description="Measures Lectern. LECTERN_… in the environment applies, the database excepted."
    )
    if names:
        parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(names)}; none: all")
    parser.add_argument("--docs", type=Path, help="a tree of Markdown instead of generated pages")
    parser.add_argument("--pages", type=int, default=default.pages, help="pages to generate  [%(default)s]")
    parser.add_argument("--repeats", type=int, default=default.repeats, help="runs per median  [%(default)s]")
    parser.add_argument("--questions", type=int, default=default.questions, help="[%(default)s]")
    parser.add_argument("--departures", type=int, default=default.departures, help="[%(default)s]")
    parser.add_argument("--data-dir", type=Path, help="an ingested installation's, for bad_input")
    parser.add_argument(
        "--corpus",
        type=Path,
        action="append",
        default=[],
        help="a folder with docs/ and questions.jsonl; may be given more than once",
    )
    given = vars(parser.parse_args(arguments))
    asked = tuple(given.pop("names", ()))
    if unknown := [name for name in asked if name not in names]:
        parser.error(f"unknown benchmark {unknown[0]!r}: choose from {', '.join(names)}")
    return Options(names=asked, corpora=tuple(given.pop("corpus")), **given)
