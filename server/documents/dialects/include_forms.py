"""What an include of each dialect asks for, read from its line."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from server.documents.dialects.file_parts import (
    NoSuchPart,
    between,
    heading_section,
    in_ranges,
    region,
    snippet_section,
    without_front_matter,
    without_marks,
)
from server.documents.dialects.lines import LEAD
from server.documents.dialects.myst import read_options

Part = Callable[[list[str]], list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Include:
    """A file, or a part of it, that stands for one line or more."""

    path: str
    part: Part = list
    """Lines of the file → those that are asked for; may raise `NoSuchPart`."""
    lead: str = ""
    is_code: bool = False
    language: str = ""
    title: str = ""
    before: str = ""
    """What stays on the line above it, and `after` below."""
    after: str = ""


_SNIPPET = re.compile(r"(?P<lead>.*?)(?P<escape>;*)-+8<-+[ \t]+(?P<quote>[\"'])(?P<path>.+?)(?P=quote)[ \t]*")
SNIPPET_BLOCK: Final = re.compile(r"(?P<lead>[ \t]*)-+8<-+[ \t]*")
_CODE_FILE = re.compile(
    rf"(?P<lead>{LEAD})<<<[ \t]*(?P<path>[^\s{{\[#][^{{\[#]*)(?:#(?P<region>[\w*.-]+))?[ \t]*"
    r"(?:\{(?P<meta>[^{}]*)\})?[ \t]*(?:\[(?P<title>[^\[\]]*)\])?[ \t]*"
)
_COMMENT = re.compile(
    r"(?P<lead>.*?)<!--[ \t]*@include:[ \t]*(?P<path>[^\s{#<>]+)(?:#(?P<region>[^\s{}<>]+?))?[ \t]*"
    r"(?:\{(?P<ranges>[\d,-]*)\})?[ \t]*-->(?P<rest>.*)"
)
_MACRO = re.compile(
    r"(?P<lead>[ \t]*)\{(?:\*|!>?)[ \t]*(?P<path>[^\s{}*!\[\]]*\.[^\s{}*!\[\]]+)"
    r"[ \t]*(?P<rest>[^{}\n]*?)[ \t]*[*!]\}[ \t]*"
)
_MACRO_LINES = re.compile(r"\bln\[([\d:,\- ]+)\]|\[ln:?[ \t]*([\d:,\- ]+)\]")
_MACRO_TITLE = re.compile(r"\btitle\[([^\[\]]*)\]")
_JINJA = re.compile(
    r"(?P<lead>[ \t]*)\{%-?\s*include(?:-markdown)?\s+[\"'](?P<path>[^\"']+)[\"'](?P<rest>[^%]*)-?%\}\s*"
)
_JINJA_OPTION = re.compile(r"(start|end)=[\"']([^\"']+)[\"']")
_SHORTCODE = re.compile(
    r"(?P<lead>[ \t]*)\{\{[<%]\s*"
    r"(?P<name>read-?file|include(?:[-_]md)?|md-include|code_sample|codenew|code-include)"
    r"\s+(?P<rest>[^<>%]*?)/?\s*[>%]\}\}\s*"
)
_SHORTCODE_PATH = re.compile(r"(?:file|path|src|f)\s*=\s*[\"'`]([^\"'`]+)[\"'`]|^[\"'`]([^\"'`]+)[\"'`]")
_SHORTCODE_LANGUAGE = re.compile(r"(?:lang|language|code)\s*=\s*[\"'`]([^\"'`]+)[\"'`]")
_DIRECTIVE = re.compile(
    rf"(?P<lead>{LEAD})(?P<marks>`{{3,}}+|~{{3,}}+|:{{3,}}+)[ \t]*\{{(?P<name>include|literalinclude)\}}"
    r"[ \t]*(?P<path>\S+)[ \t]*"
)
_RANGES = re.compile(r"[\d:,\- ]+")
_LINE_MAX_CHARS = 2_000  # A guess; no include is longer.


def snippet(text: str) -> Include | str | None:
    """`--8<-- "file:part"` of pymdownx; the text itself without its `;` when it is escaped."""
    found = _SNIPPET.fullmatch(text) if "8<-" in text and len(text) < _LINE_MAX_CHARS else None
    if found is None:
        return None
    return text.replace(";", "", 1) if found["escape"] else snippet_file(found["path"], found["lead"])


def snippet_file(stated: str, lead: str) -> Include:
    path, _, asked = (stated, "", "") if "://" in stated else stated.partition(":")

    def part(lines: list[str]) -> list[str]:
        if not asked:
            return without_marks(lines)
        if _RANGES.fullmatch(asked):
            return without_marks(in_ranges(lines, asked))
        return snippet_section(lines, asked)

    return Include(path=path.strip(), part=part, lead=lead)


def macro_in_code(text: str) -> Include | None:
    """`{!> file !}` in a code block."""
    found = _MACRO.fullmatch(text) if "{!" in text and len(text) < _LINE_MAX_CHARS else None
    return Include(path=found["path"], part=_macro_part(found["rest"])) if found else None


def code_file(text: str) -> Include | None:
    """`<<< @/file#region{1,3 js} [title]` of VitePress."""
    found = _CODE_FILE.fullmatch(text) if "<<<" in text else None
    if found is None:
        return None
    name = found["region"]
    words = (word.split(":")[0] for word in (found["meta"] or "").split())
    return Include(
        path=found["path"].strip(),
        part=(lambda lines: region(lines, name)) if name else list,
        lead=found["lead"],
        is_code=True,
        language=next((word for word in words if not _RANGES.fullmatch(word)), ""),
        title=found["title"] or "",
    )


def comment(text: str) -> Include | None:
    """`<!--@include: ./file#region{1,5}-->` of VitePress."""
    found = _COMMENT.fullmatch(text) if "@include" in text else None
    if found is None:
        return None

    def part(lines: list[str]) -> list[str]:
        if found["region"]:
            try:
                lines = region(lines, found["region"])
            except NoSuchPart:
                lines = heading_section(without_front_matter(lines), found["region"])
        return in_ranges(lines, (found["ranges"] or "").replace(",", ":"))

    is_indented = not found["lead"].strip()
    return Include(
        path=found["path"],
        part=part,
        lead=found["lead"] if is_indented else "",
        before="" if is_indented else found["lead"],
        after=found["rest"],
    )


def macro(text: str) -> Include | None:
    """`{* file ln[1:3] *}` and `{!> file !}`."""
    found = _MACRO.fullmatch(text) if "{*" in text or "{!" in text else None
    if found is None:
        return None
    title = _MACRO_TITLE.search(found["rest"])
    return Include(
        path=found["path"],
        part=_macro_part(found["rest"]),
        lead=found["lead"],
        is_code=True,
        title=title[1] if title else "",
    )


def _macro_part(rest: str) -> Part:
    asked = _MACRO_LINES.search(rest)
    ranges = (asked[1] or asked[2]) if asked else ""
    return lambda lines: in_ranges(lines, ranges)


def jinja(text: str) -> Include | None:
    """`{% include-markdown "file" start="…" %}` of MkDocs."""
    found = _JINJA.fullmatch(text) if "{%" in text else None
    if found is None:
        return None
    names = {"start": "start-after", "end": "end-before"}
    options = {names[name]: value for name, value in _JINJA_OPTION.findall(found["rest"])}
    return Include(path=found["path"], part=lambda lines: between(lines, options), lead=found["lead"])


def shortcode(text: str) -> Include | None:
    """`{{% readfile "file" %}}` of Hugo."""
    found = _SHORTCODE.fullmatch(text) if "{{" in text else None
    path = _SHORTCODE_PATH.search(found["rest"]) if found else None
    if found is None or path is None:
        return None
    language = _SHORTCODE_LANGUAGE.search(found["rest"])
    is_code = found["name"].startswith("code") or (language is not None and language[1] != "false")
    return Include(
        path=path[1] or path[2],
        lead=found["lead"],
        is_code=is_code,
        language=language[1] if language and language[1] != "true" else "",
        title=path[1] or path[2],
    )


LINE_FORMS: Final[Sequence[Callable[[str], Include | None]]] = (code_file, comment, macro, jinja, shortcode)


def line_form(text: str) -> Include | None:
    """The include that a line of Markdown is; `None` when it is none."""
    if len(text) >= _LINE_MAX_CHARS:
        return None
    return next(filter(None, (form(text) for form in LINE_FORMS)), None)


def directive(texts: Sequence[str]) -> tuple[Include, int] | None:
    """MyST's `{include}` or `{literalinclude}` at the top of some lines, and how many of them it takes."""
    found = _DIRECTIVE.fullmatch(texts[0]) if "include}" in texts[0] else None
    if found is None:
        return None
    below = [text.strip() for text in texts[1:]]
    options, _ = read_options(below)
    include = Include(
        path=found["path"],
        part=lambda lines: between(lines, options),
        lead=found["lead"],
        is_code=found["name"] == "literalinclude" or "literal" in options or "code" in options,
        language=options.get("language") or options.get("code") or options.get("lang") or "",
        title=options.get("caption", ""),
    )
    return include, next((number + 2 for number, text in enumerate(below) if text == found["marks"]), 1)
