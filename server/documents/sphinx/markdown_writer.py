"""docutils' tree → Markdown lines."""

import re
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Final

from docutils import nodes
from docutils.nodes import fully_normalize_name

from server.documents.document import Heading, Problem
from server.documents.markdown import parse_markdown
from server.documents.markdown_lines import MarkdownLines, code_span, escaped, one_line
from server.documents.plain_text import plain_text
from server.documents.sphinx.labels import Labels
from server.documents.sphinx.page import RstPage

_ERROR: Final = 3
_LINKED: Final = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_SUBSTITUTED_MAX_CHARS: Final = 1_000_000  # A guess: in one page.
_DRAWN_BY_PROGRAMS: Final = re.compile(r"\s*<(?:script|style|!--)", re.IGNORECASE)


class RstMarkdown:
    """Writes one document. The tree is as deep as the parser's recursion allowed, so recursion here ends too."""

    def __init__(self, tree: nodes.document, page: RstPage) -> None:
        self.lines = MarkdownLines()
        self.title: str | None = None
        self.docinfo: dict[str, Any] = {}
        self._tree = tree
        self._page = page
        self._depth = 0
        self._in_cell = False
        self._labels = Labels(tree)
        self._substitutes: dict[str, str] = {}
        self._substituted_chars = 0

    def write(self) -> None:
        children = list(self._tree.children)
        first = next((child for child in children if not isinstance(child, nodes.Invisible)), None)
        if isinstance(first, nodes.field_list):
            self.docinfo = _docinfo(first)
            children.remove(first)
        self._blocks(children)

    def _blocks(self, children: Iterable[nodes.Node]) -> None:
        for child in children:
            self._block(child)

    def _block(self, node: nodes.Node) -> None:
        if isinstance(node, nodes.Text):
            self.lines.paragraph(escaped(node.astext()))
            return
        assert isinstance(node, nodes.Element)  # noqa: S101  docutils knows no third kind
        writer = self._WRITERS.get(type(node).__name__)
        if writer:
            writer(self, node)
        elif not isinstance(node, nodes.Invisible):
            self._blocks(node.children)

    def _section(self, node: nodes.Element) -> None:
        self._depth += 1
        self._blocks(node.children)
        self._depth -= 1

    def _title(self, node: nodes.Element) -> None:
        if not isinstance(node.parent, nodes.section):
            self._rubric(node)
            return
        text = one_line(self._plain(node))
        if self._depth == 1 and self.title is None:
            self.title = text
        self.lines.heading(self._depth, text, self._labels.anchor(node.parent))

    def _plain(self, node: nodes.Element) -> str:
        """A title's text, references to labels by their titles."""
        children = (child for child in node.children if not isinstance(child, _UNSAID))
        return "".join(self._plain_part(child) for child in children)

    def _plain_part(self, node: nodes.Node) -> str:
        if isinstance(node, nodes.substitution_reference):
            return plain_text(self._substitute(node))
        return self._label(node) if isinstance(node, nodes.Element) and "label" in node else node.astext()

    def _paragraph(self, node: nodes.Element) -> None:
        self.lines.paragraph(self._inline(node))

    def _rubric(self, node: nodes.Element) -> None:
        text = one_line(self._inline(node))
        if text:
            self.lines.paragraph(text if text.startswith("`") and text.endswith("`") else f"**{text}**")

    def _literal_block(self, node: nodes.Element) -> None:
        text = node.astext()
        if self._in_cell:
            self.lines.paragraph(code_span(text))
            return
        classes = [name for name in node["classes"] if name != "code"]
        language = node.get("language") or next(iter(classes), "")
        self.lines.code(text, language=str(language), title=str(node.get("caption", "")))

    def _doctest(self, node: nodes.Element) -> None:
        self.lines.code(node.astext(), language="pycon")

    def _bullet_list(self, node: nodes.Element) -> None:
        self._items(node, ("- " for _ in node.children))

    def _enumerated_list(self, node: nodes.Element) -> None:
        start = int(node.get("start", 1))
        self._items(node, (f"{number}. " for number in range(start, start + len(node))))

    def _items(self, node: nodes.Element, markers: Iterable[str]) -> None:
        for item, marker in zip(node.children, markers, strict=True):
            with self.lines.indented(marker, " " * len(marker)):
                self._block(item)

    def _definition(self, node: nodes.Element) -> None:
        """Also a field or an option: its name as the first line of an item."""
        names = [child for child in node.children if isinstance(child, _NAMES)]
        with self.lines.indented("- ", "  "):
            self.lines.paragraph(" — ".join(filter(None, (one_line(self._name(name)) for name in names))))
            self._blocks(child for child in node.children if not isinstance(child, _NAMES))

    def _name(self, node: nodes.Element) -> str:
        if isinstance(node, nodes.option_group):
            return code_span(", ".join(option.astext() for option in node.children))
        text = self._inline(node)
        return text if isinstance(node, nodes.classifier) or text.startswith("`") else f"**{text}**" * bool(text)

    def _line_block(self, node: nodes.Element) -> None:
        lines = [one_line(self._inline(line)) for line in node.findall(nodes.line)]
        self.lines.paragraph("\n".join(lines))

    def _block_quote(self, node: nodes.Element) -> None:
        with self.lines.indented("> ", "> "):
            self._blocks(node.children)

    def _attribution(self, node: nodes.Element) -> None:
        self.lines.paragraph(f"— {self._inline(node)}")

    def _table(self, node: nodes.Element) -> None:
        for title in node.children:
            if isinstance(title, nodes.title):
                self._rubric(title)
        rows = [[self._cell(entry) for entry in row.children] for row in node.findall(nodes.row)]
        has_header = any(True for _ in node.findall(nodes.thead))
        if not has_header:
            rows.insert(0, [""] * max((len(row) for row in rows), default=0))
        if self._in_cell:
            self.lines.paragraph("\n".join(" ".join(row) for row in rows))
        else:
            self.lines.table(rows if len(rows) > 1 else [*rows, [""]])

    def _cell(self, entry: nodes.Node) -> str:
        """A cell's blocks on one line."""
        outer, was_in_cell = self.lines, self._in_cell
        self.lines, self._in_cell = MarkdownLines(), True
        self._block(entry)
        cell = " ".join(line.strip() for line in self.lines.lines if line)
        self.lines, self._in_cell = outer, was_in_cell
        return cell

    def _footnote(self, node: nodes.Element) -> None:
        label = next((child.astext() for child in node.children if isinstance(child, nodes.label)), "")
        with self.lines.indented("", ""):
            self.lines.paragraph(f"\\[{escaped(label)}\\]")
            self._blocks(child for child in node.children if not isinstance(child, nodes.label))

    def _image(self, node: nodes.Element) -> None:
        self.lines.paragraph(self._image_text(node))

    def _raw(self, node: nodes.Element) -> None:
        text = node.astext()
        if node["format"] == "markdown":
            document = parse_markdown(text, self._page.source.profile.make_slugger())
            self.lines.verbatim(document.lines, document.blocks)
            if self.title is None:
                self.title = next((block.text for block in document.blocks if isinstance(block, Heading)), None)
        elif not _DRAWN_BY_PROGRAMS.match(text):
            self.lines.paragraph(text)

    def _system_message(self, node: nodes.Element) -> None:
        """What docutils could not read stands in its complaint."""
        if node["level"] >= _ERROR:
            for child in node.children:
                if isinstance(child, nodes.literal_block):
                    self.lines.paragraph(escaped(child.astext()))

    def _nothing(self, node: nodes.Element) -> None:
        pass

    _WRITERS: ClassVar[dict[str, Callable[["RstMarkdown", nodes.Element], None]]] = {
        "section": _section,
        "title": _title,
        "subtitle": _rubric,
        "rubric": _rubric,
        "caption": _paragraph,
        "paragraph": _paragraph,
        "literal_block": _literal_block,
        "doctest_block": _doctest,
        "bullet_list": _bullet_list,
        "enumerated_list": _enumerated_list,
        "definition_list_item": _definition,
        "field": _definition,
        "option_list_item": _definition,
        "line_block": _line_block,
        "block_quote": _block_quote,
        "attribution": _attribution,
        "table": _table,
        "footnote": _footnote,
        "citation": _footnote,
        "image": _image,
        "raw": _raw,
        "system_message": _system_message,
        "target": _nothing,
        "transition": _nothing,
        "reference": lambda self, node: self._block(node.children[0]) if node.children else None,
    }

    def _inline(self, node: nodes.Element) -> str:
        return "".join(self._inline_part(child) for child in node.children)

    def _inline_part(self, node: nodes.Node) -> str:
        if isinstance(node, nodes.Text):
            return escaped(node.astext())
        assert isinstance(node, nodes.Element)  # noqa: S101
        if "label" in node:
            return escaped(self._label(node))
        return self._INLINE.get(type(node).__name__, RstMarkdown._inline)(self, node)

    def _code(self, node: nodes.Element) -> str:
        return code_span(node.astext())

    def _strong(self, node: nodes.Element) -> str:
        text = self._inline(node).strip()
        return f"**{text}**" if text else ""

    def _footnote_mark(self, node: nodes.Element) -> str:
        return f"\\[{escaped(node.astext() or str(node.get('refname', '')))}\\]"

    def _inline_raw(self, node: nodes.Element) -> str:
        return node.astext() if "html" in str(node.get("format", "")) else ""

    def _reference(self, node: nodes.Element) -> str:
        text, target = self._inline(node), str(node.get("refuri", ""))
        if not _LINKED.match(target) or not text.strip():
            return text
        href = re.sub(r"[\s()<>]", lambda char: f"%{ord(char[0]):02X}", target)
        return f"[{text}]({href})"

    def _image_text(self, node: nodes.Element) -> str:
        alt = str(node.get("alt", "")).strip()
        if not alt:
            return ""
        href = re.sub(r"[\s()<>]", lambda char: f"%{ord(char[0]):02X}", str(node.get("uri", "")))
        return f"![{escaped(one_line(alt))}]({href[:500]})"

    def _label(self, node: nodes.Element) -> str:
        """What a label of this page stands above; a label of another page's as it is."""
        label = str(node["label"])
        return self._labels.titles.get(fully_normalize_name(label), label)

    def _substitute(self, node: nodes.Element) -> str:
        """What a `|name|` stands for. Definitions may name each other, so what they come to is bounded."""
        name = str(node["refname"])
        definitions = self._tree.substitution_defs
        key = name if name in definitions else self._tree.substitution_names.get(name.lower())
        if key is None:
            self._note_undefined(name)
            return escaped(name)
        if key not in self._substitutes:
            self._substitutes[key] = escaped(key)  # for one that stands for itself
            self._substitutes[key] = self._inline(definitions[key])
        text = self._substitutes[key]
        self._substituted_chars += len(text)
        return text if self._substituted_chars <= _SUBSTITUTED_MAX_CHARS else escaped(name)

    def _note_undefined(self, name: str) -> None:
        if name.lower() not in ("version", "release", "today"):  # every Sphinx site's own
            reason = f"`|{name}|` is not defined in the page: it is shown as its name."
            self._page.note(Problem(None, reason), once_for=f"|{name}|")

    _INLINE: ClassVar[dict[str, Callable[["RstMarkdown", nodes.Element], str]]] = {
        "literal": _code,
        "math": _code,
        "strong": _strong,
        "reference": _reference,
        "image": _image_text,
        "footnote_reference": _footnote_mark,
        "citation_reference": _footnote_mark,
        "raw": _inline_raw,
        "substitution_reference": _substitute,
        "system_message": lambda _self, _node: "",
    }


_UNSAID: Final = (nodes.footnote_reference, nodes.system_message)
_NAMES: Final = (nodes.term, nodes.classifier, nodes.field_name, nodes.option_group)


def _docinfo(fields: nodes.field_list) -> dict[str, Any]:
    """The fields above a page as its metadata; one without a value, like `:orphan:`, is true."""
    return {
        field.children[0].astext(): field.children[1].astext().strip() or True
        for field in fields.children
        if isinstance(field, nodes.field)
    }
