"""Which addresses belong to a crawl, and one spelling for each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from server.errors import IngestFailed
from server.ingest.globs import is_included

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_MAX_CHARS: Final = 2000  # a guess; longer ones are traps
_MAX_SEGMENTS: Final = 30  # likewise: /a/a/a/…
_FOLDER_PAGE: Final = re.compile(r"/index\.(?:html?|xhtml|php)$", re.IGNORECASE)
_HTML_SUFFIXES: Final = frozenset({".html", ".htm", ".xhtml"})
# What a link may lead to that is surely no page; other kinds are told by their content type.
_ASSETS_IN_ONE: Final = """
    7z avi avif bin bmp bz2 css csv deb dmg doc docx eot epub exe gif gz ico inv iso jar jpeg jpg js json map mjs
    mov mp3 mp4 msi ogg otf png ppt pptx rpm rss svg tar tgz tif tiff ttf wasm wav webm webmanifest webp whl woff
    woff2 xls xlsx xml xz zip zst
    """
_ASSETS: Final = frozenset(f".{suffix}" for suffix in _ASSETS_IN_ONE.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The addresses of one site that are crawled."""

    scheme: str
    host: str
    port: int
    prefix: str
    """A path that is a page and everything below it, or, with a slash at its end, a folder."""
    include: Sequence[str] = ()
    exclude: Sequence[str] = ()

    @property
    def origin(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}")

    def is_site(self, url: str) -> bool:
        """Whether an address is on this host and port; the two schemes' own ports are one."""
        found = _split(url)
        if found is None:
            return False
        parts, port = found
        is_same_port = port == self.port or {port, self.port} == set(_DEFAULT_PORTS.values())
        return parts.hostname == self.host and is_same_port

    def holds(self, url: str) -> bool:
        """Whether a normal address of this site is to be fetched."""
        path = urlsplit(url).path
        if not path.startswith(self.prefix.rstrip("/")):
            return False
        rest = path[len(self.prefix.rstrip("/")) :]
        return (not rest or rest.startswith("/")) and is_included(
            unquote(path), include=self.include, exclude=self.exclude
        )

    def normal(self, href: str, base: str) -> str | None:
        """One spelling for an address: absolute, without fragment, query and `index.html`.

        `None` when it is on another site. A documentation page is told by its path; what stands behind a `?`
        sorts, tracks or chooses a tab.
        """
        if len(href) > _MAX_CHARS:
            return None
        try:
            joined = urljoin(base, href.strip())
        except ValueError:
            return None
        if not self.is_site(joined):
            return None
        path = _FOLDER_PAGE.sub("/", _normal_path(urlsplit(joined).path))
        return None if path.count("/") > _MAX_SEGMENTS else self.origin + path


def scope_of(start: str, *, include: Sequence[str], exclude: Sequence[str], is_whole: bool) -> Scope:
    """The part of a site at and below an address, or the whole site. Raises `IngestFailed` when it is none."""
    found = _split(start)
    if found is None:
        raise IngestFailed(f"{start} is no web address: give one that starts with http:// or https://.")
    parts, port = found
    if "@" in parts.netloc:
        raise IngestFailed("The address holds a user name: set LECTERN_CRAWL_AUTHORIZATION instead.")
    path = _normal_path(parts.path)
    is_file = PurePosixPath(path).suffix.lower() in _HTML_SUFFIXES and not path.endswith("/")
    prefix = path.rpartition("/")[0] + "/" if is_file else path
    return Scope(
        scheme=parts.scheme.lower(),
        host=parts.hostname or "",
        port=port,
        prefix="/" if is_whole else prefix,
        include=include,
        exclude=exclude,
    )


def is_asset(url: str) -> bool:
    path = PurePosixPath(urlsplit(url).path)
    return path.suffix.lower() in _ASSETS or "_sources" in path.parts


def page_name(url: str, *, is_html: bool) -> PurePosixPath:
    """The file that a page would be in a built site: `/guides/` → `guides/index.html`, `/v1.2` → `v1.2.html`."""
    path = unquote(urlsplit(url).path.replace("%2F", "%252F").replace("%2f", "%252F")).replace("\0", "")
    parts = [part for part in path.split("/") if part not in ("", ".", "..")]
    if path.endswith("/") or not parts:
        return PurePosixPath(*parts, "index.html")
    last = parts[-1]
    has_suffix = PurePosixPath(last).suffix.lower() in _HTML_SUFFIXES
    return PurePosixPath(*parts[:-1], last if has_suffix or not is_html else f"{last}.html")


def _split(url: str) -> tuple[SplitResult, int] | None:
    """An address and its port; `None` for what is no web address."""
    try:
        parts = urlsplit(url)
        default = _DEFAULT_PORTS.get(parts.scheme.lower())
        return (parts, parts.port or default) if default and parts.hostname else None
    except ValueError:
        return None


def _normal_path(path: str) -> str:
    """Dot segments resolved by `urljoin` before; percent-encoding in one spelling."""
    return quote(unquote(path.replace("%2F", "%252F").replace("%2f", "%252F")), safe="/%:@!$&'()*+,;=~-._") or "/"
