"""What a server computes per delta that it relays, compared with less and with more elaborate relays.

python -m benchmarks.relaying
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.command import Lectern, Listening, ingested
from benchmarks.cpu import Cpu, read_cpu
from benchmarks.exact_texts import require_exact
from benchmarks.model import Model, running_model
from benchmarks.options import Options, read_options
from benchmarks.paced_model import Pace
from benchmarks.pages import small_docs
from benchmarks.peer import naive_python, node_pipe
from benchmarks.questions import make_questions
from benchmarks.readers import Call, Readers, question_url, running_readers
from benchmarks.tables import Table, describe_machine, show

STREAMS: Final = 200
DELTAS: Final = 150
GAP_SECONDS: Final = 0.02

_OURS: Final[Mapping[str, Mapping[str, str]]] = {
    "Lectern": {},
    "Lectern, every delta by itself": {"LECTERN_COALESCE_SECONDS": "0"},
}

_GOAL_OF_NODE: Final = 0.6
_GOAL_OF_NAIVE: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Relayed:
    """What one server took for all streams."""

    asking: Cpu
    """Until the model had every question and none had an answer."""
    streaming: Cpu
    """From there to the last reader's end."""
    stream_count: int
    delta_count: int
    event_count: int
    """What the readers got."""
    latest_seconds: float
    """By how much the model was late, at worst."""

    @property
    def microseconds(self) -> float:
        """Per delta, asking not counted."""
        return 1e6 * self.streaming.server / self.delta_count

    @property
    def whole_microseconds(self) -> float:
        return 1e6 * (self.asking.server + self.streaming.server) / self.delta_count


def measure(
    lectern: Lectern,
    questions: Sequence[str],
    *,
    ours: Mapping[str, Mapping[str, str]] = _OURS,
    deltas: int = DELTAS,
) -> Table:
    """Needs an ingested tree; as many streams as there are different questions about it.

    `ours` are the settings that Lectern is measured with, by the names of their rows.
    """
    relayed = {}
    with running_model() as model, running_readers() as readers:
        relay = partial(_relay, model=model, readers=readers, deltas=deltas)
        for name, changes in ours.items():
            # No question twice: what was answered is not asked again.
            asked = [f"{question} ({name})" for question in questions]
            serving = lectern.running("serve", settings={**model.settings, **changes})
            relayed[name] = relay(serving, asked, data_dir=lectern.data_dir)
        relayed["Node, `fetch` piped through"] = relay(node_pipe(model.base_url), questions)
        relayed["naive Python"] = relay(naive_python(model.base_url), questions)
    return tabulate(relayed, streams=len(questions), deltas=deltas)


def _relay(
    serving: AbstractContextManager[Listening],
    questions: Sequence[str],
    *,
    model: Model,
    readers: Readers,
    deltas: int,
    data_dir: Path | None = None,
) -> Relayed:
    """All questions are asked first; then all answers begin together, so that asking and streaming stand apart."""
    with serving as server:
        model.turn(Pace(delta_count=2))
        readers.read([Call(url=question_url(server.url, f"{question} Really?")) for question in questions[:10]])
        model.turn(Pace(delta_count=deltas, gap_seconds=GAP_SECONDS, is_held=True))
        model.take_served()
        model.take_latest_seconds()
        before = read_cpu(server.pid, data_dir=data_dir)
        readers.start([Call(url=question_url(server.url, question)) for question in questions])
        model.wait_for_requests(len(questions))
        asked = read_cpu(server.pid, data_dir=data_dir)
        model.release()
        read = readers.finish()
        ended = read_cpu(server.pid, data_dir=data_dir)
    require_exact(read, questions, deltas=deltas)
    return Relayed(
        asking=asked.since(before),
        streaming=ended.since(asked),
        stream_count=len(questions),
        delta_count=len(questions) * deltas,
        event_count=sum(one.event_count for one in read),
        latest_seconds=model.take_latest_seconds(),
    )


def tabulate(relayed: Mapping[str, Relayed], *, streams: int, deltas: int) -> Table:
    """The last two are what the others are compared with."""
    *_, node, naive = relayed.values()
    return Table(
        title="CPU per delta relayed",
        note=f"{streams} answers of {deltas} deltas, {1000 * GAP_SECONDS:g} ms apart, all at once and each of "
        "another question: user and system time of the server's processes, Postgres in a column of its own. All "
        "questions are asked before the model sends anything, so that the first figures are of relaying alone; "
        "“whole” has both. Every reader had the exact text.",
        columns=_COLUMNS,
        rows=tuple(_row(name, one, node=node, naive=naive) for name, one in relayed.items()),
    )


_COLUMNS: Final = (
    "server",
    "µs",
    "× Node",
    "× naive",
    "goal",
    "whole µs",
    "× Node",
    "× naive",
    "asking, ms each",
    "Postgres µs",
    "Postgres, ms each",
    "events per delta",
    "model late ms",
)


def _row(name: str, one: Relayed, *, node: Relayed, naive: Relayed) -> tuple[str, ...]:
    is_ours = one not in (node, naive)
    return (
        name,
        f"{one.microseconds:.0f}",
        f"{one.microseconds / node.microseconds:.2f}",
        f"{one.microseconds / naive.microseconds:.2f}",
        f"≤ {_GOAL_OF_NODE:g} × Node, ≤ {_GOAL_OF_NAIVE:g} × naive" if is_ours else "",
        f"{one.whole_microseconds:.0f}",
        f"{one.whole_microseconds / node.whole_microseconds:.2f}",
        f"{one.whole_microseconds / naive.whole_microseconds:.2f}",
        f"{1000 * one.asking.server / one.stream_count:.1f}",
        f"{1e6 * one.streaming.database / one.delta_count:.0f}" if is_ours else "",
        f"{1000 * one.asking.database / one.stream_count:.1f}" if is_ours else "",
        f"{one.event_count / one.delta_count:.2f}",
        f"{1000 * one.latest_seconds:.0f}",
    )


def run(options: Options) -> None:
    with small_docs(options) as docs, ingested(docs) as lectern:
        show(measure(lectern, make_questions(docs, count=STREAMS)))


if __name__ == "__main__":
    print(describe_machine())
    run(read_options())
