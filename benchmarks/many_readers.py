"""Two thousand readers of one process: whether each gets everything, and what they take.

python -m benchmarks.many_readers
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final
from urllib.parse import urljoin

import httpx2
import psutil

from benchmarks.command import Lectern, Listening, ingested
from benchmarks.cpu import read_cpu
from benchmarks.exact_texts import is_exact
from benchmarks.model import Model, running_model
from benchmarks.options import Options, read_options
from benchmarks.paced_model import Pace
from benchmarks.pages import small_docs
from benchmarks.processes import allow_open_files
from benchmarks.questions import make_questions
from benchmarks.readers import Call, Read, Readers, question_url, running_readers
from benchmarks.tables import Table, describe_machine, show

READERS: Final = 2000
ANSWERS: Final = 200
# The model is held back until all readers are there, which on a busy machine takes longer than it may.
_PATIENT: Final = {"LECTERN_READER_GRACE_SECONDS": "60", "LECTERN_FIRST_DELTA_TIMEOUT_SECONDS": "100"}

_COLUMNS: Final = (
    "answers",
    "readers",
    "dropped",
    "exact text",
    "KB per reader",
    "µs per delta and reader",
    "longest silence ms",
    "goal",
)
PACE: Final = Pace(delta_count=50, gap_seconds=0.1, is_held=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """What so many readers of so many answers got, and took."""

    answer_count: int
    reader_count: int
    dropped_count: int
    """Whose stream did not come to its end."""
    exact_count: int
    """Who had what the model said, to the character."""
    bytes_per_reader: float
    microseconds: float
    """Of the server, per delta and reader."""
    longest_silence_seconds: float
    """Between two writes to one reader."""


def measure(
    lectern: Lectern,
    questions: Sequence[str],
    *,
    answer_counts: Sequence[int] = (1, ANSWERS),
    readers: int = READERS,
    pace: Pace = PACE,
) -> Table:
    """Needs an ingested tree and as many different questions about it as there are answers in all."""
    allow_open_files()
    waiting = iter(questions)
    with running_model() as model, running_readers() as reading:
        crowds = []
        for count in answer_counts:
            asked = list(islice(waiting, count))
            with lectern.running("serve", settings={**model.settings, **_PATIENT}) as server:
                # What a server loads for its first answer is no reader's.
                model.turn(Pace())
                reading.read([Call(url=question_url(server.url, f"{asked[0]} Really?"))])
                model.turn(pace)
                model.take_served()
                crowds.append(_gather(server, model, reading, questions=asked, readers=readers, pace=pace))
    return Table(
        title="Many readers of one process",
        note=f"By `GET /v1/answers/ID/events`, a delta every {1000 * pace.gap_seconds:g} ms for each. All are "
        "there before the model sends anything. Memory is what the server's process grew by, at most, after the "
        "first came.",
        columns=_COLUMNS,
        rows=tuple(_row(crowd) for crowd in crowds),
    )


def _gather(
    server: Listening, model: Model, reading: Readers, *, questions: Sequence[str], readers: int, pace: Pace
) -> Crowd:
    with httpx2.Client(base_url=server.url, timeout=30) as client:
        urls = [_ask(client, question) for question in questions]
    model.wait_for_requests(len(questions))
    own = psutil.Process(server.pid)
    memory_before = own.memory_info().rss
    reading.start([Call(url=urls[place % len(urls)]) for place in range(readers)])
    cpu_before = read_cpu(server.pid)
    memory = own.memory_info().rss
    model.release()
    time.sleep(pace.delta_count * pace.gap_seconds / 2)
    memory = max(memory, own.memory_info().rss)
    read = reading.finish()
    memory = max(memory, own.memory_info().rss)
    cpu = read_cpu(server.pid).since(cpu_before)
    return Crowd(
        answer_count=len(questions),
        reader_count=readers,
        dropped_count=sum(not one.is_done for one in read),
        exact_count=_count_exact(read, questions, deltas=pace.delta_count),
        bytes_per_reader=(memory - memory_before) / readers,
        microseconds=1e6 * cpu.server / (readers * pace.delta_count),
        longest_silence_seconds=max(one.longest_silence_seconds for one in read),
    )


def _ask(client: httpx2.Client, question: str) -> str:
    """Where the answer's events are."""
    response = client.post("/v1/answers", json={"query": question})
    response.raise_for_status()
    path: str = response.json()["events"]
    return urljoin(str(client.base_url), path)


def _count_exact(read: Sequence[Read], questions: Sequence[str], *, deltas: int) -> int:
    return sum(is_exact(one, questions[place % len(questions)], deltas=deltas) for place, one in enumerate(read))


def _row(crowd: Crowd) -> tuple[str, ...]:
    return (
        f"{crowd.answer_count:,}",
        f"{crowd.reader_count:,}",
        f"{crowd.dropped_count:,}",
        f"{crowd.exact_count:,}",
        f"{crowd.bytes_per_reader / 1000:.1f}",
        f"{crowd.microseconds:.0f}",
        f"{1000 * crowd.longest_silence_seconds:.0f}",
        "none dropped, all exact, ≤ 40 KB",
    )


def run(options: Options) -> None:
    with small_docs(options) as docs, ingested(docs) as lectern:
        show(measure(lectern, make_questions(docs, count=ANSWERS + 1)))


if __name__ == "__main__":
    print(describe_machine())
    run(read_options())
