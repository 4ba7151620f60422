"""A page while it is read: where its text goes, and what was said that belongs to what comes next."""

from dataclasses import dataclass, field

from server.documents.document import Heading
from server.documents.webpage.code import info_string
from server.documents.webpage.inline import InlineText, code_span
from server.documents.webpage.labels import TabLabels
from server.documents.webpage.lines import Container, Lines
from server.documents.webpage.tables import Table
from server.documents.webpage.tree import Element


@dataclass(slots=True)
class Definitions:
    """A `<dl>` that is open."""

    heading: Heading | None
    """What it stands under."""
    level: int
    """Of the headings that its terms become."""
    language: str
    has_headings: bool = False
    ends_in_term: bool = False


@dataclass(slots=True)
class Page:
    out: Lines = field(default_factory=Lines)
    text: InlineText = field(default_factory=InlineText)
    path: list[Element] = field(default_factory=list)
    """The elements that are open, outermost first."""
    lists: list[int | None] = field(default_factory=list)
    """The next number of each list that is open; `None` for bullets."""
    tables: list[Table | None] = field(default_factory=list)
    """`None` for one whose cells are read as if there were no table."""
    cells: list[list[str]] = field(default_factory=list)
    """The paragraphs of the cells that are open."""
    definitions: list[Definitions] = field(default_factory=list)
    tabs: TabLabels | None = None
    anchor: str | None = None
    """The innermost id passed since the last text: where a link to the next heading may land."""
    code_title: str = ""
    taken: set[int] = field(default_factory=set)
    """Elements, by `id()`, that were read out of turn."""

    @property
    def is_contained(self) -> bool:
        """Whether a heading here would tear a list, a quote or a table apart."""
        return self.out.is_contained or bool(self.cells)

    def add_text(self, text: str) -> None:
        self.text.add_text(text)
        if self.anchor is not None and not text.isspace():
            self.anchor = None

    def end_paragraph(self) -> None:
        if lines := self.text.take():
            self._add_code_title()
            self._add(lines)

    def add_paragraph(self, markdown: str) -> None:
        """Ends the one that is open."""
        self.end_paragraph()
        if markdown:
            self._add([markdown])

    def add_heading(self, level: int, text: str, slug: str | None) -> None:
        self.out.add_heading(level, text, slug)
        self.anchor = None

    def add_code(self, code: list[str], language: str) -> None:
        self.end_paragraph()
        title, self.code_title = self.code_title, ""
        self.anchor = None
        if not code:
            self.add_paragraph(code_span(title))
        elif self.cells:
            self.cells[-1] += filter(None, (code_span(title), *map(code_span, code)))
        else:
            self.out.add_code(code, info_string(language, title))

    def add_table(self, lines: list[str]) -> None:
        if lines:
            self._add(lines)

    def open_container(self, container: Container) -> bool:
        """Whether it holds what follows: in a cell there is room for none."""
        self.end_paragraph()
        if self.cells:
            return False
        self.out.open(container)
        return True

    def close_container(self) -> None:
        self.end_paragraph()
        self.out.close()

    def _add_code_title(self) -> None:
        """A title that turns out to stand above no code is a paragraph."""
        if self.code_title:
            title, self.code_title = self.code_title, ""
            self._add([code_span(title)])

    def _add(self, lines: list[str]) -> None:
        self.anchor = None
        if self.cells:
            self.cells[-1] += lines
        else:
            self.out.add(lines)
