"""What differs between a folder and what is published."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from server.documents.paths import page_path
from server.errors import DocumentUnreadable
from server.ingest.parsing import PageRecipe
from server.ingest.sources import SourceFile, read_text
from server.records import StoredPage


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be ingested; the page it had stays as it was."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Changes:
    to_parse: tuple[SourceFile, ...]
    unchanged_count: int
    removed_paths: tuple[str, ...]
    failures: tuple[Failure, ...]


def compare(
    files: Sequence[SourceFile], stored: Iterable[StoredPage], recipe: PageRecipe, *, file_max_bytes: int
) -> Changes:
    """Reads every file once; what is published and no longer in the folder is to be removed.

    A file that cannot be read fails alone and protects the page at its path. So does the second of two files
    with one path.
    """
    checksums = {page.path: page.checksum for page in stored}
    owners: dict[str, SourceFile] = {}
    to_parse: list[SourceFile] = []
    failures: list[Failure] = []
    for file in files:
        path = page_path(file.relative)
        owner = owners.setdefault(path, file)
        if owner is not file:
            failures.append(Failure(str(file.relative), f"gives the same page {path} as {owner.relative}."))
            continue
        try:
            text = read_text(file, max_bytes=file_max_bytes)
        except DocumentUnreadable as error:
            failures.append(Failure(str(file.relative), str(error)))
            continue
        if checksums.get(path) != recipe.checksum(text):
            to_parse.append(file)
    return Changes(
        to_parse=tuple(to_parse),
        unchanged_count=len(files) - len(to_parse) - len(failures),
        removed_paths=tuple(sorted(checksums.keys() - owners.keys())),
        failures=tuple(failures),
    )
