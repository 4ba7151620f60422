"""Connections to Postgres, and the one place where its exceptions become ours."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final

import asyncpg
import orjson
from pgvector.asyncpg import register_vector

from server.database.embedded import embedded_postgres
from server.errors import DatabaseUnavailable, DatabaseUnfit
from server.settings import Settings

SERVER_ROLE: Final = "lectern_server"

_MIGRATE: Final = "run `lectern migrate`"


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turns asyncpg's and the network's exceptions into `DatabaseUnavailable` or `DatabaseUnfit`."""
    try:
        yield
    except (
        asyncpg.UndefinedTableError,
        asyncpg.UndefinedFunctionError,
        asyncpg.InvalidSchemaNameError,
    ) as error:
        raise DatabaseUnfit(f"The database is not prepared for this version ({error}): {_MIGRATE}.") from error
    except asyncpg.InvalidAuthorizationSpecificationError as error:
        raise DatabaseUnavailable(f"Postgres refused the user or its password: {error}.") from error
    except asyncpg.InsufficientPrivilegeError as error:
        advice = (error.hint or f"{_MIGRATE} as the owner").rstrip(".")
        raise DatabaseUnfit(f"The database user lacks a right ({error.args[0]}): {advice}.") from error
    except asyncpg.InvalidParameterValueError as error:
        if SERVER_ROLE not in str(error):
            raise
        raise DatabaseUnfit(f"The database has no role {SERVER_ROLE}: {_MIGRATE}.") from error
    except TimeoutError as error:
        raise DatabaseUnavailable("Postgres did not answer in time.") from error
    except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.OperatorInterventionError) as error:
        raise DatabaseUnavailable(f"The connection to Postgres was lost: {error}") from error
    except (asyncpg.InvalidCatalogNameError, OSError) as error:
        raise DatabaseUnavailable(f"Postgres cannot be reached: {error}. Check LECTERN_DATABASE_URL.") from error


@asynccontextmanager
async def database_url(settings: Settings) -> AsyncIterator[str]:
    """The configured database's URL, or that of the embedded one, which runs as long as the context."""
    if settings.database_url:
        yield settings.database_url.get_secret_value()
        return
    async with embedded_postgres(settings.data_dir) as url:
        yield url


class Database:
    """A pool of connections. Every call raises our errors only and may be made by many tasks at once."""

    def __init__(self, pool: asyncpg.Pool, *, timeout_seconds: float) -> None:
        self._pool = pool
        self._timeout_seconds = timeout_seconds

    async def fetch(self, statement: str, *parameters: Any) -> list[asyncpg.Record]:
        """Rows of one read-only statement. Asked once more when the connection had gone stale."""
        with translated_errors():
            try:
                return await self._fetch(statement, *parameters)
            except (asyncpg.PostgresConnectionError, asyncpg.AdminShutdownError, ConnectionError):
                return await self._fetch(statement, *parameters)

    async def _fetch(self, statement: str, *parameters: Any) -> list[asyncpg.Record]:
        async with asyncio.timeout(self._timeout_seconds), self._pool.acquire() as connection:
            return await connection.fetch(statement, *parameters)


@asynccontextmanager
async def open_database(url: str, settings: Settings) -> AsyncIterator[Database]:
    """A pool for the HTTP server: acts as the role that may only call functions. Needs a migrated database."""
    with translated_errors():
        pool = await asyncpg.create_pool(
            url,
            min_size=1,  # asyncpg's default of 10 makes every start wait for ten connections
            max_size=settings.database_pool_size,
            init=prepare_connection,
            server_settings={"application_name": "lectern", "role": SERVER_ROLE},
            timeout=settings.database_timeout_seconds,
        )
    try:
        yield Database(pool, timeout_seconds=settings.database_timeout_seconds)
    finally:
        with translated_errors():
            await _close(pool)


async def _close(pool: asyncpg.Pool) -> None:
    try:
        await asyncio.wait_for(pool.close(), timeout=5)
    except TimeoutError:
        pool.terminate()


@asynccontextmanager
async def open_owner_connection(url: str) -> AsyncIterator[asyncpg.Connection]:
    """One connection for migrating and publishing: acts as the user of the URL. Knows no vector type yet."""
    with translated_errors():
        connection = await asyncpg.connect(url, server_settings={"application_name": "lectern owner"})
    try:
        yield connection
    finally:
        with translated_errors():
            await connection.close(timeout=5)


async def prepare_connection(connection: Any) -> None:
    """Teaches a connection jsonb and pgvector's types, wherever the extension was installed."""
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=_encode_jsonb, decoder=_decode_jsonb, format="binary"
    )
    schema = await connection.fetchval(
        "select extnamespace::regnamespace::text from pg_extension where extname = 'vector'"
    )
    if schema is None:
        raise DatabaseUnfit(f"The database has no pgvector yet: {_MIGRATE}.")
    await register_vector(connection, schema=schema)


# jsonb on the wire is a version byte and the text. Binary, because COPY takes no text codec.
def _encode_jsonb(value: Any) -> bytes:
    return b"\x01" + orjson.dumps(value)


def _decode_jsonb(value: bytes) -> Any:
    return orjson.loads(value[1:])
