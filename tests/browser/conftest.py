"""A real browser: Debian's Chromium where it is installed, Playwright's own elsewhere."""

import shutil
from collections.abc import AsyncIterator, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from tests.browser.asking import Answering, serve_answers
from tests.browser.docs_site import DocsSite, serve_docs_site
from tests.model_endpoint import ModelEndpoint

collect_ignore = [] if find_spec("selenium") else ["engines"]  # which `make engines` installs

_ARGUMENTS = [
    "--no-sandbox",  # root in a container
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_browser() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests in this folder share one event loop, and so one browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_browser(), args=_ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """An empty page; a script error or a violated policy in it fails the test."""
    context = await browser.new_context()
    page = await context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: troubles.extend([message.text] if message.type == "error" else []))
    yield page
    await context.close()
    assert [trouble for trouble in troubles if "Failed to load resource" not in trouble] == []


@pytest.fixture(scope="session")
def docs() -> Iterator[DocsSite]:
    """A site of another origin, to embed the box in; each test writes its pages."""
    with serve_docs_site() as site:
        yield site


@pytest.fixture(scope="module")
def served(site_database_url: str) -> Iterator[Answering]:
    """Shared by a file's tests; each says by a fixture of its own what the model does."""
    with serve_answers(site_database_url) as answering:
        yield answering


@pytest.fixture
def endpoint(served: Answering) -> ModelEndpoint:
    return served.endpoint


@pytest.fixture
def url(served: Answering) -> str:
    return served.url
