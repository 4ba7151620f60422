"""Servers as processes of their own, which may be told to stop, or killed."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.commands import LECTERN, LIMIT_SECONDS
from tests.model_endpoint import ModelEndpoint

SERVE = (LECTERN, "serve")
UVICORN = (sys.executable, "-m", "uvicorn", "--factory", "server.app:create_app", "--no-access-log")


@dataclass(frozen=True)
class Server:
    url: str
    process: subprocess.Popen[str]
    log: Path

    def stop(self, signal: int) -> None:
        self.process.send_signal(signal)

    def ended(self, *, limit_seconds: float = LIMIT_SECONDS) -> int:
        """The exit code, when it has one."""
        return self.process.wait(limit_seconds)


@contextmanager
def server(
    database_url: str, endpoint: ModelEndpoint, *, command: tuple[str, ...] = SERVE, **settings: object
) -> Iterator[Server]:
    """A running server on a free port; killed at the end when it still runs."""
    starting = _start(database_url, endpoint, command=command, **settings)
    try:
        yield _until_ready(starting)
    finally:
        _kill(starting)


@contextmanager
def servers(database_url: str, endpoint: ModelEndpoint, **settings: object) -> Iterator[tuple[Server, Server]]:
    """Two on one database."""
    starting = [_start(database_url, endpoint, command=SERVE, **settings) for _ in range(2)]
    try:
        one, other = map(_until_ready, starting)
        yield one, other
    finally:
        for server in starting:
            _kill(server)


def _kill(server: Server) -> None:
    server.process.kill()
    server.process.wait()


def _start(database_url: str, endpoint: ModelEndpoint, *, command: tuple[str, ...], **settings: object) -> Server:
    port = settings.get("port") or _free_port()
    given = {
        "database_url": database_url,
        "completion_model": "openai/test",
        "completion_base_url": endpoint.base_url,
        "completion_api_key": "sk-test",
        "cache_seconds": 0,
        "store_seconds": 0.05,
        "port": port,
        **settings,
    }
    log = Path(f"server-{port}.log").absolute()
    with log.open("w") as file:
        process = subprocess.Popen(
            [*command] if command == SERVE else [*command, "--port", str(port)],
            env={**os.environ, **{f"LECTERN_{name.upper()}": str(value) for name, value in given.items()}},
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
        )
    return Server(f"http://127.0.0.1:{port}", process, log)


def _until_ready(server: Server) -> Server:
    deadline = time.monotonic() + LIMIT_SECONDS
    while True:
        try:
            if httpx.get(f"{server.url}/readyz").status_code == 200:
                return server
        except httpx.TransportError:
            pass
        assert server.process.poll() is None, server.log.read_text()
        assert time.monotonic() < deadline, server.log.read_text()
        time.sleep(0.05)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port
