"""A page as a site generator built it → the anchors in it."""

from server.documents.webpage.encoding import decode_page
from server.documents.webpage.tree import descendants, read_tree


def page_anchors(html: bytes) -> frozenset[str]:
    """Every `id`, and every `name` of an `<a>`: what the part of an address behind `#` may lead to."""
    text, _ = decode_page(html)
    anchors: set[str] = set()
    for element in descendants(read_tree(text)):
        anchors.add(element.attributes.get("id", ""))
        if element.tag == "a":
            anchors.add(element.attributes.get("name", ""))
    return frozenset(anchors - {""})
