import gzip
import time
import tracemalloc
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from pydantic import SecretStr

from server.errors import DocumentUnreadable, IngestFailed
from server.ingest.crawl.addresses import page_name, scope_of
from server.ingest.crawl.site import FetchedPage, crawl
from server.ingest.crawl.sitemaps import SitemapReader
from server.ingest.globs import is_included
from server.ingest.sources import Failure
from server.settings import Settings
from tests.site_server import SiteServer, Trouble, serve_site

QUICK = {"crawl_pause_seconds": 0, "crawl_retries": 1, "crawl_timeout_seconds": 5}
Crawled = tuple[list[FetchedPage], list[Failure]]


@pytest.fixture
def site() -> Iterator[SiteServer]:
    with serve_site() as server:
        yield server


async def crawled(
    site: SiteServer, tmp_path: Path, start: str = "/", *, known: Any = None, **settings: Any
) -> Crawled:
    return await crawl(
        start if "://" in start else site.url + start,
        tmp_path,
        known=known or {},
        settings=Settings(**{**QUICK, **settings}),
        on_progress=lambda done, total: None,
    )


def page(title: str, *links: str, head: str = "") -> str:
    anchors = "".join(f'<a href="{link}">x</a>' for link in links)
    return f"<html><head>{head}</head><body><main><h1>{title}</h1>{anchors}</main></body></html>"


def sitemap(*urls: str, kind: str = "urlset", entry: str = "url") -> str:
    entries = "".join(f"<{entry}><loc>{url}</loc></{entry}>" for url in urls)
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0" encoding="UTF-8"?><{kind} xmlns="{space}">{entries}</{kind}>'


def names(result: Crawled) -> list[str]:
    return [str(fetched.name) for fetched in result[0]]


def validators_of(result: Crawled) -> Mapping[str, Mapping[str, str]]:
    return {fetched.url: fetched.validators for fetched in result[0]}


async def test_links_are_followed_below_the_start_and_nowhere_else(site: SiteServer, tmp_path: Path) -> None:
    links = ("a.html#part", "b/?tab=2", "/docs/b/index.html", "../other/", "https://example.com/docs/", "logo.png")
    site.add("/docs/index.html", page("Start", *links, "mailto:a@b.c", "javascript:x()", "http://[broken"))
    site.add("/docs/a.html", page("A", "c"))
    site.add("/docs/b/index.html", page("B"))
    site.add("/docs/c", page("C", "./", "/docsother"))
    site.add("/other/index.html", page("Other"))
    site.add("/docsother", page("Other"))
    pages, failures = await crawled(site, tmp_path, "/docs/")
    assert (
        [
            (f"{site.url}/docs/a.html", PurePosixPath("docs/a.html")),
            (f"{site.url}/docs/b/", PurePosixPath("docs/b/index.html")),
            (f"{site.url}/docs/c", PurePosixPath("docs/c.html")),
            (f"{site.url}/docs/", PurePosixPath("docs/index.html")),
        ],
        [],
    ) == ([(fetched.url, fetched.name) for fetched in pages], failures)
    assert page("A", "c") == (pages[0].path or Path()).read_text()
    assert len(site.paths) == len(set(site.paths))


async def test_a_file_as_start_means_its_folder(site: SiteServer, tmp_path: Path) -> None:
    site.add("/guide/start.html", page("Start", "next.html", "/"))
    site.add("/guide/next.html", page("Next"))
    site.add("/index.html", page("Home"))
    assert ["guide/next.html", "guide/start.html"] == names(await crawled(site, tmp_path, "/guide/start.html"))


async def test_links_that_ask_not_to_be_followed_are_not(site: SiteServer, tmp_path: Path) -> None:
    site.add("/index.html", page("Start", "a") + '<a rel="nofollow" href="/b">b</a>')
    site.add("/a", page("A", "c", head='<meta name="robots" content="nofollow">'))
    site.add("/b", page("B"))
    site.add("/c", page("C"))
    assert ["a.html", "index.html"] == names(await crawled(site, tmp_path))


