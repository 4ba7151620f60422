"""docutils' and Sphinx's directives, as far as a reader sees something of them.

A directive that neither knows keeps its argument and its content as text.
"""

import re
from typing import Any, ClassVar, Final

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.parsers.rst.directives import images, tables
from docutils.statemachine import StringList

from server.documents.sphinx.options import AnyOptions, literal, note, titled
from server.documents.sphinx.page import page_of

_FIELD: Final = re.compile(r":([^:\s][^:]*):\s*(.*)")


class _Open(Directive):
    """Takes any argument, option and content."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[Any] = AnyOptions()

    @property
    def argument(self) -> str:
        """On one line; nothing where it stands below the name, and so is content."""
        return " ".join(self.arguments[0].split()) if self.arguments and self._is_beside() else ""

    def _is_beside(self) -> bool:
        return not self.block_text.partition("\n")[0].rstrip().endswith("::")

    def content_nodes(self) -> list[nodes.Node]:
        holder = nodes.Element()
        if self.arguments and not self._is_beside():
            below = StringList(self.arguments[0].split("\n"), source=self.state.document.current_source)
            self.state.nested_parse(below, self.lineno, holder)
        self.state.nested_parse(self.content, self.content_offset, holder)
        children: list[nodes.Node] = list(holder.children)
        return children

    def argument_node(self, node: nodes.TextElement) -> list[nodes.Node]:
        if not self.argument:
            return []
        children, messages = self.state.inline_text(self.argument, self.lineno)
        node.extend(children)
        return [node, *messages]


class Unknown(_Open):
    def run(self) -> list[nodes.Node]:
        return [*self.argument_node(nodes.paragraph()), *self.content_nodes()]


class Titled(_Open):
    """A tab, a card, an object's signature: the argument stands above the content."""

    def run(self) -> list[nodes.Node]:
        return [*self.argument_node(nodes.rubric()), *self.content_nodes()]


class Content(_Open):
    """A layout whose argument is for programs."""

    def run(self) -> list[nodes.Node]:
        return self.content_nodes()


class Block(_Open):
    """A layout without an argument: what stands beside the name is content."""

    optional_arguments = 0

    def run(self) -> list[nodes.Node]:
        return self.content_nodes()


class Glossary(Block):
    """A definition list in which several terms may share a definition."""

    def run(self) -> list[nodes.Node]:
        spaced = StringList()
        before = ""
        for source, offset, line in self.content.xitems():
            if line[:1].strip() and before[:1].strip():
                spaced.append("", source, offset)
            spaced.append(line, source, offset)
            before = line
        self.content = spaced
        return self.content_nodes()


class Class(_Open):
    """Python's for Sphinx, a style for docutils."""

    def run(self) -> list[nodes.Node]:
        is_style = self.argument.islower() and not re.search(r"[().:]", self.argument)
        return [*([] if is_style else _signatures(self)), *self.content_nodes()]


class Only(_Open):
    """What is meant for HTML joins the page, headings and all."""

    def run(self) -> list[nodes.Node]:
        not_html = {"latex", "latexpdf", "pdf", "epub", "man", "text", "texinfo", "gettext", "not html"}
        if self.argument.lower() not in not_html:
            self.state_machine.insert_input(self.content[:], self.state.document.current_source or "")
        return []


class Hidden(_Open):
    """Nothing that a reader sees."""

    def run(self) -> list[nodes.Node]:
        return []


class Admonition(_Open):
    """`.. note::` and its like. The text may begin beside the name."""

    optional_arguments = 0

    def run(self) -> list[nodes.Node]:
        kind = self.name.rpartition(":")[2].replace("seealso", "see also").replace("-", " ").capitalize()
        return [nodes.rubric("", kind), *self.content_nodes()]


class VersionChange(_Open):
    _LABELS: ClassVar = {
        "versionadded": "Added in version",
        "versionchanged": "Changed in version",
        "deprecated": "Deprecated since version",
        "versionremoved": "Removed in version",
    }

    def run(self) -> list[nodes.Node]:
        version, _, text = self.argument.partition(" ")
        label = f"{self._LABELS[self.name.lower()]} {version}".rstrip() + (": " if text else ".")
        paragraph = nodes.paragraph("", "", nodes.strong("", label.strip()), nodes.Text(" "))
        children, messages = self.state.inline_text(text, self.lineno)
        paragraph.extend(children)
        return [paragraph, *messages, *self.content_nodes()]


