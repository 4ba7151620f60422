"""A page as a site generator built it → the anchors in it."""

from collections.abc import Mapping
from typing import Any, cast

from lxml import etree


def page_anchors(html: bytes) -> frozenset[str]:
    """Every `id`, and every `name` of an `<a>`: what the part of an address behind `#` may lead to."""
    anchors = _Anchors()
    # An event for each tag and no tree: libxml2's own ends silently 2,048 deep.
    parser: Any = etree.HTMLParser(target=cast(Any, anchors), huge_tree=True, encoding="utf-8")
    try:
        parser.feed(html.replace(b"\0", b""))
        parser.close()
    except etree.LxmlError:  # nothing but white space
        return frozenset()
    return frozenset(anchors.found)


class _Anchors:
    def __init__(self) -> None:
        self.found: set[str] = set()

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        names = ("id", "name") if tag == "a" else ("id",)
        self.found.update(attributes[name] for name in names if attributes.get(name))

    def end(self, tag: str) -> None:
        """Asked for by lxml."""

    def close(self) -> None:
        """Asked for by lxml."""
