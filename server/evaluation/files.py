"""What an evaluation writes down."""

from pathlib import Path

from server.errors import EvaluationInvalid


def write_file(path: Path, content: bytes) -> None:
    """Raises `EvaluationInvalid` when it cannot be written."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise EvaluationInvalid(f"{path} cannot be written: {error.strerror}.") from error
