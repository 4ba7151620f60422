"""What a server and its database have computed so far."""

import contextlib
from pathlib import Path
from typing import NamedTuple

import psutil


class Cpu(NamedTuple):
    """Seconds, user and system."""

    server: float
    """All its processes."""
    database: float = 0
    """All of the embedded Postgres."""

    def since(self, before: "Cpu") -> "Cpu":
        return Cpu(self.server - before.server, self.database - before.database)


def read_cpu(pid: int, *, data_dir: Path | None = None) -> Cpu:
    """Of a server and of the embedded Postgres in its data folder, where there is one."""
    return Cpu(_tree_seconds(pid), _tree_seconds(postmaster_pid(data_dir)) if data_dir else 0)


def postmaster_pid(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])


def _tree_seconds(pid: int) -> float:
    """Of a process and all below it, those that have ended included."""
    root = psutil.Process(pid)
    own = root.cpu_times()
    seconds: float = own.user + own.system + own.children_user + own.children_system
    for child in root.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            spent = child.cpu_times()
            seconds += spent.user + spent.system
    return seconds
