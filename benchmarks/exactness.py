"""What the vector index leaves out: its best ten against the best ten of all, with and without a filter."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg

from benchmarks.variants import TENTH, THOUSANDTH
from server.database.calls import Vector
from server.database.pool import open_owner_connection, prepare_connection

# Stored and compared as single-precision numbers.
_TOLERANCE: Final = 1e-6

_LEG: Final = """
    select similarity
    from docs.nearest_sections((select id from docs.site where name = 'default'), $1, '{}', null)
    order by similarity desc
    limit 10
"""
_WINDOWS: Final = """
    select -(embedding <#> $1::halfvec) as similarity
    from docs.section_window
    order by embedding <#> $1::halfvec limit 10
"""
# Ordered by what no index knows, so that every row is looked at.
_ALL_WINDOWS: Final = """
    select -(embedding <#> $1::halfvec) as similarity from docs.section_window order by similarity desc limit 10
"""
_ALL_SECTIONS: Final = """
    select max(-(kept.embedding <#> $1::halfvec)) as similarity
    from docs.section_window as kept
    join docs.page_section as section on section.id = kept.section_id
    join docs.page on page.id = section.page_id
    where page.meta @> $2
    group by section.id
    order by similarity desc
    limit 10
"""
# The leg itself, because what says the same is shown once in the end.
_FILTERED: Final = """
    select similarity
    from docs.site
    cross join lateral docs.nearest_sections(site.id, $1, $2, docs.kept_sections(site.id, $2)) as nearest
    where site.name = 'default'
    order by similarity desc
    limit 10
"""


@dataclass(slots=True)
class Recalls:
    """Of one way to search: recall@10 and seconds for each query."""

    recalls: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def add(self, found: Sequence[float], best: Sequence[float], *, seconds: float) -> None:
        if best:
            self.recalls.append(recall(found, best))
            self.seconds.append(seconds)

    @property
    def mean(self) -> float:
        return sum(self.recalls) / len(self.recalls)


def recall(found: Sequence[float], best: Sequence[float]) -> float:
    """The share of the best similarities that were found; among equals any will do."""
    return sum(similarity >= min(best) - _TOLERANCE for similarity in found[: len(best)]) / len(best)


async def measure_exactness(url: str, embeddings: Sequence[Vector]) -> dict[str, Recalls]:
    """By name of the search; asks as the owner, because only the owner may look at every row."""
    measured = {name: Recalls() for name in ("windows", "sections", TENTH, THOUSANDTH)}
    async with open_owner_connection(url) as connection:
        await prepare_connection(connection)
        for number, embedding in enumerate(embeddings):
            await _measure_leg(connection, embedding, measured)
            for name, parts in ((TENTH, 10), (THOUSANDTH, 1000)):
                await _measure_filter(connection, embedding, {name: number % parts}, measured[name])
    return measured


async def _measure_leg(connection: asyncpg.Connection, embedding: Vector, measured: Mapping[str, Recalls]) -> None:
    best_windows, _ = await _timed(connection, _ALL_WINDOWS, embedding)
    best_sections, _ = await _timed(connection, _ALL_SECTIONS, embedding, {})
    async with connection.transaction():
        sections, sections_seconds = await _timed(connection, _LEG, embedding)
        # The leg has set how far the index is searched, until the end of the transaction.
        windows, windows_seconds = await _timed(connection, _WINDOWS, embedding)
    measured["sections"].add(sections, best_sections, seconds=sections_seconds)
    measured["windows"].add(windows, best_windows, seconds=windows_seconds)


async def _measure_filter(
    connection: asyncpg.Connection, embedding: Vector, filter: Mapping[str, Any], measured: Recalls
) -> None:
    # The exact order first: it reads the same rows, so that the search after it is a warm one.
    best, _ = await _timed(connection, _ALL_SECTIONS, embedding, filter)
    found, seconds = await _timed(connection, _FILTERED, embedding, filter)
    measured.add(found, best, seconds=seconds)


async def _timed(connection: asyncpg.Connection, statement: str, *parameters: Any) -> tuple[list[float], float]:
    started = time.monotonic()
    rows = await connection.fetch(statement, *parameters)
    seconds = time.monotonic() - started
    return [row["similarity"] for row in rows], seconds
