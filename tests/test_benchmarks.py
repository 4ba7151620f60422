"""Every benchmark runs, on very little, and prints its table; how fast it all is belongs to the benchmarks."""

import hashlib
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import first_delta, ingest_speed, leaving, refusal, retrieval, start_up
from benchmarks.command import Ingested, Lectern, fresh_lectern
from benchmarks.first_delta import Stages, pair
from benchmarks.model import Served
from benchmarks.options import Options, read_options
from benchmarks.pages import write_pages
from benchmarks.questions import make_questions
from benchmarks.reader import Asked
from benchmarks.refusal import Judged
from benchmarks.retrieval import Question, Scores, read_questions, score
from benchmarks.tables import Table, percentile
from server.confidence import Confidence
from server.settings import Settings
from tests.conftest import ingest_folder

PAGES = 5
QUESTIONS = 3


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    write_pages(folder, count=PAGES)
    return folder


@pytest.fixture(scope="module")
def published(tree: Path) -> Iterator[Lectern]:
    """One installation with the tree ingested, for all that only ask it."""
    with pytest.MonkeyPatch.context() as environment, fresh_lectern() as lectern:
        environment.chdir(lectern.folder)
        lectern.ingest(tree)
        yield lectern


def shape(table: Table) -> list[str]:
    """The table's lines with every figure as `0`."""
    return [re.sub(r"\d+(\.\d+)?", "0", line) for line in table.markdown().splitlines()]


def test_a_table_is_markdown_with_its_figures_on_the_right() -> None:
    table = Table(title="Weights", note="By hand.", columns=("who", "kg"), rows=(("a cat", "4"), ("a dog", "12")))
    expected = "### Weights\n\nBy hand.\n\n| who | kg |\n| --- | ---: |\n| a cat | 4 |\n| a dog | 12 |\n"
    assert expected == table.markdown()


def test_a_percentile_is_the_smallest_value_that_enough_do_not_exceed() -> None:
    values = [5.0, 1.0, 4.0, 2.0, 3.0]
    assert [1.0, 3.0, 5.0, 5.0] == [percentile(values, share) for share in (0, 0.5, 0.9, 1)]


def test_generated_pages_are_the_same_on_every_machine(tree: Path) -> None:
    page = (tree / "area-00" / "page-004.md").read_bytes()
    assert "5f3697fea4b7" == hashlib.sha256(page).hexdigest()[:12]


