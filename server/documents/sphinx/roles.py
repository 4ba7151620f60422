"""Interpreted text (`:role:`text``) → nodes, as docutils' and Sphinx's roles show it."""

import re
from typing import Final

from docutils import nodes
from docutils.utils import unescape

from server.documents.sphinx.page import RstPage

_TITLED: Final = re.compile(r"(?P<title>.+?)\s*<(?P<target>[^<>]*)>$", re.DOTALL)
_PLAIN_WORD: Final = re.compile(r"[\w.-]+")

# What Sphinx sets as code. Of domains (`py:func`, `c:member`) only the last part is looked at.
# fmt: off
_CODE: Final = frozenset((
    "code", "literal", "command", "program", "file", "samp", "kbd", "option", "envvar", "token",
    "keyword", "regexp", "makevar", "mimetype", "newsgroup", "mod", "func", "data", "const", "class",
    "meth", "method", "attr", "attribute", "exc", "obj", "object", "type", "module", "function",
    "exception", "decorator", "property", "deco", "any", "member", "var", "macro", "struct", "union",
    "enum", "enumerator", "concept", "expr", "cpp", "texpr", "dir", "role", "js", "confval", "setting",
    "rst:dir", "rst:role",
))
# fmt: on
_CALLED: Final = frozenset({"func", "function", "meth", "method"})
_REFERENCES: Final = frozenset({"ref", "numref", "doc", "term", "download", "eq"})
_TITLE_STAYS: Final = frozenset({"code", "math", "literal", "raw", "kbd", "samp", "file", "command", "program"})


def role_nodes(name: str, text: str, page: RstPage) -> list[nodes.Node]:
    """`text` still holds docutils' NULs for backslashes."""
    role = _based(name.lower(), page)
    plain = unescape(text, restore_backslashes=role in ("code", "math", "raw"))
    if role == "raw":  # a page's own role for HTML, like `:raw-html:`<br>``
        return [nodes.raw("", plain, format="html")]
    if role == "math":
        return [nodes.math("", plain)]
    titled = None if role in _TITLE_STAYS else _TITLED.fullmatch(plain)
    if role in _REFERENCES:
        return [_reference(role, plain, titled)]
    shown = titled["title"] if titled else plain
    if role in _CODE:
        return [_code(role, shown, has_title=titled is not None)]
    match role:
        case "strong" | "guilabel" | "menuselection" | "dfn":
            shown = shown.replace("-->", "→").replace("&&", "\0").replace("&", "").replace("\0", "&")
            return [nodes.strong("", shown)]
        case "pep" | "pep-reference":
            return [nodes.inline("", shown if titled else f"PEP {shown}")]
        case "rfc" | "rfc-reference":
            return [nodes.inline("", shown if titled else f"RFC {shown}")]
    return [nodes.inline("", shown)]


def _based(role: str, page: RstPage) -> str:
    seen = set()
    while role in page.roles and role not in seen:
        seen.add(role)
        role = page.roles[role]
    return role if role in _CODE else role.rpartition(":")[2]


def _reference(role: str, plain: str, titled: re.Match[str] | None) -> nodes.Node:
    """A reference shows its title. Without one it names a label, which may be one of this page's."""
    if titled:
        return nodes.inline("", titled["title"])
    if role == "term":
        return nodes.inline("", plain)
    shown = plain.rsplit("/", 1)[-1] if role in ("doc", "download") else plain
    node = nodes.inline("", shown)
    if role in ("ref", "numref"):
        node["label"] = plain
    return node


def _code(role: str, shown: str, *, has_title: bool) -> nodes.Node:
    if role in ("samp", "file"):
        shown = re.sub(r"\{([^{}]*)\}", r"\1", shown)
    elif not has_title and role not in ("code", "literal", "command", "program", "kbd", "option"):
        shown = shown.removeprefix("!")
        if shown.startswith("~"):
            shown = shown.rsplit(".", 1)[-1].removeprefix("~")
        if role in _CALLED and _PLAIN_WORD.fullmatch(shown):
            shown += "()"
    return nodes.literal("", shown)
