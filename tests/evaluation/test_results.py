from pathlib import Path

import pytest

from server.errors import EvaluationInvalid
from server.evaluation.places import Place
from server.evaluation.questions import Question
from server.evaluation.ranking import Mode, Ranking
from server.evaluation.results import make_results, read_results, save_results
from tests.evaluation.results import SITE, made_results


def test_pages_stand_where_their_best_section_stands() -> None:
    question = Question(id="q", text="Q?", relevant=(Place("/b", "two"),), filter={})
    ranking = Ranking((Place("/a", "one"), Place("/a"), Place("/b", "one"), Place("/b", "two")))
    results = make_results([question], {Mode.BOTH: {"q": ranking}}, name="here", site=SITE)
    pages, sections = results.at(Mode.BOTH, "pages"), results.at(Mode.BOTH, "sections")
    assert pages is not None
    assert sections is not None
    assert (1 / 2, 1 / 4) == (pages.interval("MRR@10").mean, sections.interval("MRR@10").mean)


def test_without_sections_there_is_no_such_level() -> None:
    question = Question(id="q", text="Q?", relevant=(Place("/b"),), filter={})
    results = make_results([question], {Mode.KEYWORDS: {"q": Ranking(())}}, name="here", site=SITE)
    assert [("keywords", "pages")] == [(one.mode, one.level) for one in results.scores]


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    results = made_results({"a": 0.5, "b": 1 / 3}, name=str(file))
    save_results(results, file)
    assert results == read_results(file)


@pytest.mark.parametrize("content", [b"{", b"{}", b"\xff"])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "results.json"
    file.write_bytes(content)
    with pytest.raises(EvaluationInvalid, match="holds no results that this version reads"):
        read_results(file)


def test_missing_results_say_how_they_are_made(tmp_path: Path) -> None:
    with pytest.raises(EvaluationInvalid, match=r"cannot be read \(No such file or directory\): make it with"):
        read_results(tmp_path / "results.json")


def test_results_that_cannot_be_written_are_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(EvaluationInvalid, match="cannot be written"):
        save_results(made_results({"a": 1}), tmp_path / "nowhere" / "results.json")
