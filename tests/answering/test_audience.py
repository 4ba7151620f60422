"""Who reads an answer: the model is stopped when nobody does, and not before."""

import asyncio

import pytest

from server.answering.audience import Audience


class Deserted(Audience):
    def __init__(self) -> None:
        self.left = asyncio.Event()
        super().__init__(self.left.set)

    async def is_deserted_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self.left.wait(), seconds)
        except TimeoutError:
            return False
        return True


async def test_while_somebody_reads_nobody_has_left() -> None:
    audience = Deserted()
    with audience.reading(grace_seconds=0), audience.reading(grace_seconds=0):
        assert not await audience.is_deserted_within(0.05)
    assert await audience.is_deserted_within(5)


async def test_the_last_one_is_waited_for() -> None:
    audience = Deserted()
    with audience.reading(grace_seconds=0.2):
        pass
    assert not await audience.is_deserted_within(0.05)
    assert await audience.is_deserted_within(5)


async def test_one_who_comes_back_in_time_finds_it_going_on() -> None:
    audience = Deserted()
    with audience.reading(grace_seconds=0.1):
        pass
    with audience.reading(grace_seconds=0):
        assert not await audience.is_deserted_within(0.2)
    assert await audience.is_deserted_within(5)


@pytest.mark.parametrize("graces", [(0.2, 0), (0, 0.2)])
async def test_the_longest_wait_counts_whoever_leaves_last(graces: tuple[float, float]) -> None:
    audience = Deserted()
    with audience.reading(grace_seconds=graces[0]), audience.reading(grace_seconds=graces[1]):
        pass
    assert not await audience.is_deserted_within(0.05)
    assert await audience.is_deserted_within(5)


async def test_who_is_expected_is_waited_for_and_no_longer() -> None:
    audience = Deserted()
    audience.expect(0.1)
    assert not await audience.is_deserted_within(0.03)
    assert await audience.is_deserted_within(5)


async def test_who_expects_somebody_does_not_end_it_for_who_is_there() -> None:
    audience = Deserted()
    with audience.reading(grace_seconds=0):
        audience.expect(0)
        assert not await audience.is_deserted_within(0.05)


async def test_hurrying_ends_the_wait_but_nobody_s_reading() -> None:
    audience = Deserted()
    audience.expect(60)
    with audience.reading(grace_seconds=0):
        audience.hurry(0)
        assert not await audience.is_deserted_within(0.05)
    assert await audience.is_deserted_within(5)


async def test_dismissed_it_waits_for_nobody() -> None:
    audience = Deserted()
    audience.expect(0.01)
    audience.dismiss()
    assert not await audience.is_deserted_within(0.1)
