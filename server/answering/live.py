"""An answer in flight: one log that one producer appends to, and any number of readers follow.

How much of an answer a reader has is a position:

    0             the sources
    1 … n         so many characters of the text
    TROUBLE       that there was trouble
    FINISHED      how it ended
    DONE          everything

The last three do not depend on the text: an answer that was interrupted may be stored shorter than some reader
has it.
"""

import asyncio
from bisect import bisect_right
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from server.errors import ServerStopping
from server.events import Delta, Event, Finished, SourcesFound

NOTHING: Final = -1
TROUBLE: Final = 1_000_000_001  # far beyond any LECTERN_ANSWER_MAX_CHARS
FINISHED: Final = 1_000_000_002
DONE: Final = 1_000_000_003


@dataclass(slots=True, eq=False)
class Logged:
    """One event as a reader gets it, shared by all readers at the same place."""

    event: Event
    position: int
    """What a reader has who has read it; of `Finished`, `DONE`."""
    encoded: dict[Any, Any] = field(default_factory=dict)
    """What formats have made of it, each by itself, so that it is made once whatever the number of readers."""


class LiveAnswer:
    """The log. Holds the text once, as pieces; a reader holds nothing but its position.

    A reader that fell behind gets everything it missed as one `Delta`. Readers never wait for each other, and the
    producer for none of them.
    """

    def __init__(
        self,
        id: str,
        *,
        query: str,
        model: str,
        created_at: datetime | None = None,
        max_chars: int = 500_000,
    ) -> None:
        self.id = id
        self.query = query
        self.model = model
        self.created_at = created_at or datetime.now(UTC)
        self.found: SourcesFound | None = None
        self.finished: Finished | None = None
        self.first_delta_at: datetime | None = None
        self.finished_at: datetime | None = None
        self.delivered_at: datetime | None = None
        """When a reader first had all of it."""
        self.asked_count = 1
        """How often it was asked for; above 1 it belongs to several readers."""
        self.is_stored = True
        """Whether the database knows it."""
        self._max_chars = max_chars
        self._pieces: list[str] = []
        self._ends: list[int] = []
        self._is_abandoned = False
        self._changed = asyncio.Event()
        self._since: dict[int, Logged] = {}

    @property
    def length(self) -> int:
        """Characters of text so far."""
        return self._ends[-1] if self._ends else 0

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    @property
    def is_full(self) -> bool:
        """Whether no more text is taken: what an endless answer would fill the memory with."""
        return self.length >= self._max_chars

    @property
    def is_abandoned(self) -> bool:
        """Whether it goes on elsewhere, and nothing more will be heard of it here."""
        return self._is_abandoned

    def abandon(self) -> None:
        """Lets its readers go without an end, by `ServerStopping`: another server writes it, and goes on."""
        self._is_abandoned = True
        self._wake()

    def text_from(self, offset: int) -> str:
        index = bisect_right(self._ends, offset)
        if index == len(self._pieces):
            return ""
        piece_start = self._ends[index - 1] if index else 0
        first = self._pieces[index][offset - piece_start :]
        return first if index == len(self._pieces) - 1 else "".join((first, *self._pieces[index + 1 :]))

    def append(self, event: Event) -> None:
        """The next thing that happened; nothing may come after `Finished`."""
        assert self.finished is None  # noqa: S101 - one producer, which ends with it
        match event:
            case Delta():
                self._append_text(event.text)
            case SourcesFound():
                self.found = event
            case Finished():
                self.finished = event
                self.finished_at = self.finished_at or datetime.now(UTC)
        self._wake()

    def _append_text(self, text: str) -> None:
        text = text[: self._max_chars - self.length]
        if not text:
            return
        self.first_delta_at = self.first_delta_at or datetime.now(UTC)
        self._pieces.append(text)
        self._ends.append(self.length + len(text))
        self._since = {}

    def _wake(self) -> None:
        """Wakes who waits now, and nobody who comes later: they look before they wait."""
        self._changed.set()
        self._changed.clear()

    async def _change(self) -> None:
        if self._is_abandoned:
            raise ServerStopping("A reader was let go that followed an answer of another server.")
        await self._changed.wait()

    async def follow(self, after: int = NOTHING) -> AsyncGenerator[Logged, None]:
        """What a reader at position `after` lacks, as it comes; ends behind `Finished`.

        Raises `ServerStopping` where the answer is abandoned.
        """
        if after < 0:
            await self._until_found()
            assert self.found is not None  # noqa: S101
            yield self._shared(self.found, position=0)
        offset = max(after, 0)
        while True:
            if offset < self.length:
                logged = self._read_since(offset)
                offset = logged.position
                yield logged
            elif self.finished:
                break
            else:
                await self._change()
        yield self._shared(self.finished, position=DONE)

    async def begun(self) -> None:
        """Returns when there is text, or when it is clear that there will be none."""
        while not self.length and not self.finished:
            await self._change()

    async def ended(self) -> Finished:
        while not self.finished:
            await self._change()
        return self.finished

    async def _until_found(self) -> None:
        while not self.found:
            await self._change()

    def _read_since(self, offset: int) -> Logged:
        shared = self._since.get(offset)
        if shared is None:
            shared = Logged(Delta(self.text_from(offset)), position=self.length)
            # Those who keep up and those who begin are many; one who fell behind is alone with what it lacks.
            if offset in (0, self._last_start):
                self._since[offset] = shared
        return shared

    @property
    def _last_start(self) -> int:
        return self._ends[-2] if len(self._ends) > 1 else 0

    def _shared(self, event: SourcesFound | Finished, *, position: int) -> Logged:
        key = -1 - position  # beside the texts since an offset, which is never negative
        if key not in self._since:
            self._since[key] = Logged(event, position)
        return self._since[key]
