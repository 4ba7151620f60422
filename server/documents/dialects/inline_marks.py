"""Marks inside a line that only one dialect knows: attribute lists, icons, keys, roles."""

import re
from typing import Final

from server.documents.dialects.element_names import words

# `{: .class }`, `{ .annotate }`, `{.link target=_blank}`, `{ #id }`: Python-Markdown's, Pandoc's, MyST's.
_ATTRIBUTE = r"(?:[#.][\w:./-]+|[\w:-]+=(?:\"[^\"\n]*+\"|'[^'\n]*+'|[^\s{}\"']+))"
_ATTRIBUTES = re.compile(
    rf"(?<![ \t])[ \t]*+\{{(?::[ \t]*+[^{{}}\n]*+|[ \t]*+\.[a-zA-Z][^{{}}\n]*+)\}}"
    rf"|(?<=[)\]`*_\"])\{{[ \t]*+{_ATTRIBUTE}(?:[ \t]++{_ATTRIBUTE})*+[ \t]*+\}}"
)
_LINE_OF_ID = re.compile(r"[ \t]*+\{[ \t]*+#[^{}\n]*+\}[ \t]*")
_ICON = re.compile(r":(?:material|octicons|fontawesome|simple|lucide|tabler|mdi|heroicons)-[\w-]+:")
_KEYS = re.compile(r"\+\+([a-z0-9\"'-]+(?:\+[a-z0-9\"'-]+)*)\+\+")
_ANNOTATION = re.compile(r"(\(\d+\))!")
_TEXT_DIRECTIVE = re.compile(r"(?<![\w:`])::?[a-zA-Z][\w-]*\[([^\[\]\n]*)\](?:\{[^{}\n]*\})?")


def clean_inline(text: str, framework: str) -> str:
    if "{" in text:
        first, *rest = text.split("\n")
        rest = ["" if _LINE_OF_ID.fullmatch(line) else line for line in rest]
        text = "\n".join(_without_attributes(line) for line in (first, *rest))
    if ":" in text:
        text = _ICON.sub("", text)
    if framework == "mkdocs" and "++" in text:
        text = _KEYS.sub(_keys, text)
    return text


def directive_label(text: str) -> str:
    """`:kbd[Ctrl]` → `Ctrl`, in the frameworks that know such directives."""
    return _TEXT_DIRECTIVE.sub(r"\1", text) if "[" in text and ":" in text else text


def _without_attributes(line: str) -> str:
    if "{" not in line or line.lstrip().startswith("#"):
        return line
    return _ATTRIBUTES.sub("", line)


def _keys(found: re.Match[str]) -> str:
    return "+".join(key.strip("\"'").replace("-", " ").title() for key in found[1].split("+"))


_CODE_ROLES: Final = words(
    "code file kbd command program envvar option samp literal regexp mimetype token keyword class func "
    "function meth method attr attribute mod module obj object data exc const type macro member struct enum "
    "confval makevar"
)
_SPAN = re.compile(r"(?P<marks>`+)(?P<text>.*?)(?P=marks)", re.DOTALL)
_TITLED = re.compile(r"(?P<title>.*\S)\s*<[^<>]*>", re.DOTALL)
_HIDDEN_ROLES = frozenset({"index", "raw", "nbsp"})


def role_text(role: str, span: str) -> str:
    """What MyST shows of ``{role}`text <target>` ``."""
    inner = span.strip("`")
    if role in _HIDDEN_ROLES:
        return ""
    if role == "math":
        return f"${inner}$"
    titled = _TITLED.fullmatch(inner) if len(inner) < 1_000 else None
    text = titled["title"] if titled else inner
    kind = role.rsplit(":", 1)[-1]
    if kind not in _CODE_ROLES:
        return text.lstrip("!") if kind in ("ref", "doc", "any", "term") else text
    if titled is None:
        text = text.rsplit(".", 1)[-1] if text.startswith("~") else text.lstrip("!.")
    return f"`{text}`"
