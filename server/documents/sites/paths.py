"""From a file's place in its folder to a page's path in its site."""

import posixpath
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import quote, unquote, urlsplit

MARKDOWN_SUFFIXES: Final = (".markdown", ".md", ".mdx")

_FOLDER_PAGES = frozenset({"index", "readme"})


def page_path(relative: PurePosixPath) -> str:
    """`guides/auth.md` → `/guides/auth`; `index` and `README` stand for their folder, at the root for `/`.

    Names stay as they are written, spaces and all: percent-encoding is for URLs.
    """
    named = relative.with_suffix("")
    page = named.parent if named.name.casefold() in _FOLDER_PAGES else named
    return "/" + "/".join(page.parts)


def built_url(relative: PurePosixPath) -> str:
    """The address of a page in a built site: `guides/index.html` → `/guides/`."""
    return "/" + str(relative).removesuffix("index.html")


def linked_page(source: PurePosixPath, href: str) -> str | None:
    """The path and anchor a link in a file means (`../start.md#install`); `None` unless it is a Markdown file's.

    Both are relative to the ingested folder; a link out of it is `None` too.
    """
    target, _, fragment = href.partition("#")
    if urlsplit(href).scheme or target.startswith("/") or not target.lower().endswith(MARKDOWN_SUFFIXES):
        return None
    resolved = posixpath.normpath(source.parent / unquote(target))
    if resolved.startswith(".."):
        return None
    return quote(page_path(PurePosixPath(resolved))) + (f"#{fragment}" if fragment else "")
