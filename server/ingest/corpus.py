"""What a run reads: the files of one source, and how its site is made."""

from dataclasses import dataclass
from pathlib import Path

from server.documents.profiles import GITHUB, Profile
from server.ingest.project import Project
from server.ingest.sources import Failure, SourceFile, find_files
from server.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    files: tuple[SourceFile, ...]
    """In the order in which the first of two with one path is the page."""
    failures: tuple[Failure, ...]
    """What could not be listed or fetched; the pages below it stay."""
    profile: Profile
    project: Project | None
    """`None` where pages have nothing to include."""


def open_folder(folder: Path, settings: Settings) -> Corpus:
    """Raises `IngestFailed` when the folder is missing or holds no documentation."""
    files, failures = find_files(folder)
    return Corpus(
        files=tuple(files),
        failures=tuple(failures),
        profile=GITHUB,
        project=Project(folder, max_bytes=settings.file_max_bytes),
    )
