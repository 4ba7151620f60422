"""Who reads an answer, and when nobody does any more."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Audience:
    """Counts readers; calls `on_deserted` when the last one has been gone for as long as was to be waited.

    Of readers that may come back and others that may not, the longest wait counts, whoever leaves last.
    """

    def __init__(self, on_deserted: Callable[[], None]) -> None:
        self._on_deserted = on_deserted
        self._readers = 0
        self._wait_until = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_present(self) -> bool:
        return self._readers > 0

    @contextmanager
    def reading(self, *, grace_seconds: float) -> Iterator[None]:
        """One reader, who is waited for so long after it has left."""
        self._readers += 1
        self.dismiss()
        try:
            yield
        finally:
            self._readers -= 1
            self.expect(grace_seconds)

    def expect(self, seconds: float) -> None:
        """Somebody may come within so many seconds."""
        loop = asyncio.get_running_loop()
        self._wait_until = max(self._wait_until, loop.time() + seconds)
        self.dismiss()
        if not self._readers:
            self._timer = loop.call_at(self._wait_until, self._on_deserted)

    def hurry(self, seconds: float) -> None:
        """Waits no longer than this for who is not there; who is there goes on."""
        self._wait_until = 0.0
        self.expect(seconds)

    def dismiss(self) -> None:
        """Waits for nobody."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