async def test_a_sitemap_is_preferred_to_links(site: SiteServer, tmp_path: Path) -> None:
    site.add("/index.html", page("Start", "unlisted"))
    site.add("/unlisted", page("Unlisted"))
    site.add("/a/index.html", page("A"))
    site.add("/sitemap.xml", sitemap(f"{site.url}/", f"{site.url}/a/", "https://example.com/b/"))
    assert ["a/index.html", "index.html"] == names(await crawled(site, tmp_path))


async def test_robots_txt_names_sitemaps(site: SiteServer, tmp_path: Path) -> None:
    site.add("/robots.txt", f"Sitemap: {site.url}/maps/index.xml\nSitemap: https://example.com/x.xml")
    inner = (f"{site.url}/maps/1.xml.gz", f"{site.url}/maps/2.txt", f"{site.url}/maps/index.xml")
    site.add("/maps/index.xml", sitemap(*inner, kind="sitemapindex", entry="sitemap"))
    site.add("/maps/1.xml.gz", gzip.compress(sitemap(f"{site.url}/a").encode()))
    site.add("/maps/2.txt", f"{site.url}/b\r\n\r\nnonsense\n")
    for name in ("/index.html", "/a", "/b"):
        site.add(name, page(name))
    assert ["a.html", "b.html", "index.html"] == names(await crawled(site, tmp_path))


async def test_a_sitemap_may_be_the_start(site: SiteServer, tmp_path: Path) -> None:
    site.add("/docs/sitemap.xml", sitemap(f"{site.url}/a", f"{site.url}/docs/b"))
    site.add("/a", page("A", "c"))
    site.add("/docs/b", page("B"))
    assert ["a.html", "docs/b.html"] == names(await crawled(site, tmp_path, "/docs/sitemap.xml"))


async def test_a_sitemap_of_another_site_is_told(site: SiteServer, tmp_path: Path) -> None:
    site.add("/sitemap.xml", sitemap("https://docs.example.com/a"))
    with pytest.raises(IngestFailed) as caught:
        await crawled(site, tmp_path, "/sitemap.xml")
    assert (
        f"{site.url}/sitemap.xml lists no page of {site.url} that may be fetched, but https://docs.example.com/a."
    ) == str(caught.value)


async def test_a_sitemap_that_fails_ends_the_run(site: SiteServer, tmp_path: Path) -> None:
    site.add("/index.html", page("Start"))
    site.troubles["/sitemap.xml"] = Trouble(status=500)
    with pytest.raises(IngestFailed, match=r"/sitemap\.xml answers with status 500\."):
        await crawled(site, tmp_path)


async def test_a_missing_part_of_a_sitemap_is_a_failure_of_the_whole(site: SiteServer, tmp_path: Path) -> None:
    site.add("/index.html", page("Start"))
    parts = (f"{site.url}/1.xml", f"{site.url}/2.xml")
    site.add("/sitemap.xml", sitemap(*parts, kind="sitemapindex", entry="sitemap"))
    site.add("/1.xml", sitemap(f"{site.url}/"))
    result = await crawled(site, tmp_path, "/sitemap.xml")
    assert (["index.html"], [Failure(".", f"{site.url}/2.xml answers with status 404.")]) == (
        names(result),
        result[1],
    )


async def test_a_page_of_html_is_no_sitemap(site: SiteServer, tmp_path: Path) -> None:
    """Single-page applications answer everything with their one page."""
    site.add("/index.html", page("Start", "a"))
    site.add("/a", page("A"))
    site.add("/sitemap.xml", page("Start"))
    assert ["a.html", "index.html"] == names(await crawled(site, tmp_path))


async def test_robots_txt_is_obeyed(site: SiteServer, tmp_path: Path) -> None:
    site.add("/robots.txt", "User-agent: *\nDisallow: /\n\nUser-agent: lectern\nDisallow: /private\nAllow: /")
    site.add("/index.html", page("Start", "a", "private/b"))
    site.add("/a", page("A"))
    site.add("/private/b", page("B"))
    site.troubles["/a"] = Trouble(status=302, location="/private/b")
    assert ["index.html"] == names(await crawled(site, tmp_path))
    assert "/private/b" not in site.paths


