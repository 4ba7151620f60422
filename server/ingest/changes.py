"""What differs between a folder and what is published."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from server.documents.paths import page_path
from server.errors import DocumentUnreadable
from server.ingest.parsing import PageRecipe
from server.ingest.sources import Failure, SourceFile, printable, read_text
from server.records import StoredPage


@dataclass(frozen=True, slots=True)
class Changes:
    to_parse: tuple[SourceFile, ...]
    unchanged_count: int
    removed_paths: tuple[str, ...]
    failures: tuple[Failure, ...]


def compare(
    files: Sequence[SourceFile],
    stored: Iterable[StoredPage],
    *,
    recipe: PageRecipe,
    embedded_with: str,
    file_max_bytes: int,
    unlisted: Sequence[Failure] = (),
) -> Changes:
    """Reads every file once; what is published and no longer in the folder is to be removed.

    A page is unchanged when both its checksums are: that of its text, and what its vectors were made with.

    A file that cannot be read fails alone and protects the page at its path; so does the second of two files
    with one path, and a folder that could not be listed with every page below it.
    """
    published = {page.path: page for page in stored}
    owners: dict[str, SourceFile] = {}
    to_parse: list[SourceFile] = []
    failures = list(unlisted)
    for file in files:
        path = page_path(file.relative)
        try:
            owner = owners.setdefault(path, file)
            if owner is not file:
                raise DocumentUnreadable(f"gives the same page {path} as {owner.relative}.")
            text = read_text(file, max_bytes=file_max_bytes)
        except DocumentUnreadable as error:
            failures.append(Failure(printable(str(file.relative)), str(error)))
            continue
        stands = published.get(path)
        if stands is None or (stands.checksum, stands.embedded_with) != (recipe.checksum(text), embedded_with):
            to_parse.append(file)
    gone = [page for path, page in published.items() if path not in owners]
    return Changes(
        to_parse=tuple(to_parse),
        unchanged_count=len(files) - len(to_parse) - len(failures) + len(unlisted),
        removed_paths=tuple(sorted(page.path for page in gone if not _is_below(page.source, unlisted))),
        failures=tuple(failures),
    )


def _is_below(source: str, folders: Sequence[Failure]) -> bool:
    return any(PurePosixPath(source).is_relative_to(folder.source) for folder in folders)
