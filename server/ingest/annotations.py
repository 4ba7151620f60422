"""Failures as GitHub's workflow commands, which put them beside the lines of a pull request.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from server.ingest.corpus import is_web_address
from server.ingest.outcome import Outcome, Trouble

_ANNOTATIONS_MAX: Final = 50  # GitHub shows ten of each kind a step


def annotations(outcome: Outcome) -> Iterator[str]:
    """One line each; files by their absolute places, which GitHub makes relative to the repository.

    A web page has no place in the repository.
    """
    if outcome.error is not None:
        yield f"::error title=Nothing was published::{_escaped(outcome.error.message)}"
    folder = None if is_web_address(outcome.docs) else Path(outcome.docs).absolute()
    for trouble in outcome.failures[:_ANNOTATIONS_MAX]:
        yield _annotation("error", "Not ingested", trouble, folder)
    for trouble in outcome.flaws[:_ANNOTATIONS_MAX]:
        yield _annotation("warning", "Flaw", trouble, folder)


def _annotation(kind: str, title: str, trouble: Trouble, folder: Path | None) -> str:
    if folder is None:
        return f"::{kind} title={title}::{_escaped(f'{trouble.place} {trouble.reason}')}"
    file = _escaped_property(str(folder / trouble.source))
    line = "" if trouble.line is None else f",line={trouble.line}"
    return f"::{kind} file={file}{line},title={title}::{_escaped(trouble.reason)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
