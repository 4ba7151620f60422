"""Who may change what is published: one at a time, on any number of machines."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

from server.database.pool import translated_errors

logger = logging.getLogger(__name__)

_LOCK: Final = 0x1EC7E22  # any number no other program locks by


@asynccontextmanager
async def alone(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """Waits until no other run prepares or ingests, and keeps others waiting; a lost connection lets go."""
    with translated_errors():
        if not await connection.fetchval("select pg_try_advisory_lock($1)", _LOCK):
            logger.warning("Another ingest is running on this database: waiting for it to end.")
            await connection.execute("select pg_advisory_lock($1)", _LOCK)
    try:
        yield
    finally:
        if not connection.is_closed():
            with translated_errors():
                await connection.execute("select pg_advisory_unlock($1)", _LOCK)
