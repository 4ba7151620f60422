"""Good and bad days of a model and of the line to a reader. Which of them a client has depends on its format."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Final, Literal

from server.errors import LecternError, ModelRefused, ModelUnavailable
from tests.clients.formats import Format
from tests.clients.proxy import Cut
from tests.model_endpoint import Knobs

_numbers: Final = count(1)


def new_query() -> str:
    """One that nobody asked before, so that no answer to it is running or kept."""
    return f"How do I change the bulb? ({next(_numbers)})"


# Everything that was ever split in the wrong place: a Unicode line separator, bytes of one character apart,
# empty lines, and text that looks like the protocol.
ANSWER: Final = "Grüße,\u2028日本語 🙂!\n\ndata: [DONE] is not the end [1]."

# The columns of the table.
PLAIN: Final = "plain answer"
SLOW: Final = "slow answer"
BEFORE: Final = "trouble before"
MIDDLE: Final = "trouble mid-stream"
LOST: Final = "lost connection"
STOP: Final = "stop"
COLUMNS: Final = (PLAIN, SLOW, BEFORE, MIDDLE, LOST, STOP)

# What a reader is told who has had enough; in no page of the site, so that no source quotes it.
ENOUGH: Final = "genug"


@dataclass(frozen=True, kw_only=True)
class Day:
    column: str
    knobs: Knobs
    trouble: type[LecternError] | None = None
    text: str = ANSWER
    """What is written, or what was until the trouble."""
    ping_count_min: int = 0
    cut: Cut | None = None
    reloads: bool = False
    """The page, once the line has broken."""
    stops: Literal["not", "by itself", "by DELETE"] = "not"


GOOD_KNOBS: Final = Knobs(answer=ANSWER)
SLOW_KNOBS: Final = Knobs(answer=ANSWER, first_delta_delay_seconds=0.5, delta_delay_seconds=0.15)
BRISK_KNOBS: Final = Knobs(answer=ANSWER, delta_delay_seconds=0.1)
# As long as it takes a client that waits 3 s to come back, so that it comes to a running answer or a finished one.
UNHURRIED_KNOBS: Final = Knobs(answer=ANSWER, delta_delay_seconds=0.4)
ENDLESS_KNOBS: Final = Knobs(answer=ANSWER, delta_delay_seconds=0.1, hang_after_deltas=6)
HELD_KNOBS: Final = Knobs(answer=f"One two {ENOUGH} four five.", hang_after_deltas=3)
CUT_KNOBS: Final = Knobs(answer="One two three four five.", cut_after_deltas=3)

EVERYBODYS: Final = (
    Day(column=PLAIN, knobs=GOOD_KNOBS),
    Day(column=SLOW, knobs=SLOW_KNOBS, ping_count_min=2),
    Day(column=BEFORE, knobs=Knobs(status=401), trouble=ModelRefused, text=""),
    Day(column=MIDDLE, knobs=CUT_KNOBS, trouble=ModelUnavailable, text="One two three"),
    Day(column=STOP, knobs=HELD_KNOBS, stops="by itself"),
)
BY_DELETE: Final = Day(column=STOP, knobs=HELD_KNOBS, stops="by DELETE")

BEFORE_THE_BODY: Final = Cut()
IN_A_CHARACTER: Final = Cut(behind="日本語".encode()[:-1], resets=True)
BEHIND_AN_EVENT: Final = Cut(behind="日本語".encode(), ends_event=True)


def days_of(format: Format, *, returns: bool, reloads: bool) -> Iterator[Day]:
    """For a client that comes back, or not, also by loading its page anew."""
    yield from EVERYBODYS
    if format.opens:
        yield BY_DELETE
    for cut in cuts_of(format):
        if not returns:
            yield Day(column=LOST, knobs=ENDLESS_KNOBS, cut=cut)
            continue
        knobs = UNHURRIED_KNOBS if cut == BEHIND_AN_EVENT else BRISK_KNOBS
        yield Day(column=LOST, knobs=knobs, cut=cut)
        if reloads:
            yield Day(column=LOST, knobs=knobs, cut=cut, reloads=True)


def cuts_of(format: Format) -> tuple[Cut, ...]:
    if format.has_events:
        return (BEFORE_THE_BODY, IN_A_CHARACTER, BEHIND_AN_EVENT)
    return (BEFORE_THE_BODY, IN_A_CHARACTER) if format.streams else ()
