"""How long an answer takes that was given before.

python -m benchmarks.cached
"""

from collections.abc import Sequence
from typing import Final

from benchmarks.command import Lectern, ingested
from benchmarks.exact_texts import require_exact
from benchmarks.model import Model, running_model
from benchmarks.options import Options, read_options
from benchmarks.paced_model import Pace
from benchmarks.pages import small_docs
from benchmarks.questions import make_questions
from benchmarks.readers import Call, Readers, question_url, running_readers
from benchmarks.tables import SPREAD_COLUMNS, Table, describe_machine, show, spread

_DELTAS: Final = 150
_GOAL: Final = "median ≤ 5"


def measure(lectern: Lectern, questions: Sequence[str]) -> Table:
    """Needs an ingested tree and different questions about it."""
    with running_model() as model, running_readers() as readers:
        model.turn(Pace(delta_count=_DELTAS))
        with lectern.listening("serve", settings=model.settings) as url:
            _ask(readers, url, questions)
            asked_count = len(model.take_served())
            same = _ask(readers, url, questions)
        with lectern.listening("serve", settings=model.settings) as url:
            _ask(readers, url, questions[:1])
            other = _ask(readers, url, questions[1:])
        _require_unasked(model)
    return Table(
        title="An answer that was given before",
        note=f"From the request to the end of the answer, one after the other, each of {len(questions)} questions "
        f"by `GET /v1/query`; the model was asked {asked_count} times for all of it.",
        columns=("asked", "answers", *SPREAD_COLUMNS, "goal"),
        rows=(
            ("the server that gave it", str(len(same)), *spread(same), _GOAL),
            ("one that was started later", str(len(other)), *spread(other), _GOAL),
        ),
    )


def _ask(readers: Readers, url: str, questions: Sequence[str]) -> list[float]:
    """Seconds of each answer."""
    read = [readers.read([Call(url=question_url(url, question))])[0] for question in questions]
    require_exact(read, questions, deltas=_DELTAS)
    return [one.ended_at - one.sent_at for one in read]


def _require_unasked(model: Model) -> None:
    if served := model.take_served():
        raise RuntimeError(f"The model was asked again {len(served)} times, first {served[0].query!r}.")


def run(options: Options) -> None:
    with small_docs(options) as docs, ingested(docs) as lectern:
        show(measure(lectern, make_questions(docs, count=options.questions)))


if __name__ == "__main__":
    print(describe_machine())
    run(read_options())
