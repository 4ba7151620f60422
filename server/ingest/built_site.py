"""A documentation site as it was built: in a folder, or served."""

import asyncio
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import quote, urlsplit

import httpx2

from server.documents.sites.built_pages import page_anchors
from server.errors import BuiltSiteUnreadable

_PAGE_MAX_BYTES: Final = 20_000_000  # A guess: the largest page of the sites at hand has 4 MB.
_CONNECTIONS: Final = 4
_TIMEOUT_SECONDS: Final = 30
_TRIES: Final = 3
_PAUSE_MAX_SECONDS: Final = 10.0


class PageUnread(Exception):
    """Whether a page is there cannot be told; the text says why."""


class BuiltSite(Protocol):
    async def anchors(self, url: str) -> frozenset[str] | None:
        """The anchors of the page at an address from the site's root; `None` when there is no such page.

        Raises `PageUnread` when that cannot be told.
        """

    async def close(self) -> None: ...


def open_built_site(place: str) -> BuiltSite:
    """A folder, or an `http(s)://` address. Raises `BuiltSiteUnreadable` when it is neither."""
    if place.startswith(("http://", "https://")):
        return ServedSite(place)
    return BuiltFolder(Path(place))


class BuiltFolder:
    """A `dist`, `build`, `public`, `site` or `_build/html` folder."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            what = "is not a folder" if folder.exists() else "does not exist"
            raise BuiltSiteUnreadable(f"{folder} {what}: give the folder that your site was built into, or a URL.")
        self._folder = folder.resolve()

    async def anchors(self, url: str) -> frozenset[str] | None:
        return await asyncio.to_thread(self._anchors, url)

    async def close(self) -> None:
        pass

    def _anchors(self, url: str) -> frozenset[str] | None:
        try:
            file = self._find(urlsplit(url).path if "://" in url else url)
            return None if file is None else page_anchors(_read(file))
        except OSError as error:
            raise PageUnread(f"cannot be read: {error.strerror}") from error

    def _find(self, path: str) -> Path | None:
        """As web servers find files: `x/` is `x/index.html`, `x` is that or `x.html`."""
        bare = path.strip("/")
        named, of_folder = [bare, f"{bare}.html"], [f"{bare}/index.html".lstrip("/")]
        names = of_folder + named if path.endswith("/") else named + of_folder
        for name in (form for one in names for form in (one, quote(one))):  # some build `a%20b.html`
            file = (self._folder / name).resolve()
            if file.is_relative_to(self._folder) and file.suffix in (".html", ".htm") and file.is_file():
                return file
        return None


def _read(file: Path) -> bytes:
    if file.stat().st_size > _PAGE_MAX_BYTES:
        raise PageUnread(f"has over {_PAGE_MAX_BYTES:,} bytes")
    return file.read_bytes()


class ServedSite:
    """Asks a web server for each page, a few at once, and waits when it is told to."""

    def __init__(self, address: str) -> None:
        self._root = address.rstrip("/")
        self._turns = asyncio.Semaphore(_CONNECTIONS)
        self._client = httpx2.AsyncClient(
            follow_redirects=True,
            max_redirects=5,
            timeout=_TIMEOUT_SECONDS,
            headers={"user-agent": "lectern verify-links", "accept": "text/html"},
        )

    async def anchors(self, url: str) -> frozenset[str] | None:
        address = self._address(url)
        async with self._turns:
            try:
                async with asyncio.timeout(_TRIES * _TIMEOUT_SECONDS):
                    return await self._ask(address)
            except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError) as error:
                raise PageUnread(str(error) or "did not answer in time") from error

    async def close(self) -> None:
        await self._client.aclose()

    def _address(self, url: str) -> str:
        """Of a page on this server: what was crawled elsewhere, such as the published site, is looked for here."""
        if "://" not in url:
            return self._root + quote(url)
        path, base = urlsplit(url).path, urlsplit(self._root).path
        return self._root + quote(path.removeprefix(base) if path.startswith(f"{base}/") else path, safe="/%")

    async def _ask(self, address: str) -> frozenset[str] | None:
        for left in reversed(range(_TRIES)):
            async with self._client.stream("GET", address) as response:
                if response.status_code in (404, 410):
                    return None
                if response.is_success:
                    return await asyncio.to_thread(page_anchors, await _body(response))
                if left == 0 or response.status_code not in (429, 500, 502, 503, 504):
                    raise PageUnread(f"is answered with status {response.status_code}")
            await asyncio.sleep(_pause_seconds(response.headers.get("retry-after", "")))
        raise AssertionError("the last try returns or raises")


def _pause_seconds(retry_after: str) -> float:
    return min(float(retry_after), _PAUSE_MAX_SECONDS) if retry_after.isascii() and retry_after.isdigit() else 1.0


async def _body(response: httpx2.Response) -> bytes:
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > _PAGE_MAX_BYTES:
            raise PageUnread(f"has over {_PAGE_MAX_BYTES:,} bytes")
    return bytes(body)
