"""The elements that stand for themselves, opened and closed as those within a line are."""

from collections.abc import Mapping
from typing import Final

from server.documents.webpage.headings import (
    heading_text,
    is_definition,
    own_slug,
    signature,
    signature_language,
    signature_name,
)
from server.documents.webpage.inline import escape_text
from server.documents.webpage.inline_elements import Closer, Opener
from server.documents.webpage.labels import (
    TabLabels,
    box_kind,
    box_title,
    label_text,
)
from server.documents.webpage.lines import Container
from server.documents.webpage.page import Definitions, Page
from server.documents.webpage.tables import Table, cell_text, is_layout
from server.documents.webpage.tree import Element, line_of

_MAX_NUMBER: Final = 999_999_999  # CommonMark's nine digits


def block(page: Page, element: Element) -> Closer:
    del element
    page.end_paragraph()
    return page.end_paragraph


def bold_block(page: Page, element: Element) -> Closer:
    del element
    page.end_paragraph()
    if not page.text.open("**"):
        return page.end_paragraph

    def close() -> None:
        if (inner := page.text.close("**")) is not None:
            page.text.add_wrapped("**", inner)
        page.end_paragraph()

    return close


def _heading(page: Page, element: Element) -> None:
    page.end_paragraph()
    text = heading_text(element)
    slug = own_slug(element) or page.anchor
    if not text:
        page.anchor = slug
    elif page.is_contained:
        page.add_paragraph(f"**{escape_text(text)}**")
    else:
        page.add_heading(int(element.tag[1]), text, slug)


def _list(page: Page, element: Element) -> Closer:
    page.end_paragraph()
    start = element.get("start").strip()
    number = int(start) if start.isdecimal() and len(start) < 9 else 1
    page.lists.append(number if element.tag == "ol" else None)

    def close() -> None:
        page.end_paragraph()
        page.lists.pop()
        page.out.end_list()

    return close


def _item(page: Page, element: Element) -> Closer:
    number = page.lists[-1] if page.lists else None
    marker = "-"
    if number is not None:
        stated = element.get("value").strip()
        number = int(stated) if stated.isdecimal() and len(stated) < 9 else number
        marker = f"{number}."
        page.lists[-1] = min(number + 1, _MAX_NUMBER)
    if not page.open_container(Container(f"{marker} ", " " * (len(marker) + 1), is_item=True)):
        page.text.add_markdown("• " if number is None else f"{marker} ")
        return page.end_paragraph
    return page.close_container


def _quote(page: Page, element: Element) -> Closer:
    del element
    return page.close_container if page.open_container(Container("> ", "> ")) else page.end_paragraph


def open_box(page: Page, element: Element) -> Closer:
    """`> **Note**` and the text in the same quote."""
    close = _quote(page, element)
    title = box_title(element)
    text = label_text(title) if title is not None else ""
    if title is not None:
        page.taken.add(id(title))
    if text or (text := element.get("aria-label") or box_kind(element)):
        page.add_paragraph(f"**{escape_text(text)}**")
    return close


def open_tab_row(page: Page, element: Element) -> None:
    page.end_paragraph()
    page.tabs = TabLabels(element)


def open_tab_panel(page: Page, element: Element) -> Closer:
    """Its label in bold above what it holds, whether or not it is the one that shows."""
    page.end_paragraph()
    tabs = page.tabs
    label = tabs.take(element) if tabs is not None else ""
    if label:
        page.add_paragraph(f"**{escape_text(label)}**")

    def close() -> None:
        page.end_paragraph()
        page.tabs = tabs  # panels may hold tabs of their own

    return close


def open_panel_label(page: Page, element: Element) -> None:
    page.add_paragraph(f"**{escape_text(line_of(element))}**" if line_of(element) else "")


def _definitions(page: Page, element: Element) -> Closer:
    page.end_paragraph()
    under = page.out.section
    level = under.level + 1 if under is not None else 2
    definitions = Definitions(under, level, signature_language(element))
    page.definitions.append(definitions)

    def close() -> None:
        page.end_paragraph()
        page.definitions.pop()
        if definitions.has_headings:
            page.out.return_to(under)

    return close


def _term(page: Page, element: Element) -> Closer | None:
    """What can be linked to heads a section; anything else is a line in bold."""
    page.end_paragraph()
    definitions = page.definitions[-1] if page.definitions else None
    if definitions is None or page.is_contained or not is_definition(element):
        return bold_block(page, element)
    name, whole = signature_name(element), signature(element)
    is_variant, definitions.ends_in_term = definitions.ends_in_term, True
    if not is_variant and name:
        definitions.has_headings = True
        page.add_heading(definitions.level, name, element.get("id"))
    if whole != name or is_variant:
        page.add_code([whole], definitions.language)
    return None


def _definition(page: Page, element: Element) -> Closer:
    if page.definitions:
        page.definitions[-1].ends_in_term = False
    return block(page, element)


def _table(page: Page, element: Element) -> Closer:
    page.end_paragraph()
    table = None if page.cells or is_layout(element) else Table()
    page.tables.append(table)

    def close() -> None:
        page.end_paragraph()
        page.tables.pop()
        if table is not None:
            page.add_table(table.lines())

    return close


def _row(page: Page, element: Element) -> Closer:
    table = page.tables[-1] if page.tables else None
    if table is None:
        return block(page, element)
    page.end_paragraph()
    table.begin_row()
    return table.end_row


def _cell(page: Page, element: Element) -> Closer:
    table = page.tables[-1] if page.tables else None
    if table is None:
        return block(page, element)
    page.end_paragraph()
    page.cells.append([])

    def close() -> None:
        page.end_paragraph()
        table.add_cell(cell_text(page.cells.pop()), element)

    return close


def _rule(page: Page, element: Element) -> None:
    del element
    page.end_paragraph()


_PLAIN_IN_ONE: Final = """
    address article aside body caption center colgroup details dialog div fieldset figcaption figure footer form
    frameset header hgroup html legend main menu nav noframes optgroup p search section tbody tfoot thead
    """
BLOCKS: Final[Mapping[str, Opener]] = {
    **dict.fromkeys(_PLAIN_IN_ONE.split(), block),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _heading),
    **dict.fromkeys(("ul", "ol", "dir", "menu"), _list),
    **dict.fromkeys(("td", "th"), _cell),
    "blockquote": _quote,
    "dd": _definition,
    "dl": _definitions,
    "dt": _term,
    "hr": _rule,
    "li": _item,
    "summary": bold_block,
    "table": _table,
    "tr": _row,
}
