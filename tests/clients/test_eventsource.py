"""npm's `eventsource`, in the two versions that sites have."""

import pytest

from tests.clients.days import GOOD, Day, every_day, read_messages
from tests.clients.programs import run_node
from tests.clients.visits import Lectern

every_version = pytest.mark.parametrize("package", ["eventsource", "eventsource-5"])

CLOSED = 2


@every_version
@every_day
def test_the_stream_is_read_and_nothing_is_asked_twice(lectern: Lectern, day: Day, package: str) -> None:
    lectern.endpoint.knobs = day.knobs
    events = run_node("eventsource.mjs", package, lectern.stream_url())
    assert {"message"} == {event["type"] for event in events}
    assert day.reading == read_messages([event["data"] for event in events])
    lectern.assert_asked_once(day)


@every_version
def test_a_client_that_does_not_close_comes_back_once_and_is_sent_away(lectern: Lectern, package: str) -> None:
    lectern.endpoint.knobs = GOOD.knobs
    *messages, lost, refused = run_node("eventsource.mjs", package, lectern.stream_url(), "--stay")
    assert "[DONE]" == messages[-1]["data"]
    assert "error" == lost["type"]
    assert {"type": "error", "code": 204, "readyState": CLOSED} == refused
    assert [200, 204] == lectern.statuses
    assert messages[-1]["lastEventId"] == lectern.visits[1].headers["last-event-id"]
    assert 1 == len(lectern.endpoint.requests)
