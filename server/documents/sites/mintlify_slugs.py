"""Anchors of headings as Mintlify makes them; compared with its own in `tests/documents/fixtures/anchors`."""

import re
from collections.abc import Sequence
from typing import ClassVar, Final
from urllib.parse import quote, unquote

from markdown_it.token import Token

from server.documents.sites.inline_text import without_footnotes


class MintlifySlugger:
    """`foo`, `foo-2`, …; keeps most punctuation, and curls quotes. Levels 5 and 6 have no anchor."""

    reserves_ahead: ClassVar[bool] = False

    def __init__(self) -> None:
        self._repeats: dict[str, int] = {}
        self._seen: dict[str, int] = {}

    def slug(self, text: str, *, level: int = 2, inline: Sequence[Token] = ()) -> str:
        if level > _MINTLIFY_LEVELS:
            return ""
        read = "".join(_mintlify_texts(inline)) if inline else _curled(text)
        bare = _mintlify_bare(read)
        return self._next(_mintlify_clean(self._counted(bare)) or bare) if bare else ""

    def reserve(self, slug: str, *, level: int = 2) -> str:
        return "" if level > _MINTLIFY_LEVELS else self._next(_mintlify_clean(slug))

    def _counted(self, slug: str) -> str:
        """Numbered a first time, by rules of the package `@sindresorhus/slugify`."""
        lowered = slug.lower()
        numberless = self._repeats.get(_NUMBERS.sub("", lowered), 0)
        count = self._repeats[lowered] = self._repeats.get(lowered, 0) + 1
        return f"{slug}-{count}" if count > 1 or numberless > 2 else slug

    def _next(self, slug: str) -> str:
        count = self._seen.get(slug, 0)
        self._seen[slug] = count + 1
        if count == 0:
            return slug
        suffix = count + 1
        while (numbered := f"{slug}-{suffix}") in self._seen:
            suffix += 1
        self._seen[numbered] = 1
        return numbered


_MINTLIFY_LEVELS: Final = 4
_NUMBERS: Final = re.compile(r"(?:-[0-9]+)+\Z")
_NOT_IN_SLUG: Final = re.compile(r"[^a-zA-Z0-9%_]+")
_CONTRACTION: Final = re.compile(r"([a-zA-Z0-9]+)-([ts])(?=-|\Z)")
_CLEANED: Final = re.compile(
    r"""[?,;:!'"()\[\]{}©®™\u200d\ufe0e\ufe0f\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"""
)
_QUOTE: Final = re.compile(r"""(?<![^\s(\[{—–-])(["'])(?=\S|\Z)|(["'])""")
_CURLY: Final = {('"', True): "“", ("'", True): "‘", ('"', False): "”", ("'", False): "’"}
_DASH: Final = re.compile(r"(?<!-)--(?!-)")


def _mintlify_bare(text: str) -> str:
    """Percent-encoded, as it is numbered."""
    encoded = quote("-".join(text.lower().split()), safe="!~*'()")
    return _CONTRACTION.sub(r"\1\2", _NOT_IN_SLUG.sub("-", encoded)).strip("-")


def _mintlify_clean(slug: str) -> str:
    return _CLEANED.sub("", unquote(slug))


def _mintlify_texts(inline: Sequence[Token]) -> list[str]:
    texts: list[str] = []
    prose: list[str] = []
    for token in inline:
        if token.type in ("text", "text_special"):
            prose.append(token.content)
        elif token.type == "code_inline":
            texts += (_curled("".join(prose)), token.content)
            prose.clear()
        elif token.type in ("softbreak", "hardbreak"):
            prose.append(" ")
    return [*texts, _curled("".join(prose))]


def _curled(text: str) -> str:
    """With typographic quotes, dashes and dots."""
    text = _DASH.sub("—", without_footnotes(text)).replace("...", "…")
    return _QUOTE.sub(lambda quote: _CURLY[quote[1] or quote[2], quote[1] is not None], text)