async def test_a_start_that_robots_txt_forbids_is_told(site: SiteServer, tmp_path: Path) -> None:
    site.add("/robots.txt", "User-agent: *\nDisallow: /")
    with pytest.raises(IngestFailed, match=r"is kept from us by the site's robots\.txt\."):
        await crawled(site, tmp_path)
    assert ["/robots.txt"] == site.paths


async def test_without_an_answer_about_robots_txt_nothing_is_fetched(site: SiteServer, tmp_path: Path) -> None:
    site.add("/index.html", page("Start"))
    site.troubles["/robots.txt"] = Trouble(status=503)
    with pytest.raises(IngestFailed, match=r"/robots\.txt answers with status 503\. Without it nothing may be"):
        await crawled(site, tmp_path)
    assert {"/robots.txt"} == set(site.paths)


async def test_the_pause_that_robots_txt_asks_for_is_kept(site: SiteServer, tmp_path: Path) -> None:
    site.add("/robots.txt", "User-agent: *\nCrawl-delay: 0.2")
    site.add("/index.html", page("Start", "a", "b"))
    site.add("/a", page("A"))
    site.add("/b", page("B"))
    site.add("/sitemap.xml", "no sitemap")
    await crawled(site, tmp_path)
    times = [request.received_at for request in site.requests[1:]]
    assert len(times) == 4
    assert min(later - earlier for earlier, later in pairwise(times)) > 0.15


async def test_we_say_who_we_are_and_keep_no_cookies(site: SiteServer, tmp_path: Path) -> None:
    site.add("/index.html", page("Start", "a"))
    site.add("/a", page("A"))
    site.headers["/"] = {"Set-Cookie": "session=1"}
    await crawled(site, tmp_path, site_url="https://docs.example.com")
    agents = {request.headers["user-agent"] for request in site.requests}
    assert {f"Lectern/{version('lectern')} (+https://docs.example.com)"} == agents
    assert [] == [request for request in site.requests if "cookie" in request.headers]


async def test_authorization_goes_to_the_site_alone(site: SiteServer, tmp_path: Path) -> None:
    with serve_site({"/index.html": page("Elsewhere")}) as other:
        site.add("/index.html", page("Start", "away", other.url + "/"))
        site.troubles["/away"] = Trouble(status=302, location=other.url + "/")
        await crawled(site, tmp_path, crawl_authorization=SecretStr("Bearer abc"))
        assert ({"Bearer abc"}, []) == (
            {request.headers.get("authorization") for request in site.requests},
            other.requests,
        )


async def test_what_was_not_modified_is_not_sent_again(site: SiteServer, tmp_path: Path) -> None:
    site.add("/sitemap.xml", sitemap(f"{site.url}/a", f"{site.url}/b"))
    site.add("/a", page("A"))
    site.add("/b", page("B"))
    first = await crawled(site, tmp_path, "/sitemap.xml")
    site.requests.clear()
    site.add("/b", page("B, changed"))
    second = await crawled(site, tmp_path, "/sitemap.xml", known=validators_of(first))
    assert [("a.html", False, "text/html"), ("b.html", True, "text/html")] == [
        (str(fetched.name), fetched.path is not None, fetched.content_type) for fetched in second[0]
    ]
    assert first[0][0].validators == second[0][0].validators
    asked = [request.headers.get("if-none-match") for request in site.requests if request.path in ("/a", "/b")]
    assert [fetched.validators["etag"] for fetched in first[0]] == sorted(asked, key=asked.index)


async def test_where_links_are_followed_every_page_is_read_but_only_changed_ones_are_given(
    site: SiteServer, tmp_path: Path
) -> None:
    site.add("/index.html", page("Start", "a"))
    site.add("/a", page("A", "b"))
    site.add("/b", page("B"))
    first = await crawled(site, tmp_path)
    site.add("/b", page("B, changed"))
    second = await crawled(site, tmp_path, known=validators_of(first))
    assert [("a.html", False), ("b.html", True), ("index.html", False)] == [
        (str(fetched.name), fetched.path is not None) for fetched in second[0]
    ]


