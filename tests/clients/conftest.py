"""A Lectern for every client, and a documentation site of another origin for those in a browser."""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from server.app import create_app
from server.settings import Settings
from tests.browser.conftest import find_browser
from tests.clients.clients import CLIENTS
from tests.clients.programs import FOLDER
from tests.clients.running import bundle
from tests.clients.visits import Lectern, VisitBook
from tests.model_endpoint import serve_model_endpoint
from tests.serving import serve_in_thread


@pytest.fixture(scope="session")
def running_lectern(site_database_url: str) -> Iterator[Lectern]:
    with serve_lectern(site_database_url) as lectern:
        yield lectern


@pytest.fixture
def lectern(running_lectern: Lectern) -> Lectern:
    """A server nobody has visited yet, whose model has a good day."""
    running_lectern.start_afresh()
    return running_lectern


@pytest.fixture
def guarded_lectern(site_database_url: str) -> Iterator[Lectern]:
    """One that only pages of another site may read from."""
    with serve_lectern(site_database_url, allowed_origins=("https://docs.example.com",)) as lectern:
        yield lectern


@contextmanager
def serve_lectern(database_url: str, **changes: Any) -> Iterator[Lectern]:
    with serve_model_endpoint() as endpoint:
        settings = Settings(
            database_url=database_url,
            completion_model="openai/test",
            completion_base_url=endpoint.base_url,
            completion_api_key="sk-test",
            ping_seconds=0.1,
            shutdown_grace_seconds=0,
        ).model_copy(update=changes)
        book = VisitBook(create_app(settings))
        with serve_in_thread(book) as url:
            yield Lectern(url=url, endpoint=endpoint, visits=book.visits)


@pytest.fixture(scope="session")
def docs_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The origin of a documentation site whose pages ask Lectern."""
    folder = tmp_path_factory.mktemp("docs-site")
    bundle(folder, CLIENTS)
    for page_file in (FOLDER / "pages").glob("*.html"):
        shutil.copy(page_file, folder)
    with serve_in_thread(Starlette(routes=[Mount("/", StaticFiles(directory=folder))])) as url:
        yield url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One for the run, so tests with a page run in the session's loop."""
    async with async_playwright() as playwright:
        path = find_browser() or playwright.chromium.executable_path
        if not Path(path).exists():
            pytest.fail("No Chromium here: `make test` installs one.")
        browser = await playwright.chromium.launch(executable_path=path)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """An empty page; a script error in it fails the test."""
    page = await browser.new_page()
    page.set_default_timeout(10_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    await page.close()
    assert [] == errors
