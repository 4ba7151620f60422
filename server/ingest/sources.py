"""A folder of documentation as files, in a stable order."""

import os
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


def find_files(folder: Path) -> list[SourceFile]:
    """Every Markdown file below a folder, sorted; hidden folders and `node_modules` are left out.

    Follows links to folders, each folder once, so that a loop ends. Raises `IngestFailed` when the folder is
    missing or holds no Markdown.
    """
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise IngestFailed(f"{folder} {what}: give the folder that holds your documentation.")
    files = sorted(_walk(folder), key=lambda file: file.relative)
    if not files:
        suffixes = ", ".join(MARKDOWN_SUFFIXES)
        raise IngestFailed(f"{folder} holds no Markdown files ({suffixes}).")
    return files


def _walk(folder: Path) -> Iterator[SourceFile]:
    seen: set[tuple[int, int]] = set()
    for parent, folders, names in os.walk(folder, followlinks=True):
        status = Path(parent).stat()
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _SKIPPED_FOLDERS)
        for name in names:
            path = Path(parent, name)
            if path.suffix.lower() in MARKDOWN_SUFFIXES and not name.startswith("."):
                yield SourceFile(path, PurePosixPath(path.relative_to(folder).as_posix()))


def read_text(file: SourceFile, *, max_bytes: int) -> str:
    """A file's text. Raises `DocumentUnreadable` when it is too large, not UTF-8, or cannot be opened."""
    try:
        size_bytes = file.path.stat().st_size
        if size_bytes > max_bytes:
            raise DocumentUnreadable(
                f"has {size_bytes:,} bytes, and LECTERN_FILE_MAX_BYTES allows {max_bytes:,}: "
                "split it or raise that."
            )
        return file.path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentUnreadable(f"is not UTF-8 text (byte {error.start}): save it as UTF-8.") from error
    except OSError as error:
        raise DocumentUnreadable(f"cannot be read: {error.strerror}.") from error
