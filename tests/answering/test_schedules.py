"""Answers under schedules nobody would think of: attach, drop, resume, stop, produce and finish, in any order."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import ExitStack
from functools import partial
from typing import Final

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from server.answering.audience import Audience
from server.answering.live import DONE, NOTHING, LiveAnswer
from server.answering.writing import AnswerWriter, interrupted
from server.events import Delta, Event, Finished, SourcesFound
from tests.answering.clock import world

GRACE_SECONDS: Final = 10.0
MAX_CHARS: Final = 60


class Model:
    """What produces an answer: says what it is told to, and takes a few rounds of the loop to be closed."""

    def __init__(self) -> None:
        self.said = ""
        self.is_closed = False
        self.was_begun = False
        self._events: asyncio.Queue[Event] = asyncio.Queue()

    def say(self, text: str) -> None:
        self.said += text
        self._events.put_nowait(Delta(text))

    def finish(self) -> None:
        self._events.put_nowait(Finished("stop"))

    async def events(self) -> AsyncGenerator[Event, None]:
        self.was_begun = True
        try:
            yield SourcesFound((), "high")
            while True:
                yield await self._events.get()
        finally:
            for _ in range(3):
                await asyncio.sleep(0)
            self.is_closed = True


class Reader:
    """Follows as a stream does; `has` is what it had before, read by itself or by another."""

    def __init__(self, answer: LiveAnswer, audience: Audience, *, has: str, after: int) -> None:
        self.text = has
        self.position = after
        self.goes_on = asyncio.Event()
        self.goes_on.set()
        self.task = asyncio.get_event_loop().create_task(self._read(answer, audience))

    async def _read(self, answer: LiveAnswer, audience: Audience) -> None:
        with audience.reading(grace_seconds=GRACE_SECONDS):
            async for logged in answer.follow(self.position):
                await self.goes_on.wait()
                assert logged.position > self.position
                self.position = logged.position
                if isinstance(logged.event, Delta):
                    self.text += logged.event.text


class Schedules(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.stack = ExitStack()
        self.world = self.stack.enter_context(world())
        self.model = Model()
        self.answer = LiveAnswer("id", query="q", model="m", max_chars=MAX_CHARS)
        asyncio.get_event_loop().run_until_complete(self._begin())
        self.readers: list[Reader] = []
        self.seen: list[tuple[int, str]] = [(NOTHING, "")]
        self.left_at = self.world.now
        self.was_told_to_end = False

    async def _begin(self) -> None:
        """As `Answers` does for a question that was posted."""
        self.writer = AnswerWriter(self.answer, self.model.events(), is_paid=False)
        self.audience = Audience(partial(self.writer.stop, Finished("stopped")))
        self.writer.task.add_done_callback(lambda _: self.audience.dismiss())
        self.audience.expect(GRACE_SECONDS)

    @rule(text=st.text("abc日🙂", min_size=1, max_size=12))
    def produce(self, text: str) -> None:
        if not self.was_told_to_end:
            self.model.say(text)

    @rule()
    def finish(self) -> None:
        self.was_told_to_end = True
        self.model.finish()

    @rule(is_shutdown=st.booleans())
    def stop(self, is_shutdown: bool) -> None:
        self.was_told_to_end = True
        self.writer.stop(interrupted() if is_shutdown else Finished("stopped"))

    @rule(which=st.integers(0, 99))
    def attach(self, which: int) -> None:
        """Anew, or behind what some reader had at some time."""
        position, has = self.seen[which % len(self.seen)]
        self.readers.append(Reader(self.answer, self.audience, has=has, after=position))
        self.world.turn(1)

    @precondition(lambda self: self.readers)
    @rule(which=st.integers(0, 99))
    def drop(self, which: int) -> None:
        reader = self.readers.pop(which % len(self.readers))
        reader.task.cancel()
        self.left_at = self.world.now

    @precondition(lambda self: self.readers)
    @rule(which=st.integers(0, 99))
    def take_nothing(self, which: int) -> None:
        self.readers[which % len(self.readers)].goes_on.clear()

    @precondition(lambda self: self.readers)
    @rule(which=st.integers(0, 99))
    def take_again(self, which: int) -> None:
        self.readers[which % len(self.readers)].goes_on.set()

    @rule(rounds=st.integers(1, 4))
    def turn(self, rounds: int) -> None:
        self.world.turn(rounds)

    @rule(seconds=st.sampled_from([1.0, 4.0, GRACE_SECONDS]))
    def let_pass(self, seconds: float) -> None:
        self.world.turn()  # who was dropped has left by now
        self.world.let_pass(seconds)
        if not self.readers and self.world.now >= self.left_at + GRACE_SECONDS:
            self.was_told_to_end = True

    @invariant()
    def no_reader_has_a_character_twice_or_misses_one(self) -> None:
        for reader in self.readers:
            assert reader.text == self.model.said[: len(reader.text)]
            if reader.position < DONE:
                self.seen.append((reader.position, reader.text))
                assert max(reader.position, 0) == len(reader.text)

    @invariant()
    def the_model_is_closed_when_and_only_when_nobody_may_come(self) -> None:
        is_awaited = self.readers or self.world.now < self.left_at + GRACE_SECONDS
        if is_awaited and not self.was_told_to_end and not self.answer.is_full:
            assert self.answer.finished is None
            assert not self.model.is_closed

    def teardown(self) -> None:
        if not hasattr(self, "stack"):
            return
        with self.stack:
            self._end()

    def _end(self) -> None:
        for reader in self.readers:
            reader.goes_on.set()
        if self.was_told_to_end:
            self.world.turn(60)
            self._all_have_everything()
        for reader in self.readers:
            reader.task.cancel()
        self.world.turn()
        self.world.let_pass(GRACE_SECONDS)
        assert self.answer.finished is not None
        assert self.model.is_closed or not self.model.was_begun
        assert self.model.said.startswith(self.answer.text)

    def _all_have_everything(self) -> None:
        assert self.answer.finished is not None
        if self.answer.finished.reason == "stop":
            assert self.model.said == self.answer.text
        for reader in self.readers:
            reader.task.result()
            assert (self.answer.text, DONE) == (reader.text, reader.position)


TestSchedules = Schedules.TestCase
TestSchedules.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