async def test_without_validators_every_page_is_given(site: SiteServer, tmp_path: Path) -> None:
    site.has_validators = False
    site.add("/index.html", page("Start"))
    first = await crawled(site, tmp_path)
    second = await crawled(site, tmp_path, known=validators_of(first))
    assert ({"content_type": "text/html"}, True) == (second[0][0].validators, second[0][0].path is not None)


@pytest.mark.parametrize("status", [404, 410])
async def test_a_page_that_is_gone_is_in_neither_list(site: SiteServer, tmp_path: Path, status: int) -> None:
    site.add("/sitemap.xml", sitemap(f"{site.url}/a", f"{site.url}/b"))
    site.add("/b", page("B"))
    site.troubles["/a"] = Trouble(status=status)
    known = {f"{site.url}/a": {"etag": '"x"', "content_type": "text/html"}}
    result = await crawled(site, tmp_path, "/sitemap.xml", known=known)
    assert (["b.html"], []) == (names(result), result[1])


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (Trouble(status=500), "answers with status 500."),
        (Trouble(status=403), "answers with status 403."),
        (Trouble(status=429, headers={"Retry-After": "0"}), "answers with status 429."),
        (
            Trouble(status=503, headers={"Retry-After": "86400"}),
            "answers with status 503 and asks us to wait for 86,400 seconds.",
        ),
        (Trouble(endless=True), "has over 100,000 bytes, the most that is fetched (LECTERN_FILE_MAX_BYTES)."),
        (Trouble(endless=True, delay_seconds=0.1), "did not answer whole within 1 seconds."),
        (Trouble(status=302, location="/a"), "is redirected in a circle, by way of {url}/a."),
        (Trouble(status=302, location="http://[bad"), "is redirected to what is no address."),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_page_in_trouble_fails_alone(
    site: SiteServer, tmp_path: Path, trouble: Trouble, reason: str
) -> None:
    site.add("/index.html", page("Start", "a", "b"))
    site.add("/b", page("B"))
    site.troubles["/a"] = trouble
    result = await crawled(site, tmp_path, file_max_bytes=100_000, crawl_timeout_seconds=1)
    assert (["b.html", "index.html"], [Failure("a.html", reason.format(url=site.url))]) == (
        names(result),
        result[1],
    )


async def test_a_connection_that_breaks_off_is_a_failure(site: SiteServer, tmp_path: Path) -> None:
    site.add("/index.html", page("Start", "a"))
    site.troubles["/a"] = Trouble(cut=True)
    _, failures = await crawled(site, tmp_path)
    assert [("a.html", "cannot be fetched: ")] == [(one.source, one.reason[:19]) for one in failures]


