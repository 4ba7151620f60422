"""`GET /`: the page to try Lectern on."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from server.routes.modules import ASK_FIRST, file_response
from server.routes.static_folder import StaticFolder

# Of the previews as well. Answers may show images of any host; nothing else comes from elsewhere.
PAGE_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' https: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def demo(folder: StaticFolder, request: Request) -> Response:
    return file_response(request, folder.edition().get("index.html"), {**PAGE_HEADERS, "Cache-Control": ASK_FIRST})
