"""What `--against` may name."""

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from server.errors import EvaluationInvalid
from server.settings import Settings


def is_saved_results(target: str) -> bool:
    return target.endswith(".json")


def target_name(target: str) -> str:
    """As it may be shown: a URL without user and password."""
    if "://" not in target:
        return target
    try:
        parts = urlsplit(target)
        return f"{parts.hostname}{parts.path}"
    except ValueError:
        return "another database"


def target_settings(target: str, settings: Settings) -> Settings:
    """The settings on the database a URL or a data directory names; raises `EvaluationInvalid` for neither."""
    if "://" in target:
        return settings.model_copy(update={"database_url": SecretStr(target)})
    if not (Path(target) / "postgres").is_dir():
        raise EvaluationInvalid(
            f"--against {target!r} is no data directory: give one that `lectern ingest` made (LECTERN_DATA_DIR), "
            "a Postgres URL, or results saved as .json."
        )
    return settings.model_copy(update={"database_url": None, "data_dir": Path(target)})
