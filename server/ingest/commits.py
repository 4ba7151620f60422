"""Which commit of its repository a folder of documentation is at."""

import subprocess
from pathlib import Path
from typing import Final

_TIMEOUT_SECONDS: Final = 10  # A guess; git answers in milliseconds.


def head_commit(folder: Path) -> str | None:
    """The hash of the commit that is checked out; `None` outside of a repository, and where git is missing."""
    try:
        answered = subprocess.run(  # noqa: S603  no part of it is anybody's text but the owner's folder
            ["git", "-C", str(folder), "rev-parse", "--verify", "--quiet", "HEAD"],  # noqa: S607
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answered.stdout.strip() or None if answered.returncode == 0 else None
