"""Time limits on an answer: the whole, the first delta, and each one after it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, closing
from typing import Final, TypeVar

from server.answering.deadline import MovingDeadline
from server.errors import ModelTimeout
from server.settings import Settings

Item = TypeVar("Item")

_END: Final = object()


async def within_limits(items: AsyncGenerator[Item, None], settings: Settings) -> AsyncGenerator[Item, None]:
    """The same items; raises `ModelTimeout` naming the setting whose limit was passed. Closes `items`."""
    loop = asyncio.get_running_loop()
    answer_deadline = loop.time() + settings.answer_timeout_seconds
    limit_seconds, setting = settings.first_delta_timeout_seconds, "LECTERN_FIRST_DELTA_TIMEOUT_SECONDS"
    async with aclosing(items):
        with closing(MovingDeadline()) as deadline:
            while True:
                item_deadline = loop.time() + limit_seconds
                if answer_deadline < item_deadline:
                    item_deadline = answer_deadline
                    limit_seconds, setting = settings.answer_timeout_seconds, "LECTERN_ANSWER_TIMEOUT_SECONDS"
                try:
                    with deadline.at(item_deadline):
                        item = await anext(items, _END)
                except TimeoutError as error:
                    if not deadline.is_passed:
                        raise
                    raise ModelTimeout(f"The model sent nothing for {limit_seconds:g} s ({setting}).") from error
                if item is _END:
                    return
                yield item  # type: ignore[misc]  # not the sentinel
                limit_seconds, setting = settings.delta_timeout_seconds, "LECTERN_DELTA_TIMEOUT_SECONDS"


@asynccontextmanager
async def within_first_delta(step: str, settings: Settings, *, since: float) -> AsyncIterator[None]:
    """Raises `ModelTimeout` naming the step when the time to the first delta runs out, counted from `since`."""
    limit_seconds = settings.first_delta_timeout_seconds
    timer = asyncio.timeout_at(since + limit_seconds)
    try:
        async with timer:
            yield
    except TimeoutError as error:
        if not timer.expired():
            raise
        raise ModelTimeout(
            f"{step} took over {limit_seconds:g} s (LECTERN_FIRST_DELTA_TIMEOUT_SECONDS)."
        ) from error
