"""A page's text → a tree of elements, whatever its markup.

libxml2 reads the tags and hands them over one by one. We keep the tree ourselves, because those of the libraries
are hostile ground: an HTML5 parser (measured: Lexbor) takes quadratic time for deep nesting and for many
attributes, and makes n² elements of n unclosed `<font>`; libxml2's own tree ends silently 2,048 deep.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, cast

from lxml import etree

from server.errors import DocumentUnreadable

_MAX_DEPTH: Final = 512  # as Chromium
_MAX_ELEMENTS: Final = 1_000_000  # a guess: 10 MB of table cells are half of it, and 300 MB of memory
_MAX_ATTRIBUTES: Final = 100  # a guess; more of them, or longer ones, are nothing that is read here
_ATTRIBUTE_MAX_CHARS: Final = 4000
_CHUNK_CHARS: Final = 65_536

_UNREAD_IN_ONE: Final = (
    "applet audio canvas embed iframe map noframes noscript object portal script style svg template video"
)
_UNREAD: Final = frozenset(_UNREAD_IN_ONE.split())
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
# Soft hyphens, and the blanks without width that generators put into permalinks.
_INVISIBLE: Final = re.compile("[\xad\u200b\u2060\ufeff\ufffe\uffff]")
_MODULE_HASH: Final = re.compile(r"_[\w-]{4,8}$")
_NO_ATTRIBUTES: Final[Mapping[str, str]] = {}


@dataclass(slots=True, eq=False)
class Element:
    tag: str
    """In lower case, as the names of attributes."""
    attributes: Mapping[str, str]
    children: "list[Element | str]" = field(default_factory=list)
    holds_main: bool = False
    """Whether what the page calls its main part is in it."""
    holds_title: bool = False
    """Whether a first-level heading is."""

    @property
    def classes(self) -> list[str]:
        stated = self.attributes.get("class")
        return stated.split() if stated else []

    @property
    def bare_classes(self) -> set[str]:
        """In lower case, each also without the hash of a CSS module: Docusaurus' `codeBlockTitle_Ktv7`."""
        names = {name.lower() for name in self.classes}
        return names | {_MODULE_HASH.sub("", name) for name in names if "_" in name}

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")


def read_tree(text: str, *, unread: Collection[str] = ()) -> Element:
    """The root, which holds what the page says, without scripts, styles, comments and `unread` elements.

    Time and memory are linear in the text. Raises `DocumentUnreadable` when elements are too deep or too many.
    """
    builder = _Builder(_UNREAD.union(unread))
    text = _CONTROL.sub("", text)  # among them NUL, which would end the text for libxml2
    parser: Any = etree.HTMLParser(target=cast(Any, builder), huge_tree=True)
    try:
        for start in range(0, len(text), _CHUNK_CHARS):
            parser.feed(text[start : start + _CHUNK_CHARS])
        if text.strip():
            parser.close()
    except (etree.LxmlError, _TooLargeError) as error:
        raise DocumentUnreadable(builder.refusal or f"cannot be read as HTML: {error}.") from error
    return builder.root


def descendants(element: Element) -> Iterator[Element]:
    """In the order of the page."""
    waiting = [child for child in reversed(element.children) if not isinstance(child, str)]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(child for child in reversed(current.children) if not isinstance(child, str))


def text_of(element: Element) -> str:
    """Its text as it stands, line breaks and alternative texts of images included."""
    texts: list[str] = []
    waiting: list[Element | str] = [element]
    while waiting:
        current = waiting.pop()
        if isinstance(current, str):
            texts.append(current)
        elif current.tag == "br":
            texts.append("\n")
        elif current.tag == "img":
            texts.append(current.get("alt"))
        else:
            waiting.extend(reversed(current.children))
    return "".join(texts)


def line_of(element: Element) -> str:
    """Its text on one line."""
    return " ".join(text_of(element).split())


class _TooLargeError(Exception):
    pass


class _Builder:
    """What libxml2 calls for each tag and text (lxml's “parser target interface”)."""

    def __init__(self, unread: Collection[str]) -> None:
        self.root = Element("#root", _NO_ATTRIBUTES)
        self.refusal = ""
        self._open = [self.root]
        self._seen: set[str] = set()
        self._count = 0
        self._unread = unread
        self._unread_depth = 0
        self._texts: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._count += 1
        if len(self._open) + self._unread_depth > _MAX_DEPTH:
            self._refuse(f"is nested over {_MAX_DEPTH} elements deep: is a tag never closed?")
        if self._count > _MAX_ELEMENTS:
            self._refuse(f"has over {_MAX_ELEMENTS:,} elements: split it.")
        if self._unread_depth or tag in self._unread:
            self._unread_depth += 1
            return
        self._end_text()
        parent = self._open[-1]
        if tag in ("html", "body") and tag in self._seen:
            # libxml2 opens another one for what stands behind </html>.
            self._open.append(parent)
            return
        self._seen.add(tag)
        element = Element(tag, _kept(attributes) if attributes else _NO_ATTRIBUTES)
        parent.children.append(element)
        self._open.append(element)
        if tag in ("main", "article") or element.attributes.get("role") == "main":
            self._mark_open("holds_main")
        elif tag == "h1":
            self._mark_open("holds_title")

    def end(self, tag: str) -> None:
        del tag
        if self._unread_depth:
            self._unread_depth -= 1
        elif len(self._open) > 1:
            self._end_text()
            self._open.pop()

    def data(self, data: str) -> None:
        if not self._unread_depth:
            self._texts.append(data)

    def comment(self, text: str) -> None:
        pass

    def pi(self, target: str, data: str | None = None) -> None:
        pass

    def close(self) -> Any:
        self._end_text()

    def _end_text(self) -> None:
        """libxml2 gives a text in pieces."""
        if self._texts:
            text = "".join(self._texts)
            self._open[-1].children.append(text if text.isascii() else _INVISIBLE.sub("", text))
            self._texts.clear()

    def _mark_open(self, flag: str) -> None:
        for element in reversed(self._open):
            if getattr(element, flag):
                return
            setattr(element, flag, True)

    def _refuse(self, reason: str) -> None:
        self.refusal = reason
        raise _TooLargeError


def _kept(attributes: Mapping[str, str]) -> Mapping[str, str]:
    first = (
        attributes.items() if len(attributes) <= _MAX_ATTRIBUTES else islice(attributes.items(), _MAX_ATTRIBUTES)
    )
    return {name: value for name, value in first if len(value) <= _ATTRIBUTE_MAX_CHARS}