async def test_a_body_that_unpacks_without_end_is_cut_off(site: SiteServer, tmp_path: Path) -> None:
    site.add("/index.html", page("Start", "a"))
    site.add("/a", gzip.compress(b"<p>x" * 50_000_000))
    site.headers["/a"] = {"Content-Encoding": "gzip"}
    tracemalloc.start()
    _, failures = await crawled(site, tmp_path, file_max_bytes=1_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    reason = "has over 1,000,000 bytes, the most that is fetched (LECTERN_FILE_MAX_BYTES)."
    assert [Failure("a.html", reason)] == failures
    assert peak < 20_000_000


@pytest.mark.parametrize("status", [429, 500, 502])
async def test_a_site_that_recovers_is_asked_again(site: SiteServer, tmp_path: Path, status: int) -> None:
    site.add("/index.html", page("Start"))
    site.troubles["/"] = Trouble(status=status, failures=1)
    result = await crawled(site, tmp_path)
    assert (["index.html"], [], 2) == (names(result), result[1], site.paths.count("/"))


async def test_retry_after_is_honoured_by_all_requests(site: SiteServer, tmp_path: Path) -> None:
    site.add("/index.html", page("Start", "a", "b", "c"))
    for name in "abc":
        site.add(f"/{name}", page(name))
    site.troubles["/a"] = Trouble(status=429, failures=1, headers={"Retry-After": "1"})
    result = await crawled(site, tmp_path, crawl_connections=2)
    refused, again = (request.received_at for request in site.requests if request.path == "/a")
    waiting = next(request.received_at for request in site.requests if request.path == "/c")
    assert (["a.html", "b.html", "c.html", "index.html"], []) == (names(result), result[1])
    assert min(again, waiting) - refused > 0.9


async def test_redirects_within_the_site_lead_to_the_page_once(site: SiteServer, tmp_path: Path) -> None:
    site.add("/index.html", page("Start", "old", "new/", "new"))
    site.add("/new/index.html", page("New"))
    site.troubles["/old"] = Trouble(status=308, location="/new/")
    pages, failures = await crawled(site, tmp_path)
    assert ([f"{site.url}/", f"{site.url}/new/"], []) == (sorted(fetched.url for fetched in pages), failures)


async def test_a_page_that_left_for_another_site_is_gone(site: SiteServer, tmp_path: Path) -> None:
    site.add("/index.html", page("Start", "a"))
    with serve_site({"/index.html": page("Elsewhere")}) as other:
        site.troubles["/a"] = Trouble(status=301, location=other.url + "/")
        result = await crawled(site, tmp_path)
        assert (["index.html"], [], []) == (names(result), result[1], other.requests)


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        ("ftp://example.com/", "is no web address: give one that starts with http:// or https://."),
        ("docs/", "is no web address: give one that starts with http:// or https://."),
        ("http://[::bad/", "is no web address: give one that starts with http:// or https://."),
        ("http://me:secret@127.0.0.1/", "LECTERN_CRAWL_AUTHORIZATION"),
        ("http://127.0.0.1:1/", "cannot be fetched: All connection attempts failed. Without it nothing"),
        ("{url}/missing", "leads to no page that may be fetched."),
        ("{url}/away", "leads to no page that may be fetched."),
    ],
)  # fmt: skip
async def test_a_start_that_leads_nowhere_ends_the_run(
    site: SiteServer, tmp_path: Path, start: str, reason: str
) -> None:
    site.troubles["/away"] = Trouble(status=301, location="https://www.example.com/")
    with pytest.raises(IngestFailed) as caught:
        await crawled(site, tmp_path, start.format(url=site.url) if "{" in start else start + "#://")
    assert reason in str(caught.value)
    assert "secret" not in str(caught.value)


async def test_a_canonical_address_is_the_pages_own(site: SiteServer, tmp_path: Path) -> None:
    canonical = f'<link rel="canonical" href="{site.url}/guide/">'
    site.add("/index.html", page("Start", "guide/", "v1/guide/", "far"))
    site.add("/guide/index.html", page("Guide", head=canonical))
    site.add("/v1/guide/index.html", page("Guide", head=canonical))
    site.add("/far", page("Far", head='<link rel="canonical" href="https://example.com/far">'))
    pages, _ = await crawled(site, tmp_path)
    assert [f"{site.url}/far", f"{site.url}/guide/", f"{site.url}/"] == [fetched.url for fetched in pages]


async def test_pages_that_ask_not_to_be_found_are_not(site: SiteServer, tmp_path: Path) -> None:
    site.add("/index.html", page("Start", "a", "b", "c"))
    site.add("/a", page("A", "d", head='<meta name="robots" content="noindex">'))
    site.add("/b", page("B"))
    site.headers["/b"] = {"X-Robots-Tag": "noindex"}
    site.add("/c", page("C", head='<meta http-equiv="refresh" content="0; url=/e">'))
    site.add("/d", page("D"))
    site.add("/e", page("E"))
    assert ["d.html", "e.html", "index.html"] == names(await crawled(site, tmp_path))


