"""`GET /v1/search`: the sections an answer would be made of, without a model."""

from starlette.requests import Request
from starlette.responses import Response

from server.answering.queries import clean_query
from server.answering.retrieval import Retriever
from server.answering.sources import make_hits
from server.routes.parameters import read_filter, read_limit, read_parameters
from server.routes.responses import JsonResponse
from server.settings import Settings


async def search(request: Request) -> Response:
    """`{"query", "hits"}`, best first, one hit per section."""
    settings: Settings = request.state.settings
    retriever: Retriever = request.state.retriever
    parameters = read_parameters(request)
    query = clean_query(parameters.get("query", ""), max_chars=settings.query_max_chars)
    limit = read_limit(parameters, default=10)
    matches = await retriever.match(query, count=limit, budget_tokens=None, filter=read_filter(parameters))
    hits = make_hits(matches, query, site_url=settings.site_url)
    return JsonResponse({"query": query, "hits": hits})
