"""Anchors of headings as VitePress, MkDocs and Sphinx make them.

Each was compared with the ids of the real one; see `tests/documents/fixtures/anchors`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Final, Literal
from unicodedata import normalize

from docutils.nodes import make_id
from markdown_it.token import Token

from server.documents.sites.inline_text import inline_text, without_emoji, without_footnotes
from server.documents.sites.slugs import GitHubSlugger


class VitePressSlugger(GitHubSlugger):
    """Rules of `@mdit-vue/shared`; numbered as by markdown-it-anchor."""

    def _read(self, inline: Sequence[Token]) -> str:
        return without_emoji(inline_text(inline, raw_entities=True))

    def _bare(self, text: str) -> str:
        return vitepress_slug(text)


_CONTROL: Final = re.compile(r"[\x00-\x1f]")
_COMBINING: Final = re.compile("[\u0300-\u036f]")
_SPECIAL: Final = re.compile(r"""[\s~`!@#$%^&*()\-_+=\[\]{}|\\;:"'“”‘’<>,.?/]+""")


def vitepress_slug(text: str) -> str:
    """Without numbering."""
    plain = _CONTROL.sub("", _COMBINING.sub("", normalize("NFKD", text)))
    slug = _SPECIAL.sub("-", plain).strip("-")
    return ("_" + slug if slug[:1] in "0123456789" and slug else slug).lower()


class MkDocsSlugger:
    """`foo`, `foo_1`, … of Python-Markdown's `toc`; nothing becomes `_1`."""

    reserves_ahead: ClassVar[bool] = True

    def __init__(
        self,
        *,
        kind: str = "",
        case: str = "none",
        form: Literal["NFC", "NFD", "NFKC", "NFKD"] = "NFC",
        separator: str = "-",
        emoji: bool = False,
    ) -> None:
        """`kind`: `""` for its own rule, `unicode` for its Unicode one, `pymdownx` with `case` and `form`.

        `emoji`: whether `:rocket:` becomes a picture.
        """
        self._kind = kind
        self._case = case
        self._form = form
        self._separator = separator
        self._emoji = emoji
        self._taken: set[str] = set()
        self._after: dict[str, dict[int, int]] = {}

    def slug(self, text: str, *, level: int = 2, inline: Sequence[Token] = ()) -> str:
        del level
        read = without_footnotes(inline_text(inline, line_break=" ")) if inline else text
        named = " ".join((without_emoji(read) if self._emoji else read).split())
        slug = self._bare(named)
        if not slug or slug in self._taken:
            slug = self._next(slug)
        self._taken.add(slug)
        return slug

    def reserve(self, slug: str, *, level: int = 2) -> str:
        del level
        self._taken.add(slug)
        return slug

    def _bare(self, text: str) -> str:
        if self._kind == "pymdownx":
            untagged = _TAG.sub("", normalize(self._form, text)).strip()
            cased = _PYMDOWNX_CASES.get(self._case, str)(untagged)
            return re.sub(r"[^\w\- ]", "", cased).replace(" ", self._separator)
        if not self._kind:
            text = normalize("NFKD", text).encode("ascii", "ignore").decode()
        kept = re.sub(r"[^\w\s-]", "", text).strip().lower()
        return re.sub(rf"[{re.escape(self._separator)}\s]+", lambda _: self._separator, kept)

    def _next(self, slug: str) -> str:
        """A number more than the one it ends in. Runs of taken numbers are walked once, however long."""
        counted = _COUNTED.match(slug)
        base, count = (counted[1], int(counted[2])) if counted else (slug, 0)
        after = self._after.setdefault(base, {})
        count += 1
        passed: list[int] = []
        while f"{base}_{count}" in self._taken:
            passed.append(count)
            count = after.get(count, count + 1)
        after.update(dict.fromkeys(passed, count + 1))
        return f"{base}_{count}"


_TAG: Final = re.compile(r"</?[^>]*>")
_COUNTED: Final = re.compile(r"(.*)_([0-9]{1,9})\Z", re.DOTALL)
_PYMDOWNX_CASES: Final[Mapping[str, Callable[[str], str]]] = {
    "lower": str.lower,
    "fold": str.casefold,
    "lower-ascii": lambda text: "".join(char.lower() if char.isascii() else char for char in text),
}


_NUMBERS: Final = re.compile(r"(?:-[0-9]+)+")


class SphinxSlugger:
    """docutils' ids, which both of Sphinx' languages have; MyST's where docutils only counts (`id1`)."""

    reserves_ahead: ClassVar[bool] = False

    def __init__(self, *, myst_levels: int = 0) -> None:
        """`myst_levels` is the site's `myst_heading_anchors`."""
        self._myst_levels = myst_levels
        self._ids: set[str] = set()
        self._count = 0
        self._myst = _MystSlugger()

    def slug(self, text: str, *, level: int = 2, inline: Sequence[Token] = ()) -> str:
        myst = self._myst.slug(text, inline=inline) if level <= self._myst_levels else ""
        myst = "" if _NUMBERS.fullmatch(myst) else myst  # of headings without a letter
        slug = make_id(inline_text(inline, line_break=" ") if inline else text)
        if not slug or slug in self._ids:
            slug = self._counted()
            self._ids.add(slug)
            return myst or slug
        self._ids.add(slug)
        return slug

    def reserve(self, slug: str, *, level: int = 2) -> str:
        del level
        self._ids.add(slug)
        return slug

    def _counted(self) -> str:
        self._count += 1
        while f"id{self._count}" in self._ids:
            self._count += 1
        return f"id{self._count}"


class _MystSlugger(GitHubSlugger):
    def _read(self, inline: Sequence[Token]) -> str:
        return inline_text(inline)

    def _bare(self, text: str) -> str:
        return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