async def test_only_what_has_a_format_is_fetched(site: SiteServer, tmp_path: Path) -> None:
    site.add("/index.html", page("Start", "data", "note.md"))
    site.add("/data", b"\0" * 1000)
    site.headers["/data"] = {"Content-Type": "application/octet-stream"}
    site.add("/note.md", "# Note")
    site.headers["/note.md"] = {"Content-Type": "text/markdown"}
    pages, failures = await crawled(site, tmp_path)
    assert ([("index.html", "text/html"), ("note.md", "text/markdown")], []) == (
        [(str(fetched.name), fetched.content_type) for fetched in pages],
        failures,
    )


async def test_a_charset_that_only_the_header_tells_is_kept(site: SiteServer, tmp_path: Path) -> None:
    site.add("/index.html", "<p>Größe".encode("cp1252"))
    site.headers["/"] = {"Content-Type": 'text/html; charset="ISO-8859-1"'}
    pages, _ = await crawled(site, tmp_path)
    assert "<p>Größe".encode("utf-8-sig") == (pages[0].path or Path()).read_bytes()


async def test_globs_choose_what_is_fetched(site: SiteServer, tmp_path: Path) -> None:
    site.add("/index.html", page("Start", "guide/a", "guide/old/b", "blog/c"))
    for name in ("/guide/a", "/guide/old/b", "/blog/c"):
        site.add(name, page(name))
    result = await crawled(site, tmp_path, include=("/", "guide/*"), exclude=("*/old/*",))
    assert ["guide/a.html", "index.html"] == names(result)
    assert {"/robots.txt", "/sitemap.xml", "/", "/guide/a"} == set(site.paths)


async def test_too_many_pages_are_a_failure_of_the_whole(site: SiteServer, tmp_path: Path) -> None:
    site.add("/docs/index.html", page("Start", *(f"p{number}" for number in range(30))))
    for number in range(30):
        site.add(f"/docs/p{number}", page("P"))
    pages, failures = await crawled(site, tmp_path, "/docs/", crawl_max_pages=10)
    reason = "has over 10 pages, and LECTERN_CRAWL_MAX_PAGES allows no more: raise it."
    assert (10, [Failure("docs", reason)]) == (len(pages), failures)


async def test_a_trap_of_ever_longer_paths_has_an_end(site: SiteServer, tmp_path: Path) -> None:
    for depth in range(1, 60):
        site.add("/a" * depth + "/index.html", page("A", "a/"))
    site.add("/index.html", page("Start", "a/"))
    pages, failures = await crawled(site, tmp_path)
    assert (30, []) == (len(pages), failures)


async def test_a_site_that_goes_down_is_left_alone(site: SiteServer, tmp_path: Path) -> None:
    site.add("/index.html", page("Start", *(f"p{number}" for number in range(100))))
    for number in range(100):
        site.troubles[f"/p{number}"] = Trouble(status=500)
    pages, failures = await crawled(site, tmp_path, crawl_retries=0)
    assert 1 == len(pages)
    assert [True] == [one.reason.startswith("failed 20 times in a row: ") for one in failures if one.source == "."]
    assert len(site.paths) < 30


async def test_progress_counts_addresses(site: SiteServer, tmp_path: Path) -> None:
    site.add("/index.html", page("Start", "a", "b"))
    site.add("/a", page("A"))
    site.add("/b", page("B"))
    told: list[tuple[int, int]] = []
    settings = Settings(**QUICK)  # type: ignore[arg-type]
    await crawl(site.url, tmp_path, known={}, settings=settings, on_progress=lambda *counts: told.append(counts))
    assert ((1, 3), (3, 3)) == (told[0], told[-1])


