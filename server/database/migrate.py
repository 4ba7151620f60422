"""Brings a database to the state of `sql/`: migrations once and in order, functions whenever they changed."""

import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg

from server.database.pool import translated_errors
from server.errors import DatabaseUnfit

logger = logging.getLogger(__name__)

_LOCK: Final = 0x1EC7E21  # any number no other program locks by
_MINIMUM_PGVECTOR: Final = (0, 8)  # iterative index scans
_PGVECTOR_SCHEMAS: Final = ("public", "extensions")  # the search_path of every function

_QUEUE: Final = "lectern"  # as the functions name it
_PGMQ_FUNCTIONS: Final = ("archive", "create", "delete", "read", "send", "set_vt")

_BOOKKEEPING: Final = """
    create schema if not exists docs;
    create table if not exists docs.applied_file (
        name text primary key,
        sha256 text not null,
        applied_at timestamptz not null default now()
    );
    alter table docs.applied_file enable row level security;
"""


@dataclass(frozen=True, slots=True)
class SqlFile:
    name: str
    """`migrations/0001_docs.sql` or `functions/publish.sql`."""
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def read_sql_files(folder: Path, kind: str) -> list[SqlFile]:
    return [
        SqlFile(f"{kind}/{path.name}", path.read_text(encoding="utf-8"))
        for path in sorted((folder / kind).glob("*.sql"))
    ]


async def migrate(connection: asyncpg.Connection, sql_folder: Path) -> list[str]:
    """Applies what is new; returns the names of the files applied, empty when nothing was.

    Any number of processes may call it at once. Raises `DatabaseUnfit` when a merged migration was edited,
    or the user or pgvector is not up to it; what was applied before stays.
    """
    with translated_errors():
        async with _locked(connection):
            await _check_pgvector(connection)
            await connection.execute(_BOOKKEEPING)
            applied = {
                row["name"]: row["sha256"] for row in await connection.fetch("select * from docs.applied_file")
            }
            migrations = read_sql_files(sql_folder, "migrations")
            _refuse_edited(migrations, applied)
            new = [file for file in migrations if file.name not in applied]
            functions = read_sql_files(sql_folder, "functions")
            changed = [file for file in functions if applied.get(file.name) != file.sha256]
            removed = {name for name in applied if name.startswith("functions/")} - {
                file.name for file in functions
            }
            for file in new:
                await _apply(connection, file)
            if changed or removed:
                await _apply_functions(connection, changed, removed)
            await _prepare_queue(connection)
    return [file.name for file in [*new, *changed]]


async def is_untouched(connection: asyncpg.Connection) -> bool:
    """Whether nothing was ever applied."""
    with translated_errors():
        found = await connection.fetchval("select to_regclass('docs.applied_file')")
    return found is None


@asynccontextmanager
async def _locked(connection: asyncpg.Connection) -> AsyncIterator[None]:
    await connection.execute("select pg_advisory_lock($1)", _LOCK)
    try:
        yield
    finally:
        if not connection.is_closed():
            await connection.execute("select pg_advisory_unlock($1)", _LOCK)


async def _check_pgvector(connection: asyncpg.Connection) -> None:
    schema = await connection.fetchval(
        "select extnamespace::regnamespace::text from pg_extension where extname = 'vector'"
    )
    if schema not in (None, *_PGVECTOR_SCHEMAS):
        raise DatabaseUnfit(
            f"pgvector is installed in the schema {schema}, and Lectern looks for it in "
            f"{' or '.join(_PGVECTOR_SCHEMAS)}: run `alter extension vector set schema public`."
        )
    version = await connection.fetchval(
        "select coalesce(installed_version, default_version) from pg_available_extensions where name = 'vector'"
    )
    if version is None:
        raise DatabaseUnfit("This Postgres has no pgvector: install the extension `vector` ≥ 0.8 on its server.")
    if tuple(int(part) for part in version.split(".")[:2]) < _MINIMUM_PGVECTOR:
        raise DatabaseUnfit(f"This Postgres has pgvector {version}, and Lectern needs 0.8 or newer: update it.")


def _refuse_edited(migrations: list[SqlFile], applied: dict[str, str]) -> None:
    for file in migrations:
        if applied.get(file.name, file.sha256) != file.sha256:
            raise DatabaseUnfit(
                f"sql/{file.name} was edited after it had been applied to this database: "
                "restore it and put the change into a new migration."
            )


async def _apply(connection: asyncpg.Connection, file: SqlFile) -> None:
    async with connection.transaction():
        await connection.execute(file.text)
        await _remember(connection, file)


async def _apply_functions(connection: asyncpg.Connection, files: list[SqlFile], removed: set[str]) -> None:
    async with connection.transaction():
        for name in removed:
            await _drop_function(connection, Path(name).stem)
            await connection.execute("delete from docs.applied_file where name = $1", name)
        # They call each other; a body is checked when it first runs, which the tests make each of them do.
        await connection.execute("set local check_function_bodies = off")
        for file in files:
            await _drop_function(connection, Path(file.name).stem)
            await connection.execute(file.text)
            await _remember(connection, file)


async def _drop_function(connection: asyncpg.Connection, name: str) -> None:
    """`create or replace` refuses changed result columns and leaves the old overload when arguments change."""
    overloads = await connection.fetch(
        "select oid::regprocedure::text as signature from pg_proc "
        "where pronamespace = 'docs'::regnamespace and proname = $1",
        name,
    )
    for overload in overloads:
        await connection.execute(f"drop function {overload['signature']}")


async def _prepare_queue(connection: asyncpg.Connection) -> None:
    """Installs pgmq where it is not yet, and makes the queue.

    What is installed stays as it is, be it the extension, which is updated as such, or the SQL of an older
    package, which cannot be applied twice: the few functions called here are the same in all of them.
    """
    async with connection.transaction():
        if not await connection.fetchval("select to_regnamespace('pgmq') is not null"):
            # Imported when it is needed, which is once: it loads a second Postgres driver.
            from pgmq import get_embedded_install_sql, get_embedded_sql_version

            await connection.execute(get_embedded_install_sql())
            logger.debug("Installed pgmq %s in the schema pgmq.", get_embedded_sql_version())
        rows = await connection.fetch("select proname from pg_proc where pronamespace = to_regnamespace('pgmq')")
        missing = [name for name in _PGMQ_FUNCTIONS if name not in {row["proname"] for row in rows}]
        if missing:
            raise DatabaseUnfit(
                f"The schema pgmq of this database has no function {', '.join(missing)}: update the extension "
                "pgmq to 1.5 or newer, or, if it is another program's, give Lectern a database of its own."
            )
        if not await connection.fetchval("select to_regclass('pgmq.q_lectern') is not null"):
            await connection.execute("select pgmq.create($1)", _QUEUE)
            await connection.execute("alter table pgmq.q_lectern enable row level security")
            await connection.execute("alter table pgmq.a_lectern enable row level security")


async def _remember(connection: asyncpg.Connection, file: SqlFile) -> None:
    await connection.execute(
        "insert into docs.applied_file (name, sha256) values ($1, $2) "
        "on conflict (name) do update set sha256 = excluded.sha256, applied_at = now()",
        file.name,
        file.sha256,
    )
