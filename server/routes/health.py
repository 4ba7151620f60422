"""`GET /healthz`: the process answers. `GET /readyz`: it could answer a reader."""

from starlette.requests import Request
from starlette.responses import Response

from server.database.calls import get_site
from server.errors import LecternError
from server.routes.responses import JsonResponse


async def healthz(request: Request) -> Response:
    del request
    return JsonResponse({"status": "ok"})


async def readyz(request: Request) -> Response:
    try:
        published = await get_site(request.state.database)
    except LecternError as error:
        return JsonResponse({"status": "unavailable", "reason": error.code}, status_code=503)
    return JsonResponse({"status": "ok", "generation": published.generation, "pages": published.page_count})
