"""How long the request to the model stays open after the reader has left.

python -m benchmarks.leaving
"""

from collections.abc import Sequence
from typing import Final

from benchmarks.command import Lectern, ingested
from benchmarks.model import running_model
from benchmarks.options import Options, read_options
from benchmarks.paced_model import Pace
from benchmarks.pages import small_docs
from benchmarks.questions import make_questions
from benchmarks.readers import Call, question_url, running_readers
from benchmarks.tables import SPREAD_COLUMNS, Table, describe_machine, percentile, show, spread

# The worst case: nothing more comes from the model, so no failing write tells the server that the reader left.
_SILENT_AFTER_A_DELTA: Final = Pace(silent_after=1)


def measure(lectern: Lectern, questions: Sequence[str], *, departures: int) -> Table:
    """Needs an ingested tree and questions about it."""
    with (
        running_model() as model,
        running_readers() as readers,
        lectern.listening("serve", settings={**model.settings, "LECTERN_READER_GRACE_SECONDS": "0"}) as url,
    ):
        model.turn(_SILENT_AFTER_A_DELTA)
        seconds = []
        for departure in range(departures):
            [left] = readers.read(
                [Call(url=question_url(url, questions[departure % len(questions)]), leaves=True)]
            )
            served = model.wait_until_left()
            assert served.closed_early_at is not None
            seconds.append(served.closed_early_at - left.ended_at)
    return Table(
        title="From the reader's leaving to the closed request at the model",
        note="The model falls silent after its first delta, and the reader closes the connection then. No answer "
        "waits for readers to come back (`LECTERN_READER_GRACE_SECONDS=0`).",
        columns=("departures", *SPREAD_COLUMNS, "longest ms", "goal"),
        rows=((str(departures), *spread(seconds), f"{1000 * percentile(seconds, 1):.1f}", "≤ 200"),),
    )


def run(options: Options) -> None:
    with small_docs(options) as docs, ingested(docs) as lectern:
        questions = make_questions(docs, count=options.questions)
        show(measure(lectern, questions, departures=options.departures))


if __name__ == "__main__":
    print(describe_machine())
    run(read_options())
