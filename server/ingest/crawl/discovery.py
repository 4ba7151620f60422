"""Where a crawl begins: robots.txt, and the addresses that sitemaps list."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from server.errors import DocumentUnreadable, IngestFailed
from server.ingest.crawl import robots, sitemaps
from server.ingest.crawl.addresses import Scope
from server.ingest.crawl.fetching import Fetcher, FetchFailed, SiteLeft
from server.ingest.crawl.robots import Robots
from server.ingest.crawl.sitemaps import SitemapReader

_MAX_SITEMAPS: Final = 200  # a guess: ten million addresses
_MAX_ADDRESSES: Final = 1_000_000


@dataclass(slots=True)
class Listed:
    """What a site's sitemaps list."""

    pages: list[str] = field(default_factory=list)
    """As they are written there."""
    problems: list[str] = field(default_factory=list)
    """Sentences on sitemaps of an index that could not be read."""


def is_sitemap(url: str) -> bool:
    """By its name: what is found at an address is seen only when it is fetched."""
    path = url.partition("#")[0].partition("?")[0].lower()
    return path.endswith((".xml", ".xml.gz")) or (path.endswith((".txt", ".txt.gz")) and "sitemap" in path)


async def read_robots(fetcher: Fetcher, scope: Scope) -> tuple[Robots, str]:
    """With the address it was found at, which tells the site's scheme.

    Without a robots.txt everything is allowed. A site that cannot say is left alone: raises `IngestFailed`.
    """
    url = f"{scope.origin}/robots.txt"
    try:
        reply = await fetcher.fetch(url, max_bytes=robots.MAX_BYTES * 4)
    except SiteLeft:
        return Robots(b""), url
    except FetchFailed as error:
        raise IngestFailed(f"{url} {error} Without it nothing may be fetched.") from error
    return Robots(reply.body or b""), reply.url


async def read_sitemaps(fetcher: Fetcher, starts: list[str], *, is_stated: bool) -> Listed:
    """The pages of these sitemaps and of those they name.

    A sitemap that was only looked for may be missing. A stated one raises `IngestFailed`; so does an outage,
    because pages that were published before would be missing from the list.
    """
    listed = Listed()
    waiting = deque(dict.fromkeys(starts))
    seen = set(waiting)
    while waiting and len(seen) <= _MAX_SITEMAPS and len(listed.pages) < _MAX_ADDRESSES:
        url = waiting.popleft()
        try:
            reader = await _read_sitemap(fetcher, url)
        except SiteLeft as error:
            listed.problems.append(f"{url} {error}")
        except FetchFailed as error:
            raise IngestFailed(f"{url} {error}") from error
        except DocumentUnreadable as error:
            if is_stated and url in starts:
                raise IngestFailed(f"{url} {error}") from error
            if url not in starts:
                listed.problems.append(f"{url} {error}")
        else:
            listed.pages += reader.pages
            fresh = [inner for inner in dict.fromkeys(reader.sitemaps) if inner not in seen]
            seen.update(fresh)
            waiting.extend(fresh)
    return listed


async def _read_sitemap(fetcher: Fetcher, url: str) -> SitemapReader:
    if not fetcher.is_site(url):
        raise SiteLeft("is on another site.")
    reply = await fetcher.fetch(url, max_bytes=sitemaps.MAX_BYTES)
    if reply.body is None:
        raise DocumentUnreadable(f"answers with status {reply.status}.")
    return await asyncio.to_thread(_read_body, reply.body)


def _read_body(body: bytes) -> SitemapReader:
    reader = SitemapReader()
    reader.feed(body)
    reader.close()
    return reader
