"""`lectern ingest` as people and machines run it: what it says, writes and ends with."""

import json
import os
import pty
import shutil
import subprocess
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from server.settings import Settings
from tests.commands import LECTERN, LIMIT_SECONDS, run
from tests.conftest import SITE_FOLDER
from tests.model_endpoint import ModelEndpoint, serve_model_endpoint

BROKEN = "---\ntitle: [unclosed\n---\n# Broken\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SITE_FOLDER, tmp_path / "site"))


@pytest.fixture
def database(settings: Settings) -> dict[str, str]:
    assert settings.database_url is not None
    return {"LECTERN_DATABASE_URL": settings.database_url.get_secret_value()}


def told(result: subprocess.CompletedProcess[str]) -> Any:
    return json.loads(result.stdout)


async def published_paths(owner: asyncpg.Connection) -> list[str]:
    return [row["path"] for row in await owner.fetch("select path from docs.page order by path")]


async def test_a_run_tells_what_it_did_and_cost(site: Path, database: dict[str, str]) -> None:
    first = run(site, "ingest", ".", **database).stdout
    assert "4 pages written, 0 removed, 0 unchanged; 8 windows embedded." in first
    assert "8 sections written, 0 windows reused. Cost: nothing, local/wordllama is free. Time: " in first
    (site / "guides" / "bulbs.md").rename(site / "guides" / "lights.md")
    second = run(site, "ingest", ".", **database).stdout
    assert "1 page written, 1 removed, 3 unchanged; 0 windows embedded." in second
    assert "3 sections written, 3 windows reused. Cost: nothing. Time: " in second


async def test_json_is_one_object_with_everything(site: Path, database: dict[str, str]) -> None:
    run(site, "ingest", ".", **database)
    (site / "returns.mdx").unlink()
    (site / "new.md").write_text("# New\n\nA page that was not there before.\n")
    (site / "index.md").write_text("# Lumen\n\nAnother sentence to begin with.\n")
    (site / "broken.md").write_text(BROKEN)
    result = run(site, "ingest", ".", "--json", "--commit", "ab12", **database)
    outcome = told(result)
    assert outcome.pop("seconds") > 0
    assert outcome == {
        "status": "published",
        "docs": ".",
        "exit_status": 1,
        "source_commit": "ab12",
        "generation": 3,
        "pages_written": 2,
        "pages_added": 1,
        "pages_removed": 1,
        "pages_unchanged": 2,
        "pages_total": 4,
        "sections_written": 2,
        "sections_total": 8,
        "windows_embedded": 2,
        "windows_reused": 0,
        "tokens": 0,
        "usd": 0.0,
        "embedding_model": "local/wordllama",
        "added_paths": ["/new"],
        "changed_paths": ["/"],
        "removed_paths": ["/returns"],
        "needs_allow_removals": False,
        "failures": [
            {
                "source": "broken.md",
                "line": 3,
                "reason": "the front matter is not YAML: did not find expected ',' or ']'.",
            }
        ],
        "flaws": [],
        "error": None,
    }
    assert result.returncode == 1


@pytest.mark.parametrize(
    ("environment", "code", "message"),
    [
        ({}, "ingest_failed", "nowhere does not exist: give the folder that holds your documentation."),
        ({"LECTERN_PORT": "http"}, "settings_invalid", "LECTERN_PORT is 'http'"),
        ({"LECTERN_DATABASE_URL": "postgresql://localhost:1/x"}, "database_unavailable", "cannot be reached"),
    ],
)
async def test_a_failed_run_is_one_object_too(
    tmp_path: Path, database: dict[str, str], environment: dict[str, str], code: str, message: str
) -> None:
    result = run(tmp_path, "ingest", "nowhere", "--json", **{**database, **environment})
    outcome = told(result)
    assert (result.returncode, outcome["status"], outcome["exit_status"]) == (1, "failed", 1)
    assert outcome["error"]["code"] == code
    assert message in outcome["error"]["message"]
    assert message in " ".join(result.stderr.split())


async def test_a_dry_run_tells_what_would_change_and_changes_nothing(
    owner: asyncpg.Connection, site: Path, database: dict[str, str]
) -> None:
    run(site, "ingest", ".", **database)
    (site / "returns.mdx").unlink()
    (site / "new.md").write_text("# New\n\nA page that was not there before.\n")
    (site / "index.md").write_text("# Lumen\n\nAnother sentence to begin with.\n")
    result = run(site, "ingest", ".", "--dry-run", **database)
    assert result.returncode == 0
    assert result.stdout.splitlines() == [
        "  + /new",
        "  ~ /",
        "  - /returns",
        "2 pages would be written (1 new), 1 removed, 2 unchanged; 2 windows embedded, 0 reused. "
        "Cost: nothing, local/wordllama is free.",
    ]
    assert await published_paths(owner) == ["/", "/guides/bulbs", "/guides/dimming", "/returns"]


