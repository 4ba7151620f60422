"""What a run reads: the files of a folder or the pages of a web address, and how their site is made."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from server.documents.editions.recognition import Edition, recognise_editions
from server.documents.formats import format_of
from server.documents.sites.profiles import GITHUB, Profile
from server.errors import IngestFailed
from server.ingest.crawl.site import FetchedPage, crawl
from server.ingest.framework import detect_profile
from server.ingest.progress import OnProgress, Progress
from server.ingest.project import Project
from server.ingest.sources import Failure, SourceFile, find_files
from server.records import StoredPage
from server.settings import Settings

_WEB_SCHEMES: Final = ("http", "https")


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    files: tuple[SourceFile, ...]
    """In the order in which the first of two with one path is the page."""
    failures: tuple[Failure, ...]
    """What could not be listed or fetched; the pages below it stay."""
    profile: Profile
    editions: Mapping[PurePosixPath, Edition]
    """By the files' names."""
    project: Project | None = None
    """`None` where pages have nothing to include."""


def is_web_address(docs: str) -> bool:
    return urlsplit(docs).scheme in _WEB_SCHEMES


def folder_of(docs: str) -> Path:
    """For what cannot be done with a web address; raises `IngestFailed` when it is one."""
    if is_web_address(docs):
        raise IngestFailed(f"{docs} is a web address: only a folder can be checked or watched.")
    return Path(docs)


@asynccontextmanager
async def opened_corpus(
    docs: str, settings: Settings, *, known: Iterable[StoredPage], on_progress: OnProgress
) -> AsyncIterator[Corpus]:
    """A folder's files, or a web site's pages, which lie in a folder of their own until the context ends.

    A web page that is `known` is fetched only when it was modified. Raises `IngestFailed` when there is nothing.
    """
    if not is_web_address(docs):
        yield await asyncio.to_thread(open_folder, Path(docs), settings)
        return
    with tempfile.TemporaryDirectory(prefix="lectern-crawl-") as folder:
        pages, failures = await crawl(
            docs,
            Path(folder),
            known={page.url: page.validators for page in known if page.validators},
            settings=settings,
            on_progress=lambda done, total: on_progress(Progress("Fetching", done, total)),
        )
        files = [_fetched_file(page, Path(folder)) for page in pages]
        yield _corpus(files, failures, profile=GITHUB, settings=settings)


def open_folder(folder: Path, settings: Settings) -> Corpus:
    """Blocking. Raises `IngestFailed` when the folder is missing or holds no documentation."""
    profile = detect_profile(
        folder, settings.framework, slug_style=settings.slug_style, url_suffix=settings.url_suffix
    )
    files, failures = find_files(folder, profile, include=settings.include, exclude=settings.exclude)
    project = Project(folder, max_bytes=settings.file_max_bytes)
    return _corpus(files, failures, profile=profile, settings=settings, project=project)


def _corpus(
    files: Sequence[SourceFile],
    failures: Sequence[Failure],
    *,
    profile: Profile,
    settings: Settings,
    project: Project | None = None,
) -> Corpus:
    return Corpus(
        files=tuple(files),
        failures=tuple(failures),
        profile=profile,
        editions=recognise_editions([file.name for file in files], language=settings.language),
        project=project,
    )


def _fetched_file(page: FetchedPage, folder: Path) -> SourceFile:
    known = format_of(page.name, page.content_type or None)
    assert known is not None  # noqa: S101  the crawl keeps nothing else
    return SourceFile(
        name=page.name,
        path=page.path or folder,
        format=known,
        source=str(page.name),
        url=page.url,
        validators=page.validators,
        is_unmodified=page.path is None,
    )
