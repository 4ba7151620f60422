"""The work of jobs as pages to write and paths to remove: of several jobs about one path the newest counts."""

import base64
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Final

from server.documents.document import Problem, Source
from server.documents.editions.recognition import site_edition, with_edition
from server.documents.formats import format_of
from server.documents.sections import split_sections
from server.errors import DocumentExcluded, DocumentUnreadable
from server.ingest.checksums import checksum, checksum_of
from server.ingest.parsing import PageRecipe, stated_url, title_from
from server.records import HeldJob, Page
from server.tokens import count_tokens

_TOLD_MAX: Final = 100  # problems of one job, so that a page of nothing else does not fill the table


@dataclass(frozen=True, slots=True)
class Write:
    job: int
    page: Page


@dataclass(slots=True)
class Pushes:
    """What some jobs come to."""

    writes: dict[str, Write] = field(default_factory=dict)
    """By path, as the removals; a path is in one of both at most."""
    removals: dict[str, int] = field(default_factory=dict)
    """The jobs that ask for them."""
    failures: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    """By job, as the problems: pages that cannot be read."""
    problems: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    """Stretches of pages that were kept as plain text, or that are missing."""

    @property
    def jobs_by_path(self) -> dict[str, int]:
        return {**self.removals, **{path: write.job for path, write in self.writes.items()}}

    def tell(
        self, job: HeldJob, *, written: Collection[str], removed: Collection[str], outdated: Collection[str]
    ) -> dict[str, Any]:
        """What has become of one of the jobs, as `finish_job` takes it."""
        paths = _paths(job)
        failures, problems = self.failures.get(job.id, []), self.problems.get(job.id, [])
        failed = {failure["path"] for failure in failures}
        jobs_by_path = self.jobs_by_path
        late = {path for path in paths - failed if path in outdated or jobs_by_path.get(path) != job.id}
        own = paths - failed - late
        outcome = {
            "pages_written": len(own & set(written)),
            "pages_removed": len(own & set(removed)),
            "pages_unchanged": len(own - set(written) - set(removed)),
            "pages_outdated": len(late),
            "failures": failures,
            "problems": problems[:_TOLD_MAX],
        }
        if not failures:
            return {"state": "done", "reason": None, "outcome": outcome}
        first = failures[0]
        reason = f"{len(failures)} of {len(paths)} pages cannot be read. {first['path']}: {first['reason']}"
        return {"state": "failed", "reason": reason, "outcome": outcome}

    def remove(self, path: str, job: HeldJob) -> None:
        self.writes.pop(path, None)
        self.removals[path] = job.id

    def write(self, page: Page, problems: Sequence[Problem], job: HeldJob) -> None:
        self.removals.pop(page.path, None)
        self.writes[page.path] = Write(job.id, page)
        self.problems.setdefault(job.id, []).extend(
            {"path": page.path, "line": problem.line, "reason": problem.reason} for problem in problems
        )

    def fail(self, path: str, error: DocumentUnreadable, job: HeldJob) -> None:
        self.failures.setdefault(job.id, []).append({"path": path, "reason": str(error)})


def read_pushes(jobs: Sequence[HeldJob], recipe: PageRecipe, *, language: str) -> Pushes:
    """Parses what the jobs carry, in the order in which they were enqueued; blocking.

    `language` is that of pages that state none.
    """
    pushes = Pushes()
    for job in sorted(jobs, key=lambda one: one.id):
        for path in job.work.get("paths", ()):
            pushes.remove(path, job)
        for pushed in job.work.get("pages", ()):
            try:
                page, problems = parse_pushed(pushed, recipe, language=language)
            except DocumentExcluded:
                pushes.remove(pushed["path"], job)
            except DocumentUnreadable as error:
                pushes.fail(pushed["path"], error, job)
            else:
                pushes.write(page, problems, job)
    return pushes


def parse_pushed(
    pushed: Mapping[str, Any], recipe: PageRecipe, *, language: str
) -> tuple[Page, Sequence[Problem]]:
    """One page as `PUT /v1/pages` has put it into the queue. Raises what `PageParser.parse` does."""
    path, content = pushed["path"], _content(pushed)
    format = format_of(PurePosixPath(), pushed["content_type"])
    if format is None:
        raise DocumentUnreadable(f"has the type {pushed['content_type']!r}, which this worker does not know.")
    name = PurePosixPath((path.strip("/") or "index") + format.suffixes[0])
    document = format.parse(
        Source(
            name=name,
            content=content,
            profile=recipe.profile,
            read_file=_read_nothing,
            content_selector=recipe.content_selector,
        )
    )
    title = pushed.get("title") or document.title or title_from(path)
    meta = {**document.meta, **pushed.get("meta", {})}
    if recipe.profile.is_draft(meta):
        raise DocumentExcluded("is a draft.")
    edition = site_edition(language)
    page = Page(
        path=path,
        url=stated_url(document, path) or recipe.profile.url(path),
        title=title,
        meta=with_edition(meta, edition),
        type=format.name,
        source=str(name),
        checksum=checksum_of([checksum(content), format.name, pushed.get("title"), pushed.get("meta")]),
        parsed_with=checksum_of([recipe.sha256, edition]),
        sections=split_sections(
            document, title=title, max_tokens=recipe.section_max_tokens, count_tokens=count_tokens
        ),
        is_pushed=True,
    )
    return page, document.problems


def _paths(job: HeldJob) -> set[str]:
    return {*job.work.get("paths", ()), *(page["path"] for page in job.work.get("pages", ()))}


def _content(pushed: Mapping[str, Any]) -> bytes:
    text: str | None = pushed.get("content")
    return base64.b64decode(pushed["content_base64"]) if text is None else text.encode()


def _read_nothing(name: PurePosixPath) -> bytes:
    raise DocumentUnreadable(f"{name} is not there: a pushed page can include no files.")
