"""`GET /`: the page to try Lectern on."""

from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from server.settings import find_folder

PAGE_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' https: data:; base-uri 'none'; object-src 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


async def demo(request: Request) -> Response:
    del request
    return FileResponse(find_folder("static") / "index.html", headers=PAGE_HEADERS)
