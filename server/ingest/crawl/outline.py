"""What a crawler has to know of a fetched page: where it leads, and what it says of itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from server.documents.webpage.encoding import charset_of, decode_page
from server.documents.webpage.head import read_head
from server.documents.webpage.tree import Element, descendants, read_tree
from server.errors import DocumentUnreadable
from server.ingest.crawl.addresses import Scope

_MAX_LINKS: Final = 10_000  # a guess; a page with more is a trap


@dataclass(frozen=True, slots=True)
class Outline:
    canonical: str | None
    """The page's own address on this site; `None` where it gives none."""
    links: tuple[str, ...]
    """To this site, each once, without those that are not to be followed."""
    is_hidden: bool
    """Whether it asks not to be found."""


def read_outline(body: bytes, url: str, scope: Scope) -> Outline:
    """A page that cannot be read leads nowhere: its parser will say why."""
    try:
        root = read_tree(decode_page(body)[0])
    except DocumentUnreadable:
        return Outline(None, (), is_hidden=False)
    head = read_head(root)
    base = scope.normal(head.base, url) or url if head.base else url
    follows = "nofollow" not in head.robots
    links = dict.fromkeys(_links(root, base, scope)) if follows else {}
    if head.refresh and (target := scope.normal(head.refresh, base)):
        links[target] = None
    canonical = scope.normal(head.canonical, url) if head.canonical else None
    return Outline(canonical, tuple(links), is_hidden="noindex" in head.robots or bool(head.refresh))


def _links(root: Element, base: str, scope: Scope) -> Iterator[str]:
    count = 0
    for element in descendants(root):
        if element.tag not in ("a", "area") or "nofollow" in element.get("rel").lower().split():
            continue
        href = element.get("href")
        if href and not href.startswith("#") and (address := scope.normal(href, base)):
            yield address
            count += 1
            if count >= _MAX_LINKS:
                return


def in_utf8(body: bytes, stated_charset: str | None) -> bytes:
    """A body whose charset only the HTTP header tells, as UTF-8 with its mark, which beats what a page says."""
    if stated_charset is None:
        return body
    charset = charset_of(body, stated_charset)
    if charset in (None, "utf-8", "utf-8-sig", "utf-16"):
        return body
    return body.decode(charset or "utf-8", "replace").encode("utf-8-sig")
