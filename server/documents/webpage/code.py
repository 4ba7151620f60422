"""A code block of a page: its lines, its language and its title, without numbers and buttons."""

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

from server.documents.webpage.tree import Element, descendants, line_of

_LANGUAGE_CLASS: Final = re.compile(
    r"(?:language|lang|highlight-source|highlight|code|brush:?|sh_)[-_:]?([A-Za-z0-9+#][\w+#.-]*)$"
)
_BARE_CLASSES: Final = frozenset({"sourceCode", "src", "brush:"})  # pandoc, Org: the next class is the language
_NO_LANGUAGES_IN_ONE: Final = (
    "block box default div highlight inline lines none notranslate plaintext plain text title txt wrapper"
)
_NO_LANGUAGES: Final = frozenset(_NO_LANGUAGES_IN_ONE.split())
# Beside or within the code: numbers, buttons, the language's name once more.
_NUMBER_CLASSES_IN_ONE: Final = """
    linenos linenodiv lineno linenumber line-number line-numbers line-numbers-wrapper line-numbers-rows ln lnt lnum
    gutter rouge-gutter hljs-ln-numbers code-gutter blob-num react-syntax-highlighter-line-number
    """
_NUMBER_CLASSES: Final = frozenset(_NUMBER_CLASSES_IN_ONE.split())
_NUMBERED_TABLES: Final = frozenset({"highlighttable", "lntable", "rouge-table", "code-table", "hljs-ln"})
_ROWS: Final = frozenset({"div", "li", "p", "tr"})
_TITLE_CLASSES: Final = frozenset(
    {
        "filename",
        "code-block-caption",
        "codeblocktitle",
        "code-title",
        "code-block-title",
        "vp-code-title",
        "header",
    }
)
_CAPTION_CLASSES: Final = frozenset({"caption-text", "title"})
_LOOK_AHEAD: Final = 40  # elements between a frame and its code, a guess
_INFO: Final = re.compile(r"[\"`\n\r]")


def code_lines(pre: Element) -> list[str]:
    """The text of a code block, line by line."""
    pieces: list[str] = []
    waiting: list[Element | str | None] = [pre]
    while waiting:
        current = waiting.pop()
        if current is None:
            _end_row(pieces)
        elif isinstance(current, str):
            pieces.append(current)
        elif current.tag == "br":
            pieces.append("\n")
        elif not _is_beside(current):
            if current.tag in _ROWS:
                _end_row(pieces)
                waiting.append(None)
            waiting.extend(reversed(current.children))
    return _trimmed("".join(pieces).replace("\xa0", " ").split("\n"))


def _end_row(pieces: list[str]) -> None:
    if pieces and not pieces[-1].endswith("\n"):
        pieces.append("\n")


def _trimmed(lines: Sequence[str]) -> list[str]:
    first = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    last = next((number for number in range(len(lines), first, -1) if lines[number - 1].strip()), first)
    return [line.rstrip() for line in lines[first:last]]


def _is_beside(element: Element) -> bool:
    if element.tag in ("button", "rt") or ("data-line-number" in element.attributes and not element.children):
        return True
    return any(name in _NUMBER_CLASSES for name in element.classes) or (
        "user-select:none" in element.get("style").replace(" ", "")
    )


def is_numbered_table(table: Element) -> bool:
    """A table that only puts line numbers beside a code block."""
    return any(name in _NUMBERED_TABLES for name in table.classes)


def language_of(elements: Iterable[Element]) -> str:
    """The first language that the classes of a code block, or of what is around it, name."""
    for element in elements:
        for name in ("data-language", "data-lang"):
            if stated := element.get(name):
                return "" if stated in _NO_LANGUAGES else stated[:40]
        classes = element.classes
        for number, name in enumerate(classes):
            if name in _BARE_CLASSES and number + 1 < len(classes):
                return classes[number + 1].removeprefix("src-")
            found = _LANGUAGE_CLASS.match(name)
            if found and found[1] not in _NO_LANGUAGES:
                return found[1]
        if "mermaid" in classes:
            return "mermaid"
    return ""


def code_inside(pre: Element) -> list[Element]:
    """A block and its `<code>`, where classes may name the language."""
    return [pre, *islice((one for one in islice(descendants(pre), 3) if one.tag == "code"), 1)]


def is_code_title(element: Element, parent: Element) -> bool:
    """The file name that stands in a bar above a code block."""
    is_bar = element.tag == "figcaption" and "header" in element.classes  # Expressive Code's
    if not is_bar and _TITLE_CLASSES.isdisjoint(element.bare_classes):
        return False
    return any(one.tag == "pre" for one in islice(descendants(parent), _LOOK_AHEAD))


def info_string(language: str, title: str) -> str:
    """`python title="app.py"`."""
    language = _INFO.sub("", "".join(language.split()))
    title = _INFO.sub("", " ".join(title.split()))
    return f'{language} title="{title}"' if title and language else f'title="{title}"' if title else language


def title_of(element: Element) -> str:
    inside = islice(descendants(element), _LOOK_AHEAD)
    titled = next((one for one in inside if not _CAPTION_CLASSES.isdisjoint(one.classes)), element)
    return line_of(titled).removesuffix("¶").removesuffix("#").strip()