class Code(_Open):
    """A listing: argument the language, `:caption:` its title."""

    def run(self) -> list[nodes.Node]:
        name = self.name.lower()
        language = self.argument or str(self.options.get("language", "")) or _LANGUAGES.get(name, "")
        title = self.options.get("caption") or self.options.get("title") or self.options.get("filename") or ""
        return [literal("\n".join(self.content), language=language, title=str(title))]


class Diagram(_Open):
    """A drawing's source: its argument is part of it."""

    def run(self) -> list[nodes.Node]:
        lines = [*self.arguments, *self.content]
        title = str(self.options.get("caption", ""))
        return [literal("\n".join(lines), language=self.name.lower().rpartition(":")[2], title=title)]


class CodeTab(_Open):
    def run(self) -> list[nodes.Node]:
        language, _, title = self.argument.partition(" ")
        return [*titled(title or language), literal("\n".join(self.content), language=language, title="")]


class Math(_Open):
    def run(self) -> list[nodes.Node]:
        formula = "\n".join([*self.arguments, "", *self.content]).strip()
        return [literal(formula, language="math", title="")]


class Object(_Open):
    """What a domain describes, like `.. py:function::`: one signature a line, then the description."""

    def run(self) -> list[nodes.Node]:
        return [*_signatures(self), *self.content_nodes()]


def _signatures(directive: _Open) -> list[nodes.Node]:
    lines = directive.arguments[0].split("\n") if directive.argument else []
    signatures = [line.strip().rstrip("\\") for line in lines if line.strip()]
    return [nodes.rubric("", "", nodes.literal("", signature)) for signature in signatures]


class Generated(_Open):
    """`automodule` and its like: Sphinx runs the code to write their text."""

    def run(self) -> list[nodes.Node]:
        reason = f"`{self.name}` and its like take their text from running code: ingest the built HTML to have it."
        note(self, reason, once_for="generated")
        shown = [nodes.paragraph("", "", nodes.literal("", self.argument))] if self.argument else []
        return [*shown, *self.content_nodes()]


class Raw(_Open):
    def run(self) -> list[nodes.Node]:
        text = "\n".join(self.content)
        return [nodes.raw("", text, format="html")] if "html" in self.argument.lower().split() else []


class Meta(_Open):
    """`.. meta::` with fields that become the page's metadata."""

    optional_arguments = 0
    option_spec = None

    def run(self) -> list[nodes.Node]:
        name = None
        meta = page_of(self.state.document).meta
        for line in self.content:
            if field := _FIELD.match(line):
                name = field[1].split()[0]
                meta[name] = field[2]
            elif name and line.strip():
                meta[name] = f"{meta[name]} {line.strip()}".strip()
        return []


class PageTitle(_Open):
    def run(self) -> list[nodes.Node]:
        page_of(self.state.document).meta["title"] = self.argument
        return []


class Role(_Open):
    """`.. role:: name(base)` for the page's own use; options of the role change only looks."""

    def run(self) -> list[nodes.Node]:
        name, _, base = self.argument.partition("(")
        page_of(self.state.document).roles[name.strip().lower()] = base.rstrip(") ").strip().lower()
        return []


class Figure(images.Figure):
    option_spec: ClassVar[Any] = AnyOptions(images.Figure.option_spec)


class Table(tables.RSTTable):
    option_spec: ClassVar[Any] = AnyOptions(tables.RSTTable.option_spec)


class ListTable(tables.ListTable):
    option_spec: ClassVar[Any] = AnyOptions(tables.ListTable.option_spec)


class Image(images.Image):
    option_spec: ClassVar[Any] = AnyOptions(images.Image.option_spec)


_LANGUAGES: Final = {
    "doctest": "pycon",
    "testcode": "python",
    "testoutput": "text",
    "ipython": "ipython",
    "jupyter-execute": "python",
    "prompt": "console",
    "productionlist": "bnf",
}
