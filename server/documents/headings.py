"""What a heading says and which anchor its author gave it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.utils import EnvType

_ATTRIBUTE = re.compile(r"[#.][^\s{}]+|[\w:-]+=\S+")
_BRACKETED_ID = re.compile(r"\s\[#([^\s\[\]]+)\]$")
_ANCHOR_ID = re.compile(r"""<(?:a|span)\s(?:[^<>]*\s)?(?:id|name)\s*=\s*["']?([^"'\s<>]+)""", re.IGNORECASE)
_ANCHOR_LINE = re.compile(r" {0,3}(?:<(a|span)\s[^<>]*(?:/>|>\s*</\1>)\s*)+", re.IGNORECASE)
_LINE_MAX_CHARS = 1000  # A guess; no one writes a longer heading or anchor.


@dataclass(frozen=True, slots=True)
class HeadingText:
    text: str
    explicit_id: str | None
    """From `{#id}` and its kin: takes the place of the anchor a renderer would make."""
    anchor: str | None
    """From `<a name="…">` in the heading: stands beside the anchor a renderer makes."""
    inline: tuple[Token, ...] = ()
    """Without its explicit id: site generators read it in different ways before they make an anchor."""


def read_heading(source: str, md: MarkdownIt, env: EnvType) -> HeadingText | None:
    """A heading's Markdown → its plain text and anchors; `None` when nothing is left to call it by."""
    if len(source) > _LINE_MAX_CHARS:
        return None
    marked, explicit_id = _take_explicit_id(source.strip())
    tokens: list[Token] = []
    md.inline.parse(marked, md, env, tokens)
    text = " ".join("".join(_texts(tokens)).split())
    if not text:
        return None
    return HeadingText(text, explicit_id, find_anchor(marked) if "<" in marked else None, tuple(tokens))


def find_explicit_id(source: str) -> str | None:
    """The id that a heading's Markdown states."""
    return _take_explicit_id(source.strip())[1] if len(source) <= _LINE_MAX_CHARS else None


def find_anchor(html: str) -> str | None:
    """The first `id` or `name` of an `<a>` or `<span>`."""
    found = _ANCHOR_ID.search(html)
    return found[1] if found else None


def is_anchor_line(line: str) -> bool:
    return len(line) <= _LINE_MAX_CHARS and bool(_ANCHOR_LINE.fullmatch(line))


def _take_explicit_id(source: str) -> tuple[str, str | None]:
    """`Title { #id .class }`, `Title [#id]`, `Title {/* #id */}` → (`Title`, `id`)."""
    if bracketed := _BRACKETED_ID.search(source):
        return source[: bracketed.start()].rstrip(), bracketed[1]
    start = source.rfind("{")
    if start < 0 or not source.endswith("}"):
        return source, None
    inner = source[start + 1 : -1].strip()
    is_comment = inner.startswith("/*") and inner.endswith("*/")
    attributes = inner.removeprefix("/*").removesuffix("*/").split() if is_comment else inner.lstrip(":").split()
    if not is_comment and not all(_ATTRIBUTE.fullmatch(attribute) for attribute in attributes):
        return source, None
    ids = [attribute[1:] for attribute in attributes if attribute.startswith("#") and len(attribute) > 1]
    return source[:start].rstrip("\\ \t"), ids[0] if ids else None


def _texts(tokens: Iterable[Token]) -> Iterable[str]:
    for token in tokens:
        if token.type in ("text", "text_special", "code_inline"):
            yield token.content
        elif token.type == "image":
            yield from _texts(token.children or ())
        elif token.type in ("softbreak", "hardbreak") or token.content.startswith("<br"):
            yield " "
