"""Every example as readers meet it: built, published, and served beside a Lectern of another origin."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Page, Request, Response

from server.app import create_app
from server.settings import Settings
from tests.browser.examples.builds import GENERATORS, build
from tests.commands import run
from tests.conftest import cloned_database
from tests.serving import serve_in_thread
from tests.site_server import SiteServer, files_in, serve_site

DOCS, LECTERN, KEY = "https://docs.example.com", "https://lectern.example.com", "pk_your_site_key"


@dataclass(frozen=True)
class Site:
    name: str
    url: str
    database_url: str
    lectern_url: str
    folder: Path
    """The example, as it was built."""

    @property
    def built(self) -> Path:
        return self.folder / GENERATORS[self.name].output


@pytest.fixture(scope="session", params=sorted(GENERATORS))
def site(request: pytest.FixtureRequest, postgres_url: str) -> Iterator[Site]:
    name = str(request.param)
    folder = build(name)
    with asyncio.Runner() as runner, serve_site() as server:
        database = cloned_database(postgres_url)
        url = runner.run(database.__aenter__())
        publish(folder, database_url=url, site_url=server.url)
        settings = Settings(database_url=url, site_url=server.url, allowed_origins=(server.url,))
        with serve_in_thread(create_app(settings)) as lectern_url:
            site = Site(name, server.url, url, lectern_url, folder)
            serve_built(site, server)
            yield site
        runner.run(database.__aexit__(None, None, None))


def publish(folder: Path, *, database_url: str, site_url: str) -> None:
    """By the example's own settings, beside all that its generator put there."""
    result = run(folder, "ingest", "--strict", LECTERN_DATABASE_URL=database_url, LECTERN_SITE_URL=site_url)
    assert result.returncode == 0, result.stderr
    assert "2 pages written, 0 removed, 0 unchanged" in result.stdout


def serve_built(site: Site, server: SiteServer) -> None:
    """With the addresses that run and the site's key, where the example has those of nobody."""
    key = httpx.get(f"{site.lectern_url}/v1/site").json()["key"]
    for path, content in files_in(site.built).items():
        for placeholder, real in ((DOCS, site.url), (LECTERN, site.lectern_url), (KEY, key)):
            content = content.replace(placeholder.encode(), real.encode())
        server.add(path, content)


@pytest_asyncio.fixture(loop_scope="session")
async def page(page: Page, site: Site) -> AsyncIterator[Page]:
    """At the site's home; whatever asks for a file that is not there, or asks another host, fails the test."""
    hosts = {urlsplit(url).netloc for url in (site.url, site.lectern_url)}
    troubles: list[str] = []

    def note_stranger(request: Request) -> None:
        if urlsplit(request.url).netloc not in hosts:
            troubles.append(request.url)

    def note_failure(response: Response) -> None:
        if response.status >= 400 and "/favicon." not in response.url:
            troubles.append(f"{response.status} {response.url}")

    page.on("request", note_stranger)
    page.on("response", note_failure)
    await page.goto(site.url)
    yield page
    assert [] == troubles
