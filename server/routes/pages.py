"""`GET /pages/…`: a stored page as Lectern knows it, for reading a source where no site URL is set."""

from html import escape
from pathlib import PurePosixPath
from string import Template
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from server.answering.sources import PREVIEW_PREFIX
from server.database.calls import get_page_sections
from server.documents.sites.paths import linked_page
from server.errors import NotFound
from server.records import PageSection, PublishedPage
from server.routes.demo import PAGE_HEADERS
from server.settings import find_folder

_HEADING_LEVEL_MAX: Final = 6
_RENDERED_MAX_CHARS: Final = 20_000  # 20 ms of the worst text found; sections of 800 tokens have some 3,000


async def show_page(request: Request) -> Response:
    path = "/" + request.path_params["path"].strip("/")
    page = None if "\0" in path else await get_page_sections(request.state.database, path)
    if page is None:
        raise NotFound(f"No page at {path}.", reader_text="There is no such page in this documentation.")
    template = Template((find_folder("static") / "page.html").read_text(encoding="utf-8"))
    html = template.substitute(title=escape(page.title), path=escape(path), sections=render_sections(page))
    return HTMLResponse(html, headers=PAGE_HEADERS)


def render_sections(page: PublishedPage) -> str:
    """HTML of a page's sections, each with its anchor."""
    markdown = _PreviewMarkdown(PurePosixPath(page.source))
    shown: list[str] = []
    place_before: tuple[object, ...] = ()
    for section in page.sections:
        place = (section.slug, section.heading_path)
        is_continuation = place == place_before
        heading = "" if is_continuation or section.heading == page.title else _render_heading(section)
        anchor = f' id="{escape(section.slug)}"' if section.slug and not is_continuation else ""
        shown.append(f"<section{anchor}>{heading}{_render(section.content, markdown)}</section>")
        place_before = place
    return "\n".join(shown)


def _drop_styles(state: StateCore) -> None:
    """Tables ask for inline styles, which the page's Content-Security-Policy forbids."""
    for token in state.tokens:
        token.attrs.pop("style", None)


class _PreviewMarkdown(MarkdownIt):
    """Page content is untrusted: raw HTML in it is shown as text, and links are checked.

    Links to other files lead to their pages.
    """

    def __init__(self, source: PurePosixPath) -> None:
        super().__init__("commonmark", {"html": False})
        self.enable(["table", "strikethrough"])
        self.core.ruler.push("no_inline_styles", _drop_styles)
        self._source = source

    def normalizeLink(self, url: str) -> str:
        linked = linked_page(self._source, url)
        return super().normalizeLink(url) if linked is None else f"{PREVIEW_PREFIX}{linked}"


def _render(content: str, markdown: MarkdownIt) -> str:
    """Long sections as they were written: hostile Markdown takes a parser quadratic time."""
    if len(content) > _RENDERED_MAX_CHARS:
        return f"<pre>{escape(content)}</pre>"
    rendered: str = markdown.render(content)
    return rendered


def _render_heading(section: PageSection) -> str:
    level = min(len(section.heading_path) + 1, _HEADING_LEVEL_MAX)
    return f"<h{level}>{escape(section.heading)}</h{level}>"
