"""What Lectern adds between a question and the first text of its answer, and in which part of its way.

python -m benchmarks.first_delta
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.command import Lectern, ingested
from benchmarks.model import Model, Served, running_model
from benchmarks.options import Options, read_options
from benchmarks.pages import docs_tree
from benchmarks.parts import measure_parts
from benchmarks.questions import make_questions
from benchmarks.reader import Asked, ask_all
from benchmarks.tables import SPREAD_COLUMNS, Table, describe_machine, show, spread
from tests.model_endpoint import Knobs

_WARM_UP_QUESTIONS: Final = 10


@dataclass(frozen=True, slots=True)
class Load:
    readers: int
    model_seconds: float
    """How long the model takes for its first delta."""
    goal: str = ""


# 0.3 s is about what hosted models take; one that answers at once makes twenty readers a test of throughput.
_LOADS: Final = (Load(1, 0, "median < 10"), Load(20, 0.3), Load(20, 0))


@dataclass(frozen=True, slots=True)
class Stages:
    """The way of one question in seconds; the model's own time is in none of them."""

    sources: float
    """From the request to the sources at the reader."""
    prompt: float
    """From there to the request at the model."""
    relay: float
    """From the model's first delta to the text at the reader."""

    @property
    def added(self) -> float:
        return self.sources + self.prompt + self.relay


async def measure(lectern: Lectern, questions: Sequence[str]) -> list[Table]:
    """Needs an ingested tree and different questions about it."""
    with running_model() as model, lectern.listening("serve", settings=model.settings) as url:
        await ask_all(url, questions[:_WARM_UP_QUESTIONS], readers=1)
        measured = [(load, await _measure_load(url, model, load, questions)) for load in _LOADS]
        parts = await measure_parts(lectern.settings(), questions)
    rows = [_row(load, stages) for load, stages in measured]
    columns = ("readers at once", "model takes", "answers", *SPREAD_COLUMNS, "goal")
    added = Table(
        title="From the question to the first text, without the model's own time",
        note="From the request to the first text at the reader, less what the model took from having the request "
        "to sending its first delta. The reader, the server, Postgres and the model are processes on one machine.",
        columns=columns,
        rows=tuple(rows),
    )
    return [added, _stages_table(measured[0][1], parts)]


async def _measure_load(url: str, model: Model, load: Load, questions: Sequence[str]) -> list[Stages]:
    model.turn(Knobs(first_delta_delay_seconds=load.model_seconds))
    model.take_served()
    asked = await ask_all(url, questions, readers=load.readers)
    return pair(asked, model.take_served())


def pair(asked: Sequence[Asked], served: Sequence[Served]) -> list[Stages]:
    """Both sides of every question; one that matched nothing never came to the model and is left out.

    `RuntimeError` when that is all of them.
    """
    served_by_query = {one.query: one for one in served}
    stages = [_stages(one, served_by_query[one.query]) for one in asked if one.query in served_by_query]
    if not stages:
        raise RuntimeError("The model was never asked: is the tree empty, or does the server fail?")
    return stages


def _stages(asked: Asked, served: Served) -> Stages:
    assert served.first_delta_at is not None
    return Stages(
        sources=asked.sources_at - asked.sent_at,
        prompt=served.received_at - asked.sources_at,
        relay=asked.text_at - served.first_delta_at,
    )


def _row(load: Load, stages: Sequence[Stages]) -> tuple[str, ...]:
    added = spread([one.added for one in stages])
    return (str(load.readers), f"{load.model_seconds:g} s", str(len(stages)), *added, load.goal)


def _stages_table(stages: Sequence[Stages], parts: Sequence[tuple[str, Sequence[float]]]) -> Table:
    on_the_way = (
        ("request → sources at the reader", [one.sources for one in stages]),
        ("sources at the reader → request at the model", [one.prompt for one in stages]),
        ("first delta of the model → text at the reader", [one.relay for one in stages]),
    )
    inside = [(f"by itself: {name}", seconds) for name, seconds in parts]
    return Table(
        title="Where that time goes",
        note="The first row of the table above, in its three stretches; then single steps of it, called by "
        "themselves, one after the other, in a process without a server.",
        columns=("stretch", *SPREAD_COLUMNS),
        rows=tuple((name, *spread(seconds)) for name, seconds in (*on_the_way, *inside)),
    )


def run(options: Options) -> None:
    with docs_tree(options.docs, pages=options.pages) as docs, ingested(docs) as lectern:
        show(*asyncio.run(measure(lectern, make_questions(docs, count=options.questions))))


if __name__ == "__main__":
    print(describe_machine())
    run(read_options())
