import math

import pytest

from server.evaluation.measures import first_relevant_rank, measure

RANKED = ("/x", "/a", "/y", "/z", "/w", "/b", "/1", "/2", "/3", "/4", "/c")


def test_measures_of_a_ranking() -> None:
    # The second and the sixth, where the first and the second would have been best.
    gain = (1 / math.log2(3) + 1 / math.log2(7)) / (1 + 1 / math.log2(3))
    expected = {"recall@1": 0, "recall@3": 0.5, "recall@5": 0.5, "recall@10": 1, "MRR@10": 0.5, "nDCG@10": gain}
    assert {"q": pytest.approx(expected)} == measure({"q": RANKED}, {"q": {"/a", "/b"}})


def test_what_is_found_after_the_tenth_counts_nothing() -> None:
    values = measure(
        {"late": RANKED, "never": RANKED, "empty": ()}, {"late": ["/c"], "never": ["/d"], "empty": ["/a"]}
    )
    assert {"late": {0.0}, "never": {0.0}, "empty": {0.0}} == {id: set(of.values()) for id, of in values.items()}


def test_the_first_relevant_rank_counts_from_one() -> None:
    assert [2, 11, None] == [first_relevant_rank(RANKED, {one}) for one in ("/a", "/c", "/d")]
