"""What a page's text is made of once its tags and expressions are known."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from server.documents.dialects.element_names import VOID
from server.documents.dialects.lines import Problems
from server.documents.dialects.tags import Tag


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """Inline code, mathematics or an address, marks and all."""

    text: str


@dataclass(frozen=True, slots=True)
class CodeRows:
    """The lines of a code block, verbatim."""

    lines: list[str]


@dataclass(frozen=True, slots=True)
class Raw:
    """An element whose content is no Markdown."""

    tag: Tag
    content: str


@dataclass(frozen=True, slots=True)
class Value:
    """What an expression says: no Markdown."""

    text: str


@dataclass(slots=True, eq=False)
class Element:
    """A tag. After `pair`, tags that belong together know each other."""

    tag: Tag
    source: str
    opens_line: bool = False
    """Nothing but tags, bullets and quote marks stands before it."""
    ends_line: bool = False
    partner: "Element | None" = None

    @property
    def key(self) -> str:
        return self.tag.html or self.tag.name

    @property
    def is_block(self) -> bool:
        return self.opens_line and (self.ends_line or (self.partner is not None and self.partner.ends_line))


Piece = Text | Span | CodeRows | Raw | Value | Element


def pair(pieces: Sequence[Piece], *, is_strict: bool, problems: Problems, number: Callable[[int], int]) -> None:
    """Makes tags partners, in time that grows with their number. MDX is strict: tags without one are reported."""
    opened: list[Element] = []
    counts: Counter[str] = Counter()
    single: list[tuple[Element, str]] = []
    for element in pieces:
        if not isinstance(element, Element) or element.tag.is_single:
            continue
        name = element.tag.name
        if not element.tag.is_closing:
            if element.key not in VOID:
                opened.append(element)
                counts[element.key] += 1
        elif not counts[element.key]:
            single.append((element, f"`</{name}>` closes nothing: remove it, or add `<{name}>` above."))
        else:
            while (other := opened.pop()).key != element.key:
                counts[other.key] -= 1
                single.append((other, _UNCLOSED.format(other.tag.name)))
            counts[element.key] -= 1
            other.partner, element.partner = element, other
    single += [(element, _UNCLOSED.format(element.tag.name)) for element in opened]
    for element, reason in single if is_strict else ():
        if not element.tag.is_shortcode:
            problems.add(number(element.tag.start), reason)


_UNCLOSED = "`<{0}>` is never closed: its text is kept. Add `</{0}>`."
