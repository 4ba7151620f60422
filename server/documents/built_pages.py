"""A page as a site generator built it → the anchors in it."""

from selectolax.lexbor import LexborHTMLParser


def page_anchors(html: bytes) -> frozenset[str]:
    """Every `id`, and every `name` of an `<a>`: what the part of an address behind `#` may lead to."""
    elements = LexborHTMLParser(html).css("[id], a[name]")
    anchors = (element.attributes.get(name) for element in elements for name in ("id", "name"))
    return frozenset(anchor for anchor in anchors if anchor)
