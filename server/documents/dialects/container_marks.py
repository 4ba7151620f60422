"""How the containers of each dialect begin and end."""

import re
from dataclasses import dataclass

from server.documents.dialects.element_names import ADMONITIONS, LABELS, words
from server.documents.dialects.labels import admonition_label, label_of
from server.documents.dialects.lines import LEAD

COLONS = re.compile(rf"(?P<lead>{LEAD})(?P<marks>:{{3,}}+)[ \t]*(?P<rest>.*)")
COLON_NAME = re.compile(
    r"(?P<name>[A-Za-z][\w-]*)?[ \t]*(?:\[(?P<label>(?:[^\[\]]|\[[^\[\]]*\])*)\])?[ \t]*(?P<rest>.*)"
)
BRACED = re.compile(r"\{([^{}]*)\}")
_PAIR = re.compile(r"""(?<![\w-])([\w-]++)=(?:"([^"]*)"|'([^']*)')""")
BANGS = re.compile(
    rf"(?P<lead>{LEAD})(?:!!!|\?\?\?\+?)[ \t]+(?P<name>[A-Za-z][\w-]*)(?P<classes>[ \t]+[\w-]+)*"
    r"(?:[ \t]+\"(?P<title>.*)\")?[ \t]*"
)
TAB = re.compile(rf"(?P<lead>{LEAD})===[!+]{{0,2}}[ \t]*(?P<quote>[\"'])(?P<title>.+)(?P=quote)[ \t]*")
SLASHES = re.compile(rf"(?P<lead>{LEAD})(?P<marks>/{{3,}}+)[ \t]*(?P<rest>.*)")
SLASH_OPTION = re.compile(r"(?: {4}|\t)[a-z][\w-]*:(?:[ \t].*)?")
SLASH_NAME = re.compile(r"(?P<name>[A-Za-z][\w-]*)(?:[ \t]*\|[ \t]*(?P<title>.*))?")
ALERT = re.compile(r"(?P<lead>[ \t]*)>[ \t]*\[!(?P<name>[A-Za-z-]+)\][+-]?[ \t]*(?P<title>.*)")
QUOTE = re.compile(r"[ \t]*> ?")
DIRECTIVE_FENCE = re.compile(
    rf"(?P<lead>{LEAD})(?P<marks>`{{3,}}+|~{{3,}}+)[ \t]*(?P<rest>\{{[a-zA-Z][\w:+.-]*\}}.*)"
)
DEFINITION = re.compile(r"(?P<indent>[ \t]{0,3}):(?P<space>[ \t]{1,4})(?P<text>\S.*)")
ABBREVIATION = re.compile(r"\*\[(?P<term>[^\[\]\n]+)\]:[ \t]*(?P<text>.*)")
LEAF_DIRECTIVE = re.compile(r"[ \t]*::(?P<name>[a-zA-Z][\w-]*)(?P<rest>[\[{].*)")
TABLE_OF_CONTENTS = frozenset({"[toc]", "[[toc]]", "[[_toc_]]", "${toc}", "{:toc}"})
VITEPRESS_TAB = re.compile(r"[ \t]*==[ \t]+(?P<title>\S.*)")
MAY_BE_CONTAINER = re.compile(rf"{LEAD}(?:[:!?=/`~\[%($]|\*\[|\+\+\+)|\*\[")
DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.\w+)+")
_TITLE_ATTRIBUTES = (*LABELS, "caption", "description")
SILENT_NAMES = words("html raw v-pre raw-html row col column columns grid div")


@dataclass(slots=True)
class Container:
    kind: str
    """`colon`, `slash` or `fence` end at a line of marks; `indent` and `quote` where their lines do."""
    line: int
    name: str
    marks: str = ""
    columns: int = 0
    lead: str = ""
    may_have_options: bool = False
    closing: str = ""
    """Of code: the line that ends it in Markdown."""


def ends(text: str, opened: Container) -> bool:
    if opened.kind not in ("colon", "slash", "fence"):
        return False
    bare = text.strip(" \t>")
    mark = opened.marks[0]
    if opened.kind == "slash":
        return bare == opened.marks
    return len(bare) >= len(opened.marks) and bare == mark * len(bare)


def attributes_of(inner: str) -> tuple[list[str], str]:
    """`.class #id title="…"` → its classes and its title."""
    pairs = {found[1]: found[2] or found[3] or "" for found in _PAIR.finditer(inner)}
    classes = [word[1:] for word in inner.split() if word.startswith(".")]
    return classes, next((pairs[name] for name in _TITLE_ATTRIBUTES if pairs.get(name)), "")


def container_label(name: str, title: str, *, is_admonition: bool = False) -> str:
    kind = name.lower()
    if kind in ADMONITIONS or (is_admonition and kind != "details"):
        return admonition_label(name.replace("-", " ").replace("_", " ").capitalize(), title)
    return label_of(title)
