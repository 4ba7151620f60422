"""`GET /v1/jobs/…`: what has become of a push."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from server.database.jobs import get_job
from server.errors import NotFound
from server.routes.responses import JsonResponse
from server.routes.secret_key import require_secret_key

_DIGITS_MAX: Final = 18  # of what a bigint holds in any case


async def show_job(request: Request) -> Response:
    require_secret_key(request)
    number: str = request.path_params["id"]
    is_number = number.isascii() and number.isdigit() and len(number) <= _DIGITS_MAX
    job = await get_job(request.state.database, int(number)) if is_number else None
    if job is None:
        told = "There is no such job; those done 30 days ago are forgotten."
        raise NotFound(f"No job {number}.", reader_text=told)
    return JsonResponse(job, headers={"Cache-Control": "no-store"})
