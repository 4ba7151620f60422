"""A folder of documentation as files, in a stable order."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from server.documents.paths import MARKDOWN_SUFFIXES
from server.errors import DocumentUnreadable, IngestFailed

_SKIPPED_FOLDERS: Final = frozenset({"node_modules", "__pycache__"})


@dataclass(frozen=True, slots=True)
class SourceFile:
    path: Path
    relative: PurePosixPath
    """To the folder that is ingested; with `/` on every system."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A file or folder that could not be ingested; the pages it had stay as they were."""

    source: str
    reason: str


def find_files(folder: Path) -> tuple[list[SourceFile], list[Failure]]:
    """Every Markdown file below a folder, sorted; hidden folders and `node_modules` are left out.

    Follows links to folders, each folder once, so that a loop ends. Folders that cannot be listed are failures.
    Raises `IngestFailed` when the folder is missing or holds no Markdown.
    """
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise IngestFailed(f"{folder} {what}: give the folder that holds your documentation.")
    failures: list[Failure] = []
    # An index goes before a README beside it, because it is the page that site generators show.
    files = sorted(_walk(folder, failures), key=lambda file: (file.relative.parent, file.relative.name.swapcase()))
    if not files and not failures:
        raise IngestFailed(f"{folder} holds no Markdown files ({', '.join(MARKDOWN_SUFFIXES)}).")
    return files, failures


def _walk(folder: Path, failures: list[Failure]) -> Iterator[SourceFile]:
    def note(error: OSError) -> None:
        name = Path(str(error.filename)).relative_to(folder).as_posix()
        failures.append(Failure(printable(name), f"cannot be listed: {error.strerror}."))

    seen: set[tuple[int, int]] = set()
    for parent, folders, names in os.walk(folder, followlinks=True, onerror=note):
        if not _is_new(Path(parent), seen):
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _SKIPPED_FOLDERS)
        for name in names:
            path = Path(parent, name)
            if path.suffix.lower() in MARKDOWN_SUFFIXES and not name.startswith("."):
                yield SourceFile(path, PurePosixPath(path.relative_to(folder).as_posix()))


def _is_new(folder: Path, seen: set[tuple[int, int]]) -> bool:
    status = folder.stat()
    identity = (status.st_dev, status.st_ino)
    if identity in seen:
        return False
    seen.add(identity)
    return True


def printable(name: str) -> str:
    """A file's name as it can be shown and stored, whatever its bytes."""
    return name.encode(errors="surrogateescape").decode(errors="replace")


def read_text(file: SourceFile, *, max_bytes: int) -> str:
    """A file's text. Raises `DocumentUnreadable` when it is no file, too large, or not UTF-8, name included."""
    if printable(str(file.relative)) != str(file.relative):
        raise DocumentUnreadable("has a name that is not UTF-8: rename it.")
    try:
        status = file.path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise DocumentUnreadable("is not a regular file.")
        if status.st_size > max_bytes:
            raise DocumentUnreadable(
                f"has {status.st_size:,} bytes, and LECTERN_FILE_MAX_BYTES allows {max_bytes:,}: "
                "split it or raise that."
            )
        return file.path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentUnreadable(f"is not UTF-8 text (byte {error.start}): save it as UTF-8.") from error
    except OSError as error:
        raise DocumentUnreadable(f"cannot be read: {error.strerror}.") from error
