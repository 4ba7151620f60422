"""Anchors of headings as the site generators make them that have rules of their own.

Each was compared with the ids of the real one; see `tests/documents/fixtures/anchors`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Final, Literal
from unicodedata import category, normalize
from urllib.parse import quote, unquote

from docutils.nodes import make_id
from markdown_it.token import Token

from server.documents.inline_text import inline_text, without_emoji, without_footnotes
from server.documents.slugs import GitHubSlugger


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


class HugoSlugger(GitHubSlugger):
    """Rules of `autoHeadingIDType`; `heading` where no letter is left."""

    def __init__(self, *, kind: str = "github") -> None:
        super().__init__()
        self._kind = kind

    def slug(self, text: str, *, level: int = 2, inline: Sequence[Token] = ()) -> str:
        del level
        read = self._read(inline) if inline else text
        if not read.strip() and text.strip():  # nothing but an address, which has no anchor
            return ""
        return self._next(self._bare(read) or "heading")

    def _read(self, inline: Sequence[Token]) -> str:
        return "".join(_hugo_texts(inline))

    def _bare(self, text: str) -> str:
        return _HUGO_KINDS.get(self._kind, _hugo_github)(text.strip())


_ADDRESS: Final = re.compile(r"(?:https?://|www\.)\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_HUGO_DASHES: Final = re.compile(r"---?")
_UNLETTERED: Final = re.compile(r"[\W_]+")


def _hugo_texts(inline: Sequence[Token]) -> list[str]:
    """Of the last line: its text with dashes made of `--`, and without addresses that become links."""
    texts: list[str] = []
    for token in inline:
        match token.type:
            case "softbreak" | "hardbreak":
                texts.clear()
            case "text":
                texts.append(without_footnotes(_HUGO_DASHES.sub("", _ADDRESS.sub("", token.content))))
            case "text_special" if token.markup.startswith("&#"):
                texts.append(token.markup)
            case "text_special" | "code_inline":
                texts.append(token.content)
            case "image":
                texts.append(inline_text((token.children or [])[:1]))
    return texts


def _is_hugo_letter(char: str) -> bool:
    return char == "_" or category(char)[0] == "L" or category(char) == "Nd"


def _hugo_github(text: str) -> str:
    kept = ("-" if char in "- " else char for char in text if char in "- " or _is_hugo_letter(char))
    # Go lowers letter by letter: İ becomes i alone.
    return "".join(char.lower()[:1] for char in kept)


def _hugo_ascii(text: str) -> str:
    unaccented = (char for char in normalize("NFD", text) if category(char) != "Mn")
    return _hugo_github("".join(char for char in unaccented if char.isascii()))


def _hugo_blackfriday(text: str) -> str:
    words = (word for word in _separated(text) if word)
    return "-".join(words)


def _separated(text: str) -> list[str]:
    runs: list[list[str]] = [[]]
    for char in text:
        if category(char)[0] in "LN":
            runs[-1].append(char.lower()[:1])
        elif runs[-1]:
            runs.append([])
    return ["".join(run) for run in runs]


_HUGO_KINDS: Final[Mapping[str, Callable[[str], str]]] = {
    "github": _hugo_github,
    "github-ascii": _hugo_ascii,
    "blackfriday": _hugo_blackfriday,
}


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
        if slug and slug not in self._ids:
            self._ids.add(slug)
            return slug
        self._count += 1
        return myst or f"id{self._count}"

    def reserve(self, slug: str, *, level: int = 2) -> str:
        del level
        self._ids.add(slug)
        return slug


class _MystSlugger(GitHubSlugger):
    def _read(self, inline: Sequence[Token]) -> str:
        return inline_text(inline)

    def _bare(self, text: str) -> str:
        return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")


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
