"""Folders that hold one edition of a site's pages, a language or a version, found by comparing what they hold."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

Above = tuple[str, ...]
"""The folders that a folder stands in, the outermost first."""

_FOLDER_PAGES = frozenset({"index", "_index", "readme"})

Pages = set[PurePosixPath]


@dataclass(slots=True)
class Editions:
    """The folders that may hold an edition, and the pages beside them."""

    pages: dict[tuple[Above, str], Pages] = field(default_factory=lambda: defaultdict(set))
    """By place and name of a folder; relative to it."""
    beside: dict[Above, Pages] = field(default_factory=lambda: defaultdict(set))
    """What stands in none of them; relative to what they stand in."""
    names: dict[Above, set[str]] = field(default_factory=lambda: defaultdict(set))

    def siblings(self, above: Above, name: str) -> set[str]:
        """The other folders in the same place that may hold an edition."""
        return self.names[above] - {name}


def folders_of(name: PurePosixPath, is_edition: Callable[[str], bool]) -> Iterator[tuple[Above, str]]:
    """The folders of a file that may hold an edition, by their names; the outermost first."""
    parts = name.parts[:-1]
    return ((parts[:depth], part) for depth, part in enumerate(parts) if is_edition(part))


def find_editions(names: Sequence[PurePosixPath], is_edition: Callable[[str], bool]) -> Editions:
    """All the folders that may hold an edition, by their names."""
    editions = Editions()
    places = {above for name in names for above, _ in folders_of(name, is_edition)}
    for name in names:
        own = dict(folders_of(name, is_edition))
        for depth in range(len(name.parts)):
            above = name.parts[:depth]
            if above in own:
                editions.pages[above, own[above]].add(PurePosixPath(*name.parts[depth + 1 :]))
                editions.names[above].add(own[above])
            elif above in places:
                editions.beside[above].add(PurePosixPath(*name.parts[depth:]))
    return editions


def mirrors(pages: Pages, others: Pages) -> bool:
    """Whether half of the pages are among the others too, apart from indexes, which every folder has."""
    telling = {page for page in pages if page.stem.lower() not in _FOLDER_PAGES}
    return bool(telling) and 2 * len(telling & others) >= len(telling)
