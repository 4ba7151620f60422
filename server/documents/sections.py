"""A parsed page → its sections: the text under each heading, in parts where it is long."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from server.documents.document import Document, Heading, Omission
from server.documents.fingerprints import fingerprint
from server.documents.parts import Passage, Sizer, split_passages
from server.records import PageSection

SPLITTER_VERSION = 3
"""Raise it when the same text gives other sections or fingerprints: pages are then stored anew."""


def split_sections(
    document: Document, *, title: str, max_tokens: int, count_tokens: Callable[[str], int]
) -> tuple[PageSection, ...]:
    """One section per heading with text of its own, in parts of about `max_tokens` where it is longer.

    Only a fenced code block may make a part longer, up to four times `max_tokens`: it is cut no earlier.
    """
    count_tokens = lru_cache(maxsize=8)(count_tokens)  # most sections are one part, which the sizer has counted
    sizer = Sizer(max_tokens, count_tokens)
    return tuple(
        PageSection(
            heading=outlined.heading,
            heading_path=outlined.heading_path,
            slug=outlined.slug,
            content=content,
            token_count=count_tokens(content),
            fingerprint=fingerprint(f"{outlined.heading}\n{content}"),
        )
        for outlined in _outline(document, title)
        for content in split_passages(outlined.passages, sizer)
    )


@dataclass(slots=True)
class _Outlined:
    heading: str
    heading_path: tuple[str, ...]
    slug: str | None
    passages: list[Passage] = field(default_factory=list)


def _outline(document: Document, title: str) -> Iterator[_Outlined]:
    """The page from heading to heading."""
    position = 0
    current = _Outlined(title, (), None)
    ancestors: list[Heading] = []
    opens_page = True

    def take_lines(end: int, *, is_code: bool = False) -> None:
        if position < end:
            text = "\n".join(document.lines[position:end]) + "\n"
            current.passages.append(Passage(text, is_code=is_code))

    for block in document.blocks:
        take_lines(block.start)
        position = block.start
        if isinstance(block, Heading):
            yield current
            is_title = opens_page and block.level == 1 and block.text == title
            path = (title,) if is_title else _path(ancestors, block)
            current = _Outlined(block.text, path, block.slug)
            opens_page = False
        elif not isinstance(block, Omission):
            take_lines(block.end, is_code=True)
        position = block.end
    take_lines(len(document.lines))
    yield current


def _path(ancestors: list[Heading], heading: Heading) -> tuple[str, ...]:
    """Replaces the headings that this one ends, and itself joins them."""
    while ancestors and ancestors[-1].level >= heading.level:
        ancestors.pop()
    ancestors.append(heading)
    return tuple(ancestor.text for ancestor in ancestors)
