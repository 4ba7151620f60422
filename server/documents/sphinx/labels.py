"""The labels of a reStructuredText page, and the anchors of its sections as Sphinx gives them."""

from collections.abc import Sequence
from typing import Final

from docutils import nodes

_BEFORE_TITLES: Final = (nodes.figure, nodes.table, nodes.image, nodes.Invisible)


class Labels:
    """What the labels of a page (`.. _name:`) stand above."""

    def __init__(self, tree: nodes.document) -> None:
        self.titles: dict[str, str] = {}
        """Labels → the titles of the sections, figures and tables right below them."""
        self._anchors: dict[nodes.Element, str] = {}
        targets: list[nodes.target] = []
        for node in tree.findall(nodes.Element):
            if isinstance(node, nodes.target):
                targets.append(node)
            elif isinstance(node, nodes.title | nodes.caption):
                self.titles |= {name: node.astext() for target in targets for name in target["names"]}
                targets = []
            elif isinstance(node, nodes.section):
                self._add_anchor(node, targets)
            elif not isinstance(node, _BEFORE_TITLES):
                targets = []

    def _add_anchor(self, section: nodes.section, targets: Sequence[nodes.target]) -> None:
        """Sphinx takes the nearest label for a section whose own id begins with `id`, as numbered ones do."""
        own = section["ids"][:1]
        labels = [name for target in targets if "refuri" not in target for name in target["ids"]]
        anchors = labels[-1:] if own and own[0].startswith("id") and labels else own
        if anchors:
            self._anchors[section] = anchors[0]

    def anchor(self, section: nodes.Node) -> str | None:
        return self._anchors.get(section) if isinstance(section, nodes.Element) else None
