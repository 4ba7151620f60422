"""Directives that show other files, which are read as the source allows."""

import re
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar, Final

from docutils import nodes
from docutils.parsers.rst import Directive, states
from docutils.parsers.rst.directives import tables
from docutils.statemachine import StringList

from server.documents.sphinx.options import AnyOptions, literal, note
from server.documents.sphinx.page import page_of
from server.errors import DocumentUnreadable

_STANDARD: Final = re.compile(r"<([a-z0-9-]+\.txt)>")
_NUMBERS: Final = re.compile(r"\s*(\d*)\s*(-?)\s*(\d*)\s*")


class _FileDirective(Directive):
    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[Any] = AnyOptions()

    @property
    def _within(self) -> str | None:
        """The file that the directive stands in, which may be an included one."""
        return self.state.document.current_source

    def read(self, target: str) -> str | None:
        """The file's text; `None`, and a problem, when it cannot be had."""
        try:
            return page_of(self.state.document).read(target, within=self._within)
        except DocumentUnreadable as error:
            note(self, f"`{self.name}:: {target}` is left out: {error}")
            return None


class Include(_FileDirective):
    def run(self) -> list[nodes.Node]:
        target = self.arguments[0].strip()
        standard = _STANDARD.fullmatch(target)
        place = target if standard else page_of(self.state.document).place(target, within=self._within)
        if self._is_open(place):
            note(self, f"`include:: {place}` is left out: it includes itself.")
            return []
        text = _standard_text(standard[1]) if standard else self.read(target)
        return [] if text is None else self._included(text, place)

    def _is_open(self, place: str) -> bool:
        """Whether we are in that file."""
        own = str(page_of(self.state.document).source.name)
        return place == own or (place, ()) in self.state.document.include_log

    def _included(self, text: str, place: str) -> list[nodes.Node]:
        lines = _clipped(text.expandtabs(8).split("\n"), self.options)
        if "literal" in self.options or "code" in self.options:
            return [literal("\n".join(lines), language=str(self.options.get("code") or ""), title="")]
        if PurePosixPath(place).suffix in (".md", ".markdown") or "myst" in str(self.options.get("parser", "")):
            return [nodes.raw("", "\n".join(lines), format="markdown")]
        self.state.document.include_log.append((place, ()))
        # docutils takes this comment for the end of the file, and the file from the log.
        self.state_machine.insert_input([*lines, "", f'.. end of inclusion from "{place}"'], place)
        return []


class LiteralInclude(_FileDirective):
    def run(self) -> list[nodes.Node]:
        text = self.read(self.arguments[0].strip())
        if text is None:
            return []
        lines = _clipped(_python_object(text.split("\n"), self.options.get("pyobject")), self.options)
        if "dedent" in self.options:
            lines = _dedented(lines, self.options["dedent"])
        language = str(self.options.get("language", "")) or PurePosixPath(self.arguments[0]).suffix.lstrip(".")
        caption = self.options.get("caption")
        title = PurePosixPath(self.arguments[0]).name if caption == "" else str(caption or "")
        return [literal("\n".join(lines), language=language, title=title)]


class CsvTable(tables.CSVTable):
    option_spec: ClassVar[Any] = AnyOptions(tables.CSVTable.option_spec)

    def run(self) -> list[Any]:
        target = self.options.pop("file", None)
        if url := self.options.pop("url", None):
            note(self, f"`csv-table` shows {url}, which is another site's: it is left out.")
            return []
        if target is not None and not self.content:
            try:
                text = page_of(self.state.document).read(str(target), within=self.state.document.current_source)
            except DocumentUnreadable as error:
                note(self, f"`csv-table` shows {target}, which is left out: {error}")
                return []
            self.content = StringList(text.rstrip("\n").split("\n"), source=str(target))
        return list(super().run())


def _standard_text(name: str) -> str | None:
    """One of the definition files that come with docutils, like `<isonum.txt>`."""
    file = Path(states.__file__).with_name("include") / name
    return file.read_text(encoding="utf-8") if file.is_file() else None


def _clipped(lines: list[str], options: dict[str, Any]) -> list[str]:
    """The lines that `lines`, `start-line`, `start-after`, `end-before` and their like leave."""
    if "lines" in options:
        return _numbered(lines, str(options["lines"]))
    start, end = _number(options, "start-line", 0), _number(options, "end-line", len(lines))
    lines = lines[start:end]
    for name, offset in (("start-after", 1), ("start-at", 0)):
        if found := _index(lines, options.get(name)):
            lines = lines[found - 1 + offset :]
    for name, offset in (("end-before", 0), ("end-at", 1)):
        if found := _index(lines, options.get(name)):
            lines = lines[: found - 1 + offset]
    return lines


def _index(lines: list[str], text: Any) -> int:
    """The number of the first line with the text, from 1; 0 without."""
    if not text:
        return 0
    return next((number for number, line in enumerate(lines, 1) if str(text) in line), 0)


def _number(options: dict[str, Any], name: str, default: int) -> int:
    try:
        return int(options.get(name, default))
    except (TypeError, ValueError):
        return default


def _numbered(lines: list[str], spec: str) -> list[str]:
    """`1,3,5-10,20-` → those lines."""
    chosen: list[str] = []
    for part in spec.split(",")[:1000]:
        found = _NUMBERS.fullmatch(part[:40])
        if not found or not (found[1] or found[3]):
            continue
        first = int(found[1] or 1)
        last = int(found[3] or len(lines)) if found[2] else first
        chosen += lines[max(0, first - 1) : last]
        if len(chosen) > 2 * len(lines):  # `1-,1-,1-,…`
            break
    return chosen


def _dedented(lines: list[str], count: Any) -> list[str]:
    if str(count or "").isdecimal():
        return [line[int(count) :] for line in lines]
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return [line[margin:] for line in lines]


def _python_object(lines: list[str], name: Any) -> list[str]:
    """The lines of `def name` or `class name`, of `A.b` those of its last part; all when it is not there."""
    if not name:
        return lines
    beginning = re.compile(rf"(\s*)(?:async\s+def|def|class)\s+{re.escape(str(name).rpartition('.')[2])}\b")
    for start, line in enumerate(lines):
        if found := beginning.match(line):
            end = start + 1
            while end < len(lines) and (not lines[end].strip() or lines[end].startswith(found[1] + " ")):
                end += 1
            return lines[start:end]
    return lines
