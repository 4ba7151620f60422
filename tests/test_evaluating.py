"""`lectern eval` from question file to exit status, on the published test site."""

import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path

import pytest
from pydantic import SecretStr

from server.errors import EvaluationInvalid
from server.evaluating import Options, run_evaluation
from server.evaluation.ranking import Mode
from server.evaluation.results import read_results, save_results
from server.settings import Settings
from tests.conftest import SITE_FOLDER, ingest_folder
from tests.evaluation.results import made_results
from tests.model_endpoint import serve_model_endpoint

QUESTIONS = """
- question: How do I change the bulb?
  relevant: /guides/bulbs#changing-the-bulb
- question: What does E_PAIR_TIMEOUT mean?
  relevant: /guides/dimming#pairing-trouble
- question: Where is the <script>moon</script>?
  relevant: [/moon]
  must_contain: <b>cheese</b>
"""


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    file = tmp_path / "questions.yaml"
    file.write_text(QUESTIONS)
    return file


@pytest.fixture
def site_settings(site_database_url: str) -> Settings:
    return Settings(database_url=site_database_url, site_name="Lumen")


async def test_an_evaluation_measures_saves_and_reports(
    questions: Path, site_settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = Options(save=tmp_path / "r.json", html=tmp_path / "r.html", fail_under=("recall@1=0.6", "answers=0"))
    assert await run_evaluation(questions, options, site_settings)
    results = read_results(tmp_path / "r.json")
    assert [(mode, level) for mode in Mode for level in ("pages", "sections")] == [
        (one.mode, one.level) for one in results.scores
    ]
    assert [1.0, 1.0, 0.0] == [values["nDCG@10"] for values in results.scores[0].by_question.values()]
    told = capsys.readouterr().out
    assert re.search(r"both +0\.667 .*\n +0\.00–1\.00", told)
    assert re.search(r"Worst questions\n +1\. Where is the <script>moon</script>\?\n +nDCG@10 0\.00", told)
    assert "Answers: 0 of 1 pass their checks" in told
    assert "Expected and not published (1): /moon." in told
    assert "✓ recall@1 of pages: 0.667, at least 0.6 is asked for" in told


async def test_the_report_asks_nothing_of_the_network_and_escapes_what_it_shows(
    questions: Path, site_settings: Settings, tmp_path: Path
) -> None:
    assert await run_evaluation(questions, Options(html=tmp_path / "r.html"), site_settings)
    report = (tmp_path / "r.html").read_text()
    assert "Where is the &lt;script&gt;moon&lt;/script&gt;?" in report
    assert "It does not say “&lt;b&gt;cheese&lt;/b&gt;”." in report
    parser = Parser()
    parser.feed(report)
    assert {"svg", "table", "details"} <= parser.tags
    assert set() == parser.tags & {"script", "link", "img", "iframe", "b", "object", "image"}
    assert [] == [value for value in parser.addresses if not value.startswith("#")]
    assert [] == re.findall(r"@import|url\((?!#)[^)]*\)", report)


class Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attributes if name in ("src", "href", "xlink:href")]


async def test_what_is_not_reached_fails(
    questions: Path, site_settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    options = Options(fail_under=("recall@1=0.7", "sections:MRR@10=0.5"), skip_answers=True)
    assert not await run_evaluation(questions, options, site_settings)
    told = capsys.readouterr().out
    assert "✗ recall@1 of pages: 0.667, at least 0.7 is asked for" in told
    assert "✓ MRR@10 of sections: 1.000" in told
    assert "Answers" not in told


async def test_worse_than_saved_results_fails_even_when_they_are_overwritten(
    questions: Path, site_settings: Settings, tmp_path: Path
) -> None:
    saved = tmp_path / "r.json"
    options = Options(modes=(Mode.SIMILARITY,), save=saved, skip_answers=True)
    assert await run_evaluation(questions, options, site_settings)
    better = json.loads(saved.read_text())
    for values in better["scores"][0]["by_question"].values():
        values["nDCG@10"] = 2.0
    saved.write_text(json.dumps(better))
    gated = Options(modes=(Mode.SIMILARITY,), save=saved, not_worse_than=saved, skip_answers=True)
    assert not await run_evaluation(questions, gated, site_settings)
    assert await run_evaluation(questions, gated, site_settings)


async def test_an_empty_publication_is_compared(
    questions: Path, site_settings: Settings, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    options = Options(modes=(Mode.BOTH,), against=database_url, skip_answers=True)
    assert await run_evaluation(questions, options, site_settings)
    told = capsys.readouterr().out
    assert re.search(r"Pages against \S+/test_\w+, both: 3 questions", told)
    assert re.search(r"nDCG@10 +0\.667 +0\.000 +\+0\.667", told)
    assert "By nDCG@10: 2 questions better, 0 worse." in told


async def test_another_database_is_asked_with_the_model_it_was_made_with(
    questions: Path, site_settings: Settings, empty_database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve_model_endpoint() as endpoint:
        changes = {"embedding_base_url": endpoint.base_url, "embedding_api_key": SecretStr("sk-secret")}
        settings = site_settings.model_copy(update=changes)
        other = {"embedding_model": "openai/test", "database_url": SecretStr(empty_database_url)}
        await ingest_folder(SITE_FOLDER, settings.model_copy(update=other))
        options = Options(modes=(Mode.SIMILARITY,), against=empty_database_url, skip_answers=True)
        endpoint.requests.clear()
        assert await run_evaluation(questions, options, settings)
        asked = [request.body["input"] for request in endpoint.requests]
    assert 3 == len(asked)
    assert "similarity: 3 questions" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"against": "nowhere"}, "--against 'nowhere' is no data directory"),
        (
            {"against": "postgresql://me:geheim@localhost:1/none"},
            "--against localhost/none: Postgres cannot be reached",
        ),
        ({"against": "saved.json"}, "saved.json has no question in common"),
        ({"fail_under": ("speed=1",)}, "--fail-under 'speed=1' cannot be read"),
        ({"html": Path("no/r.html")}, "no/r.html cannot be written"),
    ],
)
async def test_what_cannot_work_is_one_sentence(
    questions: Path, site_settings: Settings, options: Mapping[str, object], sentence: str
) -> None:
    save_results(made_results({"other": 1}), Path("saved.json"))
    with pytest.raises(EvaluationInvalid) as raised:
        await run_evaluation(questions, Options(**{"skip_answers": True, **options}), site_settings)  # type: ignore[arg-type]
    assert sentence in str(raised.value)
    assert "geheim" not in str(raised.value)


async def test_a_file_of_answer_checks_only_needs_no_rankings(
    site_settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "checks.yaml"
    file.write_text("- question: How do I change the bulb?\n  must_contain: cool\n  must_cite: /guides/bulbs\n")
    assert await run_evaluation(file, Options(html=tmp_path / "r.html"), site_settings)
    assert "Answers: 1 of 1 pass their checks" in capsys.readouterr().out
