"""The commands as a newcomer types them: a process of their own, an embedded Postgres, an empty folder."""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from tests.commands import LECTERN, LIMIT_SECONDS, run
from tests.conftest import SITE_FOLDER
from tests.model_endpoint import serve_model_endpoint


@pytest.fixture
def folder() -> Iterator[Path]:
    """A working directory that root's Postgres may enter as another user."""
    folder = Path(tempfile.mkdtemp(prefix="lectern-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@contextmanager
def running(folder: Path, *arguments: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A serving process and what it printed until it said to stop with Ctrl-C; interrupted at the end."""
    process = subprocess.Popen(
        [LECTERN, *arguments],
        cwd=folder,
        env={**os.environ, "LECTERN_PORT": "0", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    watchdog = threading.Timer(LIMIT_SECONDS, process.kill)
    watchdog.start()
    try:
        assert process.stdout is not None
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        yield process, "".join(lines)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate()
        watchdog.cancel()


def address(printed: str) -> str:
    found = re.search(r"http://127\.0\.0\.1:\d+", printed)
    assert found is not None, printed
    return found.group()


def postgres_processes(folder: Path) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if "postgres" in " ".join(process.info["cmdline"] or []) and str(folder) in str(process.info["cmdline"])
    ]


def test_up_ingests_serves_and_stops_everything_it_started(folder: Path) -> None:
    with running(folder, "up", str(SITE_FOLDER)) as (process, printed):
        assert "4 pages written" in printed
        assert "knows      4 pages, 8 sections" in printed
        assert "embedder   local/wordllama" in printed
        assert "completer  local/extractive" in printed
        assert "OPENAI_API_KEY=" in printed
        answer = httpx.get(
            f"{address(printed)}/v1/query",
            params={"query": "How do I change the bulb?"},
            headers={"Accept": "text/plain"},
            timeout=30,
        )
        assert "cool for ten minutes" in answer.text
        assert postgres_processes(folder)
    assert process.returncode == 0
    assert postgres_processes(folder) == []


def test_the_second_run_embeds_nothing(folder: Path) -> None:
    run(folder, "migrate")
    first = run(folder, "ingest", str(SITE_FOLDER))
    second = run(folder, "ingest", str(SITE_FOLDER))
    assert (first.returncode, second.returncode) == (0, 0)
    assert "4 pages written, 0 removed, 0 unchanged" in first.stdout
    assert "0 pages written, 0 removed, 4 unchanged; 0 windows embedded" in " ".join(second.stdout.split())


def test_ask_and_search_answer_in_the_terminal(folder: Path) -> None:
    run(folder, "ingest", str(SITE_FOLDER))
    asked = run(folder, "ask", "How do I change the bulb?")
    searched = run(folder, "search", "pairing fails", "--limit", "2")
    assert "cool for ten minutes" in " ".join(asked.stdout.split())
    assert "[1] Bulbs › Changing the bulb" in asked.stdout
    assert "confidence: medium" == asked.stdout.splitlines()[-1]
    assert searched.stdout.splitlines()[:2] == [
        "[1] Dimming › When pairing fails",
        "    /pages/guides/dimming#pairing-trouble",
    ]


@pytest.mark.soak
def test_a_question_file_is_generated_and_evaluated(folder: Path) -> None:
    run(folder, "ingest", str(SITE_FOLDER))
    assert run(folder, "eval", "--generate", "questions.yaml").returncode == 0
    again = run(folder, "eval", "--generate", "questions.yaml")
    assert (1, True) == (again.returncode, "questions.yaml exists, and nothing is overwritten" in again.stderr)
    run(folder, "ingest", str(SITE_FOLDER), LECTERN_DATA_DIR="other")
    compared = run(folder, "eval", "questions.yaml", "--mode", "both", "--against", "other", "--save", "r.json")
    assert compared.returncode == 0
    assert "Pages against other, both:" in compared.stdout
    judged = run(folder, "eval", "questions.yaml", "--not-worse-than", "r.json", "--fail-under", "answers=1")
    assert judged.returncode == 1
    assert "--fail-under asks for answers that pass" in " ".join(judged.stderr.split())
    assert run(folder, "eval", "questions.yaml", "--fail-under", "recall@10=0.5").returncode == 0
    with (folder / "questions.yaml").open("a") as file:
        file.write("- question: Who sells penguins?\n  relevant: /penguins\n")
    assert run(folder, "eval", "questions.yaml", "--mode", "keywords", "--fail-under", "mrr@10=1").returncode == 1


def test_a_process_that_was_killed_does_not_keep_postgres_for_ever(folder: Path) -> None:
    with running(folder, "up", str(SITE_FOLDER)) as (process, _):
        process.kill()
        process.wait()
    assert postgres_processes(folder)
    assert run(folder, "search", "lamp").returncode == 0
    assert postgres_processes(folder) == []


def test_sigterm_ends_it_as_ctrl_c_does(folder: Path) -> None:
    with running(folder, "up", str(SITE_FOLDER)) as (process, _):
        process.terminate()
        process.wait(timeout=LIMIT_SECONDS)
        assert postgres_processes(folder) == []
    assert process.returncode == 0


def test_a_file_that_fails_is_named_and_the_exit_status_is_one(folder: Path) -> None:
    docs = Path(shutil.copytree(SITE_FOLDER, folder / "docs"))
    (docs / "broken.md").write_bytes(b"\xff")
    result = run(folder, "ingest", str(docs))
    assert result.returncode == 1
    assert "4 pages written" in result.stdout
    assert "not ingested: broken.md:1 is not UTF-8 text" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "sentence"),
    [
        (["ingest", "nowhere"], {}, "nowhere does not exist: give the folder that holds your documentation."),
        (["serve"], {"LECTERN_PORT": "http"}, "LECTERN_PORT is 'http'"),
        (["serve"], {"LECTERN_EMBEDDING_MODEL": "magic"}, "LECTERN_EMBEDDING_MODEL"),
        (["migrate"], {"LECTERN_EMBEDDING_MODEL": "openai/x"}, "LECTERN_EMBEDDING_API_KEY"),
        (["serve"], {"LECTERN_DATABASE_URL": "postgresql://localhost:1/none"}, "Postgres cannot be reached"),
        (["serve"], {}, "run `lectern migrate`"),
        (["serve"], {"LECTERN_DATABASE_URL": "postgresql://me:p@ss@localhost/db"}, "percent-encoded"),
        (["serve"], {"LECTERN_DATABASE_URL": "postgresql://me:pass:word/x@localhost/db"}, "percent-encoded"),
        (["serve"], {"LECTERN_FULL_TEXT_WEIGHT": "0", "LECTERN_SEMANTIC_WEIGHT": "0"}, "must not both be 0"),
        (["ask", " "], {}, "The query is empty"),
    ],
)
def test_what_cannot_work_is_one_sentence(
    folder: Path, arguments: list[str], environment: dict[str, str], sentence: str
) -> None:
    result = run(folder, *arguments, **environment)
    assert result.returncode == 1
    assert sentence in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr
    assert "ss@" not in result.stderr
    assert "word/x" not in result.stderr


def test_escape_sequences_of_a_page_do_not_reach_the_terminal(folder: Path) -> None:
    (folder / "docs").mkdir()
    (folder / "docs" / "a.md").write_text(
        '---\ntitle: "Own\\x1b]0;ed\\x07"\n---\n\n# Lamps\n\nHow a lamp is lit, told in one short sentence.\n'
    )
    run(folder, "ingest", "docs")
    found = run(folder, "search", "How is a lamp lit?")
    assert "Own" in found.stdout
    assert "\x1b" not in found.stdout


def test_a_taken_port_is_named(folder: Path) -> None:
    run(folder, "ingest", str(SITE_FOLDER))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = run(folder, "serve", "--port", port)
    assert result.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in result.stderr


def test_another_embedding_model_is_refused_until_it_is_replaced(folder: Path) -> None:
    run(folder, "ingest", str(SITE_FOLDER))
    with serve_model_endpoint() as endpoint:
        other = {
            "LECTERN_EMBEDDING_MODEL": "openai/test",
            "LECTERN_EMBEDDING_BASE_URL": endpoint.base_url,
            "LECTERN_EMBEDDING_API_KEY": "sk-secret",
        }
        for command in (["serve"], ["ingest", str(SITE_FOLDER)]):
            refused = run(folder, *command, **other)
            assert refused.returncode == 1
            told = " ".join(refused.stderr.split())
            assert "made with local/wordllama (256 numbers each)" in told
            assert "LECTERN_EMBEDDING_MODEL is openai/test" in told
            assert "lectern migrate --replace-embedding-model" in told
        assert run(folder, "migrate", "--replace-embedding-model", **other).returncode == 0
        ingested = run(folder, "ingest", str(SITE_FOLDER), **other)
        assert ingested.returncode == 0
        assert "4 pages written" in ingested.stdout
        assert "sk-secret" not in ingested.stdout + ingested.stderr
