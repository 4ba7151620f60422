"""`PUT` and `DELETE /v1/pages`, `POST /v1/sync`: what is pushed becomes a job, which `lectern work` does."""

from typing import Any

from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import Response

from server.database.jobs import enqueue_job
from server.errors import RequestInvalid
from server.routes.bodies import read_body
from server.routes.parameters import read_parameters
from server.routes.pushed import read_one_page, read_pages, read_removal, read_sync
from server.routes.responses import JsonResponse
from server.routes.secret_key import require_secret_key
from server.settings import Settings


class Pages(HTTPEndpoint):
    async def put(self, request: Request) -> Response:
        """Writes pages: a JSON list of them, or one as it stands, with its path in the address."""
        body = await _read_secret_body(request)
        parameters = read_parameters(request)
        if "path" in parameters:
            return await _enqueue(
                request, "pages", read_one_page(body, parameters, request.headers.get("content-type"))
            )
        return await _enqueue(request, "pages", read_pages(body))

    async def delete(self, request: Request) -> Response:
        """Removes pages by their paths."""
        return await _enqueue(request, "removal", read_removal(await _read_secret_body(request)))


async def sync(request: Request) -> Response:
    """Ingests the configured sources again."""
    work = read_sync(await _read_secret_body(request))
    settings: Settings = request.state.settings
    if not settings.docs:
        raise RequestInvalid("There is nothing to ingest: set LECTERN_DOCS, for the server and its workers.")
    return await _enqueue(request, "sync", work)


async def _read_secret_body(request: Request) -> bytes:
    """The body, which is not even looked at without the secret key."""
    require_secret_key(request)
    settings: Settings = request.state.settings
    advice = "push fewer pages at once, or raise LECTERN_PUSH_MAX_BYTES"
    return await read_body(request, max_bytes=settings.push_max_bytes, advice=advice)


async def _enqueue(request: Request, kind: str, work: dict[str, Any]) -> Response:
    job = await enqueue_job(request.state.database, kind, work)
    url = f"/v1/jobs/{job}"
    return JsonResponse({"job": job, "url": url}, status_code=202, headers={"Location": url})
