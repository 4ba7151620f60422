"""What happens while a query is answered, in order: `SourcesFound`, any number of `Delta`, `Finished`.

One vocabulary for every wire format: answering yields these, an encoder in `routes/` writes them down.
"""

from dataclasses import dataclass
from typing import Literal

from server.confidence import Confidence
from server.errors import LecternError
from server.records import Source

FinishReason = Literal["stop", "length", "content_filter", "error"]


@dataclass(frozen=True, slots=True)
class SourcesFound:
    """Always first; empty when nothing in the site matches."""

    sources: tuple[Source, ...]
    confidence: Confidence | None
    """That the sources hold the answer; `None` when trouble came before it could be judged."""
    is_refusal: bool = False
    """Whether what follows says that there is no answer; the sources are the nearest there is."""


@dataclass(frozen=True, slots=True)
class Delta:
    """One piece of answer text; never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """Always last. `problem` is set exactly when `reason` is `error`."""

    reason: FinishReason
    problem: LecternError | None = None


Event = SourcesFound | Delta | Finished
