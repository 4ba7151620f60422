"""Every client, every format it can read, every kind of day: what is run, and by what it is judged.

A cell of the table is a word for what was found. The words of `GOOD` promise: the exact text, trouble told, one
request to the model.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import count
from typing import Final, Literal

from server.errors import LecternError, ModelRefused, ModelUnavailable
from tests.clients.clients import Client
from tests.clients.formats import Format, Reading
from tests.clients.jobs import Job, Outcome, Told, make_job, outcome_of
from tests.clients.proxy import Cut, Line, line_to
from tests.clients.visits import Lectern
from tests.model_endpoint import Knobs

# Everything that was ever split in the wrong place: a Unicode line separator, bytes of one character apart,
# empty lines, and text that looks like the protocol.
ANSWER: Final = "Grüße,\u2028日本語 🙂!\n\ndata: [DONE] is not the end [1]."

PLAIN: Final = "plain answer"
SLOW: Final = "slow answer"
BEFORE: Final = "trouble before"
MIDDLE: Final = "trouble mid-stream"
RECONNECT: Final = "lost connection"
STOP: Final = "stop"
COLUMNS: Final = (PLAIN, SLOW, BEFORE, MIDDLE, RECONNECT, STOP)

EXACT: Final = "exact"
IN_STREAM: Final = "told in the stream"
AS_STATUS: Final = "told by status {}"
RESUMES: Final = "comes back, exact"
CANNOT: Final = "cannot come back"
STOPS: Final = "stops the model"
NOTHING: Final = "–"

GOOD: Final = {EXACT, IN_STREAM, *(AS_STATUS.format(status) for status in (502, 503)), RESUMES, CANNOT, STOPS, NOTHING}

# How long a server that is asked to be impatient waits for a reader: long enough to fetch what was just opened.
GRACE_SECONDS: Final = 1

# From the end of that to the end of the model's request.
STOP_LIMIT_SECONDS: Final = 2


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


# As long as it takes a client that waits 3 s to come back: some come to a running answer, some to a finished one.
UNHURRIED: Final = Knobs(answer=ANSWER, delta_delay_seconds=0.4)
ENDLESS: Final = Knobs(answer=ANSWER, delta_delay_seconds=0.1, hang_after_deltas=6)
BRISK: Final = Knobs(answer=ANSWER, delta_delay_seconds=0.1)
# In no page of the site, so that no source quotes it.
ENOUGH: Final = "genug"
HELD: Final = Knobs(answer=f"One two {ENOUGH} four five.", hang_after_deltas=3)

DAYS: Final = (
    Day(column=PLAIN, knobs=Knobs(answer=ANSWER)),
    Day(column=SLOW, knobs=Knobs(answer=ANSWER, first_delta_delay_seconds=0.5, delta_delay_seconds=0.15), ping_count_min=2),
    Day(column=BEFORE, knobs=Knobs(status=401), trouble=ModelRefused, text=""),
    Day(
        column=MIDDLE,
        knobs=Knobs(answer="One two three four five.", cut_after_deltas=3),
        trouble=ModelUnavailable,
        text="One two three",
    ),
)
STOP_BY_ITSELF: Final = Day(column=STOP, knobs=HELD, stops="by itself")
STOP_BY_DELETE: Final = Day(column=STOP, knobs=HELD, stops="by DELETE")


def days_of(client: Client, format: Format) -> list[Day]:
    days = [*DAYS, STOP_BY_ITSELF]
    if format.opens:
        days.append(STOP_BY_DELETE)
    for cut, knobs in cuts_of(format):
        if format not in client.returns_in:
            days.append(Day(column=RECONNECT, knobs=ENDLESS, cut=cut))
            continue
        days.append(Day(column=RECONNECT, knobs=knobs, cut=cut))
        if client.reloads:
            days.append(Day(column=RECONNECT, knobs=knobs, cut=cut, reloads=True))
    return days


def cuts_of(format: Format) -> list[tuple[Cut, Knobs]]:
    """Before the first byte of the body, in the middle of a character, behind an event."""
    cuts = [(Cut(), BRISK), (Cut(behind="日本語".encode()[:-1], resets=True), BRISK)]
    if format.has_events:
        cuts.append((Cut(behind="日本語".encode(), ends_event=True), UNHURRIED))
    return cuts if format.streams else []


@dataclass(kw_only=True)
class Case:
    """One job under way: everything a verdict needs to know."""

    client: Client
    format: Format
    day: Day
    lectern: Lectern
    line: Line
    job: Job
    outcome: Outcome | None = None

    @property
    def read(self) -> Reading:
        assert self.outcome
        return self.outcome.reading or Reading("", "nothing to be made of it")


Runner = Callable[[Client, Sequence[Job]], Awaitable[list[Told]]]
_numbers: Final = count(1)


async def run_matrix(client: Client, formats: Sequence[Format], *, patient: Lectern, impatient: Lectern, run: Runner) -> list[Case]:
    """All days of a client at once; each has its own line, its own question, its own model."""
    async with AsyncExitStack() as stack:
        cases = []
        for format in formats:
            for day in days_of(client, format):
                lectern = impatient if is_final(client, format, day) else patient
                line = await stack.enter_async_context(line_to(lectern.url, day.cut))
                cases.append(make_case(client, format, day, lectern, line))
        told = await run(client, [case.job for case in cases])
        for case, what in zip(cases, told, strict=True):
            case.outcome = outcome_of(what, case.format)
        await asyncio.gather(*(model_let_go(case) for case in cases))
        return cases


def is_final(client: Client, format: Format, day: Day) -> bool:
    """Whether nobody comes back for the answer, so that no grace may be needed for the model to be stopped."""
    return day.stops == "by itself" or (day.cut is not None and format not in client.returns_in)


def make_case(client: Client, format: Format, day: Day, lectern: Lectern, line: Line) -> Case:
    number = next(_numbers)
    query = f"How do I change the bulb? ({number})"
    lectern.endpoint.knobs_by_query[query] = day.knobs
    job = make_job(
        format,
        line_url=line.url,
        query=query,
        chat=f"chat-{number}",
        stops_at=ENOUGH if day.stops != "not" else None,
        stops_by_delete=day.stops == "by DELETE",
        is_cut=day.cut is not None,
        reloads=day.reloads,
    )
    return Case(client=client, format=format, day=day, lectern=lectern, line=line, job=job)


async def model_let_go(case: Case) -> None:
    """Waits until the model's request was closed, where the reader's leaving has to close it."""
    if not (is_final(case.client, case.format, case.day) or case.day.stops != "not"):
        return
    deadline = time.monotonic() + GRACE_SECONDS + STOP_LIMIT_SECONDS
    while time.monotonic() < deadline:
        requests = case.lectern.endpoint.requests_about(case.job.query)
        if (requests or is_lost(case)) and all(request.closed_early_at for request in requests):
            return
        await asyncio.sleep(0.05)


def is_lost(case: Case) -> bool:
    return case.day.cut == Cut() and case.format not in case.client.returns_in


def judge(case: Case) -> str:
    """The word for what was found."""
    requests = case.lectern.endpoint.requests_about(case.job.query)
    # Who is gone before the first byte of the answer may be gone before the model was asked.
    if len(requests) != 1 and (requests or not is_lost(case)):
        return f"asks {len(requests)} times"
    match case.day.column:
        case "trouble before" | "trouble mid-stream":
            return judge_trouble(case)
        case "stop":
            return judge_stop(case)
        case "lost connection":
            return judge_return(case)
    if case.format.has_events and case.line.ping_count < case.day.ping_count_min:
        return "no keep-alives"
    return compare(ANSWER, case)


def told(case: Case) -> str:
    """Everything about one case, for who wants to know why."""
    asked = [request.closed_early_at for request in case.lectern.endpoint.requests_about(case.job.query)]
    return "\n  ".join(
        [f"{case.format.name}, {case.day}:", judge(case), str(case.outcome), str(case.line), f"asked: {asked}"]
    )


def is_well(case: Case) -> bool:
    return judge(case) in GOOD


def compare(text: str, case: Case) -> str:
    assert case.outcome
    if case.read == Reading(text):
        return EXACT if case.outcome.ended == "done" else case.outcome.ended
    if case.read.problem:
        return f"problem: {case.read.problem}"
    return "text doubled" if len(case.read.text) > len(text) else "text lost"


def judge_trouble(case: Case) -> str:
    assert case.outcome
    assert case.day.trouble
    status = max(case.line.statuses)
    if status < 400:
        told = case.format.tells(case.day.text, case.day.trouble)
        return IN_STREAM if told == case.read else f"not told: {case.read}"
    said = f"{case.outcome.refusal} {case.read.problem} {case.read.text}"
    is_told = case.day.trouble.code in said or case.day.trouble.reader_text in said
    return AS_STATUS.format(status) if is_told else f"not told: {said}"


def judge_stop(case: Case) -> str:
    assert case.outcome
    (request,) = case.lectern.endpoint.requests_about(case.job.query)
    if case.outcome.ended != ("left" if case.day.stops == "by itself" else "done"):
        return f"does not stop: {case.outcome.ended}"
    stopped_at = case.line.left_at if case.day.stops == "by itself" else case.line.deleted_at
    if not request.closed_early_at or request.closed_early_at - stopped_at > GRACE_SECONDS + STOP_LIMIT_SECONDS:
        return "model goes on"
    return STOPS


def judge_return(case: Case) -> str:
    assert case.outcome
    if case.line.cut:
        return "the line held"
    if case.format in case.client.returns_in:
        found = compare(ANSWER, case)
        return RESUMES if found == EXACT else found
    if not case.outcome.ended.startswith("given up"):
        return f"takes a part for the whole: {case.outcome.ended}"
    requests = case.lectern.endpoint.requests_about(case.job.query)
    return CANNOT if all(request.closed_early_at for request in requests) else "model goes on"


def cell_of(cases: Sequence[Case]) -> str:
    """What was found on all days of one column; where a reload makes a difference, both."""
    in_page = found_in(case for case in cases if not case.day.reloads)
    reloaded = found_in(case for case in cases if case.day.reloads)
    if reloaded in (NOTHING, in_page):
        return in_page
    return f"after a reload: {reloaded}; in the same page: {in_page}"


def found_in(cases: Iterable[Case]) -> str:
    """The word for all, or the words that are not good."""
    words = {judge(case) for case in cases}
    return ", ".join(sorted(words - GOOD or words)) or NOTHING


def row_of(client: Client, format: Format, cases: Sequence[Case]) -> str:
    own = [case for case in cases if case.format is format]
    cells = [cell_of([case for case in own if case.day.column == column]) for column in COLUMNS]
    return "| " + " | ".join([client.name, format.name, *cells]) + " |"
