from dataclasses import replace

import pytest

from server.errors import EvaluationInvalid
from server.evaluation.comparison import Change, compare
from server.evaluation.gates import Floor, Verdict, judge_no_worse
from server.evaluation.intervals import Interval
from server.evaluation.ranking import Mode
from tests.evaluation.results import made_results


def test_differences_are_paired_by_question() -> None:
    # The questions differ far more among each other than the systems on each of them.
    there = {f"q{place}": (place % 2) * 0.8 for place in range(40)}
    here = {id: value + 0.1 for id, value in there.items()}
    (comparison,) = compare(made_results(here), made_results(there, name="there"))
    difference = comparison.difference("nDCG@10")
    assert pytest.approx((0.5, 0.4)) == (difference.here, difference.there)
    assert pytest.approx((0.1, 0.1, 0.1)) == (
        difference.change.low,
        difference.change.mean,
        difference.change.high,
    )
    assert (40, 0, 40, ()) == (
        comparison.paired_count,
        comparison.unpaired_count,
        comparison.better_count,
        comparison.worse,
    )


def test_the_most_worsened_stands_first() -> None:
    (comparison,) = compare(made_results({"a": 0.4, "b": 0, "c": 1}), made_results({"a": 0.5, "b": 1, "c": 1}))
    assert (Change(question="b?", here=0, there=1), Change(question="a?", here=0.4, there=0.5)) == comparison.worse
    assert 0 == comparison.better_count


def test_questions_that_are_new_or_changed_are_left_out() -> None:
    here, there = made_results({"a": 1, "b": 1, "c": 1}), made_results({"a": 0, "b": 0})
    changed = replace(there.questions["b"], relevant={"pages": ("/other",), "sections": ()})
    there = replace(there, questions={**there.questions, "b": changed})
    (comparison,) = compare(here, there)
    assert (1, 2) == (comparison.paired_count, comparison.unpaired_count)


def test_each_level_is_judged_by_its_own_places() -> None:
    pages, sections = made_results({"a": 1, "b": 1}), made_results({"a": 1, "b": 1}, level="sections")
    here = replace(pages, scores=(*pages.scores, *sections.scores))
    moved = replace(here.questions["a"], relevant={"pages": ("/a",), "sections": ("/a#moved",)})
    there = replace(here, questions={**here.questions, "a": moved})
    assert [("pages", 2), ("sections", 1)] == [(one.level, one.paired_count) for one in compare(here, there)]


@pytest.mark.parametrize("there", [made_results({"b": 1}), made_results({"a": 1}, mode=Mode.KEYWORDS)])
def test_nothing_in_common_is_a_sentence(there: object) -> None:
    with pytest.raises(EvaluationInvalid, match="has no question in common with this evaluation in the mode both"):
        compare(made_results({"a": 1}), there)  # type: ignore[arg-type]  # parametrised


@pytest.mark.parametrize(
    ("here", "passed"),
    [
        ([0.5] * 20, True),
        ([0.4] * 20, False),
        ([0.0] * 2 + [0.5] * 18, True),  # two questions worse may be chance
        ([1.0] * 20, True),
    ],
)
def test_worse_is_what_lies_wholly_below_zero(here: list[float], passed: bool) -> None:
    ours = {str(place): value for place, value in enumerate(here)}
    (comparison,) = compare(made_results(ours), made_results(dict.fromkeys(ours, 0.5), name="saved.json"))
    assert passed == judge_no_worse(comparison).passed


def test_a_floor_judges_the_mean() -> None:
    results = made_results({"a": 1, "b": 0.5})
    text = "recall@5 of pages: 0.750, at least {} is asked for"
    assert [Verdict(text=text.format("0.75"), passed=True), Verdict(text=text.format("0.76"), passed=False)] == [
        Floor.parse(one).judge(results, ()) for one in ("recall@5=0.75", "Recall@5=.76")
    ]


@pytest.mark.parametrize("floor", ["sections:MRR@10=0.5", "answers=1"])
def test_a_floor_for_what_was_not_measured_is_refused(floor: str) -> None:
    with pytest.raises(EvaluationInvalid, match="and no question of the file has any"):
        Floor.parse(floor).judge(made_results({"a": 1}), ())


@pytest.mark.parametrize(
    "text", ["recall@5", "recall@7=0.5", "recall@5=2", "recall@5=nan", "x:MRR@10=0", "=1", ""]
)
def test_a_floor_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(EvaluationInvalid, match="cannot be read: write a measure"):
        Floor.parse(text)


def test_an_interval_is_what_it_says() -> None:
    assert Interval(0.5, 0.75, 1) == made_results({"a": 1, "b": 0.5}).scores[0].interval("MRR@10")
