"""What is written here, and what is read here while another server writes it: who reads, and when it ends."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Final

from server.answering.audience import Audience
from server.answering.live import LiveAnswer
from server.answering.stored import revive
from server.answering.storing import AnswerStore
from server.answering.writing import AnswerWriter, interrupted
from server.errors import ServerStopping
from server.events import Event, Finished
from server.records import AnswerDemand, StoredAnswer

logger = logging.getLogger(__name__)

# How long a finished answer stays in memory for who comes back to this server, beside its place in the database.
_REMEMBER_SECONDS: Final = 60.0

# How long a reader elsewhere counts as present after it was heard of; the database tells it for two seconds.
_FOLLOWED_SECONDS: Final = 3.0

# How long after it was found somebody may take to read an answer. A guess: the longest turn of a busy event loop.
_COMING_SECONDS: Final = 1.0


class RunningAnswers:
    def __init__(self, store: AnswerStore, *, grace_seconds: float) -> None:
        self._store = store
        self._grace_seconds = grace_seconds
        self._here: dict[str, LiveAnswer] = {}
        self._writers: dict[str, AnswerWriter] = {}
        self._audiences: dict[str, Audience] = {}

    def get(self, id: str) -> LiveAnswer | None:
        """An answer that is written here or was a moment ago, or that is followed."""
        return self._here.get(id) or self._store.get(id)

    def writer_of(self, id: str) -> AnswerWriter | None:
        return self._writers.get(id)

    def begin(self, answer: LiveAnswer, events: AsyncGenerator[Event, None], *, is_paid: bool) -> None:
        """Writes an answer from its events; without readers it is left to end by itself."""
        writer = AnswerWriter(answer, events, is_paid=is_paid)
        self._here[answer.id] = answer
        self._writers[answer.id] = writer
        self._audiences[answer.id] = Audience(partial(writer.stop, Finished("stopped")))
        writer.task.add_done_callback(partial(self._written, answer.id))
        if answer.is_stored:
            self._store.write(answer, self._meet_demand)

    def adopt(self, stored: StoredAnswer) -> LiveAnswer:
        """The log of an answer that another server writes, or that has ended; all its readers here share it."""
        if known := self.get(stored.id):  # since the database was asked
            return known
        answer = revive(stored)
        if answer.finished is None:
            self._audiences[answer.id] = Audience(partial(self._leave, answer))
            self._store.follow(answer)
        return answer

    def keep_going(self, answer: LiveAnswer) -> None:
        """Somebody is about to read, or to say for how long it is to be waited; or wants nothing after all."""
        if audience := self._audiences.get(answer.id):
            audience.expect(_COMING_SECONDS)

    def expect_reader(self, answer: LiveAnswer) -> None:
        """Somebody was told of an answer and will come for it."""
        if audience := self._audiences.get(answer.id):
            audience.expect(max(self._grace_seconds, _COMING_SECONDS))

    @contextmanager
    def reading(self, answer: LiveAnswer, *, grace_seconds: float) -> Iterator[None]:
        """One reader of an answer. When the last has been gone for its grace, the model is stopped."""
        audience = self._audiences.get(answer.id)
        if audience is None:
            yield
            return
        with audience.reading(grace_seconds=grace_seconds):
            yield

    def hurry(self, id: str) -> None:
        """An answer ends as soon as nobody reads it, and nobody is on the way who was told of it a moment ago."""
        if audience := self._audiences.get(id):
            audience.hurry(_COMING_SECONDS)

    async def drain(self, grace_seconds: float) -> None:
        """Running answers may finish for so long, and are interrupted then.

        Who reads what another server writes is let go without an end then: it goes on there.
        """
        if unfinished := self._unfinished():
            logger.info("Answers that are running: %d. They have %g s to finish.", len(unfinished), grace_seconds)
            with suppress(TimeoutError, ServerStopping):
                async with asyncio.timeout(grace_seconds):
                    while unfinished := self._unfinished():
                        await unfinished[0].ended()
        writers = list(self._writers.values())
        for writer in writers:
            writer.stop(interrupted())
        await asyncio.gather(*(writer.task for writer in writers))
        for answer in self._unfinished():
            answer.abandon()

    def _unfinished(self) -> list[LiveAnswer]:
        """What is written here, and what is read here while another server writes it."""
        known = {id: self.get(id) for id, audience in self._audiences.items() if self._is_needed(id, audience)}
        return [answer for answer in known.values() if answer and not answer.finished and not answer.is_abandoned]

    def _is_needed(self, id: str, audience: Audience) -> bool:
        return id in self._writers or audience.is_present

    def _written(self, id: str, task: asyncio.Task[None]) -> None:
        del task
        del self._writers[id]
        self._audiences.pop(id).dismiss()
        asyncio.get_running_loop().call_later(_REMEMBER_SECONDS, self._here.pop, id, None)

    def _leave(self, answer: LiveAnswer) -> None:
        self._store.leave(answer)
        if answer.id not in self._writers:  # which may have begun here since it was looked up
            self._audiences.pop(answer.id, None)

    def _meet_demand(self, demand: AnswerDemand) -> None:
        """What other servers have heard about an answer that is written here."""
        answer, writer, audience = (
            self._here.get(demand.id),
            self._writers.get(demand.id),
            self._audiences.get(demand.id),
        )
        if answer is None or writer is None or audience is None:
            return
        answer.asked_count = max(answer.asked_count, demand.asked_count)
        if demand.is_stop_requested and answer.asked_count == 1:
            writer.stop(Finished("stopped"))
        elif demand.is_followed:
            audience.expect(_FOLLOWED_SECONDS)
