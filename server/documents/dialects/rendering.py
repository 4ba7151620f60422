"""The pieces of a page → lines of Markdown: what each element and component leaves for a reader.

One class, longer than others here: every element is opened and closed on one stack.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.documents.dialects.components import as_markdown, code_of, language_of, markup_text, prop, props_of
from server.documents.dialects.element_names import (
    BLOCK,
    CODE_COMPONENTS,
    INLINE,
    TITLES,
    VOID,
    last_name,
)
from server.documents.dialects.fences import clean_opening, fenced, info_of
from server.documents.dialects.inline_marks import clean_inline, directive_label, role_text
from server.documents.dialects.labels import (
    TabLabels,
    admonition_kind,
    block_label,
    is_block_name,
    label_in,
    label_of,
    tab_labels,
)
from server.documents.dialects.pieces import CodeRows, Element, Piece, Raw, Span, Text, Value
from server.documents.dialects.tags import Tag
from server.documents.dialects.writer import Writer

_WITH_ROLE = re.compile(r"\{([a-zA-Z][\w:+.-]*)\}$")
_HEADING_LINE = re.compile(r"\s*#{1,6}\s")
_MARKS = {"b": "**", "strong": "**", "em": "*", "i": "*", "code": "`", "kbd": "`", "samp": "`", "tt": "`"}
_BARE = re.compile(r"[^`*_\[\]<>{}\\]+")
_WITH_TEXT_DIRECTIVES = frozenset({"docusaurus", "starlight"})
_REFERENCES = frozenset({"ref", "relref"})


@dataclass(slots=True)
class _Open:
    """An element that is being written."""

    element: Element
    mark: tuple[int, int] | None = None
    is_block: bool = False
    is_joined: bool = False
    labels: TabLabels = field(default_factory=list)
    after: str = ""
    cells: int = 0
    rows: int = 0


class Renderer:
    def __init__(self, *, framework: str, names: Mapping[str, Any], is_mdx: bool) -> None:
        self._framework = framework
        self._names = names
        self._is_mdx = is_mdx
        self._writer = Writer()
        self._open: list[_Open] = []
        self._bold = 0
        self._below_heading: list[str] = []
        """What props say in a heading: below it, because its anchor is made without them."""
        self._next_is_value = False

    def lines(self, pieces: Sequence[Piece]) -> list[str]:
        for place, piece in enumerate(pieces):
            match piece:
                case Text(text):
                    is_before_span = place + 1 < len(pieces) and isinstance(pieces[place + 1], Span)
                    self._markdown(text, is_before_span=is_before_span)
                case Span(text):
                    role = None if self._is_mdx else _role_before(pieces, place)
                    self._writer.text(role_text(role, text) if role else text)
                case CodeRows(lines):
                    self._writer.code([clean_opening(lines[0], self._framework), *lines[1:]])
                case Raw(tag, content):
                    self._raw(tag, content)
                case Value(text):
                    self._value(text)
                case Element() as element:
                    self._next_is_value = _is_value(pieces, place + 1)
                    self._element(element)
        self._text("\n")
        return self._writer.lines

    def _markdown(self, text: str, *, is_before_span: bool) -> None:
        if self._is_between_rows() and text.isspace():
            return
        if self._framework in _WITH_TEXT_DIRECTIVES:
            text = directive_label(text)
        if not self._is_mdx:
            if is_before_span and text.endswith("}"):
                text = _WITH_ROLE.sub("", text)
            text = clean_inline(text, self._framework)
        self._text(text.replace("**", "") if self._bold else text)

    def _text(self, text: str) -> None:
        if self._below_heading and "\n" in text:
            heading, _, text = text.partition("\n")
            self._writer.text(heading)
            self._writer.own_line(" ".join(self._below_heading))
            self._below_heading.clear()
        self._writer.text(text)

    def _is_between_rows(self) -> bool:
        return bool(self._open) and self._open[-1].element.tag.html in ("table", "thead", "tbody", "tfoot", "tr")

    def _value(self, text: str) -> None:
        parent = self._open[-1].element.tag if self._open else None
        is_code = parent and not parent.html and last_name(parent.name) in CODE_COMPONENTS
        if parent and self._open[-1].is_block and (is_code or ("\n" in text and language_of(parent))):
            self._writer.code(fenced(text, info_of(language_of(parent), parent.text("title"))), is_generated=True)
        else:
            self._writer.text(as_markdown(text) if len(text) > 1 else text.replace("<", "\\<"))

    def _raw(self, tag: Tag, content: str) -> None:
        if tag.is_shortcode:
            language = "mermaid" if tag.name == "mermaid" else tag.text("0", "lang", "language")
            self._writer.code(fenced(content, info_of(language, tag.text("title", "filename"))), is_generated=True)
            return
        text = markup_text(content)
        if not text.strip():
            return
        if tag.name.lower() != "pre":
            self._writer.text(text)
            return
        language = language_of(tag) or (
            found[1] if (found := re.search(r"language-([\w+#-]+)", content[:200])) else ""
        )
        self._writer.code(fenced(text, info_of(language, tag.text("title"))), is_generated=True)

    # Elements

    def _element(self, element: Element) -> None:
        tag = element.tag
        if tag.is_closing:
            if element.partner is not None:
                self._close(element)
            elif not self._is_known(tag):
                self._writer.text(as_markdown(element.source))
        elif tag.is_single or element.partner is None:
            self._single(element)
        else:
            self._open.append(self._opened(element))

    def _is_known(self, tag: Tag) -> bool:
        return self._is_mdx or tag.is_shortcode or bool(tag.html)

    def _is_text(self, element: Element) -> bool:
        """A lone `<T>` is text that looks like a tag."""
        tag = element.tag
        if tag.is_single or tag.is_shortcode or tag.html or not tag.name:
            return False
        return not (self._is_mdx and (element.is_block or tag.attributes))

    def _single(self, element: Element) -> None:
        """An element without content, or whose end is missing."""
        tag = element.tag
        name = tag.html
        if self._is_text(element):
            self._writer.text(as_markdown(element.source))
        elif name == "br":
            self._writer.words("  " if element.ends_line else " ")
        elif name == "hr":
            self._writer.own_line("---")
        elif tag.name.lower() in ("img", "image") and tag.text("src"):
            self._writer.words(_image(tag, self._alt(tag)))
        elif tag.is_shortcode and tag.name in _REFERENCES:
            self._writer.words(tag.text("path", "0"))
        else:
            if name in BLOCK and name not in VOID and not tag.is_single:
                self._writer.end_block()
            self._say(element)

    def _alt(self, tag: Tag) -> str:
        return prop(tag, "alt", self._names) or prop(tag, "title", self._names)

    def _say(self, element: Element) -> None:
        """The texts of a component that stands for itself: on lines of their own, or in the line."""
        tag = element.tag
        code = code_of(tag, self._names)
        if code is not None:
            self._writer.code(fenced(code[0], info_of(code[1], code[2])), is_generated=True)
            return
        label, texts = self._texts(tag)
        if element.is_block and tag.html not in INLINE:
            self._writer.open_block()
            for text in (self._label(element, label), *texts):
                self._writer.own_line(text)
            self._writer.close_block()
        elif label or texts:
            self._says(" ".join(filter(None, (label, *texts))))

    def _says(self, text: str) -> None:
        """What a prop says, in its line."""
        if text.strip() and _HEADING_LINE.match(self._writer.current):
            self._below_heading.append(text.strip(" ()"))
        else:
            self._writer.words(text)

    def _texts(self, tag: Tag) -> tuple[str, list[str]]:
        if tag.html:
            names = [
                name for name in ("alt", "title", "placeholder", "label", "summary") if name in tag.attributes
            ]
            return "", list(dict.fromkeys(filter(None, (prop(tag, name, self._names) for name in names))))
        return props_of(tag, self._names)

    def _opened(self, element: Element) -> _Open:
        tag = element.tag
        name = tag.html
        opened = _Open(element)
        if not name:
            self._open_component(opened)
        elif name in TITLES:
            self._open_title(opened, name)
        elif name in ("table", "tr", "td", "th"):
            self._open_table(opened, name)
        elif name == "li":
            self._writer.item(*self._bullet())
            opened.is_block = True
        elif name in INLINE:
            self._open_inline(opened, name)
        elif name in ("thead", "tbody", "tfoot"):
            pass
        else:
            opened.is_block = True
            self._writer.open_block()
            for text in self._texts(tag)[1]:
                self._writer.own_line(text)
        return opened

    def _bullet(self) -> tuple[str, bool]:
        """An item's bullet, and whether the item is the first of its list."""
        for opened in reversed(self._open):
            name = opened.element.tag.html
            if name in ("ul", "ol", "menu"):
                opened.rows += 1
                return f"{opened.rows}. " if name == "ol" else "- ", opened.rows == 1
        return "- ", True

    def _open_title(self, opened: _Open, name: str) -> None:
        writer = self._writer
        tag = opened.element.tag
        writer.end_block()
        level = int(name[1]) if name[0] == "h" and name[1:].isdigit() else 0
        is_heading = level and (tag.text("id") or level == 1 or self._framework == "github")
        opened.mark = writer.mark()
        opened.after = "#" * level + " " if is_heading else ""
        opened.is_joined = True
        self._bold += 1
        writer.join()

    def _open_table(self, opened: _Open, name: str) -> None:
        writer = self._writer
        if name == "table":
            opened.is_block = True
            writer.open_block()
        elif name == "tr":
            writer.end_block() if self._is_first_row() else writer.end_line_if_begun()
            opened.is_joined = True
            writer.join()
        else:
            for row in reversed(self._open):
                if row.element.tag.html == "tr":
                    row.cells += 1
                    break
            writer.words("| " if self._open and self._open[-1].cells == 1 else " | ")

    def _is_first_row(self) -> bool:
        return all(opened.rows == 0 for opened in self._open if opened.element.tag.html == "table")

    def _open_inline(self, opened: _Open, name: str) -> None:
        tag = opened.element.tag
        if name in ("a", "span") and not tag.text("href") and tag.text("id", "name"):
            if _HEADING_LINE.match(self._writer.current):
                self._writer.words(" ".join(opened.element.source.split()))
                opened.after = f"</{tag.name}>"
            return
        title = prop(tag, "title", self._names)
        if name == "a" and tag.text("href"):
            opened.after = (
                f'({tag.text("href")} "{title}")' if title and '"' not in title else f"({tag.text('href')})"
            )
            opened.mark = self._writer.mark()
        elif name in _MARKS:
            opened.mark = self._writer.mark()
            opened.after = f" ({title})" if title else ""
        elif title:
            opened.after = f" ({title})"

    def _open_component(self, opened: _Open) -> None:
        element = opened.element
        tag = element.tag
        label, texts = self._texts(tag)
        code = code_of(tag, self._names)
        opened.labels = tab_labels(tag, self._names)
        if opened.labels:
            shown = opened.labels.values() if isinstance(opened.labels, dict) else opened.labels
            texts = [text for text in texts if text not in set(shown)]
        is_link = not label and not tag.is_shortcode and bool(tag.text("href", "to"))
        if is_link or not (element.is_block or is_block_name(tag)):
            self._open_inline_component(opened, [label, *texts])
            return
        opened.is_block = True
        self._writer.open_block()
        if self._next_is_value and last_name(tag.name) in CODE_COMPONENTS:  # the title is the fence's
            return
        for text in (self._label(element, label), *texts):
            self._writer.own_line(text)
        if code is not None:
            self._writer.code(fenced(code[0], info_of(code[1], code[2])), is_generated=True)

    def _label(self, element: Element, label: str) -> str:
        tag = element.tag
        if not label and self._open and not admonition_kind(tag):
            label = label_in(self._open[-1].element.tag, self._open[-1].labels, tag)
        says_more = element.partner is not None or not tag.is_single
        return block_label(tag, label, self._names, says_more=says_more)

    def _open_inline_component(self, opened: _Open, texts: Sequence[str]) -> None:
        said = ", ".join(filter(None, texts))
        target = opened.element.tag.text("href", "to")
        if target and not opened.element.tag.is_shortcode:
            opened.mark = self._writer.mark()
            opened.after = f"({target})"
        if said:
            opened.after += f" ({said})"

    # Ends

    def _close(self, closing: Element) -> None:
        while self._open:
            opened = self._open.pop()
            self._end(opened)
            if opened.element is closing.partner:
                return

    def _end(self, opened: _Open) -> None:
        writer = self._writer
        name = opened.element.tag.html
        if opened.is_joined:
            writer.unjoin()
        if name in TITLES and opened.mark is not None and not opened.element.tag.is_shortcode:
            self._end_title(opened)
        elif name == "tr" and opened.is_joined:
            self._end_row(opened)
        elif opened.is_block:
            writer.close_block()
        elif opened.mark is not None:
            self._end_inline(opened, name)
        elif opened.after.startswith("<"):
            writer.words(opened.after)
        elif opened.after:
            self._says(opened.after)

    def _end_title(self, opened: _Open) -> None:
        writer = self._writer
        self._bold -= 1
        text = (writer.since(opened.mark, most=1_000) or "").strip() if opened.mark else ""
        if opened.mark and text:
            identity = opened.element.tag.text("id")
            if opened.after:
                writer.replace(opened.mark, opened.after + text + (f" {{#{identity}}}" if identity else ""))
            else:
                writer.replace(opened.mark, label_of(text))
        writer.end_block()

    def _end_row(self, opened: _Open) -> None:
        writer = self._writer
        table = next((other for other in reversed(self._open) if other.element.tag.html == "table"), None)
        if not opened.cells:
            return
        writer.words(" |")
        writer.squeeze()
        writer.end_line()
        if table is not None and table.rows == 0:
            writer.words("| " + " | ".join(["---"] * opened.cells) + " |")
            writer.end_line()
        if table is not None:
            table.rows += 1

    def _end_inline(self, opened: _Open, name: str) -> None:
        writer = self._writer
        text = writer.since(opened.mark) if opened.mark else None
        if opened.mark is None or text is None or not text.strip():
            if name not in _MARKS and not opened.after.startswith("("):
                self._says(opened.after)
            return
        if name in _MARKS:
            mark = "" if self._bold and _MARKS[name] == "**" else _MARKS[name]
            if mark and text == text.strip() and _BARE.fullmatch(text) and (mark != "`" or "&" not in text):
                writer.wrap(opened.mark, mark, mark)
                self._says(opened.after)
            else:
                self._says(opened.after)
        elif "](" in text and not text.startswith("!["):
            writer.words("")
        else:
            writer.wrap(opened.mark, "[", "]" + opened.after)


def _image(tag: Tag, alt: str) -> str:
    source = tag.text("src")
    if not alt:
        return ""
    return f"![{alt.replace('[', '(').replace(']', ')')}]({source})" if not re.search(r"[\s()]", source) else alt


def _is_value(pieces: Sequence[Piece], place: int) -> bool:
    """Whether the value of an expression stands there, blank text aside."""
    following = pieces[place : place + 2]
    if following and isinstance(following[0], Text) and following[0].text.isspace():
        following = following[1:]
    return bool(following) and isinstance(following[0], Value)


def _role_before(pieces: Sequence[Piece], place: int) -> str | None:
    before = pieces[place - 1] if place else None
    if not isinstance(before, Text):
        return None
    role = _WITH_ROLE.search(before.text)
    return role[1] if role else None
