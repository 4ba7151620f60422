import asyncio
from collections.abc import AsyncGenerator

import pytest

from server.answering.limits import within_first_delta, within_limits
from server.errors import ModelTimeout
from server.settings import Settings


class Source:
    """Gives one item per pause, and knows whether it was closed."""

    def __init__(self, *pauses_seconds: float) -> None:
        self.pauses_seconds = pauses_seconds
        self.closed = False

    async def items(self) -> AsyncGenerator[int, None]:
        try:
            for number, pause_seconds in enumerate(self.pauses_seconds):
                await asyncio.sleep(pause_seconds)
                yield number
        finally:
            self.closed = True


def limits(*, first: float = 5, between: float = 5, answer: float = 5) -> Settings:
    return Settings(
        first_delta_timeout_seconds=first, delta_timeout_seconds=between, answer_timeout_seconds=answer
    )


async def collect(source: Source, settings: Settings) -> list[int]:
    return [item async for item in within_limits(source.items(), settings)]


async def test_items_within_the_limits_pass_unchanged() -> None:
    source = Source(0, 0, 0)
    assert await collect(source, limits()) == [0, 1, 2]
    assert source.closed


@pytest.mark.parametrize(
    ("source", "settings", "setting"),
    [
        (Source(3), limits(first=0.05), "LECTERN_FIRST_DELTA_TIMEOUT_SECONDS"),
        (Source(0, 3), limits(between=0.05), "LECTERN_DELTA_TIMEOUT_SECONDS"),
        (Source(*[0.02] * 100), limits(answer=0.1), "LECTERN_ANSWER_TIMEOUT_SECONDS"),
    ],
)
async def test_a_passed_limit_is_named_and_the_source_closed(
    source: Source, settings: Settings, setting: str
) -> None:
    with pytest.raises(ModelTimeout, match=setting):
        await collect(source, settings)
    assert source.closed


async def test_steps_before_the_first_delta_share_its_time() -> None:
    begun = asyncio.get_running_loop().time()
    async with within_first_delta("Reading", limits(first=0.1), since=begun):
        await asyncio.sleep(0.06)
    with pytest.raises(
        ModelTimeout, match=r"^Finding took over 0\.1 s \(LECTERN_FIRST_DELTA_TIMEOUT_SECONDS\)\.$"
    ):
        async with within_first_delta("Finding", limits(first=0.1), since=begun):
            await asyncio.sleep(0.06)


async def test_a_time_out_that_is_not_ours_is_not_called_one() -> None:
    with pytest.raises(TimeoutError, match="theirs"):
        async with within_first_delta("Finding", limits(), since=asyncio.get_running_loop().time()):
            raise TimeoutError("theirs")
