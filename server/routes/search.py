"""`GET /v1/search`: the sections an answer would be made of, without a model, also for half a query."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server.answering.queries import clean_query
from server.answering.retrieval import Retriever
from server.answering.sources import make_typed_hits
from server.records import Hit, Match
from server.routes.parameters import read_filter, read_flag, read_limit, read_parameters
from server.routes.responses import JsonResponse
from server.routes.site_key import require_site
from server.settings import Settings


async def search(request: Request) -> Response:
    """`{"query", "confidence", "hits"}`, best first, one hit per section; `explain=1` adds the scores' parts."""
    settings: Settings = request.state.settings
    retriever: Retriever = request.state.retriever
    parameters = read_parameters(request)
    require_site(request, parameters.get("site"))
    raw = parameters.get("query", "")
    query = clean_query(raw, max_chars=settings.query_max_chars)
    limit = read_limit(parameters, default=10)
    explain = read_flag(parameters, "explain")
    typed, matches = await retriever.match_typed(
        f"{query} " if raw[-1:].isspace() else query,
        count=limit,
        filter=read_filter(parameters),
        is_paused=read_flag(parameters, "paused"),
        explain=explain,
    )
    hits = make_typed_hits(matches, typed, site_url=settings.site_url)
    return JsonResponse(
        {
            "query": query,
            # Levels are learnt of whole questions and say nothing of half a word.
            "confidence": None if typed.unfinished_word else await retriever.judge(matches),
            "hits": _explained(hits, matches) if explain else hits,
        }
    )


def _explained(hits: Sequence[Hit], matches: Sequence[Match]) -> list[dict[str, Any]]:
    pairs = zip(hits, matches, strict=True)
    return [{**asdict(hit), "explanation": match.explanation} for hit, match in pairs]
