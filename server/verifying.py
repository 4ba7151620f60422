"""The command `lectern verify-links`: every address that sources may link to, held against the built site."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import orjson

from server.database.calls import get_section_places
from server.database.pool import database_url, open_owner_connection
from server.errors import BuiltSiteUnreadable
from server.ingest.built_site import BuiltSite, PageUnread, open_built_site
from server.records import SectionPlace
from server.settings import Settings
from server.terminal import console, progress_bar

_PAGES_AT_ONCE: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A page or an anchor that is not there. The field names are those of `--json`."""

    url: str
    anchor: str | None
    """`None`: it is the page that misses, and every link to it."""
    source: str
    """What was ingested for it."""
    reason: str
    links: int
    """That do not land for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    pages: int
    links: int
    """To pages and to anchors in them."""
    misses: tuple[Miss, ...]

    @property
    def landing(self) -> int:
        return self.links - sum(miss.links for miss in self.misses)


async def run_verification(built: str, settings: Settings, *, as_json: bool) -> bool:
    """Compares and prints; whether every link lands."""
    async with database_url(settings) as url, open_owner_connection(url) as connection:
        places = await get_section_places(connection)
    if not places:
        raise BuiltSiteUnreadable("Nothing is ingested that could be compared: run `lectern ingest` first.")
    site = open_built_site(built)
    try:
        verdict = await verify(places, site)
    finally:
        await site.close()
    if as_json:
        print_json(verdict)
    else:
        tell(verdict)
    return not verdict.misses


async def verify(places: Sequence[SectionPlace], site: BuiltSite) -> Verdict:
    """Holds places, which stand page by page, against a built site.

    Raises `BuiltSiteUnreadable` when none of the first pages can be read.
    """
    pages = [tuple(of_page) for _, of_page in groupby(places, key=lambda place: place.path)]
    misses: list[Miss] = []
    with progress_bar("Comparing", total=len(pages)) as advance:
        for start in range(0, len(pages), _PAGES_AT_ONCE):
            some = pages[start : start + _PAGES_AT_ONCE]
            found = await asyncio.gather(*(_find_misses(page, site) for page in some))
            if start == 0 and all(of_page and of_page[0].reason not in _MISSING for of_page in found):
                raise BuiltSiteUnreadable(f"{found[0][0].url} {found[0][0].reason}, and so do the pages after it.")
            misses += (miss for of_page in found for miss in of_page)
            advance(len(some))
    return Verdict(pages=len(pages), links=len(places), misses=tuple(misses))


_PAGE_MISSING: Final = "the page is missing"
_ANCHOR_MISSING: Final = "the anchor is missing"
_MISSING: Final = frozenset({_PAGE_MISSING, _ANCHOR_MISSING})


async def _find_misses(page: Sequence[SectionPlace], site: BuiltSite) -> list[Miss]:
    first = page[0]
    try:
        anchors = await site.anchors(first.url)
    except PageUnread as error:
        return [Miss(url=first.url, anchor=None, source=first.source, reason=str(error), links=len(page))]
    if anchors is None:
        return [Miss(url=first.url, anchor=None, source=first.source, reason=_PAGE_MISSING, links=len(page))]
    return [
        Miss(url=place.url, anchor=place.slug, source=place.source, reason=_ANCHOR_MISSING, links=1)
        for place in page
        if place.slug is not None and place.slug not in anchors
    ]


def tell(verdict: Verdict) -> None:
    """One line for each page or anchor that misses, and a summary."""
    for miss in verdict.misses:
        address = miss.url if miss.anchor is None else f"{miss.url}#{miss.anchor}"
        console.print(f"{address} ({miss.source}): {miss.reason}", markup=False)
    share = verdict.landing / verdict.links
    console.print(
        f"{verdict.landing:,} of {verdict.links:,} links land ({share:.1%}), in {verdict.pages:,} pages."
        if verdict.misses
        else f"All {verdict.links:,} links land, in {verdict.pages:,} pages."
    )


def print_json(verdict: Verdict) -> None:
    shown: dict[str, Any] = {
        "pages": verdict.pages,
        "links": verdict.links,
        "landing": verdict.landing,
        "misses": verdict.misses,
    }
    console.out(orjson.dumps(shown).decode(), highlight=False)
