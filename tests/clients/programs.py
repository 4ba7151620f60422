"""Clients that are programs of their own, run as such."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import pytest

FOLDER = Path(__file__).parent
LIMIT_SECONDS = 20


def find_node() -> str:
    """Node from the virtual environment, or the machine's; a test without one fails."""
    node = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    if node is None or not (FOLDER / "node_modules").is_dir():
        pytest.fail("Node or the JavaScript clients are missing: `make test` installs them.")
    return node


def run(*command: str, status: int = 0) -> bytes:
    """What a command printed; it has to end in time, with `status` and without complaints."""
    # A session of its own, because the wheel's `node` starts the real one as a child, which would be left behind.
    with subprocess.Popen(command, stdout=PIPE, stderr=PIPE, start_new_session=True) as process:
        try:
            output, complaints = process.communicate(timeout=LIMIT_SECONDS)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    assert (status, b"") == (process.returncode, complaints)
    return output
