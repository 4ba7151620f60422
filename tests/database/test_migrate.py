import asyncio
import shutil
from pathlib import Path

import asyncpg
import pytest
from pgmq import get_embedded_install_sql

from server.app import open_rooms
from server.database.jobs import retry_job
from server.database.migrate import migrate, read_sql_files
from server.database.pool import open_owner_connection
from server.errors import DatabaseUnfit
from server.settings import Settings, find_folder
from tests.working import enqueue, page_of, take


@pytest.fixture
def sql_folder(tmp_path: Path) -> Path:
    """A copy of `sql/` that a test may edit."""
    return Path(shutil.copytree(find_folder("sql"), tmp_path / "sql"))


async def test_an_empty_database_gets_every_file_once(empty_database_url: str, sql_folder: Path) -> None:
    async with open_owner_connection(empty_database_url) as connection:
        first = await migrate(connection, sql_folder)
        second = await migrate(connection, sql_folder)
    expected = [file.name for kind in ("migrations", "functions") for file in read_sql_files(sql_folder, kind)]
    assert expected == first
    assert second == []


async def test_processes_that_migrate_at_once_apply_each_file_once(
    empty_database_url: str, sql_folder: Path
) -> None:
    async def migrate_once() -> list[str]:
        async with open_owner_connection(empty_database_url) as connection:
            return await migrate(connection, sql_folder)

    results = await asyncio.gather(*(migrate_once() for _ in range(4)))
    assert sorted(len(names) > 0 for names in results) == [False, False, False, True]


async def test_an_edited_migration_is_refused(database_url: str, sql_folder: Path) -> None:
    with (sql_folder / "migrations" / "0001_docs.sql").open("a") as file:
        file.write("-- one more thought\n")
    async with open_owner_connection(database_url) as connection:
        with pytest.raises(DatabaseUnfit, match=r"0001_docs\.sql was edited"):
            await migrate(connection, sql_folder)


async def test_a_changed_function_replaces_the_old_one_whatever_its_signature(
    database_url: str, sql_folder: Path
) -> None:
    (sql_folder / "functions" / "get_page_parents.sql").write_text(
        "create function docs.get_page_parents(page_id bigint, depth int) returns table (path text) "
        "language sql set search_path = docs as $$ select 'changed' $$;"
    )
    async with open_owner_connection(database_url) as connection:
        applied = await migrate(connection, sql_folder)
        row = await connection.fetch("select * from docs.get_page_parents(1, 2)")
        overloads = await connection.fetchval("select count(*) from pg_proc where proname = 'get_page_parents'")
    assert applied == ["functions/get_page_parents.sql"]
    assert [dict(row) for row in row] == [{"path": "changed"}]
    assert overloads == 1


async def test_a_function_whose_file_is_gone_is_dropped(database_url: str, sql_folder: Path) -> None:
    (sql_folder / "functions" / "get_page_parents.sql").unlink()
    async with open_owner_connection(database_url) as connection:
        await migrate(connection, sql_folder)
        assert await connection.fetchval("select to_regproc('docs.get_page_parents')") is None


async def test_a_failing_migration_leaves_nothing_of_itself(database_url: str, sql_folder: Path) -> None:
    (sql_folder / "migrations" / "0002_broken.sql").write_text("create table docs.half (id int); select 1 / 0;")
    async with open_owner_connection(database_url) as connection:
        with pytest.raises(DatabaseUnfit, match="division by zero"):
            await migrate(connection, sql_folder)
        assert await connection.fetchval("select to_regclass('docs.half')") is None
        (sql_folder / "migrations" / "0002_broken.sql").write_text("create table docs.whole (id int);")
        assert await migrate(connection, sql_folder) == ["migrations/0002_broken.sql"]


async def test_what_waits_in_the_queue_survives_a_migration(owner: asyncpg.Connection) -> None:
    await enqueue(owner, page_of("/a"))
    await migrate(owner, find_folder("sql"))
    assert len(await take(owner)) == 1


async def test_a_queue_that_was_not_restored_with_its_schema_is_made_anew(owner: asyncpg.Connection) -> None:
    """As after `pg_dump --schema=docs`; jobs of before have the numbers of messages that come again."""
    old = await enqueue(owner, page_of("/old"))
    await owner.execute("drop schema pgmq cascade")
    assert await migrate(owner, find_folder("sql")) == []
    new = await enqueue(owner, page_of("/new"))
    assert [job.id for job in await take(owner)] == [new]
    assert not await retry_job(owner, old)


async def test_a_pgmq_that_is_there_is_used_as_it_is(empty_database_url: str) -> None:
    async with open_owner_connection(empty_database_url) as connection:
        await connection.execute(get_embedded_install_sql())
        await connection.execute("select pgmq.create('of_somebody_else')")
        await migrate(connection, find_folder("sql"))
        queues = await connection.fetch("select queue_name from pgmq.list_queues() order by 1")
    assert [row["queue_name"] for row in queues] == ["lectern", "of_somebody_else"]


async def test_another_programs_schema_of_that_name_is_told(empty_database_url: str) -> None:
    async with open_owner_connection(empty_database_url) as connection:
        await connection.execute("create schema pgmq")
        with pytest.raises(DatabaseUnfit, match=r"The schema pgmq .* has no function archive, create, "):
            await migrate(connection, find_folder("sql"))


@pytest.mark.parametrize(
    "statement",
    [
        "delete from docs.applied_file where name = 'migrations/0009_queue.sql'",
        "drop function docs.get_applied_migrations",  # as it is in older databases
    ],
)
async def test_a_server_that_is_newer_than_its_database_does_not_start(
    owner: asyncpg.Connection, settings: Settings, statement: str
) -> None:
    await owner.execute(statement)
    with pytest.raises(DatabaseUnfit, match=r"not prepared for this version .* run `lectern migrate`"):
        async with open_rooms(settings):
            pass
