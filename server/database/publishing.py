"""What an ingest calls, as the owner: one Python function per SQL function, same name."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import asyncpg
from pgvector import HalfVector

from server.database.calls import SITE, Vector
from server.database.pool import translated_errors
from server.errors import IngestFailed
from server.records import Page, PastPublication, Publication, StoredPage, TokenWeights, Window


async def get_stored_pages(connection: asyncpg.Connection) -> list[StoredPage]:
    """Every published page, in no order."""
    with translated_errors():
        rows = await connection.fetch("select * from docs.get_stored_pages($1)", SITE)
    return [StoredPage(**dict(row)) for row in rows]


async def stage_pages(
    connection: asyncpg.Connection,
    run: UUID,
    *,
    pages: Sequence[Page],
    windows: Sequence[Window],
    identities: Sequence[bytes],
    embedded_with: str = "",
) -> None:
    """Puts parsed pages with their windows aside for `publish`; `identities` are those of the windows' vectors.

    `embedded_with` is what the vectors are made with; empty: unknown, so that the next run makes them again.
    """
    with translated_errors():
        async with connection.transaction():
            await _copy(connection, "staged_page", _page_rows(run, pages, embedded_with))
            await _copy(connection, "staged_section", _section_rows(run, pages))
            await _copy(connection, "staged_window", _window_rows(run, windows, identities))


async def count_missing_windows(connection: asyncpg.Connection, run: UUID) -> tuple[int, int]:
    """How many texts that a run has staged, and of how many sections, have no vector yet."""
    with translated_errors():
        row = await connection.fetchrow("select * from docs.count_missing_windows($1)", run)
    assert row is not None  # noqa: S101  the function returns exactly one row
    return row["window_count"], row["section_count"]


async def get_missing_windows(
    connection: asyncpg.Connection, run: UUID, *, after_identity: bytes, count: int
) -> dict[bytes, str]:
    """The next staged texts above an identity that have no vector yet, by their identities, in order."""
    with translated_errors():
        rows = await connection.fetch(
            "select * from docs.get_missing_windows($1, $2, $3)", run, after_identity, count
        )
    return {row["identity"]: row["content"] for row in rows}


async def get_missing_identities(connection: asyncpg.Connection, identities: Sequence[bytes]) -> set[bytes]:
    """Those for which no vector is kept."""
    with translated_errors():
        rows = await connection.fetch("select * from docs.get_missing_identities($1) as identity", identities)
    return {row["identity"] for row in rows}


async def keep_embeddings(connection: asyncpg.Connection, identities: Sequence[bytes], embeddings: Vector) -> None:
    """Keeps vectors (shape: identities × dimensions) for this run and later ones, at once."""
    with translated_errors():
        await connection.execute(
            "select docs.keep_embeddings($1, $2)", identities, [HalfVector(embedding) for embedding in embeddings]
        )


async def drop_unused_embeddings(connection: asyncpg.Connection, *, days: int) -> None:
    """Deletes the vectors that no window has had for so long."""
    with translated_errors():
        await connection.execute("select docs.drop_unused_embeddings($1)", days)


async def publish(
    connection: asyncpg.Connection,
    run: UUID,
    *,
    removed_paths: Sequence[str],
    token_weights: TokenWeights | None = None,
    source_commit: str | None = None,
    windows_embedded: int = 0,
    pages_staged: int | None = None,
) -> Publication:
    """One transaction: the staged pages and the removals become the site's next generation.

    `token_weights` are those the staged vectors were made with. Raises `IngestFailed`, and publishes nothing, when
    `pages_staged` is given and not so many are there: `discard_run` clears away what lies for a day.
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
                "select * from docs.publish($1, $2, $3, $4, $5)",
                SITE,
                run,
                list(removed_paths),
                source_commit,
                windows_embedded,
            )
            assert row is not None  # noqa: S101  the function returns exactly one row
            if pages_staged not in (None, row["pages_written"]):
                raise IngestFailed("What this run had staged was cleared away after a day: run it again.")
    return Publication(**dict(row))


async def get_publications(connection: asyncpg.Connection, *, count: int) -> list[PastPublication]:
    """The last ones, newest first."""
    with translated_errors():
        rows = await connection.fetch("select * from docs.get_publications($1, $2)", SITE, count)
    return [PastPublication(**{name: value for name, value in row.items() if name != "site_id"}) for row in rows]


async def discard_run(connection: asyncpg.Connection, run: UUID) -> None:
    """Deletes what a run has staged."""
    with translated_errors():
        await connection.execute("select docs.discard_run($1)", run)


async def unstage_pages(connection: asyncpg.Connection, run: UUID, *, paths: Sequence[str]) -> None:
    """Takes some pages out of what a run has staged."""
    with translated_errors():
        await connection.execute("select docs.unstage_pages($1, $2)", run, paths)


async def _copy(connection: asyncpg.Connection, table: str, rows: Iterable[dict[str, Any]]) -> None:
    records = list(rows)
    if records:
        await connection.copy_records_to_table(
            table,
            schema_name="docs",
            columns=list(records[0]),
            records=[tuple(record.values()) for record in records],
        )


def _page_rows(run: UUID, pages: Iterable[Page], embedded_with: str) -> Iterable[dict[str, Any]]:
    for page in pages:
        yield {
            "run": run,
            "path": page.path,
            "url": page.url,
            "title": page.title,
            "checksum": page.checksum,
            "parsed_with": page.parsed_with,
            "embedded_with": embedded_with,
            "includes": page.includes,
            "validators": page.validators,
            "meta": page.meta,
            "type": page.type,
            "source": page.source,
            "is_pushed": page.is_pushed,
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


def _window_rows(run: UUID, windows: Sequence[Window], identities: Sequence[bytes]) -> Iterable[dict[str, Any]]:
    for window, identity in zip(windows, identities, strict=True):
        yield {
            "run": run,
            "path": window.page_path,
            "section_position": window.section_position,
            "position": window.position,
            "identity": identity,
            "content": window.text,
        }
