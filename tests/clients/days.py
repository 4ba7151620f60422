"""Good and bad days of a model, and what every client must have read at the end of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from server.errors import ModelRefused, ModelUnavailable
from tests.model_endpoint import Knobs

QUERY = "How do I change the bulb?"

# Everything that was ever split in the wrong place: a Unicode line separator, bytes of one character apart,
# empty lines, and text that looks like the protocol.
ANSWER = "Grüße,\u2028日本語 🙂!\n\ndata: [DONE] is not the end [1]."


@dataclass(frozen=True)
class Reading:
    """What a client made of a stream."""

    text: str
    problem: str | None = None
    """The code of the error object it found."""


@dataclass(frozen=True)
class Day:
    knobs: Knobs
    reading: Reading
    ping_count_min: int = 0


GOOD = Day(Knobs(answer=ANSWER), Reading(ANSWER))
SLOW = Day(Knobs(answer=ANSWER, first_delta_delay_seconds=0.6), Reading(ANSWER), ping_count_min=2)
REFUSED = Day(Knobs(status=401), Reading(ModelRefused.reader_text, "model_refused"))
CUT = Day(
    Knobs(answer="One two three four five.", cut_after_deltas=3),
    Reading(f"One two three\n\n{ModelUnavailable.reader_text}", "model_unavailable"),
)

every_day = pytest.mark.parametrize(
    "day",
    [
        pytest.param(GOOD, id="a good day"),
        pytest.param(SLOW, id="a slow model and keep-alives"),
        pytest.param(REFUSED, id="trouble before the first delta"),
        pytest.param(CUT, id="trouble in the middle"),
    ],
)


def read_messages(messages: Sequence[str]) -> Reading:
    """What a handler that trusts every message makes of them; an empty or a stray one raises."""
    *frames, done = messages
    assert done == "[DONE]"
    return read_frames([orjson.loads(frame) for frame in frames])


def read_frames(frames: Sequence[dict[str, Any]]) -> Reading:
    text = "".join(frame["choices"][0]["text"] for frame in frames)
    problems = [frame["error"]["code"] for frame in frames if "error" in frame]
    return Reading(text, *problems)
