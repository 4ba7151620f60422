"""An event loop in which no time passes but what a test lets pass."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# Enough for whatever is ready, and what that makes ready, to have run.
_ROUNDS: Final = 20


class StandingClock(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.now = 0.0
        super().__init__()

    def time(self) -> float:
        return self.now


class World:
    """The loop, turned by hand."""

    def __init__(self, runner: asyncio.Runner, loop: StandingClock) -> None:
        self._runner = runner
        self._loop = loop

    @property
    def now(self) -> float:
        return self._loop.now

    def turn(self, rounds: int = _ROUNDS) -> None:
        """Lets what is ready run, in so many rounds of the loop."""

        async def wait() -> None:
            for _ in range(rounds):
                await asyncio.sleep(0)

        self._runner.run(wait())

    def let_pass(self, seconds: float) -> None:
        self._loop.now += seconds
        self.turn()


@contextmanager
def world() -> Iterator[World]:
    loop = StandingClock()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.get_loop()
        asyncio.set_event_loop(loop)
        yield World(runner, loop)
