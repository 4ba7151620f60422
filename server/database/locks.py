"""Who may change what is published: one at a time, on any number of machines."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

from server.database.pool import translated_errors
from server.errors import ReindexFailed

logger = logging.getLogger(__name__)

_LOCK: Final = 0x1EC7E22  # any numbers no other program locks by
_REINDEX_LOCK: Final = 0x1EC7E23


@asynccontextmanager
async def alone(connection: asyncpg.Connection, *, is_told: bool = True) -> AsyncIterator[None]:
    """Waits until no other run prepares, ingests or publishes, and keeps others out; a lost connection lets go."""
    with translated_errors():
        if not await connection.fetchval("select pg_try_advisory_lock($1)", _LOCK):
            if is_told:
                logger.warning("Another ingest or reindex is running on this database: waiting for it to end.")
            await connection.execute("select pg_advisory_lock($1)", _LOCK)
    try:
        yield
    finally:
        await _let_go(connection, _LOCK)


@asynccontextmanager
async def the_only_reindex(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """Keeps a second reindex out, but no ingest. Raises `ReindexFailed` when there is one already."""
    with translated_errors():
        if not await connection.fetchval("select pg_try_advisory_lock($1)", _REINDEX_LOCK):
            raise ReindexFailed("Another reindex is running on this database: wait for it to end, or stop it.")
    try:
        yield
    finally:
        await _let_go(connection, _REINDEX_LOCK)


async def _let_go(connection: asyncpg.Connection, lock: int) -> None:
    if not connection.is_closed():
        with translated_errors():
            await connection.execute("select pg_advisory_unlock($1)", lock)
