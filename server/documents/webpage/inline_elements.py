"""The elements that stand within a line of text. Each function opens one and gives what closes it.

`None` instead means that the element has been dealt with, all that is in it included.
"""

from collections.abc import Callable, Mapping
from functools import partial
from itertools import islice
from typing import Final

from server.documents.webpage.headings import is_permalink
from server.documents.webpage.inline import code_span, escape_text, link, usable_href
from server.documents.webpage.page import Page
from server.documents.webpage.tree import Element, descendants, line_of, text_of

Closer = Callable[[], None]
Opener = Callable[[Page, Element], Closer | None]

_TEX_STARTS: Final = ("\\(", "\\[", "$")
_MATH_CLASSES: Final = frozenset({"math", "arithmatex"})
_FORMULA_MAX_ELEMENTS: Final = 10_000  # a guess
_CODE_LOOK_AHEAD: Final = 3


def nothing() -> None:
    """Closes what needs no closing."""


def _emphasis(mark: str, page: Page, element: Element) -> Closer:
    del element
    if not page.text.open(mark):
        return nothing

    def close() -> None:
        if (inner := page.text.close(mark)) is not None:
            page.text.add_wrapped(mark, inner)

    return close


def _link(page: Page, element: Element) -> Closer | None:
    href = element.get("href")
    if is_permalink(element) and not any(char.isalnum() for char in line_of(element)):
        return None
    if not usable_href(href) or not page.text.open("["):
        return nothing

    def close() -> None:
        if (inner := page.text.close("[")) is not None:
            page.text.add_markdown(link(inner, href))

    return close


def _code(page: Page, element: Element) -> Closer | None:
    if any(one.tag == "pre" for one in islice(descendants(element), _CODE_LOOK_AHEAD)):
        return nothing
    page.text.add_markdown(code_span(text_of(element)))
    page.anchor = None
    return None


def _line_break(page: Page, element: Element) -> None:
    del element
    page.text.break_line()


def _image(page: Page, element: Element) -> None:
    alt = line_of(element)
    if not alt or not page.path:
        return
    if "math" in element.classes:
        page.text.add_markdown(f"${alt}$")
    elif "emoji" in element.classes or len(alt) == 1 or not usable_href(element.get("src")):
        page.text.add_text(alt)
    else:
        page.text.add_markdown(f"![{escape_text(alt)}]({usable_href(element.get('src'))})")
    page.anchor = None


def _formula(page: Page, element: Element) -> None:
    """TeX where the formula brings it along, as KaTeX' does; else its letters and signs."""
    parts = islice(descendants(element), _FORMULA_MAX_ELEMENTS)
    tex = next((line_of(one) for one in parts if one.tag == "annotation" and "tex" in one.get("encoding")), "")
    formula = tex or line_of(element) or element.get("alttext")
    if formula:
        page.text.add_markdown(f"$${formula}$$" if element.get("display") == "block" else f"${formula}$")
        page.anchor = None


def tex_of(element: Element) -> str:
    """`$x^2$` of TeX that a script in the browser would set; `""` for everything else."""
    if _MATH_CLASSES.isdisjoint(element.classes):
        return ""
    text = line_of(element)
    start = min((place for mark in _TEX_STARTS if (place := text.find(mark)) >= 0), default=-1)
    if start < 0:
        return ""
    tex = text[start:].strip("$")
    for opening, closing, mark in (("\\(", "\\)", "$"), ("\\[", "\\]", "$$")):
        if tex.startswith(opening):
            return f"{mark}{tex.removeprefix(opening).removesuffix(closing).strip()}{mark}"
    return f"${tex.strip()}$"


def _superscript(page: Page, element: Element) -> Closer:
    del element
    if not page.text.open("^"):
        return nothing

    def close() -> None:
        if (inner := page.text.close("^")) is not None:
            is_power = inner.strip("+-− ").isdecimal()
            page.text.add_markdown(f"^{inner.strip()}" if is_power else inner)

    return close


def _quotation(page: Page, element: Element) -> Closer:
    del element
    page.text.add_markdown("“")
    return partial(page.text.add_markdown, "”")


def _input(page: Page, element: Element) -> None:
    if element.get("type").lower() == "checkbox" and page.lists:
        page.text.add_markdown("[x] " if "checked" in element.attributes else "[ ] ")


def _button(page: Page, element: Element) -> Closer | None:
    """The title of what a button unfolds is text; what it does is not."""
    del page
    return nothing if element.attributes.keys() & {"aria-controls", "aria-expanded"} else None


INLINE: Final[Mapping[str, Opener]] = {
    **dict.fromkeys(("b", "strong"), partial(_emphasis, "**")),
    **dict.fromkeys(("cite", "dfn", "em", "i", "var"), partial(_emphasis, "*")),
    **dict.fromkeys(("del", "s", "strike"), partial(_emphasis, "~~")),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), _code),
    "a": _link,
    "br": _line_break,
    "button": _button,
    "img": _image,
    "input": _input,
    "math": _formula,
    "q": _quotation,
    "sup": _superscript,
}
