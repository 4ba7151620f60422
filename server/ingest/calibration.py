"""Learns what tells a site's own questions from others: it is asked both kinds, and the levels lie between.

1. Its own questions are made from its headings and sentences. Their own page is left out of what they find,
   because readers word things otherwise than the page that answers them. So they find about as much as readers'
   questions do (with 175 readers of Ray's documentation), or less (with 100 of AWS').
2. The others are eighty everyday questions that ship with Lectern. A site may well be about some of them, so only
   their bulk is looked at.
"""

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import asyncpg
import orjson

from server.confidence import LEVELS_VERSION, MATCHES_READ, Calibration, Reading, read
from server.database.calls import (
    Vector,
    get_calibration,
    get_embedding_model,
    get_sections_sample,
    get_site,
    match_page_sections,
    set_calibration,
)
from server.documents.probes import Probe, make_probes
from server.errors import LecternError
from server.ingest.embedding import VectorRecipe
from server.ingest.levels import OWN_MIN, choose_levels
from server.ingest.weighing import is_about_as_large
from server.models.embeddings import Embedder
from server.records import Match, Site
from server.settings import Settings

logger = logging.getLogger(__name__)

# With 200 the levels of five sites moved by a few hundredths from sample to sample; with 30 the lowest by a tenth.
_PROBES: Final = 200
_SECTIONS: Final = 8 * _PROBES  # many give no question
_SECTION_MIN_CHARS: Final = 100  # a guess: below, there is little to ask about

# With fewer, hardly anything would be left to find once a page is left out; then it is a section.
_PAGES_MIN: Final = 10

_OFF_TOPIC: Final = Path(__file__).with_name("off_topic.txt")

Readings = list[Reading]


async def renew_calibration(connection: asyncpg.Connection, *, embedder: Embedder, settings: Settings) -> None:
    """Learns the levels of what is published now, unless those recorded still hold.

    A failure is told in the log and leaves the old levels, because what was published stays published.
    """
    try:
        await _renew_calibration(connection, embedder=embedder, settings=settings)
    except LecternError as error:
        logger.warning("How sure answers are was not learnt anew, the next ingest tries again: %s", error)


async def _renew_calibration(connection: asyncpg.Connection, *, embedder: Embedder, settings: Settings) -> None:
    site = await get_site(connection)
    model = await get_embedding_model(connection)
    weights = model.token_weights
    learnt_with = _hash(VectorRecipe.of(settings, dimensions=model.dimensions, token_weights=weights), settings)
    recorded = await get_calibration(connection)
    if recorded is not None and _holds(recorded, site, learnt_with):
        return
    searching = _Searching(
        connection, embedder.with_token_weights(weights.weights) if weights else embedder, settings
    )
    own = await searching.read_own(leave_pages_out=site.page_count >= _PAGES_MIN)
    calibration = Calibration(
        learnt_with=learnt_with,
        version=LEVELS_VERSION,
        page_count=site.page_count,
        levels=choose_levels(own, await searching.read_off_topic()) if own else None,
    )
    await set_calibration(connection, calibration)


def _hash(recipe: VectorRecipe, settings: Settings) -> str:
    """Of everything that decides what a question finds, apart from the pages."""
    return hashlib.sha256(orjson.dumps([recipe.sha256, settings.ranking])).hexdigest()


def _holds(recorded: Calibration, site: Site, learnt_with: str | None) -> bool:
    return (
        recorded.version == LEVELS_VERSION
        and recorded.learnt_with == learnt_with
        and is_about_as_large(site.page_count, recorded.page_count)
    )


class _Searching:
    """Asks a site questions and reads what the best sections have of each."""

    def __init__(self, connection: asyncpg.Connection, embedder: Embedder, settings: Settings) -> None:
        self._connection = connection
        self._embedder = embedder
        self._settings = settings

    async def read_own(self, *, leave_pages_out: bool) -> list[Readings]:
        """One entry per question made from the site, without its own page or section; none when they are few."""
        sections = await get_sections_sample(
            self._connection, section_count=_SECTIONS, min_content_length=_SECTION_MIN_CHARS
        )
        probes = make_probes(sections, count=_PROBES)
        if len(probes) < OWN_MIN:
            return []
        found = await self._search([probe.text for probe in probes])
        return [
            read([match for match in matches if not _is_own(match, probe, whole_page=leave_pages_out)])
            for probe, matches in zip(probes, found, strict=True)
        ]

    async def read_off_topic(self) -> list[Readings]:
        return [read(matches) for matches in await self._search(off_topic_questions())]

    async def _search(self, queries: Sequence[str]) -> list[list[Match]]:
        found: list[list[Match]] = []
        size = self._settings.embedding_batch_size
        for start in range(0, len(queries), size):
            batch = queries[start : start + size]
            embeddings = await self._embedder.embed(batch)
            found += [await self._match(*pair) for pair in zip(batch, embeddings, strict=True)]
        return found

    async def _match(self, query: str, embedding: Vector) -> list[Match]:
        return await match_page_sections(
            self._connection,
            embedding=embedding,
            query_text=query,
            match_count=MATCHES_READ + self._settings.page_sections_max,
            token_budget=None,
            filter={},
            # No threshold, or else the others would find nothing, and nothing tells no level.
            **{**self._settings.ranking, "match_threshold": -1},
        )


def _is_own(match: Match, probe: Probe, *, whole_page: bool) -> bool:
    return match.path == probe.path and (whole_page or match.slug == probe.slug)


def off_topic_questions() -> list[str]:
    return _OFF_TOPIC.read_text(encoding="utf-8").splitlines()
