"""A pause that many streams share, so that they go on together and need one timer."""

import asyncio
from typing import Final

# A pause is as long as asked for or up to a third shorter. With a timer for each stream, reading took a quarter
# more CPU (200 streams, uvloop, November 2026); with a single step all streams would be read at one moment.
_STEPS: Final = 3


class Pace:
    def __init__(self, pause_seconds: float) -> None:
        self._step_seconds = pause_seconds / _STEPS
        self._waiting: list[list[asyncio.Future[None]]] = [[] for _ in range(_STEPS)]
        """By the step they are due at; the next one's come first."""
        self._is_running = False

    async def pause(self) -> None:
        loop = asyncio.get_running_loop()
        is_over = loop.create_future()
        self._waiting[-1].append(is_over)
        if not self._is_running:
            self._is_running = True
            loop.call_later(self._step_seconds, self._take_step)
        await is_over

    def _take_step(self) -> None:
        due = self._waiting.pop(0)
        self._waiting.append([])
        self._is_running = any(self._waiting)
        if self._is_running:
            asyncio.get_running_loop().call_later(self._step_seconds, self._take_step)
        for is_over in due:
            if not is_over.done():  # as it is for one that was cancelled
                is_over.set_result(None)
