"""One tag of JSX or HTML, or one Hugo shortcode, read where it starts."""

import re
from dataclasses import dataclass, field

from server.documents.dialects.element_names import HTML
from server.documents.dialects.javascript import Braces


class Expression(str):
    """The source of `{…}` as an attribute's value, without its braces."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Tag:
    name: str
    """`""` for a fragment, `<>`."""
    start: int
    end: int
    attributes: dict[str, str | None] = field(default_factory=dict)
    """In order; a value is a string, an `Expression`, or `None` where only the name stands."""
    is_closing: bool = False
    is_single: bool = False
    is_shortcode: bool = False

    @property
    def html(self) -> str:
        """Its name when it is an element of HTML; JSX tells components from elements by their capitals."""
        lowered = self.name.lower()
        is_element = lowered in HTML and (self.name == lowered or (self.name.isupper() and len(lowered) > 1))
        return lowered if is_element and not self.is_shortcode else ""

    def text(self, *names: str) -> str:
        """The first of these attributes that is a plain string."""
        values = (self.attributes.get(name) for name in names)
        return next((value for value in values if value and not isinstance(value, Expression)), "")


_NAME = re.compile(r"</?(?P<name>[A-Za-z_$][\w$.:-]*+)?")
_CLOSING_END = re.compile(r"\s*+>")
_ATTRIBUTE = re.compile(
    r"""\s*+(?:(?P<end>/?>)|(?P<brace>\{)|(?P<name>[^\s"'<>/={}`]++)(?:\s*+=\s*+"""
    r"""(?:"(?P<double>[^"]*+)"|'(?P<single>[^']*+)'|(?P<value>\{)|(?P<bare>[^\s"'=<>`{}]++)))?)"""
)
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_MAX_CHARS = 100_000  # A guess: an attribute may hold a page of code, and no tag is longer.


def read_tag(text: str, start: int, braces: Braces) -> Tag | None:
    """The tag whose `<` is at `start`; `None` when it is none, or its quotes or braces are not closed."""
    opening = _NAME.match(text, start)
    if opening is None:
        return None
    name = opening["name"] or ""
    if text.startswith("</", start):
        end = _CLOSING_END.match(text, opening.end())
        return Tag(name, start, end.end(), is_closing=True) if end else None
    if not name:
        return Tag("", start, start + 2) if text.startswith("<>", start) else None
    return _with_attributes(text, name, start, opening.end(), braces)


def _with_attributes(text: str, name: str, start: int, position: int, braces: Braces) -> Tag | None:
    attributes: dict[str, str | None] = {}
    while (found := _ATTRIBUTE.match(text, position)) and position - start < _MAX_CHARS:
        position = found.end()
        if found["end"]:
            return Tag(name, start, position, attributes, is_single=found["end"] == "/>")
        if found["brace"] or found["value"]:
            opened = position - 1
            closed = braces.end(opened)
            if closed < 0:
                return None
            position = closed + 1
            attributes[found["name"] or "..."] = Expression(text[opened + 1 : closed])
            continue
        values = (found["double"], found["single"], found["bare"])
        value = next((value for value in values if value is not None), None)
        if value is not None and "\n" in value and _BLANK_LINE.search(value):
            return None  # the quote that ends it belongs to something else
        attributes[found["name"]] = value
    return None


_SHORTCODE = re.compile(r"\{\{(?P<mark>[<%])\s*+(?P<closing>/?)\s*+(?P<name>[\w./-]*\w)")
_PARAMETER = re.compile(
    r"""\s*+(?:(?P<end>(?P<single>/)?\s*[>%]\}\})|(?:(?P<name>[\w.-]+)\s*=\s*)?"""
    r"""(?:"(?P<double>(?:[^"\\]|\\.)*+)"|`(?P<raw>[^`]*+)`|'(?P<quoted>[^'\n]*+)'|(?P<bare>[^\s"`>%]++)))"""
)


def read_shortcode(text: str, start: int) -> Tag | None:
    """`{{< name "first" key="value" >}}`, with positional parameters under `0`, `1`, …."""
    opening = _SHORTCODE.match(text, start)
    if opening is None:
        return None
    attributes: dict[str, str | None] = {}
    position = opening.end()
    while (found := _PARAMETER.match(text, position)) and position - start < _MAX_CHARS:
        position = found.end()
        if found["end"]:
            return Tag(
                opening["name"],
                start,
                position,
                attributes,
                is_closing=bool(opening["closing"]),
                is_single=bool(found["single"]),
                is_shortcode=True,
            )
        values = (found["double"], found["raw"], found["quoted"], found["bare"])
        value = next((value for value in values if value is not None), "")
        attributes[found["name"] or str(len(attributes))] = value.replace('\\"', '"')
    return None
