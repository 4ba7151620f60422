"""The titles of boxes and tabs, which pages write apart from what they stand over."""

from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Final

from server.documents.webpage.tree import Element, descendants, line_of

_BOX_CLASSES_IN_ONE: Final = """
    admonition alert callout custom-block markdown-alert nextra-callout starlight-aside theme-admonition
    """
_BOX_CLASSES: Final = frozenset(_BOX_CLASSES_IN_ONE.split())
_TITLE_CLASSES_IN_ONE: Final = """
    admonition-title admonitionheading alert-heading alert-title callout-title custom-block-title
    markdown-alert-title sidebar-title starlight-aside__title topic-title
    """
_TITLE_CLASSES: Final = frozenset(_TITLE_CLASSES_IN_ONE.split())
_KINDS_IN_ONE: Final = (
    "attention bug caution danger error example experiment failure hint important info note question quote "
    "success tip warning"
)
_KINDS: Final = _KINDS_IN_ONE.split()
_KIND_PREFIXES: Final = (
    "alert-", "alert--", "callout-", "markdown-alert-", "starlight-aside--", "theme-admonition-",
)  # fmt: skip
_BOXES: Final = frozenset({"aside", "blockquote", "details", "div", "section"})
_LOOK_AHEAD: Final = 20  # elements between a box and its title, a guess
_LABEL_MAX_CHARS: Final = 100


def is_box(element: Element) -> bool:
    """An admonition, by whatever name."""
    return element.tag in _BOXES and not _BOX_CLASSES.isdisjoint(element.classes)


def box_title(box: Element) -> Element | None:
    inside = islice(descendants(box), _LOOK_AHEAD)
    return next((one for one in inside if not _TITLE_CLASSES.isdisjoint(one.bare_classes)), None)


def box_kind(box: Element) -> str:
    """`Warning`, for a box whose title is in its colour alone; `""` when its classes do not tell."""
    names = {name.lower() for name in box.classes}
    bare = {name.removeprefix(prefix) for name in names for prefix in _KIND_PREFIXES}
    return next((kind.capitalize() for kind in _KINDS if kind in names | bare), "")


def label_text(element: Element) -> str:
    text = line_of(element).strip("¶# ")[:_LABEL_MAX_CHARS]
    return text[:1].upper() + text[1:]


class TabLabels:
    """The labels of one row of tabs, given out to its panels: by id where the page says so, else in order."""

    def __init__(self, row: Element) -> None:
        self._by_id: dict[str, str] = {}
        self._in_order: deque[str] = deque()
        for tab in _tabs(row):
            text = " ".join(line_of(tab).split())[:_LABEL_MAX_CHARS]
            self._in_order.append(text)
            for name in ("id", "aria-controls"):
                self._by_id[tab.get(name)] = text
            self._by_id[tab.get("href").removeprefix("#")] = text
        self._by_id.pop("", None)

    def take(self, panel: Element) -> str:
        in_order = self._in_order.popleft() if self._in_order else ""
        stated = (panel.get("aria-labelledby"), panel.get("id"))
        return next((self._by_id[name] for name in stated if name in self._by_id), in_order)


def is_tab_row(element: Element, parent: Element) -> bool:
    """ARIA's, Material for MkDocs', VitePress'."""
    names = element.classes
    return (
        element.get("role").lower() == "tablist"
        or "tabbed-labels" in names
        or ("tabs" in names and "vp-code-group" in parent.classes)
    )


def is_tab_panel(element: Element, parent: Element) -> bool:
    return (
        element.get("role").lower() == "tabpanel"
        or "tabbed-block" in element.classes
        or ("blocks" in parent.classes and element.tag == "div")
    )


def is_panel_label(element: Element, parent: Element) -> bool:
    """A label right above its own panel: sphinx-design, older Material."""
    names = (*parent.classes, *element.classes)
    return element.tag == "label" and ("sd-tab-label" in names or "tabbed-set" in names or "tab-label" in names)


def _tabs(row: Element) -> Iterator[Element]:
    inside = list(descendants(row))
    stated = [one for one in inside if one.get("role").lower() == "tab"]
    return iter(stated or [one for one in inside if one.tag in ("label", "button", "li")])
