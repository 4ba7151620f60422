"""How far a run is."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    phase: str
    """`Reading`, `Parsing`, `Embedding`, `Publishing`; of a reindex also `Counting`, `Indexing`, `Swapping`."""
    done: int
    total: int
    unit: str = "pages"


OnProgress = Callable[[Progress], None]


def tell_nobody(progress: Progress) -> None:
    """For runs that nobody watches."""
    del progress
