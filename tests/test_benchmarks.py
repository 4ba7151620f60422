"""Every benchmark runs, on very little, and prints its table; how fast it all is belongs to the benchmarks."""

import asyncio
import hashlib
import random
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import (
    bad_input,
    cached,
    first_delta,
    ingest_speed,
    leaving,
    many_readers,
    one_generation,
    refusal,
    relaying,
    retrieval,
    scale,
    start_up,
    typing,
)
from benchmarks.command import Ingested, Lectern, fresh_lectern
from benchmarks.exactness import recall
from benchmarks.first_delta import Stages, pair
from benchmarks.memory import Peaks
from benchmarks.model import running_model
from benchmarks.options import Options, read_options
from benchmarks.paced_model import Pace, Served, answer_text
from benchmarks.pages import docs_tree, write_pages
from benchmarks.peer import node_pipe
from benchmarks.questions import make_questions
from benchmarks.readers import Call, Read, question_url, running_readers
from benchmarks.refusal import Judged
from benchmarks.scale import keystrokes
from benchmarks.tables import Table, percentile
from benchmarks.variants import Vocabulary, grow, label, vary
from server.confidence import Confidence
from server.database.embedded import embedded_postgres
from server.documents.sites.profiles import GITHUB
from server.evaluation.places import Place
from server.evaluation.questions import Question
from server.ingest.parsing import PageRecipe
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
        # Held here, so that no server of a test has to start it anew.
        postgres = embedded_postgres(lectern.data_dir)
        with asyncio.Runner() as runner:
            runner.run(postgres.__aenter__())
            yield lectern
            runner.run(postgres.__aexit__(None, None, None))


def shape(table: Table) -> list[str]:
    """The table's lines with every figure as `0`."""
    return [re.sub(r"-?\d+(\.\d+)?", "0", line) for line in table.markdown().splitlines()]


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
    read = Read(
        sent_at=1,
        first_event_at=3,
        text_at=20,
        ended_at=21,
        status=200,
        event_count=3,
        text="q",
        is_done=True,
        longest_silence_seconds=1,
    )
    served = Served("q", received_at=4, first_delta_at=16)
    [stages] = pair(["q"], [read], [served])
    assert Stages(sources=2, prompt=1, relay=4) == stages
    assert 7 == stages.added
    with pytest.raises(RuntimeError, match="was not asked 'other'"):
        pair(["other"], [read], [served])


def test_a_paced_answer_is_read_to_the_letter() -> None:
    """By the Node pipe, which adds nothing and hides nothing."""
    with running_model() as model, running_readers() as readers, node_pipe(model.base_url) as node:
        calls = [
            Call(url=question_url(node.url, "Où?")),
            Call(url=question_url(node.url, "Why?"), after_seconds=0.05),
        ]
        model.turn(Pace(delta_count=12, gap_seconds=0.01, is_held=True))
        readers.start(calls[:1])
        model.wait_for_requests(1)
        model.release()
        [held] = readers.finish()
        whole, later = readers.read(calls)
    for read, query in ((held, "Où?"), (whole, "Où?"), (later, "Why?")):
        assert (200, True, answer_text(query, delta_count=12)) == (read.status, read.is_done, read.text)
    assert later.sent_at - whole.sent_at >= 0.04
    assert whole.text_at is not None
    assert whole.ended_at - whole.text_at > 0.1


def test_options_name_benchmarks_and_refuse_unknown_ones(capsys: pytest.CaptureFixture[str]) -> None:
    options = read_options(["leaving", "--corpus", "a", "--corpus", "b"], names=("leaving",))
    assert Options(names=("leaving",), corpora=(Path("a"), Path("b"))) == options
    with pytest.raises(SystemExit):
        read_options(["walking"], names=("leaving",))
    assert "unknown benchmark 'walking'" in capsys.readouterr().err


def test_several_trees_stand_side_by_side(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "docs").mkdir(parents=True)
        (tmp_path / name / "docs" / "page.md").write_text(name)
    with docs_tree([tmp_path / "one" / "docs", tmp_path / "two" / "docs"], pages=0) as docs:
        pages = {str(page.relative_to(docs)): page.read_text() for page in docs.glob("**/*.md")}
    assert {"0-docs/page.md": "one", "1-docs/page.md": "two"} == pages


