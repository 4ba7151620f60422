"""Every client, every format it can read, every kind of day: the run. `verdicts` says what came of it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

from tests.clients.clients import Client
from tests.clients.days import ENOUGH, Day, days_of, new_query
from tests.clients.formats import Format
from tests.clients.jobs import Job, Outcome, Told, make_job, outcome_of
from tests.clients.proxy import Line, line_to
from tests.clients.visits import Lectern
from tests.model_endpoint import RecordedRequest

# How long the impatient server waits for a reader: a busy machine has to fetch what it has just opened.
GRACE_SECONDS: Final = 3

# From the end of that to the end of the model's request.
STOP_LIMIT_SECONDS: Final = 2

# How long a connection may outlive its client: Chromium sometimes reads on for 5 s what nobody wants any more.
LINGER_SECONDS: Final = 6

Runner = Callable[[Client, Sequence[Job]], Awaitable[list[Told]]]


@dataclass(frozen=True, kw_only=True)
class Servers:
    patient: Lectern
    impatient: Lectern
    """Hardly waits for a reader to come back."""


@dataclass(kw_only=True)
class Case:
    """One job, and everything a verdict on it needs to know."""

    client: Client
    format: Format
    day: Day
    lectern: Lectern
    line: Line
    job: Job
    outcome: Outcome

    @property
    def asked(self) -> list[RecordedRequest]:
        """The requests to the model."""
        return self.lectern.endpoint.requests_about(self.job.query)

    @property
    def returns(self) -> bool:
        return self.format in self.client.returns_in

    @property
    def is_left(self) -> bool:
        """Whether nobody will read on, so that the model has to be stopped."""
        return self.day.stops != "not" or (self.day.cut is not None and not self.returns)


_UNKNOWN: Final = Outcome(ended="not yet")


async def run_matrix(client: Client, servers: Servers, run: Runner) -> list[Case]:
    """All days of a client at once; each has its own line, its own question, its own behaviour of the model."""
    async with AsyncExitStack() as stack:
        cases = []
        for format in client.formats:
            returns = format in client.returns_in
            for day in days_of(format, returns=returns, reloads=client.reloads):
                is_final = day.stops == "by itself" or (day.cut is not None and not returns)
                lectern = servers.impatient if is_final else servers.patient
                line = await stack.enter_async_context(line_to(lectern.url, day.cut))
                cases.append(_prepare(client, format, day, lectern, line))
        for case, told in zip(cases, await run(client, [case.job for case in cases]), strict=True):
            case.outcome = outcome_of(told, case.format)
        await asyncio.gather(*(_model_let_go(case) for case in cases if case.is_left))
        return cases


def _prepare(client: Client, format: Format, day: Day, lectern: Lectern, line: Line) -> Case:
    query = new_query()
    lectern.endpoint.knobs_by_query[query] = day.knobs
    job = make_job(
        format,
        line_url=line.url,
        query=query,
        chat=f"a chat about {query}",
        stops_at=None if day.stops == "not" else ENOUGH,
        stops_by_delete=day.stops == "by DELETE",
        is_cut=day.cut is not None,
        reloads=day.reloads,
    )
    return Case(client=client, format=format, day=day, lectern=lectern, line=line, job=job, outcome=_UNKNOWN)


async def _model_let_go(case: Case) -> None:
    """Waits until the model's request is closed, as long as that may take."""
    deadline = time.monotonic() + LINGER_SECONDS + GRACE_SECONDS + STOP_LIMIT_SECONDS
    while time.monotonic() < deadline and not all(request.closed_early_at for request in case.asked):
        await asyncio.sleep(0.05)
