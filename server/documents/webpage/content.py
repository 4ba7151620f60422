"""Which part of a page is its text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from server.documents.webpage.chrome import is_chrome
from server.documents.webpage.selectors import Selector
from server.documents.webpage.tree import Element

# First what themes name so, then what HTML means for it.
_PLACES: Final = (
    ".theme-doc-markdown, .vp-doc, .sl-markdown-content, .md-content__inner, .rst-content [itemprop=articleBody]",
    "article.bd-article, article#furo-main-content, div.body[role=main], .book-page, .td-content",
    "main article",
    "article",
    "main, [role=main]",
    ".markdown-body, #main-content, #content",
)
_ENOUGH: Final = 0.5  # a guess: an `article` with less of the page's text is a card or a teaser
_DOMINANT: Final = 0.8  # a guess: one child with this much of its parent's own text stands for it


@dataclass(slots=True)
class _Candidate:
    element: Element
    place: int
    text_chars: int
    own_chars: int
    """Without the text of links, which is what navigation is made of."""


def find_content(body: Element, selector: Selector | None = None) -> Element | None:
    """Takes what is no text out of the tree and gives the element that holds the rest.

    With a selector, the first element that it matches, and `None` when there is none. Without, the place known
    from themes or HTML that has most text, else the element on which the text concentrates.
    """
    weights = _Weighing(selector)
    weights.prune(body)
    if selector is not None:
        return weights.selected
    mains = (one.text_chars for one in weights.candidates if one.element.tag == "main" or one.element.get("role"))
    total = max(mains, default=0) or weights.chars_of(body)[0]
    for place in range(len(_PLACES)):
        found = [candidate for candidate in weights.candidates if candidate.place == place]
        best = max(found, key=lambda candidate: candidate.text_chars, default=None)
        if best is not None and best.text_chars >= _ENOUGH * total:
            return best.element
    return _dominant(body, weights)


@cache
def _selectors() -> Sequence[Selector]:
    return tuple(map(Selector.of, _PLACES))


class _Weighing:
    """One walk over a tree: prunes it and counts its text."""

    def __init__(self, selector: Selector | None) -> None:
        self.candidates: list[_Candidate] = []
        self.selected: Element | None = None
        self._selector = selector
        self._chars: dict[int, tuple[int, int]] = {}

    def chars_of(self, element: Element) -> tuple[int, int]:
        return self._chars.get(id(element), (0, 0))

    def prune(self, body: Element) -> None:
        ancestors: list[Element] = []
        for element, is_end in _walk(body):
            if is_end:
                ancestors.pop()
                self._weigh(element, ancestors)
                continue
            if self._selector and self.selected is None and self._selector.matches(element, ancestors):
                self.selected = element
            ancestors.append(element)
            # What the owner selects is text, whatever it is called.
            element.children = [
                child
                for child in element.children
                if isinstance(child, str) or self._is_selected(child, ancestors) or not is_chrome(child, ancestors)
            ]

    def _is_selected(self, element: Element, ancestors: list[Element]) -> bool:
        return self._selector is not None and self._selector.matches(element, ancestors)

    def _weigh(self, element: Element, ancestors: list[Element]) -> None:
        text_chars = own_chars = 0
        for child in element.children:
            if isinstance(child, str):
                chars = len(child) if len(child) > 200 else len(child.strip())
                text_chars, own_chars = text_chars + chars, own_chars + chars
            else:
                inner = self.chars_of(child)
                text_chars, own_chars = text_chars + inner[0], own_chars + inner[1]
        if element.tag == "a":
            own_chars = 0
        self._chars[id(element)] = (text_chars, own_chars)
        if (self._selector is None and element.attributes.keys() & {"class", "id", "role", "itemprop"}) or (
            element.tag in ("article", "main")
        ):
            self._judge(element, ancestors)

    def _judge(self, element: Element, ancestors: list[Element]) -> None:
        for place, selector in enumerate(_selectors()):
            if selector.matches(element, ancestors):
                self.candidates.append(_Candidate(element, place, *self.chars_of(element)))
                return


def _walk(root: Element) -> Iterator[tuple[Element, bool]]:
    """Each element twice: when it begins (its children may then be changed) and when it has ended."""
    waiting = [(root, False)]
    while waiting:
        element, is_end = waiting.pop()
        yield element, is_end
        if not is_end:
            waiting.append((element, True))
            waiting.extend((child, False) for child in reversed(element.children) if not isinstance(child, str))


def _dominant(body: Element, weights: _Weighing) -> Element:
    current = body
    while True:
        enough = _DOMINANT * weights.chars_of(current)[1]
        inner = [child for child in current.children if not isinstance(child, str)]
        best = max(inner, key=lambda child: weights.chars_of(child)[1], default=None)
        if best is None or enough == 0 or weights.chars_of(best)[1] < enough or best.tag not in _BLOCKS:
            return current
        current = best


_BLOCKS: Final = frozenset({"body", "center", "div", "html", "section", "table", "tbody", "td", "tr", "form"})
