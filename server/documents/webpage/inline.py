"""Running text of a page as Markdown."""

import re
from typing import Final

# Only what Markdown, or a reader of Markdown like `plain_text`, would take for a mark is escaped.
_MARKS: Final = re.compile(
    r"\\(?=[!-/:-@\[-`{-~])|`|~~|\*(?=\S)|(?<=\S)\*|(?<!\w)_|_(?!\w)|<(?=[A-Za-z/!?])|&(?=#?\w{1,31};)"
    r"|\](?=[(\[:])|\[(?=\^)|\{(?=:?[ \t]*[#.:*/])"
)
_LINE_MARKS: Final = re.compile(
    r"(?:\#{1,6}(?=\s|$)|[-+*](?=\s|$)|>|\|(?!\|)|:::|!!!|\?\?\?|///|===|---|<<<|=+$|-+$|\[(?=[^\[\]]*\]:))"
)
_NUMBERED_START: Final = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_HREF_MAX_CHARS: Final = 1000  # a guess; `plain_text` tells links with longer targets from text no more
_UNSAFE_HREF: Final = re.compile(r"\s*(?:javascript|data|vbscript|blob):", re.IGNORECASE)
_HREF_ESCAPES: Final = {ord(char): f"%{ord(char):02X}" for char in ' \t\n\r()<>\\"`'}


class InlineText:
    """A paragraph as it comes: texts, code and links, with emphasis opened and closed around them."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._open: dict[str, int] = {}
        """Mark → the piece it begins at. A mark that is open already is not opened again."""

    def __bool__(self) -> bool:
        return any(piece and not piece.isspace() for piece in self._pieces)

    def add_text(self, text: str) -> None:
        self._pieces.append(_MARKS.sub(r"\\\g<0>", text))

    def add_markdown(self, markdown: str) -> None:
        self._pieces.append(markdown)

    def break_line(self) -> None:
        self._pieces.append("\n\n")

    def open(self, mark: str) -> bool:
        """Whether the mark is now open on this one's account."""
        if mark in self._open:
            return False
        self._open[mark] = len(self._pieces)
        return True

    def close(self, mark: str) -> str | None:
        """Takes out what was written since the mark was opened; `None` when it was taken from it before."""
        start = self._open.pop(mark, None)
        if start is None:
            return None
        inner = "".join(self._pieces[start:])
        del self._pieces[start:]
        return inner

    def take(self) -> list[str]:
        """The lines so far, without blanks around them; empties the paragraph, marks included."""
        # A line break stands as a blank line, which no other piece can hold once its blanks are one.
        lines = [" ".join(line.split()) for line in "".join(self._pieces).split("\n\n")] if self._pieces else []
        self._pieces.clear()
        self._open.clear()
        return [_escape_start(line) for line in lines if line]

    def add_wrapped(self, mark: str, inner: str) -> None:
        """`**` around what has letters; blanks at its ends go outside, where Markdown wants them."""
        stripped = inner.strip()
        if not stripped or "\n\n" in stripped:
            self._pieces.append(inner)
            return
        start = inner.index(stripped)
        self._pieces.append(f"{inner[:start]}{mark}{stripped}{mark}{inner[start + len(stripped) :]}")


def code_span(text: str) -> str:
    """`` `code` ``, with as many backticks as it takes."""
    code = " ".join(text.split())
    if not code:
        return ""
    longest = max((len(run) for run in re.findall("`+", code)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if code.startswith("`") or code.endswith("`") else ""
    return f"{fence}{pad}{code}{pad}{fence}"


def link(text: str, href: str) -> str:
    """`[text](href)`; the text alone where the target leads nowhere a reader may go."""
    inner, target = text.strip(), usable_href(href)
    if not inner or not target:
        return text
    start = text.index(inner)
    return f"{text[:start]}[{inner}]({target}){text[start + len(inner) :]}"


def usable_href(href: str) -> str:
    if not href.strip() or len(href) > _HREF_MAX_CHARS or _UNSAFE_HREF.match(href):
        return ""
    return href.strip().translate(_HREF_ESCAPES)


def escape_text(text: str) -> str:
    """Text of one line → Markdown that says just that."""
    return _MARKS.sub(r"\\\g<0>", text)


def _escape_start(line: str) -> str:
    if _LINE_MARKS.match(line):
        return f"\\{line}"
    return _NUMBERED_START.sub(r"\1\\\2", line, count=1) if line[0].isdigit() else line
