"""What other formats say, written down as Markdown whose headings and code blocks are known."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from typing import Any, Final

from server.documents.document import Block, CodeBlock, Document, Heading, Problem
from server.documents.front_matter import storable

# Only what would be a mark is escaped: a keyword index reads `a\_b` as other words than `a_b`.
_MARK: Final = re.compile(
    r"\\(?=[!-/:-@\[-`{-~]|$)|`|(?<!\s)\*|\*(?!\s|$)|(?<!\w)_++|(?<!_)_++(?!\w)|~~++"
    r"|\[(?=\^)|\](?=[(\[:]|$)|<(?=[A-Za-z/!?]|$)|&(?=\#?\w{1,32};)|\{(?=:?[ \t]*+[\#.:]|/?\*)",
    re.MULTILINE,
)
_LINE_MARK: Final = re.compile(
    r"^([ \t]*+)(?=\#{1,6}(?:[ \t]|$)|[-+*](?:[ \t]|$)|>|\||:::|!!!|\?\?\?|///|<<<"
    r"|=|--[ \t]*$|[|:+=*_\- \t]{3,}+$)",
    re.MULTILINE,
)
_BACKTICKS: Final = re.compile(r"`+")
_MARGIN_MAX_CHARS: Final = 40  # A guess: deeper lists are written as deep as this, or their margins grow squared.
_TITLE_MAX_CHARS: Final = 300  # it stands before every window of the page


def escaped(text: str) -> str:
    """Text that Markdown reads as that text."""
    marked = _MARK.sub(lambda mark: "".join("\\" + char for char in mark[0]), text)
    return _LINE_MARK.sub(r"\1\\", marked)


def code_span(code: str) -> str:
    """Code in backticks, on one line; nothing for nothing."""
    code = " ".join(code.split())
    if not code:
        return ""
    fence = "`" * (1 + max((len(run) for run in _BACKTICKS.findall(code)), default=0))
    pad = " " if code.startswith("`") or code.endswith("`") else ""
    return f"{fence}{pad}{code}{pad}{fence}"


def with_newlines(text: str) -> str:
    """Storable text whose lines end as everywhere here; strings in JSON and YAML may end them otherwise."""
    return storable(text).replace("\r\n", "\n").replace("\r", "\n")


def one_line(text: str) -> str:
    return " ".join(text.split())


class MarkdownLines:
    """Takes a document's pieces in order and keeps a blank line between them."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.blocks: list[Block] = []
        self.chars = 0
        """About how much was added so far."""
        self._margin = ""
        self._marker: str | None = None

    def heading(self, level: int, text: str, slug: str | None) -> None:
        """`text` is plain; a heading without any is none."""
        text = storable(one_line(text))
        if not text:
            return
        start = self._open()
        self.lines.append(f"{'#' * min(level, 6)} {escaped(text)}")
        self.blocks.append(Heading(level, text, slug or None, start, start + 1))

    def paragraph(self, markdown: str) -> None:
        """Lines of Markdown without headings or code blocks."""
        lines = [line.strip() for line in with_newlines(markdown).split("\n")]
        if any(lines):
            self._add([line for line in lines if line])

    def code(self, code: str, *, language: str = "", title: str = "") -> None:
        code = with_newlines(code).strip("\n").rstrip()
        if not code:
            return
        fence = "`" * max(3, 1 + max((len(run) for run in _BACKTICKS.findall(code)), default=0))
        info = one_line(language).replace("`", "").replace(" ", "-")
        shown_title = one_line(storable(title)).replace('"', "'").replace("`", "'")
        opening = fence + info + (f' title="{shown_title}"' if shown_title else "")
        start = self._add([opening, *code.split("\n"), fence])
        self.blocks.append(CodeBlock(start, len(self.lines)))

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Rows of cells of Markdown, the header first; nothing without a second row."""
        width = max((len(row) for row in rows), default=0)
        if len(rows) < 2 or not width:
            return
        shown = [_row(row, width) for row in rows]
        self._add([shown[0], "|" + " --- |" * width, *shown[1:]])

    def verbatim(self, lines: Sequence[str], blocks: Sequence[Block]) -> None:
        """Markdown that was parsed already: `blocks` are its own, counted from its first line."""
        blank_count = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
        start = self._open() - blank_count
        self.lines += [storable(line) for line in lines[blank_count:]]
        for block in blocks:
            moved: dict[str, int] = {"start": block.start + start, "end": block.end + start}
            match block:
                case Heading():
                    self.blocks.append(Heading(block.level, block.text, block.slug, **moved))
                case _:
                    self.blocks.append(type(block)(**moved))

    @contextmanager
    def indented(self, marker: str, margin: str) -> Iterator[None]:
        """What is added meanwhile stands behind the marker, its later lines behind the margin."""
        outer = self._margin
        if len(outer) + len(margin) > _MARGIN_MAX_CHARS:
            margin = ""
        self._marker = (outer if self._marker is None else self._marker) + marker
        self._margin = outer + margin
        yield
        self._margin = outer
        self._marker = None

    def document(
        self, *, title: str | None, meta: Mapping[str, Any], problems: Sequence[Problem] = ()
    ) -> Document:
        shown = one_line(storable(title))[:_TITLE_MAX_CHARS] if title else None
        return Document(shown or None, dict(meta), tuple(self.lines), tuple(self.blocks), tuple(problems))

    def _open(self) -> int:
        """The number of the next line, after a blank one."""
        if self.lines and self.lines[-1].strip():
            self.lines.append("")
        return len(self.lines)

    def _add(self, lines: Sequence[str]) -> int:
        start = self._open()
        for line in lines:
            prefix = self._margin if self._marker is None else self._marker
            self._marker = None
            self.lines.append((prefix + line).rstrip() if not line else prefix + line)
            self.chars += len(line)
        return start


def _row(cells: Sequence[str], width: int) -> str:
    shown = (one_line(storable(cell)).replace("|", r"\|") for cell in cells)
    return "| " + " | ".join(cell for cell, _ in zip_longest(shown, range(width), fillvalue="")) + " |"
