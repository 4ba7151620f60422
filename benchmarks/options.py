"""What can be asked of a benchmark, on the command line."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    names: tuple[str, ...] = ()
    """Which benchmarks; none is all but `scale`."""
    docs: tuple[Path, ...] = ()
    """Trees of real pages; none: generated ones."""
    pages: int = 500
    repeats: int = 3
    questions: int = 200
    departures: int = 50
    corpora: tuple[Path, ...] = ()
    """Folders with `docs/` and `questions.jsonl`."""
    sections: int = 100_000
    """What `scale` grows the pages to; it compares with a tenth of it."""
    data_dir: Path | None = None
    """Where `scale` keeps what it ingested, to measure again; the installation that `bad_input` asks."""


def read_options(arguments: Sequence[str] | None = None, *, names: Sequence[str] = ()) -> Options:
    """The command line's options; `names` are the benchmarks to choose from, where there is a choice."""
    default = Options()
    parser = argparse.ArgumentParser(
        description="Measures Lectern. LECTERN_… in the environment applies, the database excepted."
    )
    if names:
        parser.add_argument(
            "names", nargs="*", metavar="NAME", help=f"any of {', '.join(names)}; none: all but scale"
        )
    parser.add_argument(
        "--docs",
        type=Path,
        action="append",
        default=[],
        help="a tree of Markdown instead of generated pages; may be given more than once",
    )
    parser.add_argument("--pages", type=int, default=default.pages, help="pages to generate  [%(default)s]")
    parser.add_argument("--repeats", type=int, default=default.repeats, help="runs per median  [%(default)s]")
    parser.add_argument("--questions", type=int, default=default.questions, help="[%(default)s]")
    parser.add_argument("--departures", type=int, default=default.departures, help="[%(default)s]")
    parser.add_argument(
        "--corpus",
        type=Path,
        action="append",
        default=[],
        help="a folder with docs/ and questions.jsonl; may be given more than once",
    )
    parser.add_argument(
        "--sections", type=int, default=default.sections, help="what `scale` grows the pages to  [%(default)s]"
    )
    parser.add_argument(
        "--data-dir",
        type=Path,
        help="where `scale` keeps what it ingested, or finds it; what `bad_input` asks  [nowhere]",
    )
    given = vars(parser.parse_args(arguments))
    asked = tuple(given.pop("names", ()))
    if unknown := [name for name in asked if name not in names]:
        parser.error(f"unknown benchmark {unknown[0]!r}: choose from {', '.join(names)}")
    return Options(names=asked, corpora=tuple(given.pop("corpus")), docs=tuple(given.pop("docs")), **given)
