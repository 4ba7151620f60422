"""How much memory a command and its Postgres take, looked at while they run."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from benchmarks.cpu import postmaster_pid

_INTERVAL_SECONDS: Final = 0.25


@dataclass(slots=True)
class Peaks:
    """The most that was seen, in bytes."""

    command: int = 0
    postgres: int = 0
    """All its processes; memory they share counts once, where the system tells (Linux)."""
    together: int = 0
    """At one moment, so that it may be less than the sum of the other two."""

    def see(self, *, command: int, postgres: int) -> None:
        self.command = max(self.command, command)
        self.postgres = max(self.postgres, postgres)
        self.together = max(self.together, command + postgres)


@contextlib.contextmanager
def watching_memory(pid: int, *, data_dir: Path) -> Iterator[Peaks]:
    """The peaks of a running command and of the embedded Postgres in its data folder, until the context ends."""
    peaks = Peaks()
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_INTERVAL_SECONDS):
            peaks.see(command=_resident(pid), postgres=_postgres(data_dir))

    thread = threading.Thread(target=watch, name="memory")
    thread.start()
    try:
        yield peaks
    finally:
        over.set()
        thread.join()


def _resident(pid: int) -> int:
    with contextlib.suppress(psutil.Error):
        return psutil.Process(pid).memory_info().rss
    return 0  # it has just ended


def _postgres(data_dir: Path) -> int:
    with contextlib.suppress(psutil.Error, OSError):
        postmaster = psutil.Process(postmaster_pid(data_dir))
        return sum(map(_proportional, [postmaster, *postmaster.children(recursive=True)]))
    return 0  # not there yet, or not there any more


def _proportional(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.Error):
        memory = process.memory_full_info()
        return int(getattr(memory, "pss", memory.rss))
    return 0
