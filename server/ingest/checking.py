"""A folder read as an ingest reads it, and nothing kept: no database, no embedder."""

from dataclasses import dataclass
from pathlib import Path

from server.errors import DocumentExcluded, DocumentUnreadable
from server.ingest.corpus import open_folder
from server.ingest.parsing import PageParser, PageRecipe
from server.ingest.progress import OnProgress, Progress
from server.ingest.sources import Failure, Flaw, read_content
from server.ingest.staging import same_page
from server.settings import Settings

_TOLD_EVERY_PAGES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    page_count: int
    section_count: int
    failures: tuple[Failure, ...]
    flaws: tuple[Flaw, ...]


def check_folder(folder: Path, settings: Settings, *, on_progress: OnProgress) -> Checked:
    """Everything that an ingest of the folder would report. Blocking.

    Raises `IngestFailed` when the folder is missing or holds no documentation.
    """
    corpus = open_folder(folder, settings)
    parser = PageParser(PageRecipe.of(settings, corpus.profile), corpus)
    failures = list(corpus.failures)
    flaws: list[Flaw] = []
    owners: dict[str, str] = {}
    section_count = 0
    total = len(corpus.files)
    for done, file in enumerate(corpus.files):
        if done % _TOLD_EVERY_PAGES == 0:
            on_progress(Progress("Checking", done, total))
        try:
            parsed = parser.parse(file, read_content(file, max_bytes=settings.file_max_bytes))
        except DocumentExcluded:
            continue
        except DocumentUnreadable as error:
            failures.append(Failure(file.source, str(error)))
            continue
        flaws += [Flaw(file.source, problem.line, problem.reason) for problem in parsed.problems]
        owner = owners.setdefault(parsed.page.path, file.source)
        if owner != file.source:
            failures.append(same_page(file.source, path=parsed.page.path, owner=owner))
        else:
            section_count += len(parsed.page.sections)
    on_progress(Progress("Checking", total, total))
    return Checked(
        page_count=len(owners), section_count=section_count, failures=tuple(failures), flaws=tuple(flaws)
    )
