"""Writes lines of Markdown, each where it belongs once the components around it are gone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from server.documents.dialects.lines import LEAD, TAB_COLUMNS, indentation, is_blank, without_indentation

_MARKERS_ONLY = re.compile(LEAD)
_MARKER_CHARS = re.compile(r"[^>\s]")
_BASE_MAX_CHARS = 200  # A guess; lines of real pages start nowhere near.
_QUOTE_MARKS = re.compile(r"(?:> ?)+")
_LINE_BREAK = re.compile(r"\s*\n\s*")


@dataclass(slots=True)
class _Frame:
    """A component on lines of its own."""

    base: str
    """What its lines start with."""
    indent: int | None = None
    """Of its first line of content, in the source."""


class Writer:
    """Text in source order → lines. Content of a component moves left to where the component itself stood."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._line: list[str] | None = None
        self._prefix: str | None = None
        """What the current line starts with, once that is known."""
        self._lead = ""
        self._frames: list[_Frame] = []
        self._joining = 0
        self._bullet: list[str] | None = None
        """The current line while it holds nothing but a bullet of ours."""

    # What a page says

    def text(self, text: str) -> None:
        """Markdown with the line ends and indentation of the source."""
        if self._joining:
            self.words(_LINE_BREAK.sub(" ", text))
            return
        first, *rest = text.split("\n")
        self._append(first)
        for part in rest:
            if self._bullet is not None and self._bullet is self._line:
                part = part.lstrip(" \t")  # an item's text may begin on the next line
            else:
                self.end_line()
            self._append(part)

    def words(self, text: str) -> None:
        """Text without line ends."""
        if self._line is None:
            text = text.lstrip()
            if not text:
                return
            self._line = [self._place()]
        self._bullet = None
        self._line.append(text)

    def code(self, lines: Sequence[str], *, is_generated: bool = False) -> None:
        """Lines of a code block; the first one's indentation, in the source, is that of the block."""
        if is_generated or self._joining:
            self.end_block()
        elif self._line is not None:
            self.end_line()
        columns = 0 if is_generated else indentation(lines[0])
        if not is_generated:
            self._lead = lines[0][: len(lines[0]) - len(lines[0].lstrip(" \t"))]
            self._prefix = None
        prefix = self._place()
        for line in lines:
            moved = without_indentation(line, columns)
            self.lines.append(prefix + moved if moved else prefix.rstrip())
        self._prefix = None if not is_generated else prefix
        self._lead = ""
        if is_generated:
            self.blank()

    def own_line(self, text: str) -> None:
        """A paragraph of one line."""
        self.end_block()
        if not is_blank(text):
            self.words(text)
            self.end_block()

    # Where it stands

    def end_line(self) -> None:
        if self._line is None:
            self.blank()
        else:
            line = "".join(self._line)
            breaks = self._line[-1].endswith("  ") and not is_blank(line)
            self.lines.append(line.rstrip() + "  " if breaks else line.rstrip())
            self._line = None
        self._prefix = None
        self._lead = ""

    def end_line_if_begun(self) -> None:
        if self._line is not None and not self._joining:
            self.end_line()

    def end_block(self) -> None:
        """What follows is another paragraph, at the same place; bullets wait for their text."""
        if self._joining:
            self.words(" ")
            return
        if self._line is not None:
            line = "".join(self._line)
            markers = _MARKERS_ONLY.match(line)
            if markers and markers.end() == len(line) and len(self._line) <= 2:
                return
            self.lines.append(line.rstrip())
            self._line = None
            self._prefix = _MARKER_CHARS.sub(" ", markers[0]) if markers else ""
        self.blank()

    def blank(self) -> None:
        quoted = self._prefix.rstrip() if self._prefix and ">" in self._prefix else ""
        if self.lines and (not is_blank(self.lines[-1].replace(">", " ")) or (self.lines[-1] and not quoted)):
            self.lines.append(quoted)

    def open_block(self) -> None:
        self.end_block()
        place = self._place()
        if self._line is not None:
            markers = _MARKERS_ONLY.match("".join(self._line))
            place = _MARKER_CHARS.sub(" ", markers[0]) if markers else place
        self._frames.append(_Frame(place[:_BASE_MAX_CHARS]))

    def close_block(self) -> None:
        if not self._frames:
            return
        frame = self._frames.pop()
        if not self._joining:
            self.end_block()
            if self._line is None:
                self._prefix = frame.base

    def item(self, bullet: str, is_first: bool) -> None:
        """A list item, to be closed as a block."""
        self.end_block()
        if self._joining:
            self._frames.append(_Frame(""))
            return
        if not is_first and self.lines and self.lines[-1] == "" and self._line is None:
            self.lines.pop()
        if self._line is None:
            self._line = [self._place()]
        self._line.append(bullet)
        self._bullet = self._line
        self._frames.append(_Frame(_MARKER_CHARS.sub(" ", "".join(self._line))[:_BASE_MAX_CHARS]))

    def squeeze(self) -> None:
        """One space where the current line has many."""
        if self._line is not None:
            prefix, *rest = self._line
            self._line = [prefix, " ".join("".join(rest).split())]

    def join(self) -> None:
        """Until `unjoin`, line ends are spaces."""
        self._joining += 1

    def unjoin(self) -> None:
        self._joining -= 1

    def _append(self, part: str) -> None:
        if self._line is None:
            stripped = part.lstrip(" \t")
            if self._prefix is None:
                self._lead += part[: len(part) - len(stripped)]
            if not stripped:
                return
            if self._frames and ">" in self._frames[-1].base:
                stripped = _QUOTE_MARKS.sub("", stripped)
            self._line = [self._place()]
            part = stripped
        if part:
            self._bullet = None
            self._line.append(part)

    def _place(self) -> str:
        """What the current line starts with, which the line's indentation in the source decides."""
        if self._prefix is None:
            self._prefix = self._lead
            if self._frames:
                frame = self._frames[-1]
                columns = len(self._lead.expandtabs(TAB_COLUMNS))
                if frame.indent is None:
                    frame.indent = columns
                self._prefix = frame.base + " " * max(0, columns - frame.indent)
        return self._prefix

    # Marks around what is being written

    @property
    def current(self) -> str:
        """The beginning of the current line."""
        return "".join(self._line[:3]) if self._line else ""

    def mark(self) -> tuple[int, int]:
        """A place in the current line, for `wrap`."""
        if self._line is None:
            self._line = [self._place()]
        self._line.append("")
        return len(self.lines), len(self._line) - 1

    def since(self, mark: tuple[int, int], *, most: int = 40) -> str | None:
        """What was written since; `None` when that is another line, or in more than `most` pieces."""
        line, piece = mark
        if self._line is None or line != len(self.lines) or len(self._line) - piece > most + 1:
            return None
        return "".join(self._line[piece + 1 :])

    def wrap(self, mark: tuple[int, int], before: str, after: str) -> None:
        if self._line is not None and mark[0] == len(self.lines):
            self._line[mark[1]] = before
            self._line.append(after)

    def replace(self, mark: tuple[int, int], text: str) -> None:
        if self._line is not None and mark[0] == len(self.lines):
            self._line[mark[1] :] = [text]
