"""What a reindex calls, as the owner: one Python function per SQL function, same name."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import asyncpg

from server.database.calls import SITE, make_section, make_token_weights
from server.database.pool import translated_errors
from server.errors import DatabaseUnavailable
from server.records import Reindex, StoredSection

# With the 0.3 s that each try waits: about 40 s, a guess at how long a report or an analyst's query takes.
_LOCK_TRIES: Final = 30
_LOCK_PAUSE_SECONDS: Final = 1.0


async def get_reindex(connection: asyncpg.Connection) -> Reindex | None:
    """The reindex that has not ended; `None` when there is none."""
    with translated_errors():
        row = await connection.fetchrow("select * from docs.get_reindex()")
    if row is None:
        return None
    return Reindex(
        name=row["name"],
        dimensions=row["dimensions"],
        requested_dimensions=row["requested_dimensions"],
        embedded_with=row["embedded_with"],
        token_weights=make_token_weights(row),
    )


async def start_reindex(connection: asyncpg.Connection, reindex: Reindex, *, page_count: int) -> None:
    """Makes room for the next vectors, and drops those of an earlier reindex."""
    await _with_tries(
        connection,
        "select docs.start_reindex($1, $2, $3, $4, $5, $6)",
        reindex.name,
        reindex.dimensions,
        reindex.requested_dimensions,
        reindex.embedded_with,
        reindex.token_weights.weights if reindex.token_weights else None,
        page_count,
    )


async def discard_reindex(connection: asyncpg.Connection) -> None:
    """Drops what a reindex that has not ended has made; does nothing when there is none."""
    await _with_tries(connection, "select docs.discard_reindex()")


async def get_sections_to_embed(
    connection: asyncpg.Connection, *, after_id: int, count: int, is_new: bool = False
) -> list[StoredSection]:
    """The next sections above an id that have no next windows; `is_new`: of all."""
    with translated_errors():
        rows = await connection.fetch(
            "select * from docs.get_sections_to_embed($1, $2, $3)", after_id, count, is_new
        )
    return [StoredSection(id=row["id"], title=row["title"], section=make_section(row)) for row in rows]


async def add_next_windows(
    connection: asyncpg.Connection,
    *,
    section_ids: Sequence[int],
    positions: Sequence[int],
    identities: Sequence[bytes],
) -> None:
    """Keeps the windows of some sections, with the vectors kept for them, for the swap; but not of those gone."""
    with translated_errors():
        await connection.execute(
            "select docs.add_next_windows($1, $2, $3)",
            section_ids,
            positions,
            identities,
        )


async def index_next_windows(connection: asyncpg.Connection) -> None:
    """Makes the next vectors ready to be searched."""
    with translated_errors():
        await connection.execute("select docs.index_next_windows()")


async def swap_windows(connection: asyncpg.Connection) -> None:
    """One short transaction: the next vectors and their model become the live ones."""
    await _with_tries(connection, "select docs.swap_windows($1)", SITE)


async def drop_old_windows(connection: asyncpg.Connection, *, tries: int | None = None) -> None:
    """Drops what a swap has replaced. Raises `DatabaseUnavailable` while someone reads it."""
    await _with_tries(connection, "select docs.drop_old_windows()", tries=tries)


async def _with_tries(
    connection: asyncpg.Connection, statement: str, *parameters: Any, tries: int | None = None
) -> None:
    """A statement that gives up a lock it does not get soon, so that nobody waits long behind it."""
    for left in reversed(range(tries or _LOCK_TRIES)):
        try:
            with translated_errors():
                await connection.execute(statement, *parameters)
        except DatabaseUnavailable as error:
            if not isinstance(error.__cause__, asyncpg.LockNotAvailableError):
                raise
            if not left:
                raise DatabaseUnavailable(
                    "Something reads the tables of Lectern without a pause (a backup, a long query): try again "
                    "when it has ended."
                ) from error
            await asyncio.sleep(_LOCK_PAUSE_SECONDS)
        else:
            return
