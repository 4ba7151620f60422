"""Owners who are no superusers, on a Postgres where nothing was ever migrated."""

from collections.abc import Iterator

import asyncpg
import pytest

from server.database.calls import get_site, prepare_embedding_model
from server.database.migrate import migrate
from server.database.pool import open_database, open_owner_connection, prepare_connection
from server.errors import DatabaseUnfit
from server.settings import Settings, find_folder
from tests.conftest import OwnPostgres, with_database
from tests.model_endpoint import serve_model_endpoint
from tests.pages import direction, page, publish_pages, section
from tests.reindexing import reindex_to, settings_for
from tests.working import enqueue, page_of, take


@pytest.fixture
def own_postgres() -> Iterator[OwnPostgres]:
    with OwnPostgres() as postgres:
        yield postgres


async def make_owner(url: str, *statements: str) -> str:
    """The URL of a database of its own for the new login `owner`."""
    async with open_owner_connection(url) as connection:
        await connection.execute("create role owner login")
        await connection.execute("create database docs_of_owner owner owner")
        for statement in statements:
            await connection.execute(statement)
    async with open_owner_connection(with_database(url, "docs_of_owner")) as connection:
        await connection.execute("create extension vector")  # pgvector leaves this to superusers
    return with_database(url, "docs_of_owner").replace("postgres:@", "owner:@")


async def assert_main_job_runs(url: str) -> None:
    settings = Settings(database_url=url)
    async with open_owner_connection(url) as connection:
        await migrate(connection, find_folder("sql"))
        await prepare_embedding_model(connection, name="local/wordllama", dimensions=256)
        await prepare_connection(connection)
        await publish_pages(connection, [page("/a", section("A"))])
        await enqueue(connection, page_of("/b"))
        assert len(await take(connection)) == 1
    async with open_database(url, settings) as database:
        assert (await get_site(database)).page_count == 1
        rows = await database.fetch(
            "select heading from docs.match_page_sections($1, 0, 1, 0, null, 'text')", direction(1)
        )
    assert [row["heading"] for row in rows] == ["A"]


async def test_an_owner_who_may_create_roles_needs_nobody(own_postgres: OwnPostgres) -> None:
    await assert_main_job_runs(await make_owner(own_postgres.url, "alter role owner createrole"))


async def test_who_reindexes_need_not_be_the_owner(own_postgres: OwnPostgres) -> None:
    url = await make_owner(own_postgres.url, "alter role owner createrole")
    await assert_main_job_runs(url)
    administrators = with_database(own_postgres.url, "docs_of_owner")
    with serve_model_endpoint() as endpoint:
        await reindex_to(settings_for(endpoint, administrators, embedding_model="openai/test"))
    async with open_database(url, Settings(database_url=url)) as database:
        rows = await database.fetch("select heading from docs.match_page_sections($1, 0, 1, 0)", direction(1)[:64])
    assert [row["heading"] for row in rows] == ["A"]


async def test_an_administrator_may_make_the_role_beforehand(own_postgres: OwnPostgres) -> None:
    url = await make_owner(own_postgres.url, "create role lectern_server nologin", "grant lectern_server to owner")
    await assert_main_job_runs(url)


async def test_an_owner_who_may_not_is_told_what_an_administrator_has_to_do(own_postgres: OwnPostgres) -> None:
    url = await make_owner(own_postgres.url)
    async with open_owner_connection(url) as connection:
        with pytest.raises(DatabaseUnfit, match="create role lectern_server; grant lectern_server to owner"):
            await migrate(connection, find_folder("sql"))


async def test_the_server_may_call_its_functions_and_touch_no_table(database_url: str) -> None:
    async with open_database(database_url, Settings(database_url=database_url)) as database:
        await get_site(database)
        for statement in ("select * from docs.page", "select docs.remove_pages(1, array['/a'])"):
            with pytest.raises(DatabaseUnfit, match="permission denied"):
                await database.fetch(statement)


async def test_a_refused_statement_is_not_a_lost_connection(owner: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.UniqueViolationError):
        await owner.execute("insert into docs.site (name) values ('default')")
