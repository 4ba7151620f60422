"""What happens while a query is answered, in order: `SourcesFound`, any number of `Delta`, `Finished`.

One vocabulary for every wire format: answering yields these, an encoder in `routes/` writes them down.
"""

from dataclasses import dataclass
from typing import Literal

from server.confidence import Confidence
from server.errors import AnswerInterrupted, LecternError
from server.records import AnswerStatus, Match, Source

FinishReason = Literal["stop", "length", "content_filter", "stopped", "error"]
"""`stopped`: somebody asked for that, or every reader had left."""


@dataclass(frozen=True, slots=True)
class SourcesFound:
    """Always first; empty when nothing in the site matches."""

    sources: tuple[Source, ...]
    confidence: Confidence | None
    """That the sources hold the answer; `None` when trouble came before it could be judged."""
    is_refusal: bool = False
    """Whether what follows says that there is no answer; the sources are the nearest there is."""
    query: str = ""
    """What was searched for: the reader's query, in a conversation made to stand alone."""
    matches: tuple[Match, ...] = ()
    """What the sources were made of, for the record; no reader is told."""


@dataclass(frozen=True, slots=True)
class Delta:
    """One piece of answer text; never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer took, in tokens of its model."""

    prompt_tokens: int
    completion_tokens: int
    is_estimate: bool = False
    """Whether we counted, because the model's endpoint did not say."""


@dataclass(frozen=True, slots=True)
class Citations:
    """What the text refers to, and what was taken out of it because it referred to nothing."""

    cited: tuple[int, ...] = ()
    """Numbers of sources, in the order of their first citation."""
    removed_citations: int = 0
    removed_links: int = 0


@dataclass(frozen=True, slots=True)
class Finished:
    """Always last. `problem` is set exactly when `reason` is `error`."""

    reason: FinishReason
    problem: LecternError | None = None
    usage: Usage | None = None
    """`None` where no model was asked, or it was not told what that took."""
    citations: Citations = Citations()

    @property
    def status(self) -> AnswerStatus:
        if isinstance(self.problem, AnswerInterrupted):
            return "interrupted"
        if self.problem:
            return "failed"
        return "stopped" if self.reason == "stopped" else "finished"


Event = SourcesFound | Delta | Finished
