"""The path of a crawl: robots.txt → sitemaps, else links → a file for each page."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from server.documents.formats import format_of
from server.documents.sites.paths import page_path
from server.errors import IngestFailed
from server.ingest.crawl.addresses import Scope, is_asset, page_name, scope_of
from server.ingest.crawl.discovery import Listed, is_sitemap, read_robots, read_sitemaps
from server.ingest.crawl.fetching import Fetcher, FetchFailed, Reply, SiteLeft
from server.ingest.crawl.outline import Outline, in_utf8, read_outline
from server.ingest.sources import Failure
from server.settings import Settings

_MAX_FAILURES_IN_A_ROW: Final = 20  # a guess: the site is down, and asking on would not help it
_HTML_TYPES: Final = frozenset({"text/html", "application/xhtml+xml"})

OnProgress = Callable[[int, int], None]
"""Gets the addresses dealt with and those known of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedPage:
    """One page of a site."""

    url: str
    """Canonical, absolute, without query and fragment."""
    name: PurePosixPath
    """The file it would be in a built site, relative to the site's root: `Source.name`."""
    path: Path | None
    """Where the body lies; `None`: not modified since it was last fetched."""
    content_type: str
    validators: dict[str, str]
    """To be kept and given as `known` next time."""


async def crawl(
    start: str,
    folder: Path,
    *,
    known: Mapping[str, Mapping[str, str]],
    settings: Settings,
    on_progress: OnProgress,
) -> tuple[list[FetchedPage], list[Failure]]:
    """Every page at and below an address, or listed by a sitemap at that address, in the order of names.

    `known` is the validators of pages, by their `url`, whose stored form is still good. A page that is in neither
    list is gone. A failure named like a folder (`docs`, `.`) stands for every page below it that is in no list.
    Raises `IngestFailed` when the site cannot be read at all.
    """
    scope = scope_of(start, include=settings.include, exclude=settings.exclude, is_whole=is_sitemap(start))
    async with Fetcher(settings, is_site=scope.is_site) as fetcher:
        robots, found_at = await read_robots(fetcher, scope)
        scope = _with_scheme_of(found_at, scope)
        fetcher.allows = robots.allows
        fetcher.pace.pause_seconds = max(settings.crawl_pause_seconds, robots.delay_seconds)
        visit = _Crawl(fetcher, scope, folder, known=known, settings=settings, on_progress=on_progress)
        if is_sitemap(start):
            visit.add_listed(await read_sitemaps(fetcher, [start], is_stated=True), start)
        else:
            await visit.add_start(start, list(robots.sitemaps))
        await visit.run()
    if not visit.pages:
        reason = visit.failures[0].reason if visit.failures else "leads to no page that may be fetched."
        raise IngestFailed(f"{start} {reason}")
    return sorted(visit.pages.values(), key=lambda page: page.name), visit.failures


def _with_scheme_of(url: str, scope: Scope) -> Scope:
    """A site that answers http with a redirect to https is crawled by https."""
    parts = urlsplit(url)
    if not scope.is_site(url) or parts.scheme == scope.scheme:
        return scope
    return replace(scope, scheme=parts.scheme, port=parts.port or (443 if parts.scheme == "https" else 80))


