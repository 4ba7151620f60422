"""Plain text → its paragraphs, as one section."""

import re
from pathlib import PurePosixPath
from typing import Final

from server.documents.decoding import decode
from server.documents.document import Document, Source
from server.documents.markdown_lines import MarkdownLines, escaped

# Text files that are read by programs, or that say what is elsewhere.
_NO_PAGE: Final = re.compile(
    r"(?:robots|(?:\w+[-_.])?requirements.*|(?:dev|test)?[-_]?constraints.*|llms.*|cmakelists|licen[cs]e.*|notice"
    r"|humans|security|ads|manifest|top_level|entry_points|version)\.txt",
    re.IGNORECASE,
)
_BLANK_LINES: Final = re.compile(r"\n(?:[ \t\f\v]*\n)+")
_LAID_OUT: Final = re.compile(r"^(?:\t| {4})", re.MULTILINE)


def is_page(name: PurePosixPath, head: bytes) -> bool:
    """Whether a `.txt` is meant to be read by people, by its name."""
    del head
    return not _NO_PAGE.fullmatch(name.name)


def parse(source: Source) -> Document:
    """Raises `DocumentUnreadable` for what is no text. Marks that Markdown knows stay characters."""
    lines = MarkdownLines()
    for block in _BLANK_LINES.split(decode(source.content)):
        if _LAID_OUT.search(block):  # a table, a listing: its spaces are meant
            lines.code(block, language="text")
        else:
            lines.paragraph(escaped(block))
    return lines.document(title=None, meta={})
