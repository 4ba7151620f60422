"""The few CSS selectors that point out a page's content."""

import re
from dataclasses import dataclass
from typing import Final, Self

from server.documents.webpage.tree import Element

_SIMPLE: Final = re.compile(
    r"""(?P<tag>[a-zA-Z][\w-]*|\*)|\#(?P<id>[\w-]+)|\.(?P<name>[\w-]+)"""
    r"""|\[(?P<attribute>[\w-]+)(?:=(?P<quote>["']?)(?P<value>[^"'\]]*)(?P=quote))?\]"""
)


@dataclass(frozen=True, slots=True)
class Compound:
    """`div#content.wide[role=main]`: what one element has."""

    tag: str | None
    classes: frozenset[str]
    attributes: tuple[tuple[str, str | None], ...]

    @classmethod
    def of(cls, text: str) -> Self:
        """Raises `ValueError` with what is not understood."""
        tag, classes, attributes, position = None, set(), [], 0
        while position < len(text):
            simple = _SIMPLE.match(text, position)
            if simple is None or (simple["tag"] and position):
                raise ValueError(f"{text[position:]!r} is not understood")
            if simple["tag"]:
                tag = None if simple["tag"] == "*" else simple["tag"].lower()
            elif simple["id"]:
                attributes.append(("id", simple["id"]))
            elif simple["name"]:
                classes.add(simple["name"])
            else:
                attributes.append((simple["attribute"].lower(), simple["value"]))
            position = simple.end()
        return cls(tag, frozenset(classes), tuple(attributes))

    def matches(self, element: Element) -> bool:
        if self.tag is not None and self.tag != element.tag:
            return False
        if self.classes and not self.classes.issubset(element.classes):
            return False
        return all(
            name in element.attributes if value is None else element.attributes.get(name) == value
            for name, value in self.attributes
        )


@dataclass(frozen=True, slots=True)
class Selector:
    """`main article, .docs #text`: elements by tag, id, class and attribute, within others or not."""

    paths: tuple[tuple[Compound, ...], ...]

    @classmethod
    def of(cls, text: str) -> Self:
        """Raises `ValueError` with what is not understood: `>`, `+`, `~` and pseudo-classes are not."""
        paths = tuple(tuple(map(Compound.of, path.split())) for path in text.split(","))
        if not all(paths):
            raise ValueError("a selector is empty")
        return cls(paths)

    def matches(self, element: Element, ancestors: list[Element]) -> bool:
        return any(_ends_in(path, element, ancestors) for path in self.paths)


def _ends_in(path: tuple[Compound, ...], element: Element, ancestors: list[Element]) -> bool:
    *outer, last = path
    if not last.matches(element):
        return False
    above = reversed(ancestors)
    return all(any(compound.matches(ancestor) for ancestor in above) for compound in reversed(outer))