class _Crawl:
    """The addresses that are known of, and what became of them."""

    def __init__(
        self,
        fetcher: Fetcher,
        scope: Scope,
        folder: Path,
        *,
        known: Mapping[str, Mapping[str, str]],
        settings: Settings,
        on_progress: OnProgress,
    ) -> None:
        self.pages: dict[str, FetchedPage] = {}
        """By their path in our site."""
        self.failures: list[Failure] = []
        self._fetcher = fetcher
        self._scope = scope
        self._folder = folder
        self._known = known
        self._settings = settings
        self._on_progress = on_progress
        self._follows_links = False
        self._waiting: deque[str] = deque()
        self._seen: set[str] = set()
        self._done = 0
        self._failures_in_a_row = 0
        self._is_full = False

    async def add_start(self, start: str, stated_sitemaps: list[str]) -> None:
        """The address itself, and what the site's sitemaps list below it or, without any, what it links to."""
        address = self._scope.normal(start, start)
        if address is None or not self._fetcher.allows(address):
            raise IngestFailed(f"{start} is kept from us by the site's robots.txt.")
        folder = self._scope.origin + self._scope.prefix.rpartition("/")[0]
        guesses = dict.fromkeys((f"{folder}/sitemap.xml", f"{self._scope.origin}/sitemap.xml"))
        stated = [url for url in stated_sitemaps if self._scope.is_site(url)]
        listed = await read_sitemaps(self._fetcher, stated, is_stated=False)
        for guess in guesses:
            if not listed.pages:
                listed = await read_sitemaps(self._fetcher, [guess], is_stated=False)
        self._waiting.append(address)
        self._seen.add(address)
        self._add_pages(listed)
        self._follows_links = len(self._waiting) == 1

    def add_listed(self, listed: Listed, sitemap: str) -> None:
        self._add_pages(listed)
        if not self._waiting:
            example = f", but {listed.pages[0]}" if listed.pages else ""
            raise IngestFailed(f"{sitemap} lists no page of {self._scope.origin} that may be fetched{example}.")

    def _add_pages(self, listed: Listed) -> None:
        for url in listed.pages:
            if (address := self._scope.normal(url, self._scope.origin)) is not None:
                self._add(address)
        self.failures += [Failure(self._whole, problem) for problem in listed.problems]

    @property
    def _whole(self) -> str:
        """What a failure is called that concerns every page."""
        return self._scope.prefix.strip("/") or "."

    async def run(self) -> None:
        """Fetches until no address is left; the first ones first."""
        running: set[asyncio.Task[None]] = set()
        try:
            while self._waiting or running:
                while self._waiting and len(running) < self._settings.crawl_connections:
                    running.add(asyncio.create_task(self._visit(self._waiting.popleft())))
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
                self._done += len(done)
                self._on_progress(self._done, self._done + len(running) + len(self._waiting))
                self._stop_when_down()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def _stop_when_down(self) -> None:
        if self._failures_in_a_row < _MAX_FAILURES_IN_A_ROW or not self._waiting:
            return
        others = len(self._waiting)
        reason = f"failed {_MAX_FAILURES_IN_A_ROW} times in a row: {others:,} other pages were not tried."
        self.failures.append(Failure(self._whole, reason))
        self._waiting.clear()

    def _add(self, address: str) -> None:
        if address in self._seen or not self._scope.holds(address) or is_asset(address):
            return
        if not self._fetcher.allows(address) or self._is_full:
            return
        if len(self._seen) >= self._settings.crawl_max_pages:
            self._is_full = True
            limit = self._settings.crawl_max_pages
            reason = f"has over {limit:,} pages, and LECTERN_CRAWL_MAX_PAGES allows no more: raise it."
            self.failures.append(Failure(self._whole, reason))
            return
        self._seen.add(address)
        self._waiting.append(address)

    async def _visit(self, address: str) -> None:
        validators = self._known.get(address)
        # A page that was not modified comes without its links.
        conditions = None if self._follows_links else validators
        try:
            reply = await self._fetcher.fetch(
                address, max_bytes=self._settings.file_max_bytes, wants=_is_page, validators=conditions
            )
        except SiteLeft:
            return
        except FetchFailed as error:
            self._failures_in_a_row += 1
            self.failures.append(Failure(str(self._name(address, validators)), str(error)))
            return
        self._failures_in_a_row = 0
        if reply.status == 304 and validators is not None:
            self._keep(address, self._name(address, validators), None, dict(validators))
        elif reply.body is not None:
            await self._take(reply, reply.body, address)

    async def _take(self, reply: Reply, body: bytes, asked: str) -> None:
        """Follows a page's links and keeps it, under the address that it gives as its own."""
        address = self._scope.normal(reply.url, asked) or asked
        if address != asked:
            if address in self._seen or not self._scope.holds(address):
                return
            self._seen.add(address)
        is_html = reply.content_type in _HTML_TYPES
        outline = Outline(None, (), is_hidden=False)
        if is_html:
            body = in_utf8(body, reply.charset)
            outline = await asyncio.to_thread(read_outline, body, address, self._scope)
        if self._follows_links and "nofollow" not in reply.robots:
            for link in outline.links:
                self._add(link)
        if outline.is_hidden or "noindex" in reply.robots:
            return
        if outline.canonical is not None and self._scope.holds(outline.canonical):
            address = outline.canonical
            self._seen.add(address)
        name = page_name(address, is_html=is_html)
        validators = {**reply.validators, "content_type": reply.content_type}
        known = self._known.get(address)
        is_same = bool(reply.validators) and known is not None and dict(known) == validators
        path = None if is_same else self._folder / f"{len(self.pages):06}{name.suffix}"
        if self._keep(address, name, path, validators) and path is not None:
            await asyncio.to_thread(path.write_bytes, body)

    def _keep(self, url: str, name: PurePosixPath, path: Path | None, validators: dict[str, str]) -> bool:
        """Whether it is the first page at its path."""
        place = page_path(name)
        if place in self.pages:
            return False
        self.pages[place] = FetchedPage(
            url=url, name=name, path=path, content_type=validators.get("content_type", ""), validators=validators
        )
        return True

    def _name(self, address: str, validators: Mapping[str, str] | None) -> PurePosixPath:
        stated = (validators or {}).get("content_type")
        if stated:
            return page_name(address, is_html=stated in _HTML_TYPES)
        by_suffix = format_of(PurePosixPath(urlsplit(address).path))
        return page_name(address, is_html=by_suffix is None or by_suffix.name == "html")


def _is_page(url: str, content_type: str) -> bool:
    return format_of(PurePosixPath(urlsplit(url).path), content_type or None) is not None
