"""Connections to Postgres, and the one place where its exceptions become ours."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import asyncpg
import orjson
from pgvector.asyncpg import register_vector

from server.database.embedded import embedded_postgres
from server.errors import (
    DatabaseUnavailable,
    DatabaseUnfit,
    EmbeddingOutdated,
    KeyReused,
    LecternError,
    ModelRefused,
    SettingsInvalid,
)
from server.settings import Settings

SERVER_ROLE: Final = "lectern_server"

_UNPREPARED_SQLSTATES: Final = frozenset(
    {"42P01", "42883", "3F000", "42704"}
)  # no such table, function, schema, type
# Connection lost; being shut down; out of connections, disk or memory; serialization, deadlock; read-only standby;
# lock not available; no such database yet.
_PASSING_SQLSTATE_CLASSES: Final = frozenset({"08", "57", "53", "40", "25", "55", "3D"})

_OUTDATED_SQLSTATES: Final = frozenset({"LE001", "LE002"})  # raised by docs.check_embedding

_KEY_REUSED_SQLSTATE: Final = "LE003"  # raised by docs.open_answer

_MIGRATE: Final = "run `lectern migrate`"


@contextmanager
def translated_errors() -> Iterator[None]:
    """asyncpg's and the network's exceptions as ours; a refused key or vector is told by SQLSTATEs of our own."""
    try:
        yield
    except asyncpg.PostgresError as error:
        raise _explain(error) from error
    except TimeoutError as error:
        raise DatabaseUnavailable("Postgres did not answer in time.") from error
    except asyncpg.InterfaceError as error:
        raise DatabaseUnavailable(f"The connection to Postgres was lost: {error}") from error
    except OSError as error:
        raise DatabaseUnavailable(f"Postgres cannot be reached: {error}. Check LECTERN_DATABASE_URL.") from error


def _explain(error: asyncpg.PostgresError) -> LecternError:
    """By SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html"""
    said = error.args[0] if error.args else str(error)
    state = error.sqlstate or ""
    if state == _KEY_REUSED_SQLSTATE:
        return KeyReused("This Idempotency-Key was sent with another question before: use a new key.")
    if state == "42501":  # insufficient privilege
        advice = (error.hint or f"{_MIGRATE} as the owner").rstrip(".")
        return DatabaseUnfit(f"The database user lacks a right ({said}): {advice}.")
    if state in _UNPREPARED_SQLSTATES or SERVER_ROLE in said:
        return DatabaseUnfit(f"The database is not prepared for this version ({said}): {_MIGRATE}.")
    if state in _OUTDATED_SQLSTATES or (state[:2] == "22" and "vec" in said):  # the latter: NaN, out of range
        kind = EmbeddingOutdated if state in _OUTDATED_SQLSTATES else ModelRefused
        return kind(
            f"The embedder's vector does not fit the database ({said}): check LECTERN_EMBEDDING_MODEL and "
            "LECTERN_EMBEDDING_BASE_URL."
        )
    if state[:2] == "28":  # invalid authorization
        return DatabaseUnavailable(f"Postgres refused the user or its password: {said}.")
    if state[:2] in _PASSING_SQLSTATE_CLASSES:
        return DatabaseUnavailable(f"Postgres is unwell ({state}): {said}.")
    return DatabaseUnfit(f"Postgres refused a statement ({state}): {said}.")


@asynccontextmanager
async def database_url(settings: Settings) -> AsyncIterator[str]:
    """The configured database's URL, or that of the embedded one, which runs as long as the context."""
    if settings.database_url:
        url = settings.database_url.get_secret_value()
        _check_url(url)
        yield url
        return
    async with embedded_postgres(settings.data_dir) as url:
        yield url


def _check_url(url: str) -> None:
    """asyncpg quotes the part of a URL it cannot read, and with an unescaped password that is the password."""
    try:
        parts = urlsplit(url)
        is_readable = parts.scheme in ("postgres", "postgresql") and url.count("@") < 2 and parts.port != 0
    except ValueError:
        is_readable = False
    if not is_readable:
        raise SettingsInvalid(
            "LECTERN_DATABASE_URL cannot be read: it must look like postgresql://user:password@host:5432/name, "
            "with @, : and / in the password percent-encoded."
        )


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
            reset=_leave_as_it_is,
        )
    try:
        yield Database(pool, timeout_seconds=settings.database_timeout_seconds)
    finally:
        with translated_errors():
            await _close(pool)


async def _leave_as_it_is(connection: Any) -> None:
    """The server's calls leave nothing behind in a session, and asyncpg's own reset is a round trip for each."""


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
