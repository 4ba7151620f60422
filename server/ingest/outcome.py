"""What a run of `lectern ingest` did, or would do, as machines read it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final, Literal, Self

import orjson

from server.errors import LecternError
from server.ingest.checking import Checked
from server.ingest.embedding import Paid
from server.ingest.run import Plan
from server.ingest.sources import Failure, Flaw
from server.ingest.sync import IngestReport

_LINE: Final = re.compile(r"Line (\d+): (.+)", re.DOTALL)
_USER: Final = re.compile(r"^(https?://)[^/?#]*@", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What could not be read, or understood."""

    source: str
    """File, folder or address; relative to what was ingested."""
    line: int | None
    reason: str

    @classmethod
    def of_failure(cls, failure: Failure) -> Self:
        """Where the reason begins with a line, that line is the place."""
        found = _LINE.fullmatch(failure.reason)
        if found is None:
            return cls(failure.source, None, failure.reason)
        return cls(failure.source, int(found[1]), found[2])

    @classmethod
    def of_flaw(cls, flaw: Flaw) -> Self:
        return cls(flaw.source, flaw.line, flaw.reason)

    @property
    def place(self) -> str:
        return self.source if self.line is None else f"{self.source}:{self.line}"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a run was given up."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The field names are those of `--json`."""

    status: Literal["published", "unchanged", "planned", "checked", "failed"]
    docs: str
    """The folder or address, as it was given, but for a user and password in it."""
    exit_status: int = 0
    source_commit: str | None = None
    generation: int | None = None
    """After the run; `None` where none is known."""

    pages_written: int = 0
    pages_added: int = 0
    """Those of the written ones that are new."""
    pages_removed: int = 0
    pages_unchanged: int = 0
    pages_total: int | None = None
    """Of the site after the run; of a check, in the folder."""
    sections_written: int = 0
    sections_total: int | None = None
    windows_embedded: int = 0
    windows_reused: int = 0
    """Of the written pages, those whose vectors were kept."""
    tokens: int = 0
    """Embedded, by Lectern's tokenizer; 0 where the embedder costs nothing."""
    usd: float | None = None
    """`None` where the price is not known."""
    seconds: float = 0
    embedding_model: str | None = None

    added_paths: Sequence[str] = ()
    changed_paths: Sequence[str] = ()
    removed_paths: Sequence[str] = ()
    needs_allow_removals: bool = False
    """Of a plan: whether the run would stop before it removes so many."""
    failures: Sequence[Trouble] = ()
    """Not ingested; the pages they had stay."""
    flaws: Sequence[Trouble] = ()
    """Kept as plain text, or missing, in a page that was ingested."""
    error: Reason | None = None
    """Why nothing was published."""

    @classmethod
    def of_run(cls, report: IngestReport, *, docs: str, embedding_model: str) -> Self:
        published = report.publication
        has_changed = published.pages_written > 0 or published.pages_removed > 0
        outcome = cls._of(report.plan, report.paid, docs=docs, embedding_model=embedding_model)
        return replace(
            outcome,
            status="published" if has_changed else "unchanged",
            generation=published.generation,
            pages_removed=published.pages_removed,
            pages_total=published.pages_total,
            sections_total=published.sections_total,
        )

    @classmethod
    def of_plan(cls, plan: Plan, paid: Paid, *, docs: str, embedding_model: str) -> Self:
        outcome = cls._of(plan, paid, docs=docs, embedding_model=embedding_model)
        return replace(outcome, needs_allow_removals=plan.removes_most)

    @classmethod
    def _of(cls, plan: Plan, paid: Paid, *, docs: str, embedding_model: str) -> Self:
        added = set(plan.added_paths)
        return cls(
            status="planned",
            docs=docs,
            pages_written=len(plan.written_paths),
            pages_added=len(added),
            pages_removed=len(plan.removed_paths),
            pages_unchanged=plan.unchanged_count,
            sections_written=plan.sections_written,
            windows_embedded=paid.windows,
            windows_reused=plan.windows_written - paid.windows,
            tokens=paid.tokens,
            embedding_model=embedding_model,
            added_paths=sorted(added),
            changed_paths=sorted(set(plan.written_paths) - added),
            removed_paths=plan.removed_paths,
            failures=_troubles(plan.failures),
            flaws=tuple(map(Trouble.of_flaw, plan.flaws)),
        )

    @classmethod
    def of_check(cls, checked: Checked, *, docs: str) -> Self:
        return cls(
            status="checked",
            docs=docs,
            pages_total=checked.page_count,
            sections_total=checked.section_count,
            failures=_troubles(checked.failures),
            flaws=tuple(map(Trouble.of_flaw, checked.flaws)),
        )

    @classmethod
    def of_error(cls, error: LecternError, *, docs: str) -> Self:
        # The other outcomes need no such care: an address with a user in it is refused.
        shown = _USER.sub(r"\1", docs)
        return cls(status="failed", docs=shown, exit_status=1, error=Reason(error.code, str(error)))

    def judged(self, *, is_strict: bool) -> Self:
        """With the exit status: a file that was not ingested is an error, a flaw only when `is_strict`."""
        fails = self.error is not None or bool(self.failures) or (is_strict and bool(self.flaws))
        return replace(self, exit_status=int(fails))

    def priced(self, usd_per_million_tokens: float | None, *, is_free: bool) -> Self:
        """With what it cost, where the embedder costs nothing or its price is given."""
        if is_free:
            return replace(self, usd=0.0)
        if usd_per_million_tokens is None:
            return self
        return replace(self, usd=self.tokens / 1e6 * usd_per_million_tokens)

    @property
    def json(self) -> str:
        return orjson.dumps(self).decode()

    @property
    def figures(self) -> dict[str, str]:
        """The single values by their names, as a CI system hands them on."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: _shown(value)
            for name, value in values.items()
            if name != "error" and (value is None or isinstance(value, str | int | float))
        }


def _troubles(failures: Iterable[Failure]) -> tuple[Trouble, ...]:
    return tuple(map(Trouble.of_failure, failures))


def _shown(value: str | float | bool | None) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else " ".join(str(value).split())
