"""What every format is read into: lines of Markdown, and what a splitter has to know about them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from server.documents.sites.profiles import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file or web page as it was read, with what its parser may ask for."""

    name: PurePosixPath
    """Relative to the folder that is ingested; of a web page, the path of its address."""
    content: bytes
    profile: Profile
    read_file: Callable[[PurePosixPath], bytes]
    """Another file by its place relative to the folder, `../` allowed inside the project.

    Raises `DocumentUnreadable` when it is missing, too large, or outside.
    """
    content_selector: str = ""
    """Which part of a web page is its text, as in the setting; `""`: found out."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A stretch of a document that could not be understood: its text is kept as it stands, or named as missing."""

    line: int | None
    """1-based, in the file; `None` where the format has no lines."""
    reason: str
    """A clause that goes on from the file's name and line, with what to do: `<Tabs> is never closed: …`."""


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    text: str
    """Plain, without Markdown and without its explicit id."""
    slug: str | None
    start: int
    """First line, 0-based; `end` is the line after the last. So for every block."""
    end: int


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A fenced code block, at any depth, with its fences."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Omission:
    """Lines that tell a reader nothing: front matter, ESM statements, the anchor above a heading."""

    start: int
    end: int


Block = Heading | CodeBlock | Omission


@dataclass(frozen=True, slots=True)
class Document:
    title: str | None
    """What it calls itself: from its metadata, else its first level-1 heading."""
    meta: dict[str, Any]
    """Front matter and its like without `title`; JSON-compatible."""
    lines: tuple[str, ...]
    """Markdown, whatever the format was."""
    blocks: tuple[Block, ...]
    """In order, never overlapping; the lines in none of them are prose."""
    problems: tuple[Problem, ...] = ()
    url: str | None = None
    """The address it gives as its own (`<link rel=canonical>`), absolute or relative to the site's root."""
