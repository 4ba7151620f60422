"""How good rankings are: recall, reciprocal rank and discounted gain, with binary relevance.

Manning, Raghavan & Schütze, Introduction to Information Retrieval (2008), chapter 8; computed by trec_eval's code.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from ir_measures import RR, Qrel, R, ScoredDoc, iter_calc, nDCG

_MEASURES: Final = {
    "recall@1": R @ 1,
    "recall@3": R @ 3,
    "recall@5": R @ 5,
    "recall@10": R @ 10,
    "MRR@10": RR @ 10,
    "nDCG@10": nDCG @ 10,
}
MEASURES: Final = tuple(_MEASURES)
HEADLINE: Final = "nDCG@10"

_NAMES: Final = {measure: name for name, measure in _MEASURES.items()}

Values = dict[str, float]
"""By measure, each 0…1."""


def measure(rankings: Mapping[str, Sequence[str]], relevant: Mapping[str, Collection[str]]) -> dict[str, Values]:
    """By question: what was found, best first, and what is relevant (never nothing) → the measures' values."""
    values = {question: dict.fromkeys(MEASURES, 0.0) for question in relevant}
    judged = [Qrel(question, item, 1) for question, items in relevant.items() for item in items]
    found = [
        ScoredDoc(question, item, -place) for question in relevant for place, item in enumerate(rankings[question])
    ]
    for metric in iter_calc(_NAMES, judged, found):
        values[metric.query_id][_NAMES[metric.measure]] = metric.value
    return values


def first_relevant_rank(ranking: Sequence[str], relevant: Collection[str]) -> int | None:
    """From 1; `None` when nothing relevant was found."""
    return next((rank for rank, item in enumerate(ranking, start=1) if item in relevant), None)
