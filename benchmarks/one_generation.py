"""How often the model is asked when a thousand readers ask the same at once.

python -m benchmarks.one_generation
"""

from typing import Final

from benchmarks.command import Lectern, ingested
from benchmarks.exact_texts import is_exact
from benchmarks.model import running_model
from benchmarks.options import Options, read_options
from benchmarks.paced_model import Pace
from benchmarks.pages import small_docs
from benchmarks.processes import allow_open_files
from benchmarks.questions import make_questions
from benchmarks.readers import Call, question_url, running_readers
from benchmarks.tables import Table, describe_machine, show

READERS: Final = 1000
_DELTAS: Final = 20


def measure(lectern: Lectern, question: str, *, readers: int = READERS) -> Table:
    """Needs an ingested tree and a question about it."""
    allow_open_files()
    with (
        running_model() as model,
        running_readers() as reading,
        # Without the cache, so that sharing is by what is under way alone.
        lectern.listening("serve", settings={**model.settings, "LECTERN_CACHE_SECONDS": "0"}) as url,
    ):
        model.turn(Pace(delta_count=_DELTAS, gap_seconds=0.02, is_held=True))
        reading.start([Call(url=question_url(url, question)) for _ in range(readers)])
        model.release()
        read = reading.finish()
        asked_count = len(model.take_served())
    exact_count = sum(one.is_done and is_exact(one, question, deltas=_DELTAS) for one in read)
    return Table(
        title="The same question, asked by many at once",
        note="By `GET /v1/query`, with the cache turned off. The model sends nothing until every reader has the "
        "sources.",
        columns=("questions at once", "requests to the model", "exact text", "goal"),
        rows=((f"{readers:,}", f"{asked_count:,}", f"{exact_count:,}", "1 request"),),
    )


def run(options: Options) -> None:
    with small_docs(options) as docs, ingested(docs) as lectern:
        show(measure(lectern, make_questions(docs, count=1)[0]))


if __name__ == "__main__":
    print(describe_machine())
    run(read_options())
