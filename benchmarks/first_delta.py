"""What Lectern adds between a question and the first text of its answer, and in which part of its way.

python -m benchmarks.first_delta
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.command import Lectern, ingested
from benchmarks.model import Model, running_model
from benchmarks.options import Options, read_options
from benchmarks.paced_model import Pace, Served
from benchmarks.pages import small_docs
from benchmarks.parts import measure_parts
from benchmarks.questions import make_questions
from benchmarks.readers import Call, Read, Readers, question_url, running_readers
from benchmarks.tables import SPREAD_COLUMNS, Table, describe_machine, show, spread

_WARM_UP_QUESTIONS: Final = 10

# About what hosted models take for an answer.
HOSTED: Final = Pace(delta_count=150, first_delta_seconds=0.3, gap_seconds=0.02)
_AT_ONCE: Final = Pace(delta_count=20)

_GOAL: Final = "median ≤ 5, p99 ≤ 50"


@dataclass(frozen=True, slots=True)
class Stages:
    """The way of one question in seconds; the model's own time is in none of them."""

    sources: float
    """From the request to the sources at the reader."""
    prompt: float
    """From there to the request at the model; below 0 where the model was asked first."""
    relay: float
    """From the model's first delta to the text at the reader."""

    @property
    def added(self) -> float:
        return self.sources + self.prompt + self.relay


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks each question once, and no two loads the same: an answer that is known already asks no model."""

    url: str
    model: Model
    readers: Readers

    def ask_one_by_one(self, questions: Sequence[str]) -> list[Stages]:
        self.model.turn(_AT_ONCE)
        self.model.take_served()
        return self._pair(questions, [self.readers.read([self._call(one)])[0] for one in questions])

    def ask_steadily(self, questions: Sequence[str], pace: Pace) -> list[Stages]:
        """As many answers as questions are under way when the first of them is asked, and stay under way."""
        self.model.turn(pace)
        self.model.take_served()
        pause_seconds = (pace.first_delta_seconds + pace.delta_count * pace.gap_seconds) / len(questions)
        before = [f"{question} Please." for question in questions]
        calls = [
            self._call(question, after_seconds=place * pause_seconds)
            for place, question in enumerate([*before, *questions])
        ]
        return self._pair(questions, self.readers.read(calls)[len(before) :])

    def ask_all_at_once(self, questions: Sequence[str], pace: Pace) -> list[Stages]:
        self.model.turn(pace)
        self.model.take_served()
        return self._pair(questions, self.readers.read([self._call(question) for question in questions]))

    def _call(self, question: str, *, after_seconds: float = 0) -> Call:
        return Call(url=question_url(self.url, question), after_seconds=after_seconds)

    def _pair(self, questions: Sequence[str], read: Sequence[Read]) -> list[Stages]:
        return pair(questions, read, self.model.take_served())


def measure(lectern: Lectern, questions: Sequence[str], *, pace: Pace = HOSTED) -> list[Table]:
    """Needs an ingested tree and different questions about it; as many are under way at once."""
    count = len(questions)
    with (
        running_model() as model,
        running_readers() as readers,
        lectern.listening("serve", settings=model.settings) as url,
    ):
        asker = Asker(url, model, readers)
        asker.ask_one_by_one([f"{question} Quickly." for question in questions[:_WARM_UP_QUESTIONS]])
        alone = asker.ask_one_by_one(questions)
        steadily = asker.ask_steadily([f"{question} Briefly." for question in questions], pace)
        together = asker.ask_all_at_once([f"{question} In detail." for question in questions], pace)
        parts = asyncio.run(measure_parts(lectern.settings(), questions))
    added = Table(
        title="From the question to the first text, without the model's own time",
        note="From the request to the first text at the reader, less what the model took from having the request "
        "to sending its first delta. Readers, server, Postgres and model are processes on one machine. With "
        f"{count} answers under way each is asked when another one ends, and the model answers as hosted ones do: "
        f"{pace.delta_count} deltas, {1000 * pace.gap_seconds:g} ms apart, the first after "
        f"{pace.first_delta_seconds:g} s. In the last row all ask in the same moment.",
        columns=("answers under way", "answers", *SPREAD_COLUMNS, "goal"),
        rows=(
            ("1", str(len(alone)), *_spread(alone), _GOAL),
            (str(count), str(len(steadily)), *_spread(steadily), _GOAL),
            (f"{count}, asked at once", str(len(together)), *_spread(together), ""),
        ),
    )
    return [added, _stages_table(alone, parts)]


def pair(questions: Sequence[str], read: Sequence[Read], served: Sequence[Served]) -> list[Stages]:
    """Both sides of every question. `RuntimeError` when one had no text, or the model was not asked for it."""
    served_by_query = {one.query: one for one in served}
    return [
        _stages(question, one, served_by_query.get(question))
        for question, one in zip(questions, read, strict=True)
    ]


def _stages(question: str, read: Read, served: Served | None) -> Stages:
    if not (served and served.first_delta_at and read.first_event_at and read.text_at):
        raise RuntimeError(f"The model was not asked {question!r}, or its answer did not arrive: {read}")
    return Stages(
        sources=read.first_event_at - read.sent_at,
        prompt=served.received_at - read.first_event_at,
        relay=read.text_at - served.first_delta_at,
    )


def _spread(stages: Sequence[Stages]) -> tuple[str, ...]:
    return spread([one.added for one in stages])


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
    with small_docs(options) as docs, ingested(docs) as lectern:
        show(*measure(lectern, make_questions(docs, count=options.questions)))


if __name__ == "__main__":
    print(describe_machine())
    run(read_options())
