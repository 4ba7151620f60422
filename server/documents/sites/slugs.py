"""Anchors of headings as GitHub makes them, and the site generators that took its rules."""

import re
from collections.abc import Sequence
from typing import ClassVar, Protocol
from unicodedata import category

from markdown_it.token import Token

from server.documents.sites.inline_text import inline_text, without_footnotes

_ASCII_DROPPED = re.compile(r"[^\w\- ]", re.ASCII)
_KEPT_CATEGORIES = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "Pc"})
_DASHES = re.compile(r"--+")


class Slugger(Protocol):
    """Gives every heading of one page the anchor its site gives it; make one per page."""

    reserves_ahead: ClassVar[bool]
    """Whether anchors that authors chose are reserved before the first heading is given one."""

    def slug(self, text: str, *, level: int = 2, inline: Sequence[Token] = ()) -> str:
        """The anchor of the next heading, from its plain text or better its inline tokens; `""`: it gets none."""

    def reserve(self, slug: str, *, level: int = 2) -> str:
        """The anchor of the next heading whose author chose one; `""` when the site drops it."""


class GitHubSlugger:
    """`foo`, `foo-1`, …; rules of the package `github-slugger`."""

    reserves_ahead: ClassVar[bool] = False

    def __init__(self) -> None:
        self._repeats: dict[str, int] = {}

    def slug(self, text: str, *, level: int = 2, inline: Sequence[Token] = ()) -> str:
        del level
        return self._next(self._bare(self._read(inline) if inline else text))

    def reserve(self, slug: str, *, level: int = 2) -> str:
        del level
        self._repeats.setdefault(slug, 0)
        return slug

    def _read(self, inline: Sequence[Token]) -> str:
        return inline_text(inline).strip()

    def _bare(self, text: str) -> str:
        return github_slug(text)

    def _next(self, first: str) -> str:
        slug = first
        while slug in self._repeats:
            self._repeats[first] += 1
            slug = f"{first}-{self._repeats[first]}"
        self._repeats[slug] = 0
        return slug


class DocusaurusSlugger(GitHubSlugger):
    """A level-1 heading takes an anchor and shows none; chosen ones are not kept from the others."""

    def slug(self, text: str, *, level: int = 2, inline: Sequence[Token] = ()) -> str:
        made = super().slug(text, inline=inline)
        return "" if level == 1 else made

    def reserve(self, slug: str, *, level: int = 2) -> str:
        return "" if level == 1 else slug

    def _read(self, inline: Sequence[Token]) -> str:
        return without_footnotes(inline_text(inline, alt=True))


class StarlightSlugger(GitHubSlugger):
    """Astro makes dashes of `--` before it looks, outside code."""

    def reserve(self, slug: str, *, level: int = 2) -> str:
        del level
        return slug

    def _read(self, inline: Sequence[Token]) -> str:
        texts = (
            _DASHES.sub("", inline_text([token])) if token.type == "text" else inline_text([token])
            for token in inline
        )
        return "".join(texts)


class NextraSlugger(GitHubSlugger):
    """Level 1 has no anchor; a chosen one is made a slug like any other."""

    def slug(self, text: str, *, level: int = 2, inline: Sequence[Token] = ()) -> str:
        return "" if level == 1 else super().slug(text, inline=inline)

    def reserve(self, slug: str, *, level: int = 2) -> str:
        return self.slug(slug, level=level)

    def _read(self, inline: Sequence[Token]) -> str:
        return without_footnotes(inline_text(inline))


def github_slug(text: str) -> str:
    """Without numbering."""
    lowered = text.lower()
    if lowered.isascii():
        return _ASCII_DROPPED.sub("", lowered).replace(" ", "-")
    kept = (char for char in lowered if char in " -" or category(char) in _KEPT_CATEGORIES)
    return "".join(kept).replace(" ", "-")