class Chance(random.Random):
    """Always replaces, and always by the most frequent word that is allowed."""

    def random(self) -> float:
        return 0.0

    def randint(self, a: int, b: int) -> int:
        return a


def test_a_variant_replaces_words_alike_all_through_a_page_and_leaves_markup_alone() -> None:
    page = (
        "---\ntitle: Lamps\nlayout: lamps\n---\n# Lamps [lamps](/lamps) <Lamps> {#lamps}\n\n"
        "```lamps\nlamps\n```\nimport lamps\n"
    )
    expected = (
        "---\ntitle: Bulbs\nlayout: lamps\n---\n# Bulbs [bulbs](/lamps) <Lamps> {#lamps}\n\n"
        "```lamps\nbulbs\n```\nimport lamps\n"
    )
    assert expected == vary(page, Vocabulary(["Bulbs bulbs lamps"]), Chance())


def test_a_fifth_of_the_words_is_replaced_each_by_one_other() -> None:
    words = [f"w{chr(97 + place // 26)}{chr(97 + place % 26)}" for place in range(500)]
    varied = vary(" ".join(words * 2), Vocabulary([" ".join(words)]), random.Random(1)).split()
    assert varied[:500] == varied[500:]
    assert 0.15 < sum(a != b for a, b in zip(words, varied[:500], strict=True)) / 500 < 0.25


def test_a_word_is_replaced_by_one_about_as_frequent() -> None:
    words = [f"w{chr(97 + place // 26)}{chr(97 + place % 26)}" for place in range(200)]
    vocabulary = Vocabulary(" ".join([word] * (200 - place)) for place, word in enumerate(words))
    others = {words.index(vocabulary.other(words[100], random.Random(seed))) for seed in range(500)}
    assert (80, 120) == (min(others), max(others))
    assert "unheard" == vocabulary.other("unheard", random.Random(1))


def test_a_page_is_labelled_to_be_filtered_by() -> None:
    assert "---\ntitle: A\nshard: 234\ntenth: 4\n---\nText\n" == label("---\ntitle: A\n---\nText\n", 1234)
    assert "---\nshard: 5\ntenth: 5\n---\nText\n" == label("Text\n", 5)


def test_pages_grow_to_the_wanted_sections_and_a_larger_tree_holds_the_smaller(tree: Path, tmp_path: Path) -> None:
    recipe = PageRecipe.of(Settings(), GITHUB)
    grown = {}
    for sections in (60, 120):
        grow(tree, tmp_path / str(sections), section_count=sections, recipe=recipe)
        pages = sorted((tmp_path / str(sections)).glob("**/*.md"))
        grown[sections] = {str(page.relative_to(tmp_path / str(sections))): page.read_text() for page in pages}
    assert grown[60].items() <= grown[120].items()
    # Nine sections a page: seven and fourteen pages of five, again and again.
    assert (7, 14) == (len(grown[60]), len(grown[120]))
    assert {"variant-0", "variant-1", "variant-2"} == {name.split("/")[0] for name in grown[120]}
    original, variant = (grown[120][f"variant-{number}/area-00/page-000.md"].split() for number in (0, 1))
    assert 0.1 < sum(a != b for a, b in zip(original, variant, strict=True)) / len(original) < 0.3


def test_recall_is_the_share_of_the_best_that_was_found_and_equals_are_equal() -> None:
    assert 1.0 == recall([0.9, 0.8], [0.9, 0.8])
    assert 0.5 == recall([0.9, 0.4], [0.9, 0.8])
    assert 1.0 == recall([0.8, 0.8, 0.1], [0.8, 0.8])
    assert 0.0 == recall([], [0.8])


def test_a_box_searches_at_each_letter_but_not_at_a_space() -> None:
    assert ["a", "a b", "a bc"] == keystrokes("a bc")


def test_the_peak_of_two_is_seen_at_one_moment() -> None:
    peaks = Peaks()
    peaks.see(command=5, postgres=1)
    peaks.see(command=2, postgres=3)
    assert Peaks(command=5, postgres=3, together=6) == peaks


