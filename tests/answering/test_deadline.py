import asyncio
from contextlib import closing

import pytest

from server.answering.deadline import MovingDeadline


async def test_a_wait_that_is_too_long_is_a_timeout_and_the_next_one_is_not() -> None:
    loop = asyncio.get_running_loop()
    with closing(MovingDeadline()) as deadline:
        with pytest.raises(TimeoutError), deadline.at(loop.time() + 0.02):
            await asyncio.sleep(5)
        assert deadline.is_passed
        with deadline.at(loop.time() + 5):
            await asyncio.sleep(0)
        assert not deadline.is_passed


async def test_each_wait_has_its_own_deadline_whichever_timer_rings() -> None:
    loop = asyncio.get_running_loop()
    with closing(MovingDeadline()) as deadline:
        for _ in range(5):  # longer than the first deadline in all
            with deadline.at(loop.time() + 0.3):
                await asyncio.sleep(0.08)
        with deadline.at(loop.time() + 5):
            await asyncio.sleep(0.1)
        with pytest.raises(TimeoutError), deadline.at(loop.time() + 0.02):  # earlier than the timer that runs
            await asyncio.sleep(5)


async def test_between_waits_nobody_is_disturbed() -> None:
    loop = asyncio.get_running_loop()
    complaints: list[object] = []
    loop.set_exception_handler(lambda _, complaint: complaints.append(complaint))
    with closing(MovingDeadline()) as deadline:
        with deadline.at(loop.time() + 0.02):
            pass
        await asyncio.sleep(0.05)
    assert complaints == []


async def test_another_ones_cancellation_and_timeout_stay_what_they_are() -> None:
    async def wait() -> None:
        with closing(MovingDeadline()) as deadline, deadline.at(asyncio.get_running_loop().time() + 5):
            await asyncio.sleep(5)

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(wait(), 0.02)
    with closing(MovingDeadline()) as deadline:
        with pytest.raises(TimeoutError, match="theirs"), deadline.at(asyncio.get_running_loop().time() + 5):
            raise TimeoutError("theirs")
        assert not deadline.is_passed