GZIP_BOMB = gzip.compress(b"<urlset>" + b" " * 200_000_000, 1)
GZIP_LIKE = b"\x1f\x8bnonsense"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (
            GZIP_BOMB,
            "has over 52,428,800 bytes, more than a sitemap may have.",
        ),
        (b"<urlset>" + b"<url>" * 1000, "is nested too deep for a sitemap."),
        (b"<!doctype html><html>", "is no XML: StartTag: invalid element name, line 1, column 2."),
        (b"<html><body>x", "is no sitemap: it begins with <html>."),
        (
            b"<urlset><url><loc>http://a/b</loc></url>",
            "is no XML: Premature end of data in tag urlset line 1, line 1, column 41.",
        ),
        (
            b"\x1f\x8bnonsense",
            "is not what gzip made: Error -3 while decompressing data: unknown compression method.",
        ),
    ],
)
def test_a_hostile_sitemap_is_refused(body: bytes, reason: str) -> None:
    started = time.monotonic()
    with pytest.raises(DocumentUnreadable) as caught:
        read_sitemap(body)
    assert reason == str(caught.value)
    assert time.monotonic() - started < 5


def read_sitemap(body: bytes) -> SitemapReader:
    reader = SitemapReader()
    for start in range(0, len(body), 65_536):
        reader.feed(body[start : start + 65_536])
    reader.close()
    return reader


def test_entities_of_a_sitemap_multiply_nothing() -> None:
    declared = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    body = f'<!DOCTYPE x [<!ENTITY e0 "x">{declared}]><urlset><url><loc>http://a/&e8;</loc></url></urlset>'
    with pytest.raises(DocumentUnreadable, match="Maximum entity amplification"):
        read_sitemap(body.encode())


def test_a_sitemap_reads_no_files(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("http://secret")
    body = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]><urlset><url><loc>&e;</loc></url></urlset>'
    assert [] == read_sitemap(body.encode()).pages


def test_a_sitemap_lists_at_most_what_the_protocol_allows() -> None:
    body = sitemap(*(f"http://a/{number}" for number in range(50_010)))
    assert 50_000 == len(read_sitemap(body.encode()).pages)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "index.html"),
        ("/a/", "a/index.html"),
        ("/a", "a.html"),
        ("/a.html", "a.html"),
        ("/v1.2", "v1.2.html"),
        ("/v1.2/", "v1.2/index.html"),
        ("/a%20b/%C3%A9", "a b/é.html"),
        ("/a%2Fb", "a%2Fb.html"),
        ("/%2e%2e/%2e%2e/etc", "etc.html"),
        ("//a//b", "a/b.html"),
    ],
)
def test_a_page_is_named_like_a_file_of_a_built_site(path: str, name: str) -> None:
    assert name == str(page_name(f"https://a.example{path}", is_html=True))


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("b#c", "https://a.example/docs/b"),
        ("?x=1", "https://a.example/docs/"),
        ("index.html", "https://a.example/docs/"),
        ("../b/./c/../d", "https://a.example/b/d"),
        ("http://A.example:80/b", "https://a.example/b"),
        ("//a.example/b", "https://a.example/b"),
        ("https://a.example:8443/b", None),
        ("https://b.example/", None),
        ("https://a.example.evil.example/", None),
        ("https://a.example@evil.example/", None),
        ("file:///etc/passwd", None),
        ("é ü", "https://a.example/docs/%C3%A9%20%C3%BC"),
        ("%7Euser", "https://a.example/docs/~user"),
        ("x" * 3000, None),
        ("http://[", None),
    ],
)
def test_an_address_has_one_spelling(href: str, expected: str | None) -> None:
    scope = scope_of("https://a.example/docs/", include=(), exclude=(), is_whole=False)
    assert expected == scope.normal(href, "https://a.example/docs/")


@pytest.mark.parametrize(
    ("path", "include", "exclude", "expected"),
    [
        ("/guide/a", (), (), True),
        ("/guide/a", ("guide/*",), (), True),
        ("/guide/a/b", ("/guide/*",), (), True),
        ("/blog/a", ("guide/*",), (), False),
        ("/guide/old/a", ("guide/*",), ("*/old/*",), False),
        ("/guide/a.txt", (), ("*.txt",), False),
    ],
)
def test_globs_let_paths_in(path: str, include: tuple[str, ...], exclude: tuple[str, ...], expected: bool) -> None:
    assert expected == is_included(path, include=include, exclude=exclude)
