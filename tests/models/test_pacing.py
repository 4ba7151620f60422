import asyncio
import time

import pytest

from server.models.pacing import Pace


async def test_a_pause_is_not_longer_than_asked_for_and_not_much_shorter() -> None:
    pace = Pace(0.09)

    async def measure(begin_seconds: float) -> float:
        await asyncio.sleep(begin_seconds)
        since = time.monotonic()
        await pace.pause()
        return time.monotonic() - since

    waits = await asyncio.gather(*(measure(number * 0.004) for number in range(30)))
    assert 0.05 < min(waits)
    assert max(waits) < 0.2


async def test_who_is_cancelled_does_not_keep_the_others_waiting() -> None:
    pace = Pace(0.01)
    for _ in range(2):  # the second time after a rest
        first, second = asyncio.create_task(pace.pause()), asyncio.create_task(pace.pause())
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait_for(second, 5)
        with pytest.raises(asyncio.CancelledError):
            await first
        await asyncio.sleep(0.03)
