"""`GET /widget.js`, the tag's script, and `GET /static/…`, the modules it imports, which other sites load too.

Under `/static/<version>/` a file may be kept for ever, because another state of it has another address.
"""

import re
from collections.abc import Mapping
from typing import Final

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from server.errors import NotFound
from server.routes.static_folder import StaticFile, StaticFolder

ASK_FIRST: Final = "no-cache"
_FOREVER: Final = "public, max-age=31536000, immutable"
# A deployment reaches readers within five minutes, or a page later where the browser asks while it goes on.
_LOADER: Final = "public, max-age=300, stale-while-revalidate=86400"

_VERSIONED: Final = re.compile(r"(?P<version>[0-9a-f]{12})/(?P<path>.+)")
_GZIP: Final = re.compile(r"(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?P<weight>[\d.]+)\s*)?(?:,|$)", re.IGNORECASE)

_MODULE_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    # A page that isolates itself (COEP) takes nothing from elsewhere that does not say so.
    "Cross-Origin-Resource-Policy": "cross-origin",
}


# The endpoints look at files: they are no coroutines, so that Starlette runs them in a thread.


def widget(folder: StaticFolder, request: Request) -> Response:
    """The loader, which imports the modules of the version that it came with."""
    edition = folder.edition()
    response = file_response(request, edition.loader("widget.js"), {**_MODULE_HEADERS, "Cache-Control": _LOADER})
    # Who has the loader needs the box next, and the first to compress it would wait for 0.2 s.
    response.background = BackgroundTask(edition.prepare)
    return response


def module(folder: StaticFolder, request: Request) -> Response:
    """One file. A page from before a deployment, or of another server during one, gets what there is now."""
    edition, path, cache_control = folder.edition(), request.path_params["path"], ASK_FIRST
    if versioned := _VERSIONED.fullmatch(path):
        path = versioned["path"]
        cache_control = _FOREVER if versioned["version"] == edition.version else ASK_FIRST
    return file_response(request, edition.get(path), {**_MODULE_HEADERS, "Cache-Control": cache_control})


def file_response(request: Request, file: StaticFile | None, headers: Mapping[str, str]) -> Response:
    """A file as the request wants it: compressed, or not at all where its sender has it."""
    if file is None:
        raise NotFound(f"There is no file at {request.url.path}.")
    headers = {**headers, "ETag": file.etag, **({"Vary": "Accept-Encoding"} if file.is_text else {})}
    if holds_etag(request.headers.get("if-none-match", ""), file.etag):
        return Response(status_code=304, headers=headers)
    if file.is_text and accepts_gzip(request.headers.get("accept-encoding", "")):
        headers = {**headers, "Content-Encoding": "gzip"}
        return Response(file.gzipped, headers=headers, media_type=file.content_type)
    return Response(file.content, headers=headers, media_type=file.content_type)


def holds_etag(if_none_match: str, etag: str) -> bool:
    """By weak comparison: https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2"""
    opaque = etag.removeprefix("W/")
    return any(one.strip().removeprefix("W/") in (opaque, "*") for one in if_none_match.split(","))


def accepts_gzip(accept_encoding: str) -> bool:
    found = _GZIP.search(accept_encoding)
    return found is not None and (found["weight"] is None or bool(found["weight"].strip("0.")))
