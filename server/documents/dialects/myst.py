"""MyST's directives: what each leaves in Markdown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from server.documents.dialects.element_names import ADMONITIONS, words
from server.documents.dialects.fences import info_of
from server.documents.dialects.labels import admonition_label, label_of

DIRECTIVE = re.compile(r"\{(?P<name>[a-zA-Z][\w:+.-]*)\}(?P<argument>.*)")
_OPTION = re.compile(r"\s*:(?P<name>[\w-]+):(?:\s+(?P<value>.*?))?\s*")

_CODE: Final = words(
    "code code-block sourcecode code-cell ipython prompt parsed-literal doctest testcode testoutput testsetup "
    "literalinclude highlight-block thebe-button jupyter-execute"
)
_CODE_LANGUAGES: Final = {
    "math": "math",
    "mermaid": "mermaid",
    "graphviz": "dot",
    "digraph": "dot",
    "graph": "dot",
    "uml": "plantuml",
    "plantuml": "plantuml",
    "eval-rst": "rst",
    "csv-table": "csv",
    "python": "python",
    "r": "r",
    "bash": "bash",
    "julia": "julia",
    "production-list": "",
    "productionlist": "",
}
_SILENT: Final = words(
    "contents index tocdepth meta highlight currentmodule py:currentmodule py:module module default-role "
    "sectionauthor codeauthor bibliography tabularcolumns default-domain todolist iframe youtube video audio"
)
_ARGUMENT_IS_NO_TEXT: Final = words(
    "grid grid-item tab-set tabs container div only raw toctree list-table-columns hlist subfigure button-link "
    "button-ref include card-carousel aside margin"
)
_IMAGES: Final = frozenset({"image", "figure", "figure-md"})
_VERSIONS: Final = {
    "versionadded": "New in version",
    "versionchanged": "Changed in version",
    "versionremoved": "Removed in version",
    "deprecated": "Deprecated since version",
}
_OBJECTS: Final = words(
    "function class method attribute data exception module describe option program envvar object confval "
    "cmdoption decorator property type enum struct member macro var directive role rst:directive classmethod "
    "staticmethod"
)
_TEXT_OPTIONS: Final = ("caption", "title", "header", "footer", "alt", "link-alt")


@dataclass(slots=True)
class Directive:
    name: str
    argument: str
    options: dict[str, str] = field(default_factory=dict)

    @property
    def is_code(self) -> bool:
        return self.name in _CODE or self.name in _CODE_LANGUAGES

    @property
    def is_silent(self) -> bool:
        return self.name in _SILENT

    @property
    def is_generated(self) -> bool:
        """Its text is made from code when the site is built."""
        kind = self.name.rsplit(":", 1)[-1]
        return kind.startswith("auto") or kind in (
            "doxygenclass",
            "doxygenfunction",
            "click",
            "argparse",
            "openapi",
        )

    def fence_info(self) -> str:
        language = _CODE_LANGUAGES.get(self.name)
        if language is None:
            words = (self.argument or self.options.get("language", "")).split()
            language = words[0] if words else ""
        elif self.name == "csv-table":
            return info_of(language, self.argument)
        return info_of(language, self.options.get("caption", ""))

    def lead(self) -> list[str]:
        """The lines that stand before its content; each a paragraph."""
        kind = self.name.rsplit(":", 1)[-1]
        said = [self.options[name] for name in _TEXT_OPTIONS if self.options.get(name)]
        if self.name in _IMAGES:
            source = self.argument.split()[0] if self.argument and self.name != "figure-md" else ""
            alt = self.options.get("alt", "")
            others = [text for text in said if text != alt]
            return [*([f"![{alt}]({source})"] if source else [alt] if alt else []), *others]
        if self.name in _VERSIONS:
            version, _, rest = self.argument.partition(" ")
            return [f"**{_VERSIONS[self.name]} {version}**" + (f" {rest.strip()}" if rest.strip() else ""), *said]
        if self.name == "admonition":
            return [label_of(self.argument) or "**Note**", *said]
        if self.name in ADMONITIONS:
            kind_name = "See also" if self.name == "seealso" else self.name.capitalize()
            return [*_titled(kind_name, self.argument), *said]
        if kind in _OBJECTS and (":" in self.name or self.argument):
            return [f"**`{self.argument.strip('`')}`**" if self.argument else "", *said]
        if self.name in _ARGUMENT_IS_NO_TEXT:
            return said
        return [label_of(self.argument), *said]


def _titled(kind: str, argument: str) -> list[str]:
    """An admonition's first line is its title in some sites and its text in others; the text stays text."""
    if not argument:
        return [f"**{kind}**"]
    if argument.endswith((".", "!", "?", ":")) or len(argument) > 80:
        return [f"**{kind}**", argument]
    return [admonition_label(kind, argument)]


def read_options(lines: Sequence[str]) -> tuple[dict[str, str], int]:
    """The options at the top of a directive's content, and how many lines they are."""
    if lines and lines[0].strip() == "---":
        end = next((number for number, line in enumerate(lines[1:50], 1) if line.strip() == "---"), 0)
        pairs = (line.partition(":") for line in lines[1:end])
        return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}, end + 1 if end else 0
    options: dict[str, str] = {}
    count = 0
    for line in lines:
        option = _OPTION.fullmatch(line) if len(line) < 1_000 else None
        if option is None:
            break
        options[option["name"]] = option["value"] or ""
        count += 1
    return options, count


_TOC_ENTRY = re.compile(r"\s*(?P<title>\S.*?)\s*<[^<>]+>\s*")


def toctree_entries(line: str) -> str:
    """`Title <path>` → `- Title`; a path alone is no text."""
    entry = _TOC_ENTRY.fullmatch(line) if len(line) < 1_000 else None
    return f"- {entry['title']}" if entry else ""


_TARGET = re.compile(r"\((?P<name>[^\s()][^()]*)\)=\s*")


def target_of(line: str) -> str | None:
    """`(My label)=` → `my-label`, the id that docutils makes of it."""
    target = _TARGET.fullmatch(line) if line.startswith("(") and len(line) < 300 else None
    return re.sub(r"[^a-z0-9]+", "-", target["name"].lower()).strip("-") if target else None
