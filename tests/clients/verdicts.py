"""What is to be said of a case, in a word that can stand in a table.

The words of `GOOD` promise the exact text, or trouble told in full, and one request to the model.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from tests.clients.clients import Client
from tests.clients.days import ANSWER, BEFORE, BEFORE_THE_BODY, COLUMNS, LOST, MIDDLE, STOP
from tests.clients.formats import Format, Reading
from tests.clients.matrix import GRACE_SECONDS, STOP_LIMIT_SECONDS, Case

EXACT: Final = "exact"
IN_STREAM: Final = "told in the stream"
BY_STATUS: Final = "told by status {}"
RETURNS: Final = "comes back, exact"
CANNOT: Final = "cannot come back"
STOPS: Final = "stops the model"
NOTHING: Final = "–"

GOOD: Final = {
    *(EXACT, IN_STREAM, RETURNS, CANNOT, STOPS, NOTHING),
    *(BY_STATUS.format(status) for status in (502, 503)),
}


def row_of(client: Client, format: Format, cases: Sequence[Case]) -> str:
    own = [case for case in cases if case.format is format]
    cells = [cell_of([case for case in own if case.day.column == column]) for column in COLUMNS]
    return f"| {' | '.join([client.name, format.name, *cells])} |"


def cell_of(cases: Sequence[Case]) -> str:
    """What was found on all days of one column; where a reload makes a difference, both."""
    in_page = found_in(case for case in cases if not case.day.reloads)
    reloaded = found_in(case for case in cases if case.day.reloads)
    if reloaded in (NOTHING, in_page):
        return in_page
    return f"after a reload: {reloaded}; in the same page: {in_page}"


def found_in(cases: Iterable[Case]) -> str:
    """The word for all of them, or the words that are not good."""
    words = {judge(case) for case in cases}
    return ", ".join(sorted(words - GOOD or words)) or NOTHING


def judge(case: Case) -> str:
    if len(case.asked) != 1 and (case.asked or not may_be_early(case)):
        return f"asks {len(case.asked)} times"
    if case.day.column in (BEFORE, MIDDLE):
        return judge_trouble(case)
    if case.day.column == STOP:
        return judge_stop(case)
    if case.day.column == LOST:
        return judge_loss(case)
    if case.format.has_events and case.line.ping_count < case.day.ping_count_min:
        return "no keep-alives"
    return compare(case)


def may_be_early(case: Case) -> bool:
    """Whether the reader leaves without having seen anything, which may be before the model was asked."""
    if case.day.column == STOP:
        return not case.format.streams
    return case.day.cut == BEFORE_THE_BODY and not case.returns


def compare(case: Case) -> str:
    """Whether the client ends with the exact text, and knows that it is the end."""
    reading = case.outcome.reading
    if reading == Reading(ANSWER):
        return EXACT if case.outcome.ended == "done" else case.outcome.ended
    if reading is None or reading.problem:
        return "stumbles"
    return "text doubled" if len(reading.text) > len(ANSWER) else "text lost"


def judge_trouble(case: Case) -> str:
    assert case.day.trouble
    status = max(case.line.statuses)
    if status < 400:
        told = case.format.tells(case.day.text, case.day.trouble)
        return IN_STREAM if told == case.outcome.reading else "not told"
    said = f"{case.outcome.refusal} {case.outcome.reading}"
    is_told = case.day.trouble.code in said or case.day.trouble.reader_text in said
    return BY_STATUS.format(status) if is_told else "not told"


def judge_stop(case: Case) -> str:
    by_itself = case.day.stops == "by itself"
    if case.outcome.ended != ("left" if by_itself else "done"):
        return "does not stop"
    stopped_at = case.line.left_at if by_itself else case.line.deleted_at
    limit = stopped_at + STOP_LIMIT_SECONDS + (GRACE_SECONDS if by_itself and case.format.can_resume else 0)
    is_closed = all(request.closed_early_at and request.closed_early_at <= limit for request in case.asked)
    return STOPS if is_closed else "model goes on"


def judge_loss(case: Case) -> str:
    if case.line.cut:
        return "the line held"
    if case.returns:
        found = compare(case)
        return RETURNS if found == EXACT else found
    if not case.outcome.ended.startswith("given up"):
        return "takes a part for the whole"
    return CANNOT if all(request.closed_early_at for request in case.asked) else "model goes on"


def explain(case: Case) -> str:
    """Everything about one case, for who wants to know why."""
    asked = [request.closed_early_at for request in case.asked]
    about = (case.day, case.outcome, case.line, f"asked: {asked}")
    return "\n  ".join([f"{case.format.name}, {case.day.column}: {judge(case)}", *map(str, about)])
