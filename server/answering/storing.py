"""Keeps the database's answers up with those written here, and those followed here up with what others write.

Both happen in one statement each, a few times a second, however many answers there are. Trouble with the database
loses nothing: what could not be stored is tried again at the next turn, and readers of this server notice nothing.
"""

import asyncio
import logging
import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from server.answering.live import LiveAnswer
from server.answering.stored import catch_up, progress
from server.database.answers import drop_old_answers, follow_answers, store_answers
from server.database.pool import Database
from server.errors import LecternError, Outage
from server.records import AnswerDemand
from server.settings import Settings

logger = logging.getLogger(__name__)

# A server that has not written to its running answers for so long is taken for dead. A guess: twenty turns.
STALE_SECONDS: Final = 5.0

# … and this is for as long again after an outage: nothing takes an hour to write.
_AFTER_OUTAGE_STALE_SECONDS: Final = 3600.0

# After an outage there may be many, all with all of their news: this many took 0.6 s, and 10,000 nearly as long
# as a call may (November 2026, two cores).
_ANSWERS_AT_ONCE: Final = 1000

_FLUSH_LIMIT_SECONDS: Final = 3.0
_HOUSEKEEPING_SECONDS: Final = 600.0

OnDemand = Callable[[AnswerDemand], None]


@dataclass(slots=True)
class _Written:
    answer: LiveAnswer
    on_demand: OnDemand
    demand: AnswerDemand | None = None
    offset: int = 0
    is_found_stored: bool = False
    was_missing: bool = False


class AnswerStore:
    """The two lists of answers, and the task that goes through them."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._turn_seconds = settings.store_seconds
        self._keep_days = settings.answer_keep_days
        self._written: dict[str, _Written] = {}
        self._followed: dict[str, LiveAnswer] = {}
        self._has_work = asyncio.Event()
        self._storing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._housekeeping: asyncio.Task[None] | None = None
        self._is_failing = False
        self._failed_at = -math.inf

    def start(self) -> None:
        """Begins to store, where it has not yet; needs a running event loop."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="storing answers")
            self._housekeeping = asyncio.create_task(self._keep_house(), name="dropping old answers")

    async def close(self) -> None:
        """Stores what is left, if the database is there."""
        for task in (self._task, self._housekeeping):
            if task:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        with suppress(TimeoutError, LecternError):
            async with asyncio.timeout(_FLUSH_LIMIT_SECONDS):
                await self.store_now()

    def write(self, answer: LiveAnswer, on_demand: OnDemand) -> None:
        """Stores an answer from now on until it has finished; tells what other servers want of it."""
        self._written[answer.id] = _Written(answer, on_demand)
        self._has_work.set()

    def get(self, id: str) -> LiveAnswer | None:
        """An answer that is written here, or was and is not stored whole yet; or one that is followed."""
        written = self._written.get(id)
        return written.answer if written else self._followed.get(id)

    def store_again(self, answer: LiveAnswer) -> None:
        """Stores how a finished answer stands, though that was done."""
        written = _Written(answer, _ignore, offset=answer.length, is_found_stored=True)
        self._written.setdefault(answer.id, written)
        self._has_work.set()

    def follow(self, answer: LiveAnswer) -> None:
        """Appends what another server writes to an answer, until it has finished."""
        self._followed[answer.id] = answer
        self._has_work.set()

    def leave(self, answer: LiveAnswer) -> None:
        self._followed.pop(answer.id, None)

    @property
    def stale_seconds(self) -> float:
        """After which silence a writer is taken for dead. After an outage it gets time to be heard."""
        is_just_back = time.monotonic() < self._failed_at + STALE_SECONDS
        return _AFTER_OUTAGE_STALE_SECONDS if is_just_back else STALE_SECONDS

    async def _run(self) -> None:
        while True:
            await self._has_work.wait()
            try:
                await self.store_now()
                await self._read()
                self._is_failing = False
            except Exception as problem:  # noqa: BLE001 - whatever it was, the next turn may go well
                self._failed(problem)
            if not self._written and not self._followed:
                self._has_work.clear()
            await asyncio.sleep(self._turn_seconds)

    def _failed(self, problem: Exception) -> None:
        self._failed_at = time.monotonic()
        if not self._is_failing:
            is_expected = isinstance(problem, Outage)
            logger.warning(
                "Answers cannot be stored, and will be tried again: %s",
                problem,
                exc_info=None if is_expected else problem,
            )
        self._is_failing = True
        for written in self._written.values():
            if written.demand and written.demand.is_followed:  # by somebody who cannot say so now
                written.on_demand(written.demand)

    @property
    def has_ended(self) -> bool:
        """Whether the database has yet to hear how some answer ended."""
        return any(written.answer.finished for written in self._written.values())

    async def store_now(self) -> None:
        """Stores what there is, without waiting for the next turn."""
        async with self._storing:
            written = list(self._written.values())
            for start in range(0, len(written), _ANSWERS_AT_ONCE):
                await self._store(written[start : start + _ANSWERS_AT_ONCE])

    async def _store(self, turn: list[_Written]) -> None:
        ended = [written.answer.finished is not None for written in turn]
        news = [
            progress(written.answer, offset=written.offset, is_found_stored=written.is_found_stored)
            for written in turn
        ]
        demands = {demand.id: demand for demand in await store_answers(self._database, news)}
        for written, stored, is_over in zip(turn, news, ended, strict=True):
            demand = demands.get(stored.id)
            if demand is None:
                self._was_missing(written)
                continue
            written.offset = stored.offset + len(stored.text)
            written.is_found_stored = written.is_found_stored or stored.found is not None
            written.demand = demand
            written.on_demand(demand)
            if is_over and stored.delivered_at == written.answer.delivered_at:
                self._written.pop(stored.id, None)

    def _was_missing(self, written: _Written) -> None:
        """An answer that the database does not have as it should is told from its beginning, once."""
        if written.was_missing and written.answer.finished:
            self._written.pop(written.answer.id, None)
        written.offset, written.is_found_stored, written.was_missing = 0, False, True

    async def _read(self) -> None:
        followed = dict(self._followed)
        if not followed:
            return
        offsets = [answer.length for answer in followed.values()]
        for stored in await follow_answers(
            self._database, list(followed), offsets, stale_seconds=self.stale_seconds
        ):
            answer = followed[stored.id]
            # It may have been left meanwhile, and be followed again from another place.
            if self._followed.get(stored.id) is not answer:
                continue
            catch_up(answer, stored)
            if answer.finished:
                self.leave(answer)

    async def _keep_house(self) -> None:
        while True:
            try:
                while await drop_old_answers(self._database, self._keep_days):
                    pass
            except LecternError as problem:
                logger.warning("Old answers could not be dropped: %s", problem)
            await asyncio.sleep(_HOUSEKEEPING_SECONDS)


def _ignore(demand: AnswerDemand) -> None:
    del demand
