"""What differs between a corpus and what is published."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from server.errors import DocumentUnreadable
from server.ingest.checksums import checksum
from server.ingest.corpus import Corpus
from server.ingest.sources import Failure, SourceFile, read_content
from server.records import StoredPage


@dataclass(frozen=True, slots=True)
class Changes:
    to_parse: tuple[SourceFile, ...]
    unchanged: tuple[StoredPage, ...]
    failures: tuple[Failure, ...]


def compare(
    corpus: Corpus,
    stored: Iterable[StoredPage],
    *,
    parsed_with: Callable[[SourceFile], str],
    embedded_with: str,
    file_max_bytes: int,
) -> Changes:
    """Reads every file once; a file that cannot be read fails alone.

    A page is unchanged when its file is, every file that it includes, and what both were made to sections and
    vectors with.
    """
    published = {page.source: page for page in stored if not page.is_pushed}
    to_parse: list[SourceFile] = []
    unchanged: list[StoredPage] = []
    failures = list(corpus.failures)
    for file in corpus.files:
        stands = published.get(file.source)
        try:
            if stands and (stands.parsed_with, stands.embedded_with) == (parsed_with(file), embedded_with):
                is_same = _is_unmodified(file, stands, file_max_bytes) and _includes_the_same(stands, corpus)
            else:
                is_same = False
        except DocumentUnreadable as error:
            failures.append(Failure(file.source, str(error)))
            continue
        if stands and is_same:
            unchanged.append(stands)
        else:
            to_parse.append(file)
    return Changes(tuple(to_parse), tuple(unchanged), tuple(failures))


def _is_unmodified(file: SourceFile, stands: StoredPage, file_max_bytes: int) -> bool:
    return file.is_unmodified or stands.checksum == checksum(read_content(file, max_bytes=file_max_bytes))


def _includes_the_same(stands: StoredPage, corpus: Corpus) -> bool:
    if corpus.project is None:
        return not stands.includes
    return all(corpus.project.checksum(name) == known for name, known in stands.includes.items())


def removed_paths(
    stored: Iterable[StoredPage], *, kept: Collection[str], failures: Sequence[Failure]
) -> tuple[str, ...]:
    """The published pages that are in a corpus no more: those at no path that is `kept`.

    A file that could not be read keeps its page, and a folder that could not be listed all pages below it.
    """
    failed = {PurePosixPath(failure.source) for failure in failures}
    return tuple(
        sorted(
            page.path
            for page in stored
            if not page.is_pushed and page.path not in kept and not _is_protected(page.source, failed)
        )
    )


def _is_protected(source: str, failed: Collection[PurePosixPath]) -> bool:
    place = PurePosixPath(source)
    return any(place_or_folder in failed for place_or_folder in (place, *place.parents))
