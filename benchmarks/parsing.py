"""How fast files become sections, on one core, without a database or an embedder.

python -m benchmarks.parsing --docs PATH
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Final

from markdown_it import MarkdownIt

from benchmarks.options import Options, read_options
from benchmarks.pages import docs_tree
from benchmarks.tables import Table, describe_machine, show
from server.errors import DocumentUnreadable
from server.ingest.corpus import open_folder
from server.ingest.parsing import PageParser, PageRecipe
from server.ingest.sources import SourceFile
from server.settings import Settings

_COLUMNS: Final = ("files", "pages", "MB", "pages/s", "MB/s", "of markdown-it-py's time", "goal")


def measure(options: Options) -> Table:
    """Each tree for itself, because dialects differ."""
    trees = [(tree.parent.name, [tree]) for tree in options.docs] or [("generated", [])]
    return Table(
        title="Parsing and splitting",
        note="From bytes to sections with titles, anchors, token counts and fingerprints, on one core; median of "
        f"{options.repeats}. markdown-it-py renders the same files to HTML with tables enabled.",
        columns=_COLUMNS,
        rows=tuple(_row(name, tree, options) for name, tree in trees),
    )


def _row(name: str, tree: Sequence[Path], options: Options) -> tuple[str, ...]:
    with docs_tree(tree, pages=options.pages) as docs:
        settings = Settings()
        corpus = open_folder(docs, settings)
        contents = [(file, file.path.read_bytes()) for file in corpus.files]
        parser = PageParser(PageRecipe.of(settings, corpus.profile), corpus)
        markdown = MarkdownIt("commonmark").enable("table")
        seconds = _time(lambda file, content: _parse(parser, file, content), contents, options.repeats)
        peer = _time(
            lambda _, content: markdown.render(content.decode(errors="replace")), contents, options.repeats
        )
    size = sum(len(content) for _, content in contents) / 1e6
    return (
        f"`{name}`",
        f"{len(contents):,}",
        f"{size:.1f}",
        f"{len(contents) / seconds:,.0f}",
        f"{size / seconds:.1f}",
        f"{seconds / peer:.2f}",
        "≥ 300 pages/s (Markdown)",
    )


def _parse(parser: PageParser, file: SourceFile, content: bytes) -> None:
    try:
        parser.parse(file, content)
    except DocumentUnreadable:
        return


def _time(
    work: Callable[[SourceFile, bytes], object], contents: Sequence[tuple[SourceFile, bytes]], repeats: int
) -> float:
    work(*contents[0])  # what is loaded once is not counted
    seconds = []
    for _ in range(repeats):
        started = time.process_time()
        for file, content in contents:
            work(file, content)
        seconds.append(time.process_time() - started)
    return median(seconds)


def run(options: Options) -> None:
    show(measure(options))


if __name__ == "__main__":
    print(describe_machine())
    run(read_options())
