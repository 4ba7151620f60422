"""Single steps of an answer, called by themselves."""

import secrets
import time
from collections.abc import Sequence
from typing import Final

from server.answering.corpus_embedder import CorpusEmbedder
from server.answering.prompt import make_prompt
from server.answering.sources import make_sources
from server.answering.storing import STALE_SECONDS
from server.database.answers import open_answer
from server.database.calls import Vector, match_page_sections
from server.database.pool import Database, database_url, open_database
from server.models.embeddings import make_embedder
from server.records import Match
from server.settings import Settings

_WARM_UP_QUESTIONS: Final = 10

Timed = list[tuple[str, list[float]]]


async def measure_parts(settings: Settings, questions: Sequence[str]) -> Timed:
    """Name and seconds per question of each step; the first questions are asked once more, uncounted, before."""
    embedder = make_embedder(settings, retries=0, timeout_seconds=settings.embedding_timeout_seconds)
    names = ("`open_answer`", "the query's embedding", "`match_page_sections`", "sources", "prompt")
    timed: Timed = [(name, []) for name in names]
    try:
        async with database_url(settings) as url, open_database(url, settings) as database:
            searcher = CorpusEmbedder(database, embedder, settings)
            warm_up = questions[:_WARM_UP_QUESTIONS]
            for place, query in enumerate([*warm_up, *questions]):
                marks = [time.monotonic()]
                await _open(database, settings, query)
                marks.append(time.monotonic())
                embedding = (await searcher.embed(query)).vector
                marks.append(time.monotonic())
                matches = await match(database, settings, query=query, embedding=embedding)
                marks.append(time.monotonic())
                make_sources(matches, query, site_url=settings.site_url)
                marks.append(time.monotonic())
                make_prompt(query, matches, site_name=settings.site_name)
                marks.append(time.monotonic())
                if place >= len(warm_up):
                    for i, (_, seconds) in enumerate(timed):
                        seconds.append(marks[i + 1] - marks[i])
    finally:
        await embedder.close()
    return timed


async def _open(database: Database, settings: Settings, query: str) -> None:
    """As a new question is noted; nobody is to find this one."""
    await open_answer(
        database,
        id=secrets.token_urlsafe(16),
        query=query,
        filter={},
        page=None,
        conversation=None,
        fingerprint=secrets.token_bytes(32),
        client=secrets.token_bytes(32),
        idempotency_key=None,
        body_sha256=None,
        model=settings.resolved_completion_model,
        cache_seconds=settings.cache_seconds,
        is_fresh=False,
        stale_seconds=STALE_SECONDS,
    )


async def match(
    database: Database,
    settings: Settings,
    *,
    query: str | None,
    embedding: Vector | None,
    count: int | None = None,
) -> list[Match]:
    """As an answer asks for its sections; a `count` means that many and no budget. `None` leaves a leg out."""
    ranking = settings.ranking
    if count is not None:
        ranking["max_sections_per_page"] = None
    return await match_page_sections(
        database,
        embedding=embedding,
        query_text=query,
        match_count=settings.match_count if count is None else count,
        token_budget=settings.context_budget_tokens if count is None else None,
        filter={},
        **ranking,
    )
