"""What a heading's inline Markdown says, as each site generator reads it before it makes an anchor of it."""

import re
from collections.abc import Iterator, Sequence

from markdown_it.token import Token

_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]+\]")
_SHORTCODE = re.compile(r":[a-zA-Z0-9_+-]+:")


def inline_text(
    tokens: Sequence[Token],
    *,
    alt: bool = False,
    line_break: str = "",
    raw_entities: bool = False,
) -> str:
    """Text and code with every space it has; tags say nothing.

    With `alt` an image says its alternative text; with `raw_entities` `&amp;` is the five characters it is.
    """
    return "".join(_texts(tokens, alt=alt, line_break=line_break, raw_entities=raw_entities))


def _texts(tokens: Sequence[Token], *, alt: bool, line_break: str, raw_entities: bool) -> Iterator[str]:
    for token in tokens:
        match token.type:
            case "text_special" if raw_entities and token.info == "entity":
                yield token.markup
            case "text" | "text_special" | "code_inline":
                yield token.content
            case "image" if alt:
                yield from _texts(token.children or (), alt=True, line_break="", raw_entities=False)
            case "softbreak" | "hardbreak":
                yield line_break


def without_footnotes(text: str) -> str:
    return _FOOTNOTE.sub("", text) if "[^" in text else text


def without_emoji(text: str) -> str:
    """Without `:rocket:`; what is between two colons is taken for a name."""
    return _SHORTCODE.sub("", text) if ":" in text else text
