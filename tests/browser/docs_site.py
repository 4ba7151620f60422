"""A documentation site of somebody else's, from another origin than Lectern, to embed the box in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from tests.serving import serve_in_thread

TEXT = "<h1>Lamps</h1><pre>Everything about lamps." + "\n" * 80 + "</pre>"


@dataclass(kw_only=True)
class DocsSite:
    """Its pages by path, and what every response of it says in its headers."""

    url: str = ""
    pages: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    """Beside its pages, by path."""

    def write(self, body: str = "", *, path: str = "/", head: str = "", root: str = 'lang="en"') -> str:
        """Publishes a page; its address."""
        self.pages[path] = (
            f'<!doctype html><html {root}><head><meta charset="utf-8"><title>Docs</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"{head}</head><body>{body}<main>{TEXT}</main></body></html>"
        )
        return f"{self.url}{path}"


@contextmanager
def serve_docs_site() -> Iterator[DocsSite]:
    site = DocsSite()

    async def page(request: Request) -> Response:
        if file := site.files.get(request.url.path):
            return FileResponse(file)
        html = site.pages.get(request.url.path)
        return HTMLResponse(html or "", 200 if html else 404, site.headers)

    with serve_in_thread(Starlette(routes=[Route("/{path:path}", page)])) as site.url:
        yield site