async def test_a_dry_run_works_on_an_empty_database(site: Path, empty_database_url: str) -> None:
    result = run(site, "ingest", ".", "--dry-run", "--json", LECTERN_DATABASE_URL=empty_database_url)
    outcome = told(result)
    assert (outcome["status"], outcome["pages_added"], outcome["windows_embedded"]) == ("planned", 4, 8)


async def test_a_dry_run_migrates_no_database_that_is_in_use(
    owner: asyncpg.Connection, site: Path, database: dict[str, str]
) -> None:
    await owner.execute("update docs.applied_file set sha256 = 'of another version' where name like 'functions/%'")
    assert run(site, "ingest", ".", "--dry-run", **database).returncode == 0
    old = await owner.fetchval("select count(*) from docs.applied_file where sha256 = 'of another version'")
    assert old > 0


async def test_a_paid_embedder_is_not_asked_before_its_price_is_told(site: Path, empty_database_url: str) -> None:
    with serve_model_endpoint() as endpoint:
        paid = {
            "LECTERN_DATABASE_URL": empty_database_url,
            "LECTERN_EMBEDDING_MODEL": "openai/test",
            "LECTERN_EMBEDDING_BASE_URL": endpoint.base_url,
            "LECTERN_EMBEDDING_API_KEY": "sk-secret",
        }
        run(site, "migrate", **paid)
        asked_before = embedded_texts(endpoint)
        price = ("--usd-per-million-tokens", "1000")
        planned = told(run(site, "ingest", ".", "--dry-run", "--json", *price, **paid))
        assert embedded_texts(endpoint) == asked_before
        paid_for = told(run(site, "ingest", ".", "--json", *price, **paid))
    assert planned["tokens"] > 0
    assert planned["usd"] == planned["tokens"] / 1000
    assert (paid_for["tokens"], paid_for["usd"]) == (planned["tokens"], planned["usd"])


def embedded_texts(endpoint: ModelEndpoint) -> int:
    return sum(len(request.body["input"]) for request in endpoint.requests)


async def test_most_pages_go_only_when_that_is_allowed(
    owner: asyncpg.Connection, site: Path, database: dict[str, str]
) -> None:
    run(site, "ingest", ".", **database)
    planned = run(site, "ingest", "guides", "--dry-run", **database)
    assert "see --allow-removals" in planned.stdout
    refused = run(site, "ingest", "guides", "--json", **database)
    assert (refused.returncode, told(refused)["error"]["code"]) == (1, "removals_refused")
    assert len(await published_paths(owner)) == 4
    assert run(site, "ingest", "guides", "--allow-removals", **database).returncode == 0
    assert await published_paths(owner) == ["/bulbs", "/dimming"]


@pytest.mark.parametrize(("answer", "status", "left"), [("y", 0, 2), ("n", 1, 4)])
async def test_on_a_terminal_it_asks_before_most_pages_go(
    owner: asyncpg.Connection, site: Path, database: dict[str, str], answer: str, status: int, left: int
) -> None:
    run(site, "ingest", ".", **database)
    printed, ended_with = typed(site, ["ingest", "guides"], f"{answer}\n", database)
    assert "This removes 4 of 4 pages. Go on?" in printed
    assert ended_with == status
    assert len(await published_paths(owner)) == left


def typed(folder: Path, arguments: list[str], keys: str, environment: dict[str, str]) -> tuple[str, int]:
    """What a terminal shows of a command that is answered when it asks, and its exit status."""
    terminal, inside = pty.openpty()
    process = subprocess.Popen(
        [LECTERN, *arguments],
        cwd=folder,
        env={**os.environ, "TERM": "xterm", **environment},
        stdin=inside,
        stdout=inside,
        stderr=inside,
    )
    os.close(inside)
    shown = b""
    try:
        while chunk := _read(terminal):
            shown += chunk
            if b"[y/N]" in shown and keys:
                os.write(terminal, keys.encode())
                keys = ""
        return shown.decode(), process.wait(timeout=LIMIT_SECONDS)
    finally:
        process.kill()
        os.close(terminal)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # the command has ended
        return b""


async def test_a_terminal_gets_a_bar_per_phase_and_others_a_line(site: Path, database: dict[str, str]) -> None:
    lines = run(site, "ingest", ".", **database).stderr.splitlines()
    assert [line.partition(" in ")[0] for line in lines] == [
        "Reading: 4 pages",
        "Parsing: 4 pages",
        "Embedding: 8 windows",
        "Publishing: 4 pages",
    ]
    (site / "index.md").write_text("# Lumen\n\nAnother sentence to begin with.\n")
    shown, _ = typed(site, ["ingest", "."], "", database)
    for phase, count in (("Reading", "4/4"), ("Parsing", "1/1"), ("Embedding", "1/1"), ("Publishing", "1/1")):
        assert any(phase in line and "━" in line and count in line for line in shown.splitlines()), phase


