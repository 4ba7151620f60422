"""One Python function per SQL function, same name; rows become records here and nowhere else."""

from collections.abc import Mapping
from typing import Any

import asyncpg
import numpy as np
from numpy.typing import NDArray

from server.confidence import LEVELS_VERSION, Calibration, Levels, Scale
from server.database.pool import Database, translated_errors
from server.errors import DatabaseUnfit
from server.records import (
    EmbeddingModel,
    Match,
    PageSection,
    PlacedSection,
    PublishedPage,
    SectionPlace,
    Site,
    TokenWeights,
    TypedQuery,
)

SITE = "default"

Vector = NDArray[np.float32]


# What the server calls, as a role that may do nothing else.


async def match_page_sections(
    database: Database | asyncpg.Connection,
    *,
    embedding: Vector | None,
    query_text: str | None,
    match_threshold: float,
    match_count: int,
    min_content_length: int,
    token_budget: int | None,
    filter: Mapping[str, Any],
    full_text_weight: float,
    semantic_weight: float,
    rrf_k: int | None,
    page_weight: float,
    max_sections_per_page: int | None,
    explain: bool = False,
    is_typed: bool = False,
    section_token_budget: int | None = None,
    embedding_model: str | None = None,
) -> list[Match]:
    """The best sections, best first; see `sql/functions/match_page_sections.sql` for units and `None`s.

    Raises `EmbeddingOutdated` when the live vectors are of another width or, if it is given, another model.
    """
    rows = await _fetch(
        database,
        "select * from docs.match_page_sections("
        "$1, $2, $3, $4, $5, $6, $7, $8, full_text_weight => $9, semantic_weight => $10, rrf_k => $11, "
        "page_weight => $12, max_sections_per_page => $13, explain => $14, is_typed => $15, "
        "section_token_budget => $16, embedding_model => $17)",
        embedding,
        match_threshold,
        match_count,
        min_content_length,
        token_budget,
        query_text,
        filter,
        SITE,
        full_text_weight,
        semantic_weight,
        rrf_k,
        page_weight,
        max_sections_per_page,
        explain,
        is_typed,
        section_token_budget,
        embedding_model,
    )
    return [Match(**{**row, "heading_path": tuple(row["heading_path"])}) for row in rows]


async def read_typed_query(database: Database, query_text: str) -> TypedQuery:
    """What the site makes of a query that is being typed; white space at its end finishes its last word."""
    (row,) = await database.fetch("select * from docs.read_typed_query($1, $2)", SITE, query_text)
    return TypedQuery(**{**row, "corrections": tuple(row["corrections"])})


async def get_page_sections(database: Database, path: str) -> PublishedPage | None:
    """The page at a path with its sections in order; `None` when there is none."""
    rows = await database.fetch("select * from docs.get_page_sections($1, $2)", SITE, path)
    if not rows:
        return None
    sections = tuple(make_section(row) for row in rows)
    return PublishedPage(title=rows[0]["title"], source=rows[0]["source"], sections=sections)


def make_section(row: asyncpg.Record) -> PageSection:
    return PageSection(
        heading=row["heading"],
        heading_path=tuple(row["heading_path"]),
        slug=row["slug"],
        content=row["content"],
        token_count=row["token_count"],
    )


async def get_embedding_model(
    database: Database | asyncpg.Connection, *, known_sha256: str | None = None
) -> EmbeddingModel:
    """What the live vectors were made with; without the token weights when the caller knows just those.

    Raises `DatabaseUnfit` when the database is not prepared.
    """
    with translated_errors():
        rows = await database.fetch("select * from docs.get_embedding_model($1, $2)", SITE, known_sha256)
    if not rows:
        raise DatabaseUnfit("The database is not prepared for an embedding model: run `lectern migrate`.")
    (row,) = rows
    return EmbeddingModel(
        name=row["name"],
        dimensions=row["dimensions"],
        requested_dimensions=row["requested_dimensions"],
        token_weights_sha256=row["token_weights_sha256"],
        token_weights=make_token_weights(row),
    )


def make_token_weights(row: asyncpg.Record) -> TokenWeights | None:
    if row["token_weights"] is None:
        return None
    return TokenWeights(weights=row["token_weights"], page_count=row["page_count"])


async def get_calibration(database: Database | asyncpg.Connection) -> Calibration | None:
    """What was learnt of the site's questions with the embedding model it has now; `None` when nothing was."""
    rows = await _fetch(database, "select * from docs.get_calibration($1)", SITE)
    return Calibration(**{**rows[0], "levels": _read_levels(rows[0])}) if rows else None


def _read_levels(row: asyncpg.Record) -> Levels | None:
    stored = row["levels"]
    if stored is None or row["version"] != LEVELS_VERSION:
        return None
    scales = {name: Scale(**stored[name]) for name in ("similarity", "coverage")}
    return Levels(**{**stored, **scales})


async def get_site(database: Database | asyncpg.Connection) -> Site:
    """What is published, and with which embedding model."""
    with translated_errors():
        rows = await database.fetch("select * from docs.get_site($1)", SITE)
    return Site(**dict(rows[0]))


async def get_applied_migrations(database: Database) -> set[str]:
    """By their names, like `migrations/0001_docs.sql`."""
    rows = await database.fetch("select docs.get_applied_migrations() as name")
    return {row["name"] for row in rows}


async def _fetch(
    database: Database | asyncpg.Connection, statement: str, *parameters: Any
) -> list[asyncpg.Record]:
    with translated_errors():
        rows: list[asyncpg.Record] = await database.fetch(statement, *parameters)
    return rows


# What migrating and ingesting call, as the owner.


async def prepare_embedding_model(
    connection: asyncpg.Connection, *, name: str, dimensions: int, requested_dimensions: int | None = None
) -> None:
    """Fixes the vector width; removes every page when another model was recorded."""
    with translated_errors():
        async with connection.transaction():
            await connection.execute(
                "select docs.prepare_embedding_model($1, $2, $3)", name, dimensions, requested_dimensions
            )


async def get_section_places(connection: asyncpg.Connection) -> list[SectionPlace]:
    """Every address that sources may link to, once, page by page."""
    with translated_errors():
        rows = await connection.fetch("select * from docs.get_section_places($1)", SITE)
    return [SectionPlace(**dict(row)) for row in rows]


async def get_sections_sample(
    connection: asyncpg.Connection, *, section_count: int, min_content_length: int
) -> list[PlacedSection]:
    """At most so many sections spread over the pages, one of each page first; the same for the same site."""
    with translated_errors():
        rows = await connection.fetch(
            "select * from docs.get_sections_sample($1, $2, $3)", SITE, section_count, min_content_length
        )
    return [PlacedSection(**{**row, "heading_path": tuple(row["heading_path"])}) for row in rows]


async def set_calibration(connection: asyncpg.Connection, calibration: Calibration) -> None:
    """Records what was learnt of the site's questions with the embedding model it has now."""
    with translated_errors():
        await connection.execute(
            "select docs.set_calibration($1, $2, $3, $4, $5)",
            SITE,
            calibration.learnt_with,
            calibration.version,
            calibration.page_count,
            calibration.levels,
        )
