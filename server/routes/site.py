"""`GET /v1/site`: what is published here and who answers."""

from starlette.requests import Request
from starlette.responses import Response

from server.database.calls import get_site
from server.routes.responses import JsonResponse
from server.settings import Settings


async def site(request: Request) -> Response:
    settings: Settings = request.state.settings
    published = await get_site(request.state.database)
    return JsonResponse(
        {
            "name": settings.site_name,
            "pages": published.page_count,
            "sections": published.section_count,
            "embedder": published.embedding_model,
            "completer": settings.resolved_completion_model,
        }
    )
