"""`lectern reindex` as an owner types it."""

import asyncio
import os
import pty
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from server.tokens import count_tokens
from tests.commands import LECTERN, LIMIT_SECONDS
from tests.model_endpoint import ModelEndpoint, serve_model_endpoint
from tests.reindexing import KEY, text_of, write_pages

BATCH = 256  # sections that are kept together


@pytest.fixture
def endpoint() -> Iterator[ModelEndpoint]:
    with serve_model_endpoint() as endpoint:
        yield endpoint


class Owner:
    """Types commands; what they print is folded to single blanks."""

    def __init__(self, folder: Path, database_url: str, endpoint: ModelEndpoint) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "LECTERN_DATABASE_URL": database_url,
            "LECTERN_EMBEDDING_BASE_URL": endpoint.base_url,
            "LECTERN_EMBEDDING_API_KEY": KEY,
            "LECTERN_EMBEDDING_RETRIES": "0",
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [LECTERN, *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        process = self.start(*arguments)
        printed, _ = process.communicate(timeout=LIMIT_SECONDS)
        assert KEY not in printed
        return process.returncode, " ".join(printed.split())


@pytest.fixture
def owner_at_work(tmp_path: Path, database_url: str, endpoint: ModelEndpoint) -> Owner:
    """With a site of a batch and 44 sections more, embedded by the built-in model."""
    write_pages(tmp_path / "docs", range(BATCH + 44))
    at_work = Owner(tmp_path, database_url, endpoint)
    assert at_work.run("ingest", "docs")[0] == 0
    return at_work


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_it_says_what_it_will_do_and_what_has_to_follow(owner_at_work: Owner) -> None:
    status, printed = owner_at_work.run(
        "reindex", "--embedding-model", "openai/test", "--yes", "--usd-per-million-tokens", "1000"
    )
    assert status == 0
    tokens = sum(count_tokens(f"Page {number}: {text_of(number)}") for number in range(BATCH + 44))
    assert "From local/wordllama (256 numbers) to openai/test: 300 sections, 300 windows" in printed
    assert f"about {tokens:,} tokens. About {tokens / 1000:,.2f} USD." in printed
    assert "The vectors are openai/test's now, 64 numbers each" in printed
    assert "Before a server or an ingest starts next, set LECTERN_EMBEDDING_MODEL=openai/test." in printed
    refused, told = owner_at_work.run("ingest", "docs")
    assert refused == 1
    assert "set it to openai/test; or run `lectern reindex --embedding-model local/wordllama`" in told
    owner_at_work.environment["LECTERN_EMBEDDING_MODEL"] = "openai/test"
    assert "300 unchanged; 0 windows embedded" in owner_at_work.run("ingest", "docs")[1]
    assert owner_at_work.run("reindex") == (0, "Every page is embedded with openai/test already: nothing to do.")


def test_without_a_terminal_it_wants_to_be_told_that_it_may(owner_at_work: Owner, endpoint: ModelEndpoint) -> None:
    status, printed = owner_at_work.run("reindex", "--embedding-model", "openai/test")
    assert status == 2
    assert "give --yes to start" in printed
    assert [] == endpoint.requests


@pytest.mark.parametrize(("reply", "status", "requests"), [(b"n\n", 130, 0), (b"y\n", 0, 4)])
def test_on_a_terminal_it_asks(
    owner_at_work: Owner, endpoint: ModelEndpoint, reply: bytes, status: int, requests: int
) -> None:
    keyboard, terminal = pty.openpty()
    process = subprocess.Popen(
        [LECTERN, "reindex", "--embedding-model", "openai/test"],
        cwd=owner_at_work.folder,
        env=owner_at_work.environment,
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    os.write(keyboard, reply)
    printed, _ = process.communicate(timeout=LIMIT_SECONDS)
    os.close(keyboard)
    os.close(terminal)
    assert b"Start?" in printed
    assert process.returncode == status
    assert requests == len(endpoint.requests)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_one_that_was_killed_goes_on_where_it_was(
    owner_at_work: Owner, endpoint: ModelEndpoint, database_url: str, how: signal.Signals
) -> None:
    endpoint.knobs.hang = True
    endpoint.knobs.calm_requests = 1 + BATCH // 128  # one to learn the width, and a batch
    process = owner_at_work.start("reindex", "--embedding-model", "openai/test", "--yes")
    wait_until(lambda: len(endpoint.requests) > endpoint.knobs.calm_requests)
    process.send_signal(how)
    process.communicate(timeout=LIMIT_SECONDS)
    assert process.returncode != 0
    assert asyncio.run(live_model(database_url)) == "local/wordllama"
    endpoint.start_afresh()
    status, printed = owner_at_work.run("reindex", "--embedding-model", "openai/test", "--yes")
    assert status == 0
    assert "to openai/test: the rest of an earlier run, 44 sections" in printed
    assert sum(len(request.body["input"]) for request in endpoint.requests) == 44
    assert asyncio.run(live_model(database_url)) == "openai/test"


async def live_model(database_url: str) -> str:
    connection = await asyncpg.connect(database_url)
    try:
        name: str = await connection.fetchval("select name from docs.embedding_model")
    finally:
        await connection.close()
    return name


def test_an_endpoint_that_refuses_is_told_in_a_sentence(owner_at_work: Owner, endpoint: ModelEndpoint) -> None:
    endpoint.knobs.status = 401
    endpoint.knobs.calm_requests = 1 + BATCH // 128
    status, printed = owner_at_work.run("reindex", "--embedding-model", "openai/test", "--yes")
    assert status == 1
    assert "refused the key: check LECTERN_EMBEDDING_API_KEY or OPENAI_API_KEY." in printed
    assert "256 of 300 sections were embedded in this run and are kept: run the same command again" in printed
    assert "Traceback" not in printed


def test_naming_the_live_model_drops_what_an_unfinished_one_has_made(
    owner_at_work: Owner, endpoint: ModelEndpoint
) -> None:
    endpoint.knobs.status = 500
    endpoint.knobs.calm_requests = 1 + BATCH // 128
    assert owner_at_work.run("reindex", "--embedding-model", "openai/test", "--yes")[0] == 1
    assert "nothing to do" in owner_at_work.run("reindex", "--embedding-model", "local/wordllama")[1]
    endpoint.start_afresh()
    assert "openai/test: 300 sections" in owner_at_work.run("reindex", "--embedding-model", "openai/test")[1]


def test_a_width_and_a_setting_that_stands_in_its_way(owner_at_work: Owner, endpoint: ModelEndpoint) -> None:
    wide = ("reindex", "--embedding-model", "openai/test", "--embedding-dimensions", "48", "--yes")
    status, printed = owner_at_work.run(*wide)
    assert status == 0
    assert "openai/test's now, 48 numbers each" in printed
    assert {48} == {request.body["dimensions"] for request in endpoint.requests}
    owner_at_work.environment |= {
        "LECTERN_EMBEDDING_MODEL": "openai/test",
        "LECTERN_EMBEDDING_DIMENSIONS": "32",
    }
    assert "48 numbers each, and LECTERN_EMBEDDING_DIMENSIONS is 32" in owner_at_work.run("ingest", "docs")[1]
    assert "nothing to do" in owner_at_work.run("reindex", "--embedding-dimensions", "48")[1]
