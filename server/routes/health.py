"""`GET /healthz`: the process answers. `GET /readyz`: it could answer a reader."""

import logging

from starlette.requests import Request
from starlette.responses import Response

from server.database.calls import get_site
from server.database.fitness import require_prepared
from server.errors import LecternError
from server.routes.responses import JsonResponse

logger = logging.getLogger(__name__)


async def healthz(request: Request) -> Response:
    del request
    return JsonResponse({"status": "ok"})


async def readyz(request: Request) -> Response:
    if request.state.answers.is_draining:
        return JsonResponse({"status": "unavailable", "reason": "server_stopping"}, status_code=503)
    try:
        published = await get_site(request.state.database)
        # Whichever model: a server follows a reindex by itself, and answers by keywords where it cannot.
        require_prepared(published)
    except LecternError as error:
        logger.error("Not ready: %s", error)
        return JsonResponse({"status": "unavailable", "reason": error.code}, status_code=503)
    return JsonResponse({"status": "ok", "generation": published.generation, "pages": published.page_count})