async def test_publications_are_listed_with_their_commits(site: Path, database: dict[str, str]) -> None:
    git = ("git", "-C", str(site), "-c", "user.name=me", "-c", "user.email=me@example.com")
    subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "--quiet", "--message", "Begin"], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    run(site, "ingest", ".", **database)
    (site / "returns.mdx").unlink()
    run(site, "ingest", ".", "--commit", "ab12", **database)
    listed = run(site, "publications", **database).stdout.splitlines()
    assert "ab12" in listed[0]
    assert "0 written, 1 removed; 0 windows embedded; 3 pages, 7 sections" in listed[0]
    assert head[:12] in listed[1]
    (newest,) = run(site, "publications", "--count", "1", "--json", **database).stdout.splitlines()
    assert json.loads(newest)["source_commit"] == "ab12"


async def test_outside_of_a_repository_the_commit_is_the_cis(site: Path, database: dict[str, str]) -> None:
    outcome = told(run(site, "ingest", ".", "--json", GITHUB_SHA="c0ffee", **database))
    assert outcome["source_commit"] == "c0ffee"


async def test_the_folder_may_stand_in_the_settings(tmp_path: Path, site: Path, database: dict[str, str]) -> None:
    missing = run(tmp_path, "ingest", **database)
    assert (missing.returncode, "give DOCS, or set LECTERN_DOCS" in missing.stderr) == (2, True)
    (tmp_path / "lectern.toml").write_text('docs = "site"\n')
    assert "4 pages written" in run(tmp_path, "ingest", **database).stdout


def test_a_check_needs_neither_database_nor_embedder(site: Path) -> None:
    nothing = {"LECTERN_DATABASE_URL": "postgresql://localhost:1/none", "LECTERN_EMBEDDING_MODEL": "openai/x"}
    result = run(site, "ingest", ".", "--check", **nothing)
    assert (result.returncode, result.stdout.startswith("4 pages, 8 sections read in ")) == (0, True)
    assert not (site / ".lectern").exists()


def test_a_check_names_every_file_that_would_fail(site: Path) -> None:
    (site / "broken.md").write_text(BROKEN)
    (site / "guides" / "README.md").write_text("# Guides\n\nA page of its own.\n")
    (site / "guides" / "index.md").write_text("# Guides\n\nThe page that stands in its place.\n")
    result = run(site, "ingest", ".", "--check")
    assert result.returncode == 1
    assert result.stderr.splitlines()[1:] == [
        "not ingested: broken.md:3 the front matter is not YAML: did not find expected ',' or ']'.",
        "not ingested: guides/README.md gives the same page /guides as guides/index.md.",
    ]


@pytest.mark.parametrize("options", [["ingest", "--check"], ["watch"]])
def test_a_web_address_is_neither_checked_nor_watched(tmp_path: Path, options: list[str]) -> None:
    result = run(tmp_path, *options, "https://docs.example.com")
    assert (result.returncode, result.stdout) == (1, "")
    assert "https://docs.example.com is a web address: only a folder can be checked or watched." in result.stderr


def test_what_is_kept_as_text_fails_a_strict_run_only(site: Path) -> None:
    (site / "tabs.mdx").write_text("# Tabs\n\n<Tabs>\n\nNobody closes them.\n")
    lenient, strict = (run(site, "ingest", ".", "--check", *options) for options in ([], ["--strict"]))
    assert (lenient.returncode, strict.returncode) == (0, 1)
    for result in (lenient, strict):
        assert "flaw: tabs.mdx:3 `<Tabs>` is never closed" in result.stderr


async def test_ci_gets_a_summary_figures_and_annotations(
    site: Path, tmp_path: Path, database: dict[str, str]
) -> None:
    (site / "broken.md").write_text(BROKEN)
    files = ("--summary", "../summary.md", "--outputs", "../outputs", "--annotate")
    (tmp_path / "summary.md").write_text("What another step wrote.\n\n")
    result = run(site, "ingest", ".", *files, **database)
    summary = (tmp_path / "summary.md").read_text()
    assert summary.startswith("What another step wrote.\n\n### Documentation published, with trouble\n")
    assert "- `broken.md:3` the front matter is not YAML" in summary
    assert {"status=published", "pages_written=4", "windows_embedded=8", "exit_status=1"} <= set(
        (tmp_path / "outputs").read_text().splitlines()
    )
    assert (
        f"::error file={site}/broken.md,line=3,title=Not ingested::the front matter is not YAML" in result.stderr
    )


async def test_a_summary_that_cannot_be_written_does_not_undo_the_run(
    owner: asyncpg.Connection, site: Path, database: dict[str, str]
) -> None:
    result = run(site, "ingest", ".", "--summary", "missing/summary.md", **database)
    assert "missing/summary.md cannot be written: No such file or directory." in result.stderr
    assert result.returncode == 0
    assert len(await published_paths(owner)) == 4
