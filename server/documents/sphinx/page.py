"""What the directives and roles of one reStructuredText page share."""

import posixpath
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Final

from docutils import nodes

from server.documents.decoding import decode
from server.documents.document import Problem, Source
from server.errors import DocumentUnreadable

_INCLUDES_MAX_COUNT: Final = 300  # A guess; a page that includes itself ends here at the latest.
_INCLUDES_MAX_CHARS: Final = 5_000_000  # Likewise.
_PROBLEMS_MAX_COUNT: Final = 100  # A guess: nobody mends more at once.


# A guess: of one core. Docutils takes about 1 s for 10,000 lines, 60 s for 10 MB.
_MAX_SECONDS: Final = 120


@dataclass(slots=True)
class RstPage:
    source: Source
    meta: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)
    """The page's own roles (`.. role::`) and what each is based on."""
    _included: Counter[str] = field(default_factory=Counter)
    _included_chars: int = 0
    _said: set[str] = field(default_factory=set)
    _started: float = field(default_factory=time.thread_time)

    def check_time(self) -> None:
        """Raises `DocumentUnreadable` when the page has had its time."""
        if time.thread_time() - self._started > _MAX_SECONDS:
            raise DocumentUnreadable(f"takes more than {_MAX_SECONDS} seconds to be read: split it.")

    def note(self, problem: Problem, *, once_for: str | None = None) -> None:
        """With `once_for` only the first of its kind on the page."""
        if once_for in self._said or len(self.problems) >= _PROBLEMS_MAX_COUNT:
            return
        if once_for is not None:
            self._said.add(once_for)
        self.problems.append(problem)

    def read(self, target: str, *, within: str | None = None) -> str:
        """A file that the page names: `/x` from the folder's root, else from the file that names it.

        Raises `DocumentUnreadable` also when the page includes too much.
        """
        place = self.place(target, within=within)
        self._included[place] += 1
        if self._included.total() > _INCLUDES_MAX_COUNT:
            raise DocumentUnreadable(f"more than {_INCLUDES_MAX_COUNT} files are included")
        text = decode(self.source.read_file(PurePosixPath(place)))
        self._included_chars += len(text)
        if self._included_chars > _INCLUDES_MAX_CHARS:
            raise DocumentUnreadable(f"more than {_INCLUDES_MAX_CHARS:,} characters are included")
        return text

    def place(self, target: str, *, within: str | None = None) -> str:
        folder = PurePosixPath(within or self.source.name).parent
        path = PurePosixPath(target.lstrip("/")) if target.startswith("/") else folder / target
        return posixpath.normpath(path)


def page_of(tree: nodes.document) -> RstPage:
    page: RstPage = tree.settings.page
    return page


def placed(reason: str, page: RstPage, *, source: Any, line: int | None) -> Problem:
    """A problem of the page, or of a file it includes."""
    if source and str(source) != str(page.source.name):
        return Problem(None, f"in the included {source}, line {line}: {reason}")
    return Problem(line, reason)


def problem_of(message: nodes.system_message, page: RstPage) -> Problem:
    """What docutils says about a stretch."""
    text = message[0].astext() if len(message) else "cannot be read"
    reason = " ".join(text.split())[:300].rstrip(".") + ": its text is kept as it stands."
    return placed(reason, page, source=message.get("source"), line=message.get("line"))
