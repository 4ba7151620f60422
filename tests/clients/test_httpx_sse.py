"""Python's `httpx-sse`."""

import httpx
from httpx_sse import aconnect_sse

from tests.clients.days import Day, every_day, read_messages
from tests.clients.visits import Lectern


@every_day
async def test_the_stream_is_read_and_asked_for_once(lectern: Lectern, day: Day) -> None:
    lectern.endpoint.knobs = day.knobs
    async with httpx.AsyncClient() as client, aconnect_sse(client, "GET", lectern.stream_url()) as source:
        events = [event async for event in source.aiter_sse()]
    assert day.reading == read_messages([event.data for event in events])
    assert [3000] == [event.retry for event in events if event.retry is not None]
    lectern.assert_asked_once(day)
