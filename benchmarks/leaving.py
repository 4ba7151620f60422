"""How long the request to the model stays open after the reader has left.

python -m benchmarks.leaving
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from benchmarks.command import Lectern, ingested
from benchmarks.model import running_model
from benchmarks.options import Options, read_options
from benchmarks.pages import docs_tree
from benchmarks.questions import make_questions
from benchmarks.reader import ask
from benchmarks.tables import SPREAD_COLUMNS, Table, describe_machine, percentile, show, spread
from tests.model_endpoint import Knobs

# The worst case: nothing more comes from the model, so no failing write tells the server that the reader left.
_SILENT_AFTER_A_DELTA: Final = Knobs(hang_after_deltas=1)


async def measure(lectern: Lectern, questions: Sequence[str], *, departures: int) -> Table:
    """Needs an ingested tree and questions about it."""
    with running_model() as model, lectern.listening("serve", settings=model.settings) as url:
        model.turn(_SILENT_AFTER_A_DELTA)
        seconds = []
        for departure in range(departures):
            left = await ask(url, questions[departure % len(questions)], leaves=True)
            served = await asyncio.to_thread(model.wait_until_left)
            assert served.closed_early_at is not None
            seconds.append(served.closed_early_at - left.ended_at)
    return Table(
        title="From the reader's leaving to the closed request at the model",
        note="The model falls silent after its first delta, and the reader closes the connection then.",
        columns=("departures", *SPREAD_COLUMNS, "longest ms", "goal"),
        rows=((str(departures), *spread(seconds), f"{1000 * percentile(seconds, 1):.1f}", "< 200"),),
    )


def run(options: Options) -> None:
    with docs_tree(options.docs, pages=options.pages) as docs, ingested(docs) as lectern:
        questions = make_questions(docs, count=options.questions)
        show(asyncio.run(measure(lectern, questions, departures=options.departures)))


if __name__ == "__main__":
    print(describe_machine())
    run(read_options())
