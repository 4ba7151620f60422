"""Whether readers have what the model said, to the character."""

from collections.abc import Sequence

from benchmarks.paced_model import answer_text
from benchmarks.readers import Read
from server.answering.caution import CAUTION


def is_exact(read: Read, query: str, *, deltas: int) -> bool:
    """Also with Lectern's own caution before it, which some questions get."""
    return read.text.removeprefix(CAUTION) == answer_text(query, delta_count=deltas)


def require_exact(read: Sequence[Read], queries: Sequence[str], *, deltas: int) -> None:
    """`RuntimeError` when a reader has anything else: what does not work is not worth measuring."""
    for one, query in zip(read, queries, strict=True):
        if not is_exact(one, query, deltas=deltas):
            raise RuntimeError(f"The reader of {query!r} got {one.status}, {one.event_count} events: {one.text!r}")
