"""Anchors of headings as GitHub makes them, which most documentation tools follow."""

import re
from typing import Protocol
from unicodedata import category

_ASCII_DROPPED = re.compile(r"[^\w\- ]", re.ASCII)
_KEPT_CATEGORIES = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "Pc"})


class Slugger(Protocol):
    """Gives every heading of one page an anchor of its own; make one per page."""

    def slug(self, text: str) -> str:
        """The next free anchor for a heading's plain text; `""` when nothing is left of it."""

    def reserve(self, slug: str) -> None:
        """Marks an anchor its author chose as taken."""


class GitHubSlugger:
    """Gives every heading of one page an anchor of its own; make one per page."""

    def __init__(self) -> None:
        self._repeats: dict[str, int] = {}

    def slug(self, text: str) -> str:
        """The next free anchor for a heading's plain text: `foo`, `foo-1`, … (`""` when no letter is left)."""
        first = slug = _bare_slug(text)
        while slug in self._repeats:
            self._repeats[first] += 1
            slug = f"{first}-{self._repeats[first]}"
        self._repeats[slug] = 0
        return slug

    def reserve(self, slug: str) -> None:
        self._repeats.setdefault(slug, 0)


def _bare_slug(text: str) -> str:
    lowered = text.lower()
    if lowered.isascii():
        return _ASCII_DROPPED.sub("", lowered).replace(" ", "-")
    kept = (char for char in lowered if char in " -" or category(char) in _KEPT_CATEGORIES)
    return "".join(kept).replace(" ", "-")
