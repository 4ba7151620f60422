"""An element of a page → the Markdown of what is in it."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from server.documents.webpage.block_elements import (
    BLOCKS,
    block,
    bold_block,
    open_box,
    open_panel_label,
    open_tab_panel,
    open_tab_row,
)
from server.documents.webpage.code import (
    code_inside,
    code_lines,
    is_code_title,
    is_numbered_table,
    language_of,
    title_of,
)
from server.documents.webpage.headings import anchor_of
from server.documents.webpage.inline_elements import INLINE, Closer, nothing, tex_of
from server.documents.webpage.labels import is_box, is_panel_label, is_tab_panel, is_tab_row
from server.documents.webpage.lines import Lines
from server.documents.webpage.page import Page
from server.documents.webpage.tree import Element, descendants

_FRAMES_OF_CODE: Final = 4  # how far above a code block its language may stand, a guess
_LOOK_AHEAD: Final = 10  # elements between a table of code and its title, a guess
_TITLES: Final = frozenset({"rubric", "sidebar-title", "topic-title"})  # Sphinx' headings without a section


def read_content(content: Element, title: Element | None = None) -> Lines:
    """Blocks in the order of the page; `title` is a heading that stands outside of the content."""
    page = Page()
    for part in filter(None, (title, content)):
        closer = _open(page, part, part)
        if closer is not None:
            _walk(page, part, closer)
        page.end_paragraph()
    return page.out


def _walk(page: Page, content: Element, closer: Closer) -> None:
    """By a stack of our own: a page may be nested deeper than Python's."""
    waiting: list[tuple[Iterator[Element | str], Closer]] = [(iter(content.children), closer)]
    page.path = [content]
    while waiting:
        children, close = waiting[-1]
        for child in children:
            if isinstance(child, str):
                page.add_text(child)
                continue
            close_child = _open(page, child, page.path[-1])
            if close_child is not None:
                waiting.append((iter(child.children), close_child))
                page.path.append(child)
                break
        else:
            waiting.pop()
            page.path.pop()
            close()


def _open(page: Page, element: Element, parent: Element) -> Closer | None:
    if id(element) in page.taken:
        return None
    _note_anchor(page, element)
    if element.tag == "pre" or (element.tag == "table" and is_numbered_table(element)):
        _read_code(page, element)
        return None
    if element.attributes:
        is_special, closer = _open_special(page, element, parent)
        if is_special:
            return closer
    opener = BLOCKS.get(element.tag) or INLINE.get(element.tag)
    return opener(page, element) if opener else nothing


def _note_anchor(page: Page, element: Element) -> None:
    """Remembers the id of a wrapper or an empty anchor in case a heading comes next."""
    if element.attributes and not page.text:
        is_wrapper = BLOCKS.get(element.tag) is block and element.tag not in ("body", "main", "html")
        page.anchor = (element.get("id") if is_wrapper else anchor_of(element)) or page.anchor


def _open_special(page: Page, element: Element, parent: Element) -> tuple[bool, Closer | None]:
    """What classes and roles make of an element, whatever its tag; whether they do."""
    if is_tab_row(element, parent):
        open_tab_row(page, element)
        return True, None
    if is_panel_label(element, parent):
        open_panel_label(page, element)
        return True, None
    if is_tab_panel(element, parent):
        return True, open_tab_panel(page, element)
    if is_box(element):
        return True, open_box(page, element)
    if element.tag == "span" and "description" in element.classes:  # of a card, on a line of its own
        return True, block(page, element)
    if element.tag == "p" and not _TITLES.isdisjoint(element.classes):
        return True, bold_block(page, element)
    if tex := tex_of(element):
        page.text.add_markdown(tex)
        return True, None
    if is_code_title(element, parent):
        page.end_paragraph()
        page.code_title = title_of(element)
        return True, None
    return False, None


def _read_code(page: Page, element: Element) -> None:
    page.end_paragraph()
    pre = element
    if element.tag == "table":
        codes = [one for one in descendants(element) if one.tag == "pre"]
        pre = codes[-1] if codes else element  # the numbers' column comes first
        titled = next(
            (one for one in islice(descendants(element), _LOOK_AHEAD) if "filename" in one.classes), None
        )
        if titled is not None:
            page.end_paragraph()
            page.code_title = title_of(titled)
    around = page.path[: -_FRAMES_OF_CODE - 1 : -1]
    page.add_code(code_lines(pre), language_of((*code_inside(pre), *_frames(around))))


def _frames(around: list[Element]) -> Iterator[Element]:
    """What is around a code block and nothing else."""
    for element in around:
        if element.tag not in ("div", "figure", "td", "tr", "tbody", "table", "section"):
            return
        yield element