@pytest.mark.soak
def test_a_size_is_measured_and_measured_again_without_ingesting(tree: Path, data_dir: Path) -> None:
    first, again = (scale.measure_size(tree, sections=50, questions=["host"], data_dir=data_dir) for _ in range(2))
    assert ["| 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | ≤ 0 s, ≤ 0,0 MB for 0,0 |"] == shape(
        scale.ingest_table([first, again])
    )[6:]
    assert [
        "| sections for an answer | 0 | 0 | 0 | 0 | median ≤ 0 |",
        "| sections for an answer | 0 | 0 | 0 | 0 | median ≤ 0, p0 ≤ 0 |",
        "| growth of the median |  | 0 × |  |  | ≤ 0 × |",
        "| a letter typed | 0 | 0 | 0 | 0 |  |",
        "| a letter typed | 0 | 0 | 0 | 0 | median ≤ 0 |",
    ] == shape(scale.time_table([first, again]))[6:]
    assert [
        ("index alone, windows", "1.000"),
        ("index alone, sections by their best window", "1.000"),
        ("the semantic leg, a filter keeps 10 %", "1.000"),
        ("the semantic leg, a filter keeps 0.1 %", "1.000"),
    ] == [row[:2] for row in scale.recall_table(again).rows]
    assert len("host") == len(again.letters)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="lectern-"))
    folder.chmod(0o755)  # root's embedded Postgres runs as another user
    yield folder
    shutil.rmtree(folder)


@pytest.mark.soak
def test_the_speed_of_ingest_is_measured(capsys: pytest.CaptureFixture[str], tree: Path) -> None:
    ingest_speed.run(Options(docs=(tree,), repeats=1))
    printed = capsys.readouterr().out
    rows = [[cell.strip() for cell in line.split("|")[1:4]] for line in printed.splitlines()[6:]]
    windows = rows[0][2]
    assert [
        ["first run", "5", windows],
        ["nothing changed", "5", "0"],
        ["one word changed", "5", rows[2][2]],
        ["naive loop, first run", "5", ""],
    ] == rows[:4]
    assert 0 < int(rows[2][2]) < int(windows)


@pytest.mark.soak
def test_the_time_to_the_first_delta_is_measured(published: Lectern, tree: Path) -> None:
    questions = make_questions(tree, count=QUESTIONS)
    added, stages = first_delta.measure(published, questions, pace=Pace(delta_count=5, gap_seconds=0.02))
    assert [
        "| 0 | 0 | 0 | 0 | 0 | median ≤ 0, p0 ≤ 0 |",
        "| 0 | 0 | 0 | 0 | 0 | median ≤ 0, p0 ≤ 0 |",
        "| 0, asked at once | 0 | 0 | 0 | 0 |  |",
    ] == shape(added)[6:]
    assert [str(QUESTIONS)] * 3 == [row[1] for row in added.rows]
    assert [
        "| request → sources at the reader | 0 | 0 | 0 |",
        "| sources at the reader → request at the model | 0 | 0 | 0 |",
        "| first delta of the model → text at the reader | 0 | 0 | 0 |",
        "| by itself: `open_answer` | 0 | 0 | 0 |",
        "| by itself: the query's embedding | 0 | 0 | 0 |",
        "| by itself: `match_page_sections` | 0 | 0 | 0 |",
        "| by itself: sources | 0 | 0 | 0 |",
        "| by itself: prompt | 0 | 0 | 0 |",
    ] == shape(stages)[6:]


@pytest.mark.soak
def test_relaying_is_measured(published: Lectern, tree: Path) -> None:
    ours = {"Lectern": {"LECTERN_COALESCE_SECONDS": "0"}}
    table = relaying.measure(published, make_questions(tree, count=QUESTIONS), ours=ours, deltas=5)
    theirs = "| 0 | 0 | 0 |  | 0 | 0 | 0 | 0 |  |  | 0 | 0 |"
    assert [
        "| Lectern | 0 | 0 | 0 | ≤ 0 × Node, ≤ 0 × naive | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 |",
        f"| Node, `fetch` piped through {theirs}",
        f"| naive Python {theirs}",
    ] == shape(table)[6:]


@pytest.mark.soak
def test_many_readers_are_measured(published: Lectern, tree: Path) -> None:
    pace = Pace(delta_count=3, gap_seconds=0.02, is_held=True)
    questions = make_questions(tree, count=QUESTIONS)
    table = many_readers.measure(published, questions, answer_counts=(2,), readers=4, pace=pace)
    assert [("2", "4", "0", "4")] == [row[:4] for row in table.rows]


def test_equal_questions_are_counted_at_the_model(published: Lectern, tree: Path) -> None:
    table = one_generation.measure(published, make_questions(tree, count=1)[0], readers=4)
    assert (("4", "1", "4", "1 request"),) == table.rows


