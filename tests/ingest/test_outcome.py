"""What a run did, as people, job summaries and GitHub's annotations get it, whatever files are called."""

from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from server.errors import IngestFailed, RemovalsRefused
from server.ingest.annotations import annotations
from server.ingest.outcome import Outcome, Trouble
from server.ingest.sources import Failure
from server.ingest.summary import cost, summarize
from server.terminal import tell_outcome, tell_troubles

PUBLISHED = Outcome(
    status="published",
    docs="docs",
    generation=7,
    pages_written=2,
    pages_added=1,
    pages_total=1_234,
    windows_embedded=3,
    windows_reused=5,
    tokens=1_500_000,
    seconds=1.25,
    embedding_model="openai/test",
    added_paths=("/new",),
    changed_paths=("/old",),
)
NASTY = "a`b|c<img src=x>\n::error::d [e](f).md"


def rendered(markdown: str) -> str:
    return str(MarkdownIt("gfm-like", {"html": True}).disable("linkify").render(markdown))


@pytest.mark.parametrize(
    ("reason", "line", "rest"),
    [
        ("Line 3: the front matter is not YAML.", 3, "the front matter is not YAML."),
        ("has 2,000 bytes.", None, "has 2,000 bytes."),
        ("Line by line: no.", None, "Line by line: no."),
    ],
)
def test_the_line_of_a_failure_is_a_place(reason: str, line: int | None, rest: str) -> None:
    assert Trouble("a.md", line, rest) == Trouble.of_failure(Failure("a.md", reason))


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (PUBLISHED, "1,500,000 tokens"),
        (PUBLISHED.priced(0.02, is_free=False), "1,500,000 tokens, 0.0300 USD"),
        (replace(PUBLISHED, tokens=0).priced(None, is_free=True), "nothing, openai/test is free"),
        (replace(PUBLISHED, tokens=0, windows_embedded=0), "nothing"),
    ],
)
def test_the_cost_is_told_in_tokens_and_dollars(outcome: Outcome, said: str) -> None:
    assert said == cost(outcome)


@pytest.mark.parametrize(
    ("changes", "is_strict", "exit_status"),
    [
        ({}, True, 0),
        ({"flaws": [Trouble("a.md", 1, "x")]}, False, 0),
        ({"flaws": [Trouble("a.md", 1, "x")]}, True, 1),
        ({"failures": [Trouble("a.md", 1, "x")]}, False, 1),
    ],
)
def test_the_exit_status_tells_failures_and_when_asked_flaws(
    changes: dict[str, list[Trouble]], is_strict: bool, exit_status: int
) -> None:
    assert exit_status == replace(PUBLISHED, **changes).judged(is_strict=is_strict).exit_status  # type: ignore[arg-type]


def test_figures_are_single_values_in_one_line_each() -> None:
    figures = replace(PUBLISHED, source_commit="ab\npages_written=9").figures
    assert figures["pages_written"] == "2"
    assert figures["source_commit"] == "ab pages_written=9"
    assert figures["usd"] == ""
    assert figures["needs_allow_removals"] == "false"
    assert not {"added_paths", "failures", "error"} & set(figures)


def test_a_summary_shows_names_and_reasons_as_they_are() -> None:
    html = rendered(
        summarize(replace(PUBLISHED, docs=NASTY, failures=[Trouble(NASTY, 3, NASTY)], added_paths=(NASTY,)))
    )
    assert "<img" not in html
    assert "<a " not in html
    assert html.count("<table>") == 1
    assert html.count("a`b") == 4
    assert "<li><code>a`b¦c&lt;img src=x&gt; ::error::d [e](f).md:3</code> a`b|c&lt;img" in html


def test_a_summary_of_ten_thousand_pages_is_short() -> None:
    paths = tuple(f"/{'long' * 100}/{number}" for number in range(10_000))
    troubles = tuple(Trouble(path, 1, "x" * 10_000) for path in paths)
    summary = summarize(
        replace(PUBLISHED, added_paths=paths, removed_paths=paths, failures=troubles, flaws=troubles)
    )
    assert len(summary.encode()) < 1024 * 1024
    assert "- … and 9,950 more" in summary


def test_a_summary_of_a_failure_says_why() -> None:
    outcome = Outcome.of_error(RemovalsRefused("This would remove 3 of 4 pages."), docs="docs")
    assert "### Nothing was published" in summarize(outcome)
    assert "This would remove 3 of 4 pages." in summarize(outcome)


@pytest.mark.parametrize("user", ["user:hunter2@", "hunter2@", "us@er:hunter2@"])
def test_a_password_in_an_address_is_not_handed_on(user: str) -> None:
    outcome = Outcome.of_error(
        IngestFailed("The address holds a user name."), docs=f"HTTPS://{user}a.example/docs"
    )
    assert "HTTPS://a.example/docs" == outcome.docs
    assert "hunter2" not in outcome.json + summarize(outcome)


def test_an_annotation_is_one_command_that_points_to_the_line() -> None:
    outcome = replace(
        PUBLISHED,
        docs="/docs",
        failures=[Trouble("a,b:c\n.md", 3, "100 %\n::warning::x")],
        flaws=[Trouble("d.md", None, "e")],
    )
    assert list(annotations(outcome)) == [
        "::error file=/docs/a%2Cb%3Ac%0A.md,line=3,title=Not ingested::100 %25%0A::warning::x",
        "::warning file=/docs/d.md,title=Flaw::e",
    ]


def test_an_annotation_of_a_web_page_points_to_no_file() -> None:
    outcome = replace(PUBLISHED, docs="https://docs.example.com", failures=[Trouble("guides/a", None, "is gone.")])
    assert list(annotations(outcome)) == ["::error title=Not ingested::guides/a is gone."]


def test_a_file_cannot_give_commands_to_the_terminal_or_the_job(capfd: pytest.CaptureFixture[str]) -> None:
    tell_troubles(replace(PUBLISHED, failures=[Trouble("a\x1b[2J\n::error::b.md", 3, "[red]c[/red] :cat:")]))
    assert capfd.readouterr().err == "not ingested: a[2J ::error::b.md:3 [red]c[/red] :cat:\n"


@pytest.mark.parametrize(
    ("docs", "command"),
    [("docs", "lectern ingest --check --json"), ("https://docs.example.com", "lectern ingest --json")],
)
def test_of_many_flaws_some_are_told_and_where_the_others_are(
    docs: str, command: str, capfd: pytest.CaptureFixture[str]
) -> None:
    flaws = [Trouble("a.md", line, "includes b.py, which is missing.") for line in range(1, 523)]
    tell_troubles(replace(PUBLISHED, docs=docs, flaws=flaws))
    first, *_, last = lines = capfd.readouterr().err.splitlines()
    assert (21, "flaw: a.md:1 includes b.py, which is missing.") == (len(lines), first)
    assert f"… and 502 flaws more: `{command}` lists all." == last


def test_one_is_not_many(capfd: pytest.CaptureFixture[str]) -> None:
    one = replace(PUBLISHED, pages_written=1, pages_total=1, sections_total=1, windows_embedded=1)
    tell_outcome(one)
    told = capfd.readouterr().out.splitlines()
    assert told == [
        "1 page written, 0 removed, 0 unchanged; 1 window embedded. Generation 7 has 1 page and 1 section.",
        "0 sections written, 5 windows reused. Cost: 1,500,000 tokens. Time: 1.2 s.",
    ]
