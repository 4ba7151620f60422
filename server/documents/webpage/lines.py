"""Blocks of Markdown → the lines of a document and what a splitter has to know about them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from server.documents.document import Block, CodeBlock, Heading
from server.documents.webpage.inline import escape_text

# Deeper lists and quotes are written as if they were this deep, so that margins do not outgrow the text.
_MAX_CONTAINERS: Final = 8
_BACKTICKS: Final = re.compile(r"^\s*(`{3,})", re.MULTILINE)


@dataclass(slots=True)
class Container:
    """A list item or a quote: what its first line and all others begin with."""

    first: str
    rest: str
    is_item: bool = False
    is_used: bool = False


class Lines:
    """Takes the blocks of a page in order."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.blocks: list[Block] = []
        self._containers: list[Container] = []
        self._depth = 0
        self._ends_in_item = False
        self._section: Heading | None = None
        self._to_reopen: Heading | None = None

    @property
    def is_contained(self) -> bool:
        return self._depth > 0

    @property
    def section(self) -> Heading | None:
        """The heading that what is added next stands under."""
        return self._to_reopen or self._section

    def open(self, container: Container) -> None:
        self._depth += 1
        if self._depth <= _MAX_CONTAINERS:
            self._containers.append(container)

    def close(self) -> None:
        if self._depth <= _MAX_CONTAINERS:
            self._containers.pop()
        self._depth -= 1

    def end_list(self) -> None:
        """A list that comes next begins behind a blank line."""
        if not self._depth:
            self._ends_in_item = False

    def add(self, block: Sequence[str]) -> None:
        """A paragraph or a table, line by line."""
        self._begin()
        self._write(block)

    def add_code(self, code: Sequence[str], info: str) -> None:
        self._begin()
        start = len(self.lines)
        fence = "`" * max(3, *(len(run) + 1 for run in _BACKTICKS.findall("\n".join(code))), 3)
        self._write([fence + info, *code, fence])
        self.blocks.append(CodeBlock(start, len(self.lines)))

    def add_heading(self, heading_level: int, text: str, slug: str | None) -> Heading:
        """Closes every section of its level and below; not for headings in lists and quotes."""
        self._to_reopen = None
        self._blank()
        start = len(self.lines)
        self.lines.append(f"{'#' * min(heading_level, 6)} {escape_text(text)}")
        heading = Heading(heading_level, text, slug, start, start + 1)
        self.blocks.append(heading)
        self._section = heading
        return heading

    def return_to(self, heading: Heading | None) -> None:
        """What is added next stands under an earlier heading again, as text behind the functions of a class."""
        if heading is not self._section:
            self._to_reopen = heading

    def _begin(self) -> None:
        if self._to_reopen is not None and not self._depth:
            earlier, self._to_reopen = self._to_reopen, None
            self._blank()
            at = len(self.lines)
            # The same heading once more, without a line of its own: a section with the same anchor.
            self._section = Heading(earlier.level, earlier.text, earlier.slug, at, at)
            self.blocks.append(self._section)
            return
        is_new_item = any(container.is_item and not container.is_used for container in self._containers)
        if not (is_new_item and self._ends_in_item):
            self._blank()

    def _blank(self) -> None:
        if self.lines:
            used = "".join(container.rest for container in self._containers if container.is_used)
            self.lines.append(used.rstrip())

    def _write(self, block: Sequence[str]) -> None:
        rest = "".join(container.rest for container in self._containers)
        for number, line in enumerate(block):
            margin = self._first_margin() if number == 0 else rest
            self.lines.append(f"{margin}{line}".rstrip() if not line else f"{margin}{line}")
        self._ends_in_item = any(container.is_item for container in self._containers)

    def _first_margin(self) -> str:
        margin = "".join(one.rest if one.is_used else one.first for one in self._containers)
        for container in self._containers:
            container.is_used = True
        return margin
