"""A page's lines while its dialects are read, and which of them are code or a comment."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from server.documents.document import Problem


class Line(NamedTuple):
    text: str
    number: int
    """1-based, in the page's file; of an included line, where its include stands."""
    code: int = 0
    """`CODE_BEGINS` or `CODE_GOES_ON`, once it is known which lines are code."""


CODE_BEGINS = 1
CODE_GOES_ON = 2


_MAX_PROBLEMS = 100  # A guess: a page with more is broken as a whole, and the rest says nothing new.


class Problems:
    """What is reported about one page, each thing once, and not without end."""

    def __init__(self) -> None:
        self._found: dict[Problem, None] = {}

    def add(self, line: int | None, reason: str) -> None:
        if len(self._found) < _MAX_PROBLEMS:
            self._found[Problem(line, reason)] = None
        elif len(self._found) == _MAX_PROBLEMS:
            self._found[Problem(line, "has more problems than are listed: mend these first.")] = None

    def in_order(self) -> tuple[Problem, ...]:
        return tuple(sorted(self._found, key=lambda problem: problem.line or 0))


TAB_COLUMNS = 4
# What may stand before a block on its line: quote marks, bullets, numbers.
LEAD = r"(?:[ \t]*+(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t])))*+[ \t]*+"
FENCE = re.compile(rf"(?P<lead>{LEAD})(?P<marks>`{{3,}}+|~{{3,}}+)(?P<info>.*)", re.DOTALL)
_MARKER = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?: +|$)")


def indentation(text: str) -> int:
    """In columns."""
    if not text.startswith((" ", "\t")):
        return 0
    space = text[: len(text) - len(text.lstrip(" \t"))]
    return len(space.expandtabs(TAB_COLUMNS))


def without_indentation(text: str, columns: int) -> str:
    """A line that starts up to so many columns further left."""
    position = column = 0
    while column < columns and position < len(text) and text[position] in " \t":
        column += TAB_COLUMNS - column % TAB_COLUMNS if text[position] == "\t" else 1
        position += 1
    return " " * max(0, column - columns) + text[position:]


def is_blank(text: str) -> bool:
    return not text or text.isspace()


class CodeLines:
    """Tells of one line after another whether it is code (fences and all), or a comment if those are wanted."""

    def __init__(self, *, has_indented_code: bool, with_comments: bool = False) -> None:
        self._has_indented_code = has_indented_code
        self._with_comments = with_comments
        self._fence: re.Match[str] | None = None
        self._fence_mark = ""
        self._is_quoted = False
        self._comment_end: str | None = None
        self._is_comment = False
        self._offsets: list[int] = []
        self._may_start = True
        self._is_indented = False

    @property
    def is_in_comment(self) -> bool:
        return self._is_comment

    @property
    def is_in_fence(self) -> bool:
        return self._fence is not None

    def leave_fence(self) -> None:
        self._fence = None

    def takes(self, text: str) -> bool:
        if self._fence is not None:
            if self._fence_mark not in text:
                if not self._is_quoted or text.lstrip(" \t").startswith(">"):
                    return True
            elif closes_fence(text, self._fence["marks"]):
                self._fence = None
                self._may_start = True
                return True
            elif not self._is_quoted or text.lstrip(" \t").startswith(">"):
                return True
            self._fence = None
        if self._comment_end is not None:
            if self._comment_end in text:
                self._comment_end = None
            return True
        self._is_comment = False
        if self._has_indented_code and self._is_indented_code(text):
            return True
        return self._opens_fence(text) or (self._with_comments and self._opens_comment(text))

    def _opens_fence(self, text: str) -> bool:
        if "```" not in text and "~~~" not in text:
            return False
        self._fence = open_fence(text)
        if self._fence is None:
            return False
        self._fence_mark = self._fence["marks"][:3]
        self._is_quoted = ">" in self._fence["lead"]
        return True

    def _opens_comment(self, text: str) -> bool:
        stripped = text.lstrip(" \t>")
        for opening, closing in (("<!--", "-->"), ("{/*", "*/}")):
            if stripped.startswith(opening):
                if closing not in stripped:
                    self._comment_end = closing
                self._is_comment = True
                return True
        return False

    def excess(self, text: str) -> int:
        """How many columns a line of indented code, or a fence as far right, starts too far; 0 for other lines."""
        is_indented = self._is_indented_code(text)
        columns = indentation(text) - (self._offsets[-1] if self._offsets else 0)
        is_far_fence = columns >= TAB_COLUMNS and text.lstrip(" \t").startswith(("```", "~~~"))
        return columns if is_indented or is_far_fence else 0

    def _is_indented_code(self, text: str) -> bool:
        if is_blank(text):
            self._may_start = True
            return False
        columns = indentation(text)
        if self._may_start:
            self._leave_lists(columns)
        base = self._offsets[-1] if self._offsets else 0
        self._is_indented = columns - base >= TAB_COLUMNS and (self._may_start or self._is_indented)
        self._may_start = text.startswith("#")
        if self._is_indented:
            return True
        self._enter_lists(text, columns)
        return False

    def _leave_lists(self, columns: int) -> None:
        while self._offsets and columns < self._offsets[-1]:
            self._offsets.pop()

    def _enter_lists(self, text: str, columns: int) -> None:
        rest = text.lstrip(" \t")
        while marker := _MARKER.match(rest):
            self._leave_lists(columns)
            width = len(marker[0]) if len(marker[0].lstrip("-*+.)0123456789")) < 5 else len(marker[0].rstrip()) + 1
            columns += max(width, 2)
            self._offsets.append(columns)
            rest = rest[len(marker[0]) :]


def without_indented_code(lines: Sequence[str]) -> list[str]:
    """Lines of a dialect that knows no indented code, moved left where plain Markdown would see some."""
    lists = CodeLines(has_indented_code=True)
    marks = ""
    moved: list[str] = []
    shift = fence_columns = 0
    for line in lines:
        if marks and closes_fence(line, marks):
            moved.append(without_indentation(line, max(shift, indentation(line) - fence_columns)))
            marks = ""
            continue
        if not marks:
            excess = lists.excess(line)
            shift = min(excess, shift or excess)
            fence = open_fence(line) if "```" in line or "~~~" in line else None
            marks = fence["marks"] if fence else ""
            fence_columns = indentation(line) - shift
        moved.append(without_indentation(line, shift) if shift else line)
    return moved


def open_fence(text: str) -> re.Match[str] | None:
    """The fence that a line opens, with its `lead`, `marks` and `info`."""
    fence = FENCE.match(text)
    return None if fence is None or (fence["marks"][0] == "`" and "`" in fence["info"]) else fence


def closes_fence(text: str, marks: str) -> bool:
    bare = text.strip(" \t>")
    return len(bare) >= len(marks) and bare == marks[0] * len(bare)


def numbered(texts: Iterable[str], *, first: int) -> list[Line]:
    return [Line(text, number) for number, text in enumerate(texts, first)]
