"""One Python function per SQL function, same name; rows become records here and nowhere else."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import numpy as np
from numpy.typing import NDArray

from server.confidence import LEVELS_VERSION, Calibration, Levels, Scale
from server.database.pool import Database, translated_errors
from server.records import (
    Match,
    Page,
    PageSection,
    PlacedSection,
    Publication,
    PublishedPage,
    Site,
    StoredPage,
    TokenWeights,
    Window,
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
) -> list[Match]:
    """The best sections, best first; see `sql/functions/match_page_sections.sql` for units and `None`s."""
    rows = await _fetch(
        database,
        "select * from docs.match_page_sections("
        "$1, $2, $3, $4, $5, $6, $7, $8, full_text_weight => $9, semantic_weight => $10, rrf_k => $11, "
        "page_weight => $12, max_sections_per_page => $13, explain => $14)",
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
    )
    return [Match(**{**row, "heading_path": tuple(row["heading_path"])}) for row in rows]


async def get_page_sections(database: Database, path: str) -> PublishedPage | None:
    """The page at a path with its sections in order; `None` when there is none."""
    rows = await database.fetch("select * from docs.get_page_sections($1, $2)", SITE, path)
    if not rows:
        return None
    sections = tuple(
        PageSection(
            heading=row["heading"],
            heading_path=tuple(row["heading_path"]),
            slug=row["slug"],
            content=row["content"],
            token_count=row["token_count"],
        )
        for row in rows
    )
    return PublishedPage(title=rows[0]["title"], source=rows[0]["source"], sections=sections)


async def get_token_weights(
    database: Database | asyncpg.Connection, *, known_sha256: str | None = None
) -> TokenWeights | None:
    """What the embedder has learnt of the site; `None` when nothing, or just what the caller knows."""
    with translated_errors():
        rows = await database.fetch("select * from docs.get_token_weights($1, $2)", SITE, known_sha256)
    if not rows or rows[0]["weights"] is None:
        return None
    return TokenWeights(weights=rows[0]["weights"], page_count=rows[0]["page_count"])


async def get_calibration(database: Database | asyncpg.Connection) -> Calibration | None:
    """What was learnt of the site's questions with the embedding model it has now; `None` when nothing was."""
    rows = await _fetch(database, "select * from docs.get_calibration($1)", SITE)
    return Calibration(**{**rows[0], "levels": _read_levels(rows[0])}) if rows else None


def _read_levels(row: Mapping[str, Any]) -> Levels | None:
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


async def _fetch(
    database: Database | asyncpg.Connection, statement: str, *parameters: Any
) -> list[asyncpg.Record]:
    with translated_errors():
        rows: list[asyncpg.Record] = await database.fetch(statement, *parameters)
    return rows


# What migrating and ingesting call, as the owner.


async def prepare_embedding_model(connection: asyncpg.Connection, *, name: str, dimensions: int) -> None:
    """Fixes the vector width; removes every page when another model was recorded."""
    with translated_errors():
        async with connection.transaction():
            await connection.execute("select docs.prepare_embedding_model($1, $2)", name, dimensions)


async def get_page_checksums(connection: asyncpg.Connection) -> list[StoredPage]:
    """Every published page, in no order."""
    with translated_errors():
        rows = await connection.fetch("select * from docs.get_page_checksums($1)", SITE)
    return [StoredPage(**dict(row)) for row in rows]


async def get_sections_sample(
    connection: asyncpg.Connection, *, section_count: int, min_content_length: int
) -> list[PlacedSection]:
    """At most so many sections spread over the pages, one of each page first; the same for the same site."""
    with translated_errors():
        rows = await connection.fetch(
            "select * from docs.get_sections_sample($1, $2, $3)", SITE, section_count, min_content_length
        )
    return [PlacedSection(**{**row, "heading_path": tuple(row["heading_path"])}) for row in rows]


async def stage_pages(
    connection: asyncpg.Connection,
    run: UUID,
    *,
    pages: Sequence[Page],
    windows: Sequence[Window],
    embeddings: Vector,
) -> None:
    """Keeps parsed pages and their windows' vectors (shape: windows × dimensions) for `publish`."""
    with translated_errors():
        async with connection.transaction():
            await _copy(connection, "staged_page", _page_rows(run, pages))
            await _copy(connection, "staged_section", _section_rows(run, pages))
            await _copy(connection, "staged_window", _window_rows(run, windows, embeddings))


async def publish(
    connection: asyncpg.Connection,
    run: UUID,
    *,
    removed_paths: Sequence[str],
    token_weights: TokenWeights | None = None,
) -> Publication:
    """One transaction: the staged pages and the removals become the site's next generation.

    `token_weights` are those the staged vectors were made with.
    """
    with translated_errors():
        async with connection.transaction():
            if token_weights is not None:
                await connection.execute(
                    "select docs.set_token_weights($1, $2, $3)",
                    SITE,
                    token_weights.weights,
                    token_weights.page_count,
                )
            row = await connection.fetchrow(
                "select * from docs.publish($1, $2, $3)", SITE, run, list(removed_paths)
            )
    assert row is not None  # noqa: S101  the function returns exactly one row
    return Publication(**dict(row))


async def set_calibration(connection: asyncpg.Connection, calibration: Calibration) -> None:
    """Records what was learnt of the site's questions with the embedding model it has now."""
    with translated_errors():
        await connection.execute(
            "select docs.set_calibration($1, $2, $3, $4, $5)",
            SITE,
            calibration.token_weights_sha256,
            calibration.version,
            calibration.page_count,
            calibration.levels,
        )


async def discard_run(connection: asyncpg.Connection, run: UUID) -> None:
    """Deletes what a run has staged."""
    with translated_errors():
        await connection.execute("select docs.discard_run($1)", run)


async def _copy(connection: asyncpg.Connection, table: str, rows: Iterable[dict[str, Any]]) -> None:
    records = list(rows)
    if records:
        await connection.copy_records_to_table(
            table,
            schema_name="docs",
            columns=list(records[0]),
            records=[tuple(record.values()) for record in records],
        )


def _page_rows(run: UUID, pages: Iterable[Page]) -> Iterable[dict[str, Any]]:
    for page in pages:
        yield {
            "run": run,
            "path": page.path,
            "title": page.title,
            "checksum": page.checksum,
            "meta": page.meta,
            "type": page.type,
            "source": page.source,
        }


def _section_rows(run: UUID, pages: Iterable[Page]) -> Iterable[dict[str, Any]]:
    for page in pages:
        for position, section in enumerate(page.sections):
            yield {
                "run": run,
                "path": page.path,
                "position": position,
                "heading": section.heading,
                "heading_path": list(section.heading_path),
                "slug": section.slug,
                "content": section.content,
                "token_count": section.token_count,
                "fingerprint": section.fingerprint and asyncpg.BitString.frombytes(section.fingerprint),
            }


def _window_rows(run: UUID, windows: Sequence[Window], embeddings: Vector) -> Iterable[dict[str, Any]]:
    for window, embedding in zip(windows, embeddings, strict=True):
        yield {
            "run": run,
            "path": window.page_path,
            "section_position": window.section_position,
            "position": window.position,
            "embedding": embedding,
        }
