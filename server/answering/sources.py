"""Matches as a reader sees them."""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote, urlsplit

from server.documents.excerpts import make_excerpt, mark_words
from server.records import Hit, Match, Source, TypedQuery

PREVIEW_PREFIX: Final = "/pages"

# What RFC 3986 allows in a fragment as it is, for `#page=3`.
_KEPT_IN_ANCHORS: Final = "/?:@!$&'()*+,;="


def make_hits(matches: Sequence[Match], query: str, *, site_url: str) -> tuple[Hit, ...]:
    """What a search shows, in the order of the matches."""
    return tuple(Hit(**_fields(match, query, site_url=site_url)) for match in matches)


def make_typed_hits(matches: Sequence[Match], typed: TypedQuery, *, site_url: str) -> tuple[Hit, ...]:
    """The same for a query that is being typed, where other words are found than were typed."""
    query = " ".join((typed.settled_text, *typed.corrections))
    fields = (_fields(match, query, typed.unfinished_word, site_url=site_url) for match in matches)
    return tuple(Hit(**of_match) for of_match in fields)


def make_sources(matches: Sequence[Match], query: str, *, site_url: str) -> tuple[Source, ...]:
    """What an answer cites, numbered from 1 in the order of the matches."""
    return tuple(
        Source(number=number, **_fields(match, query, site_url=site_url))
        for number, match in enumerate(matches, start=1)
    )


def section_url(match: Match, *, site_url: str) -> str:
    """Where a section can be read: on the site, or in Lectern's own preview when its address is not known."""
    anchor = f"#{quote(match.slug, safe=_KEPT_IN_ANCHORS)}" if match.slug else ""
    if urlsplit(match.url).scheme:
        return match.url + anchor
    page = site_url + quote(match.url) if site_url else PREVIEW_PREFIX + quote(match.path)
    return page + anchor


def _fields(match: Match, query: str, unfinished_word: str | None = None, *, site_url: str) -> dict[str, Any]:
    excerpt = make_excerpt(match.content, query, unfinished_word=unfinished_word)
    return {
        "id": str(match.id),
        "path": match.path,
        "title": match.title,
        "heading": match.heading,
        "slug": match.slug,
        "url": section_url(match, site_url=site_url),
        "heading_path": () if match.heading_path == (match.title,) else match.heading_path,
        "excerpt": excerpt.text,
        "ranges": excerpt.ranges,
        "title_ranges": mark_words(match.title, query, unfinished_word=unfinished_word),
        "heading_ranges": mark_words(match.heading, query, unfinished_word=unfinished_word),
        "similarity": match.similarity,
        "score": match.score,
    }
