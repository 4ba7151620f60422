"""`GET /`: the page to try Lectern on, and `GET /static/…`: its modules, which other sites load too."""

from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from server.settings import find_folder

PAGE_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' https: data:; base-uri 'none'; object-src 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Modules(StaticFiles):
    """Files whose names carry no version, so a browser has to ask whether they changed (304 by ETag)."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


async def demo(request: Request) -> Response:
    del request
    return FileResponse(find_folder("static") / "index.html", headers=PAGE_HEADERS)


async def widget(request: Request) -> Response:
    del request
    return FileResponse(find_folder("static") / "widget.js", headers={"Cache-Control": "no-cache"})
