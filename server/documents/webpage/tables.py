"""Tables of a page as GitHub's Markdown tables."""

from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from server.documents.webpage.tree import Element, descendants

_MAX_SPAN: Final = 50  # a guess; HTML allows 1,000 columns and 65,534 rows
_REPEATED_MAX_CHARS: Final = 100  # what spans rows is mostly a short name for them
_LAYOUT_ROLES: Final = frozenset({"presentation", "none"})
_STRUCTURAL: Final = frozenset({"table", "h1", "h2", "h3", "h4", "h5", "h6"})
_CELLS: Final = frozenset({"td", "th"})
_LOOK_AHEAD: Final = 400  # elements, a guess: tables that hold a page's layout show it early


@dataclass(slots=True)
class _Spanning:
    text: str
    rows_left: int


@dataclass(slots=True)
class Table:
    """Gets its cells in order and gives lines."""

    caption: str = ""
    _rows: list[list[str]] = field(default_factory=list)
    _header_count: int = 0
    _row: list[str] | None = None
    _row_has_data: bool = False
    _spanning: dict[int, _Spanning] = field(default_factory=dict)

    def begin_row(self) -> None:
        self.end_row()
        self._row, self._row_has_data = [], False

    def add_cell(self, text: str, cell: Element) -> None:
        if self._row is None:
            self.begin_row()
        assert self._row is not None  # noqa: S101  begun above
        self._fill(self._row)
        columns, rows = _span(cell, "colspan"), _span(cell, "rowspan")
        if rows > 1 and len(text) <= _REPEATED_MAX_CHARS:
            self._spanning[len(self._row)] = _Spanning(text, rows - 1)
        self._row += [text, *[""] * (columns - 1)]
        self._row_has_data |= cell.tag == "td"

    def end_row(self) -> None:
        if self._row is None:
            return
        self._fill(self._row)
        if any(self._row):
            if not self._rows and not self._row_has_data:
                self._header_count = 1
            self._rows.append(self._row)
        self._row = None

    def lines(self) -> list[str]:
        """A row each, the first one as header; an empty header where the table has none."""
        self.end_row()
        if not self._rows:
            return []
        rows = self._rows if self._header_count else [[""] * len(self._rows[0]), *self._rows]
        header, *body = rows
        rule = ["---"] * max(map(len, rows))
        return [_line(row) for row in (header + [""] * (len(rule) - len(header)), rule, *body)]

    def _fill(self, row: list[str]) -> None:
        """Puts in what rows above span down to here."""
        while self._spanning and (above := self._spanning.get(len(row))) is not None:
            above.rows_left -= 1
            if not above.rows_left:
                del self._spanning[len(row)]
            row.append(above.text)


def _line(row: list[str]) -> str:
    return f"| {' | '.join(row)} |"


def cell_text(blocks: list[str]) -> str:
    """The paragraphs of one cell on one line."""
    return " <br> ".join(blocks).replace("|", "\\|")


def _span(cell: Element, name: str) -> int:
    stated = cell.get(name).strip()
    return max(1, min(int(stated), _MAX_SPAN)) if stated.isdecimal() and len(stated) < 6 else 1


def is_layout(table: Element) -> bool:
    """Whether a table only places things: its cells hold headings or tables, or it has one column."""
    if table.get("role").lower() in _LAYOUT_ROLES:
        return True
    widths: list[int] = []
    for element in islice(descendants(table), _LOOK_AHEAD):
        if element.tag in _STRUCTURAL:
            return True
        if element.tag == "tr":
            widths.append(0)
        elif element.tag in _CELLS:
            if not widths:
                widths.append(0)
            widths[-1] += _span(element, "colspan")
    return max(widths, default=0) <= 1
