"""The command `lectern` as a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

LECTERN = str(Path(sys.executable).with_name("lectern"))
LIMIT_SECONDS = 60


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Typed in a folder, with these variables beside those of the machine."""
    return subprocess.run(
        [LECTERN, *arguments],
        cwd=folder,
        env={**os.environ, "LECTERN_PORT": "0", **environment},
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
