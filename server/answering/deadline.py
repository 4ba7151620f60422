"""A time limit for something that waits many times."""

import asyncio
from types import TracebackType


class MovingDeadline:
    """As `asyncio.timeout_at` for each wait, with one timer for all of them: a timer for each takes 4 µs.

        with deadline.at(when):
            item = await …

    raises `TimeoutError` when that is passed. The timer rings at the deadline of an earlier wait, and is set anew.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._when = 0.0
        self._task: asyncio.Task[object] | None = None
        """Who waits at this moment."""
        self._cancelling = 0
        self.is_passed = False
        """Whether the last wait was too long."""

    def at(self, when: float) -> "MovingDeadline":
        """`when` is by the loop's clock."""
        self._when = when
        if self._timer is None or when < self._timer.when():
            self._set_timer()
        return self

    def close(self) -> None:
        if self._timer:
            self._timer.cancel()

    def __enter__(self) -> None:
        self._task = asyncio.current_task()
        assert self._task  # noqa: S101 - whoever awaits is in one
        self._cancelling = self._task.cancelling()
        self.is_passed = False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        task, self._task = self._task, None
        # As asyncio's own does: who else wants the task cancelled is not overruled.
        if self.is_passed and task and task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def _set_timer(self) -> None:
        self.close()
        self._timer = self._loop.call_at(self._when, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._task is None:
            return
        if self._loop.time() < self._when:
            self._set_timer()
        else:
            self.is_passed = True
            self._task.cancel()
