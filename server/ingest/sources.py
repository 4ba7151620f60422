"""A folder of documentation as files, in a stable order."""

import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PurePosixPath
from typing import Final

from server.documents.formats import FORMATS, Format, format_of
from server.documents.sites.profiles import GITHUB, Profile
from server.errors import DocumentUnreadable, IngestFailed
from server.ingest.globs import is_included

_SKIPPED_FOLDERS: Final = frozenset({"node_modules", "__pycache__"})
_WRITTEN: Final = frozenset({".md", ".mdx", ".markdown", ".rst"})
_OF_BUILT_SITES: Final = frozenset({"html", "pdf", "openapi"})
_HEAD_BYTES: Final = 4096

# What the top of a project has. Without any of them, nothing outside of the ingested folder is read.
_TOPS: Final = (".git", "pyproject.toml", "package.json", "mkdocs.yml", "hugo.toml", "conf.py")
_PARENTS_MAX: Final = 6  # A guess.


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    name: PurePosixPath
    """Relative to the folder that is ingested, with `/` everywhere; of a web page, the path of its address."""
    path: Path
    format: Format
    source: str
    """What it is called in reports and remembered by: its name, or its address."""
    url: str | None = None
    """Of a web page."""
    is_unmodified: bool = False
    """Says a web server of a page that is stored: there is nothing at `path` then."""
    validators: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    """A file, folder or address that could not be ingested; the pages it had stay as they were."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Flaw:
    """A stretch of a page that could not be understood; the page is published all the same."""

    source: str
    line: int | None
    reason: str


def find_files(
    folder: Path, profile: Profile = GITHUB, *, include: Sequence[str] = (), exclude: Sequence[str] = ()
) -> tuple[list[SourceFile], list[Failure]]:
    """Every file below a folder that the site makes a page of, sorted; hidden folders are left out.

    Follows links to folders, each folder once, so that a loop ends. Folders that cannot be listed are failures.
    `include` and `exclude` are globs on the names. Raises `IngestFailed` when there is no documentation.
    """
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise IngestFailed(f"{folder} {what}: give the folder that holds your documentation.")
    failures: list[Failure] = []
    found = [
        file for file in _walk(folder, failures) if is_included(str(file.name), include=include, exclude=exclude)
    ]
    formats = _formats_read(file.name for file in found)
    # An index goes before a README beside it, because it is the page that site generators show.
    files = sorted(
        (file for file in found if file.format.name in formats and _is_page(file, profile)),
        key=lambda file: (file.name.parent, file.name.name.swapcase()),
    )
    if not files and not failures:
        suffixes = ", ".join(suffix for known in FORMATS for suffix in known.suffixes)
        raise IngestFailed(f"{folder} holds no documentation (files ending in {suffixes}).")
    return files, failures


def _formats_read(names: Iterable[PurePosixPath]) -> Collection[str]:
    """A folder is a built site, whose pages are HTML, or what one is built from, where HTML is something else."""
    tops = {name.name.lower() for name in names if len(name.parts) == 1}
    if "index.html" in tops and not any(PurePosixPath(top).suffix in _WRITTEN for top in tops):
        return _OF_BUILT_SITES
    return {known.name for known in FORMATS} - {"html"}


def _is_page(file: SourceFile, profile: Profile) -> bool:
    if file.format.name != "html" and not profile.is_page(file.name):
        return False
    if not file.format.is_choosy:
        return True
    try:
        with file.path.open("rb") as opened:
            return file.format.is_page(file.name, opened.read(_HEAD_BYTES))
    except OSError:
        return True  # and is told of when it is read


def _walk(folder: Path, failures: list[Failure]) -> Iterator[SourceFile]:
    def note(error: OSError) -> None:
        name = Path(str(error.filename)).relative_to(folder).as_posix()
        failures.append(Failure(printable(name), f"cannot be listed: {error.strerror}."))

    top = project_top(folder.resolve())
    seen: set[tuple[int, int]] = set()
    for parent, folders, names in os.walk(folder, followlinks=True, onerror=note):
        if not _is_new(Path(parent), seen):
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _SKIPPED_FOLDERS)
        for file_name in names:
            name = PurePosixPath(Path(parent, file_name).relative_to(folder).as_posix())
            known = format_of(name)
            if known is None or file_name.startswith("."):
                continue
            path, source = Path(parent, file_name), printable(str(name))
            if _leads_out(path, top):
                failures.append(Failure(source, "is a link out of the project: put the file itself here."))
            else:
                yield SourceFile(name=name, path=path, format=known, source=source)


def _leads_out(path: Path, top: Path) -> bool:
    """Whether a file is a link to one outside: `leak.md` may lead to what a process knows, or a key."""
    if not path.is_symlink():
        return False
    try:
        return not path.resolve(strict=True).is_relative_to(top)
    except (OSError, RuntimeError):  # leads nowhere, or in a circle: told when it is read
        return False


def project_top(folder: Path) -> Path:
    """The top of the project that a folder belongs to; the folder itself where nothing tells of one."""
    for parent in (folder, *folder.parents[:_PARENTS_MAX]):
        if any((parent / top).exists() for top in _TOPS):
            return parent
    return folder


def _is_new(folder: Path, seen: set[tuple[int, int]]) -> bool:
    status = folder.stat()
    identity = (status.st_dev, status.st_ino)
    if identity in seen:
        return False
    seen.add(identity)
    return True


def is_left_out(name: PurePath) -> bool:
    """Whether nothing at this place below the folder that is ingested can be a part of it."""
    return any(part.startswith(".") or part in _SKIPPED_FOLDERS for part in name.parts) or name.name.endswith("~")


def printable(name: str) -> str:
    """A file's name as it can be shown and stored, whatever its bytes."""
    return name.encode(errors="surrogateescape").decode(errors="replace")


def read_content(file: SourceFile, *, max_bytes: int) -> bytes:
    """A file's bytes. Raises `DocumentUnreadable` when it is no file, too large, or its name is not UTF-8."""
    if printable(str(file.name)) != str(file.name):
        raise DocumentUnreadable("has a name that is not UTF-8: rename it.")
    return read_bytes(file.path, max_bytes=max_bytes)


def read_bytes(path: Path, *, max_bytes: int) -> bytes:
    """A regular file's bytes. Raises `DocumentUnreadable` with a clause that goes on from its name."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise DocumentUnreadable("is not a regular file.")
        if status.st_size > max_bytes:
            raise DocumentUnreadable(
                f"has {status.st_size:,} bytes, and LECTERN_FILE_MAX_BYTES allows {max_bytes:,}: "
                "split it or raise that."
            )
        with path.open("rb") as file:
            content = file.read(max_bytes + 1)
    except OSError as error:
        raise DocumentUnreadable(f"cannot be read: {error.strerror}.") from error
    if len(content) > max_bytes:  # it grows, or is one of the system's, which state no size
        raise DocumentUnreadable("has more bytes than it states: it may be written just now.")
    return content