def test_questions_come_from_the_headings_each_once(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Lamps\n\n## Changing  the bulb ##\n\n## Changing the bulb\n")
    expected = {
        f"{start} {subject}?"
        for subject in ("Lamps", "Changing the bulb")
        for start in ("What do I need to know about", "Where do I start with")
    } | {"How does Lamps work?", "How does Changing the bulb work?"}
    assert sorted(expected) == sorted(make_questions(tmp_path, count=10))


def test_an_answer_is_timed_without_the_models_own_time() -> None:
    asked = Asked("q", sent_at=1, sources_at=3, text_at=20, ended_at=21)
    unmatched = Asked("no match", sent_at=1, sources_at=3, text_at=20, ended_at=21)
    served = Served("q", received_at=4, first_delta_at=16, closed_early_at=None)
    assert [Stages(sources=2, prompt=1, relay=4)] == pair([asked, unmatched], [served])
    assert 7 == pair([asked], [served])[0].added


def test_scores_of_a_ranking() -> None:
    ranked = ["/x", "/a", "/y", "/z", "/w", "/b"]
    # The second and the sixth of six, where the first and the second would have been best.
    gain = (1 / math.log2(3) + 1 / math.log2(7)) / (1 + 1 / math.log2(3))
    assert Scores(0.5, 0.5, gain) == score(ranked, {"/a", "/b"})
    assert Scores(0, 0, 0) == score(ranked, {"/c"})


def test_a_corpus_question_knows_its_pages_by_their_paths(tmp_path: Path) -> None:
    line = json.dumps({"question": "Why?", "relevant_pages": ["guides/why"]})
    (tmp_path / "questions.jsonl").write_text(line + "\n\n")
    assert [Question("Why?", frozenset({"/guides/why"}))] == read_questions(tmp_path)


def test_options_name_benchmarks_and_refuse_unknown_ones(capsys: pytest.CaptureFixture[str]) -> None:
    options = read_options(["leaving", "--corpus", "a", "--corpus", "b"], names=("leaving",))
    assert Options(names=("leaving",), corpora=(Path("a"), Path("b"))) == options
    with pytest.raises(SystemExit):
        read_options(["walking"], names=("leaving",))
    assert "unknown benchmark 'walking'" in capsys.readouterr().err


def test_the_speed_of_ingest_is_measured(capsys: pytest.CaptureFixture[str], tree: Path) -> None:
    ingest_speed.run(Options(docs=tree, repeats=1))
    printed = capsys.readouterr().out
    rows = [[cell.strip() for cell in line.split("|")[1:4]] for line in printed.splitlines()[6:]]
    windows = rows[0][2]
    assert [
        ["first run", "5", windows],
        ["nothing changed", "5", "0"],
        ["one page changed", "5", rows[2][2]],
        ["naive loop, first run", "5", ""],
    ] == rows[:4]
    assert 0 < int(rows[2][2]) < int(windows)


async def test_the_time_to_the_first_delta_is_measured(published: Lectern, tree: Path) -> None:
    added, stages = await first_delta.measure(published, make_questions(tree, count=QUESTIONS))
    assert [
        "| 0 | 0 s | 0 | 0 | 0 | 0 | median < 0 |",
        "| 0 | 0 s | 0 | 0 | 0 | 0 |  |",
        "| 0 | 0 s | 0 | 0 | 0 | 0 |  |",
    ] == shape(added)[6:]
    answers = added.rows[0][2]
    assert 0 < int(answers) <= QUESTIONS
    assert [answers] * 3 == [row[2] for row in added.rows]
    assert [
        "| request → sources at the reader | 0 | 0 | 0 |",
        "| sources at the reader → request at the model | 0 | 0 | 0 |",
        "| first delta of the model → text at the reader | 0 | 0 | 0 |",
        "| by itself: the query's embedding | 0 | 0 | 0 |",
        "| by itself: `match_page_sections` | 0 | 0 | 0 |",
        "| by itself: sources | 0 | 0 | 0 |",
        "| by itself: prompt | 0 | 0 | 0 |",
    ] == shape(stages)[6:]


async def test_departures_are_measured(published: Lectern, tree: Path) -> None:
    table = await leaving.measure(published, make_questions(tree, count=QUESTIONS), departures=2)
    assert ["| 0 | 0 | 0 | 0 | 0 | < 0 |"] == shape(table)[6:]


def test_start_up_is_measured(published: Lectern, tree: Path) -> None:
    table = start_up.measure(published, tree, repeats=1)
    assert ["| 0 | 0 | 0 | 0 | < 0 |"] == shape(table)[6:]


async def test_retrieval_is_measured(settings: Settings, tree: Path) -> None:
    await ingest_folder(tree, settings)
    passage = (tree / "area-00" / "page-002.md").read_text()[1000:1400]
    questions = [Question(passage, frozenset({"/area-00/page-002"}))]
    table = await retrieval.measure(settings, questions, name="tiny")
    assert [
        ("both", "1.000", "1.000", "1.000"),
        ("keywords only", "1.000", "1.000", "1.000"),
        ("similarity only", "1.000", "1.000", "1.000"),
    ] == [row[:4] for row in table.rows]


def test_retrieval_without_a_corpus_says_what_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    retrieval.run(Options())
    expected = "Retrieval is measured on a corpus with questions: give one with `--corpus DIR`.\n\n"
    assert expected == capsys.readouterr().out


def judged(confidence: Confidence, evidence: float, *, is_found: bool | None = None) -> Judged:
    return Judged(confidence, evidence, is_found)


def test_the_tables_of_refusal_compare_own_questions_with_others() -> None:
    own = [
        judged("high", 1, is_found=True),
        judged("low", 0.35, is_found=False),
        judged("low", 0.35, is_found=True),
    ]
    others = [judged("none", 0), judged("low", 0.35)]
    assert (
        ("`none`", "0.0 %", "50.0 %", ""),
        ("`low`", "66.7 %", "50.0 %", "50.0 %"),
        ("`medium`", "0.0 %", "0.0 %", ""),
        ("`high`", "33.3 %", "0.0 %", "100.0 %"),
    ) == refusal.tell_levels(own, others, name="tiny").rows
    sweep = refusal.tell_sweep(own, others, None, name="tiny")
    assert "curve: 0.833" in sweep.note  # of six pairs four are right and two are ties
    assert (("0.3", "0.0 %", "50.0 %"), ("0.4", "66.7 %", "100.0 %")) == sweep.rows[5:7]


async def test_refusal_is_measured(settings: Settings, tree: Path) -> None:
    await ingest_folder(tree, settings)
    passage = (tree / "area-00" / "page-002.md").read_text()[1000:1400]
    questions = [refusal.Question(passage, frozenset({"/area-00/page-002"}))]
    levels, sweep = await refusal.measure(settings, questions, name="tiny")
    assert "1 questions of the site and 100 others." in levels.note
    assert ["100.0 %", ""] == sorted({row[3] for row in levels.rows}, reverse=True)
    assert 15 == len(sweep.rows)


def test_refusal_without_a_corpus_says_what_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    refusal.run(Options())
    expected = "Refusal is measured on a corpus with questions: give one with `--corpus DIR`.\n\n"
    assert expected == capsys.readouterr().out


def test_an_ingest_that_fails_says_why(published: Lectern, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="holds no Markdown files"):
        published.ingest(tmp_path)


def test_pages_that_cannot_be_read_do_not_stop_a_measurement(published: Lectern, tmp_path: Path) -> None:
    write_pages(tmp_path, count=1)
    (tmp_path / "broken.md").write_bytes(b"\xff\xfe")
    with fresh_lectern() as lectern:
        ingested = lectern.ingest(tmp_path)
    assert Ingested(ingested.seconds, 1, ingested.windows_embedded) == ingested
