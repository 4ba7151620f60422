"""A small documentation site over HTTP, with good days and bad ones, for tests of the crawl and use by hand.

python -m tests.site_server dist
"""

import argparse
import asyncio
import contextlib
import hashlib
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from mimetypes import guess_type
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.serving import serve_in_thread

_MODIFIED = formatdate(1_700_000_000, usegmt=True)


@dataclass(kw_only=True)
class Trouble:
    """What one address does instead of answering well."""

    status: int = 200
    failures: int | None = None
    """How many requests it lasts for; `None`: every one."""
    headers: Mapping[str, str] = field(default_factory=dict)
    location: str | None = None
    endless: bool = False
    """Megabytes without end."""
    delay_seconds: float = 0
    """Before each kilobyte of a body without end."""
    cut: bool = False
    """Breaks the connection off in mid-body."""


@dataclass(kw_only=True)
class SiteRequest:
    path: str
    headers: Mapping[str, str]
    received_at: float = field(default_factory=time.monotonic)


@dataclass(kw_only=True)
class SiteServer:
    """A running site, as a test holds it: its files by path, what goes wrong where, and who asked for what."""

    url: str = ""
    """Without a slash at its end."""
    files: dict[str, bytes] = field(default_factory=dict)
    """`/a/index.html` is also found at `/a/`, and `/a` leads there."""
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    """Of single addresses, instead of the usual ones."""
    troubles: dict[str, Trouble] = field(default_factory=dict)
    requests: list[SiteRequest] = field(default_factory=list)
    has_validators: bool = True
    _failed: dict[str, int] = field(default_factory=dict)

    def add(self, path: str, content: str | bytes) -> None:
        self.files[path] = content.encode() if isinstance(content, str) else content

    @property
    def paths(self) -> list[str]:
        """That were asked for, in order."""
        return [request.path for request in self.requests]

    async def answer(self, request: Request) -> Response:
        path = request.url.path
        self.requests.append(SiteRequest(path=path, headers=dict(request.headers)))
        trouble = self.troubles.get(path)
        failed = self._failed.get(path, 0)
        if trouble is not None and (trouble.failures is None or failed < trouble.failures):
            self._failed[path] = failed + 1
            return _troubled(trouble)
        if f"{path}/index.html" in self.files:
            return RedirectResponse(f"{path}/", status_code=301)
        name = f"{path}index.html" if path.endswith("/") else path
        if name not in self.files:
            return PlainTextResponse("Not found", status_code=404)
        return self._found(request, name, path)

    def _found(self, request: Request, name: str, path: str) -> Response:
        content = self.files[name]
        kind = guess_type(name)[0] or "text/html"
        headers = {"Content-Type": f"{kind}; charset=utf-8" if kind.startswith("text/") else kind}
        if self.has_validators:
            headers |= {"ETag": f'"{hashlib.sha256(content).hexdigest()[:16]}"', "Last-Modified": _MODIFIED}
        headers |= self.headers.get(path, {})
        if headers.get("ETag") and request.headers.get("If-None-Match") == headers["ETag"]:
            return Response(status_code=304, headers={"ETag": headers["ETag"]})
        return Response(content, headers=headers)


def _troubled(trouble: Trouble) -> Response:
    headers = dict(trouble.headers)
    if trouble.location is not None:
        headers["Location"] = trouble.location
    if trouble.endless or trouble.cut:
        chunks = _cut() if trouble.cut else _endless(trouble.delay_seconds)
        return StreamingResponse(chunks, media_type="text/html", status_code=trouble.status, headers=headers)
    return PlainTextResponse("Trouble", status_code=trouble.status, headers=headers)


async def _endless(delay_seconds: float) -> AsyncIterator[bytes]:
    while True:
        await asyncio.sleep(delay_seconds)
        yield b"<p>x" * (256 if delay_seconds else 262_144)


async def _cut() -> AsyncIterator[bytes]:
    yield b"<p>The beginning of"
    raise ConnectionAbortedError


@contextlib.contextmanager
def serve_site(files: Mapping[str, str | bytes] | None = None) -> Iterator[SiteServer]:
    """A running site on a free port, gone at the end."""
    site = SiteServer()
    for path, content in (files or {}).items():
        site.add(path, content)
    with serve_in_thread(Starlette(routes=[Route("/{path:path}", site.answer)])) as url:
        site.url = url
        yield site


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        f"/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Serves a built site.")
    parser.add_argument("folder", type=Path)
    with serve_site(files_in(parser.parse_args().folder)) as site:
        print(f"Serving at {site.url}; Ctrl-C stops it.")
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