@pytest.mark.soak
def test_answers_given_before_are_measured(published: Lectern, tree: Path) -> None:
    table = cached.measure(published, make_questions(tree, count=QUESTIONS))
    assert [
        "| the server that gave it | 0 | 0 | 0 | 0 | median ≤ 0 |",
        "| one that was started later | 0 | 0 | 0 | 0 | median ≤ 0 |",
    ] == shape(table)[6:]


@pytest.mark.soak
def test_departures_are_measured(published: Lectern, tree: Path) -> None:
    table = leaving.measure(published, make_questions(tree, count=QUESTIONS), departures=2)
    assert ["| 0 | 0 | 0 | 0 | 0 | ≤ 0 |"] == shape(table)[6:]


def test_start_up_is_measured(published: Lectern, tree: Path) -> None:
    table = start_up.measure(published, tree, repeats=1)
    assert ["| 0 | 0 | 0 | 0 | < 0 |"] == shape(table)[6:]


async def test_retrieval_is_measured(settings: Settings, tree: Path) -> None:
    await ingest_folder(tree, settings)
    passage = (tree / "area-00" / "page-002.md").read_text()[1000:1400]
    relevant = (Place("/area-00/page-002"),)
    questions = [Question(id="0", text=passage, relevant=relevant, filter={})]
    table = await retrieval.measure_retrieval(settings, questions, name="tiny")
    assert [
        ("both", "1.000", "1.000", "1.000"),
        ("keywords only", "1.000", "1.000", "1.000"),
        ("similarity only", "1.000", "1.000", "1.000"),
    ] == [row[:4] for row in table.rows]


def test_retrieval_without_a_corpus_says_what_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    retrieval.run(Options())
    expected = "Retrieval is measured on a corpus with questions: give one with `--corpus DIR`.\n\n"
    assert expected == capsys.readouterr().out


def test_bad_input_is_measured(capsys: pytest.CaptureFixture[str], published: Lectern) -> None:
    bad_input.run(Options(data_dir=published.data_dir, repeats=1))
    printed = capsys.readouterr().out
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in printed.splitlines()[6:-1]]
    assert "### Bad input at " in printed
    assert ["a usual question", "a NUL"] == [row[0] for row in rows if row[0] in ("a usual question", "a NUL")]
    assert [["a NUL", "", "refused"]] == [row[:3] for row in rows if row[0] == "a NUL"]
    assert [] == [row for row in rows if "**no**" in row]


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
    questions = [Question(id="q", text=passage, relevant=(Place("/area-00/page-002", None),), filter={})]
    levels, sweep = await refusal.measure(settings, questions, name="tiny")
    assert "1 questions of the site and 100 others." in levels.note
    assert ["100.0 %", ""] == sorted({row[3] for row in levels.rows}, reverse=True)
    assert 15 == len(sweep.rows)


def test_the_box_is_measured(published: Lectern) -> None:
    with published.listening("serve") as url:
        felt = typing.measure(url, ["to"], openings=1)
    assert [2, 1, 1] == [len(times) for times in (felt.letters, felt.cold, felt.warm)]
    assert felt.idle.requests == 1
    rows = [line for line in shape(typing.felt_table(felt, sections=40)) if line.startswith("| ⌘K")]
    kinds = [f"{what}, {when}" for when in ("cold", "warm") for what in ("takes letters", "is shown")]
    assert [f"| ⌘K → the field {kind} | 0 | 0 | 0 | ≤ 0 |" for kind in kinds] == rows


def test_refusal_without_a_corpus_says_what_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    refusal.run(Options())
    expected = "Refusal is measured on a corpus with questions: give one with `--corpus DIR`.\n\n"
    assert expected == capsys.readouterr().out


def test_an_ingest_that_fails_says_why(published: Lectern, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="holds no documentation"):
        published.ingest(tmp_path)


def test_pages_that_cannot_be_read_do_not_stop_a_measurement(published: Lectern, tmp_path: Path) -> None:
    write_pages(tmp_path, count=1)
    (tmp_path / "broken.md").write_bytes(b"\xff")
    with fresh_lectern() as lectern:
        ingested = lectern.ingest(tmp_path)
    assert Ingested(ingested.seconds, 1, ingested.windows_embedded) == ingested
