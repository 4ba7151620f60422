"""Built sites as they are found: folders of files, and a real web server."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from server.errors import BuiltSiteUnreadable
from server.ingest.built_site import BuiltFolder, BuiltSite, PageUnread, open_built_site
from tests.serving import serve_in_thread


@pytest.mark.parametrize(
    ("file", "found", "not_found"),
    [
        ("index.html", ["/"], ["/a"]),
        ("a/index.html", ["/a/", "/a"], ["/a/b", "/A/"]),
        ("a.html", ["/a.html", "/a", "/a/"], ["/a.htm"]),
        ("b c/ü.html", ["/b c/ü.html", "/b c/ü"], ["/b%20c/ü.html"]),
        ("b%20c.html", ["/b c.html"], ["/c"]),
        ("v1.2/index.html", ["/v1.2/", "/v1.2"], ["/v1"]),
        ("a.html", ["https://example.com/a"], ["https://example.com/b"]),
    ],
)
async def test_files_are_found_as_web_servers_find_them(
    tmp_path: Path, file: str, found: list[str], not_found: list[str]
) -> None:
    (tmp_path / "site" / file).parent.mkdir(parents=True)
    (tmp_path / "site" / file).write_text("<p id=here>")
    site = open_built_site(str(tmp_path / "site"))
    assert [frozenset({"here"})] * len(found) == [await site.anchors(url) for url in found]
    assert [None] * len(not_found) == [await site.anchors(url) for url in not_found]


async def test_nothing_outside_of_the_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret.html").write_text("<p id=secret>")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "link.html").symlink_to(tmp_path / "secret.html")
    site = BuiltFolder(tmp_path / "site")
    assert [None, None] == [await site.anchors("/../secret"), await site.anchors("/link")]


@pytest.mark.parametrize(("name", "reason"), [("missing", "does not exist"), ("file", "is not a folder")])
def test_what_is_no_folder_is_told(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BuiltSiteUnreadable, match=reason):
        open_built_site(str(tmp_path / name))


class Pages:
    """A small web server that says how often it was asked."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.statuses: list[int] = []
        routes = [
            Route("/docs/a b/", self.page),
            Route("/docs/moved", self.moved),
            Route("/docs/loop", self.loop),
            Route("/docs/unwell", self.unwell),
            Route("/docs/endless", self.endless),
        ]
        self.app = Starlette(routes=routes)

    async def page(self, request: Request) -> Response:
        self.paths.append(request.url.path)
        return HTMLResponse("<p id=here>")

    async def moved(self, request: Request) -> Response:
        return RedirectResponse("/docs/a b/")

    async def loop(self, request: Request) -> Response:
        return RedirectResponse("/docs/loop")

    async def unwell(self, request: Request) -> Response:
        if not self.statuses:
            return HTMLResponse("<p id=well>")
        return Response(status_code=self.statuses.pop(0), headers={"retry-after": "0"})

    async def endless(self, request: Request) -> Response:
        async def pieces() -> AsyncIterator[bytes]:
            while not await request.is_disconnected():
                yield b" " * 1_000_000

        return StreamingResponse(pieces())


@pytest.fixture
def pages() -> Pages:
    return Pages()


@pytest.fixture
def address(pages: Pages) -> Iterator[str]:
    with serve_in_thread(pages.app) as url:
        yield f"{url}/docs/"


@asynccontextmanager
async def opened(address: str) -> AsyncIterator[BuiltSite]:
    site = open_built_site(address)
    try:
        yield site
    finally:
        await site.close()


async def test_pages_are_asked_for_below_the_address(address: str, pages: Pages) -> None:
    async with opened(address) as site:
        assert frozenset({"here"}) == await site.anchors("/a b/")
        assert frozenset({"here"}) == await site.anchors("/moved")
        assert await site.anchors("/none") is None
    assert ["/docs/a%20b/"] * 2 == [path.replace(" ", "%20") for path in pages.paths]


@pytest.mark.parametrize("crawled", ["https://docs.example.com/a%20b/", "https://example.com/docs/a%20b/"])
async def test_pages_crawled_elsewhere_are_asked_for_on_this_server(address: str, crawled: str) -> None:
    async with opened(address) as site:
        assert frozenset({"here"}) == await site.anchors(crawled)


async def test_a_server_that_is_busy_is_asked_again(address: str, pages: Pages) -> None:
    pages.statuses = [429, 503]
    async with opened(address) as site:
        assert frozenset({"well"}) == await site.anchors("/unwell")


@pytest.mark.parametrize(
    ("statuses", "path", "reason"),
    [
        ([500, 500, 500], "/unwell", "status 500"),
        ([403], "/unwell", "status 403"),
        ([], "/loop", "redirects"),
        ([], "/endless", "has over 20,000,000 bytes"),
    ],
)
async def test_what_cannot_be_told_is_no_missing_page(
    address: str, pages: Pages, statuses: list[int], path: str, reason: str
) -> None:
    pages.statuses = statuses
    async with opened(address) as site:
        with pytest.raises(PageUnread, match=reason):
            await site.anchors(path)
    assert [] == pages.statuses
