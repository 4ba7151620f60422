"""`GET /v1/site`: what is published here and who answers."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from server.database.calls import get_site
from server.routes.parameters import read_parameters
from server.routes.responses import JsonResponse
from server.routes.site_key import require_site
from server.settings import Settings

# Each box asks once a page; what changes is how much is published.
_CACHE_CONTROL: Final = "public, max-age=60"


async def site(request: Request) -> Response:
    settings: Settings = request.state.settings
    require_site(request, read_parameters(request).get("site"))
    published = await get_site(request.state.database)
    return JsonResponse(
        {
            "key": published.public_key,
            "name": settings.site_name,
            "pages": published.page_count,
            "sections": published.section_count,
            "embedder": published.embedding_model,
            "completer": settings.resolved_completion_model,
            "suggested_questions": settings.suggested_questions,
        },
        headers={"Cache-Control": _CACHE_CONTROL},
    )
