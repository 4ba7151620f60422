"""A web page → what it says, as Markdown, without what surrounds it on every page."""

import re
from functools import cache
from typing import Any, Final

from server.documents.document import Document, Heading, Source
from server.documents.webpage.content import find_content
from server.documents.webpage.encoding import decode_page
from server.documents.webpage.head import Head, read_head
from server.documents.webpage.headings import heading_text
from server.documents.webpage.reading import read_content
from server.documents.webpage.selectors import Selector
from server.documents.webpage.tree import Element, descendants, read_tree
from server.errors import DocumentExcluded, DocumentUnreadable, SettingsInvalid

_TITLE_MAX_CHARS: Final = 300  # it stands before every window of the page
# What generators write beside the pages: not found, search, and Sphinx' indexes and sources.
_CHROME: Final = ("nav",)  # half of many pages
_NOT_FOUND: Final = re.compile(r"(?:.*/)?404(?:/index)?\.html?")
_INDEX: Final = re.compile(r"(?:.*/)?(?:genindex(?:-[^/]+)?|py-modindex|search)\.html|(?:.*/)?_modules/.*")
_SPHINX: Final = re.compile(rb"_static/documentation_options\.js|Created using .{0,80}Sphinx")


def parse(source: Source) -> Document:
    """Raises `DocumentExcluded` for what says that it is no page to be found, and `DocumentUnreadable`."""
    _check_name(source)
    text, problems = decode_page(source.content)
    root = read_tree(text, unread=() if source.content_selector else _CHROME)
    head = read_head(root)
    _check_head(head)
    content = _content_of(root, source.content_selector)
    out = read_content(content, _outside_title(root, content))
    first = next((block.text for block in out.blocks if isinstance(block, Heading) and block.level == 1), "")
    return Document(
        title=(first or head.page_title)[:_TITLE_MAX_CHARS] or None,
        meta=_meta(head),
        lines=tuple(out.lines),
        blocks=tuple(out.blocks),
        problems=problems,
        url=head.canonical or None,
    )


def _check_name(source: Source) -> None:
    if _NOT_FOUND.fullmatch(str(source.name)):
        raise DocumentExcluded("is what the site shows where there is no page.")
    if _INDEX.fullmatch(str(source.name)) and _SPHINX.search(source.content):
        raise DocumentExcluded("is an index that Sphinx made.")


def _check_head(head: Head) -> None:
    if "noindex" in head.robots:
        raise DocumentExcluded("asks not to be indexed (noindex).")
    if head.refresh:
        raise DocumentExcluded(f"only leads to {head.refresh[:200]}.")


def _content_of(root: Element, selector: str) -> Element:
    body = next((element for element in descendants(root) if element.tag == "body"), root)
    content = find_content(body, _selector(selector) if selector else None)
    if content is None:
        raise DocumentUnreadable(f"has nothing that LECTERN_CONTENT_SELECTOR ({selector}) points out.")
    return content


@cache
def _selector(stated: str) -> Selector:
    try:
        return Selector.of(stated)
    except ValueError as error:
        raise SettingsInvalid(
            f"LECTERN_CONTENT_SELECTOR is {stated!r}: {error}. Tags, #ids, .classes and [attributes] are, with "
            "blanks for within and commas for or."
        ) from error


def _outside_title(root: Element, content: Element) -> Element | None:
    """The page's first heading where a theme puts it beside the content."""
    if content.tag == "h1" or any(element.tag == "h1" for element in descendants(content)):
        return None
    main = next((element for element in descendants(root) if _is_main(element)), root)
    return next((element for element in descendants(main) if element.tag == "h1" and heading_text(element)), None)


def _is_main(element: Element) -> bool:
    return element.tag in ("main", "article") or element.get("role") == "main"


def _meta(head: Head) -> dict[str, Any]:
    stated = {"lang": head.lang, "description": head.description}
    return {name: value for name, value in stated.items() if value}
