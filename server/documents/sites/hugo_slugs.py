"""Anchors of headings as Hugo makes them; compared with its own in `tests/documents/fixtures/anchors`."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from unicodedata import category, normalize

from markdown_it.token import Token

from server.documents.sites.inline_text import inline_text, without_footnotes
from server.documents.sites.slugs import GitHubSlugger


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
