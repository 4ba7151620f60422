"""The files around a folder of documentation, which its pages may include."""

import posixpath
from pathlib import Path, PurePosixPath

from server.errors import DocumentUnreadable
from server.ingest.checksums import checksum
from server.ingest.sources import project_top, read_bytes


class Project:
    """Reads files by their place relative to the folder that is ingested, and none outside its project."""

    def __init__(self, folder: Path, *, max_bytes: int) -> None:
        self._folder = folder.resolve()
        self._top = project_top(self._folder)
        self._max_bytes = max_bytes
        self._checksums: dict[str, str] = {}

    def read(self, name: PurePosixPath) -> bytes:
        """Raises `DocumentUnreadable`, with the name, when it is missing, too large or outside the project."""
        try:
            path = (self._folder / name).resolve()
        except (OSError, RuntimeError, ValueError):  # a loop of links, a NUL in the name
            raise DocumentUnreadable(f"{name} cannot be found.") from None
        # What git keeps there is no part of the documentation, and on CI a token may be.
        if not path.is_relative_to(self._top) or ".git" in path.relative_to(self._top).parts:
            raise DocumentUnreadable(f"{name} lies outside the project.")
        try:
            return read_bytes(path, max_bytes=self._max_bytes)
        except DocumentUnreadable as error:
            raise DocumentUnreadable(f"{name} {error}") from error

    def checksum(self, name: str) -> str:
        """Of a file as it is now, `""` where it cannot be read; read once a run."""
        if name not in self._checksums:
            try:
                self._checksums[name] = checksum(self.read(PurePosixPath(name)))
            except DocumentUnreadable:
                self._checksums[name] = ""
        return self._checksums[name]


class Includes:
    """Reads for one page, and remembers what it has read."""

    def __init__(self, project: Project | None) -> None:
        self._project = project
        self.checksums: dict[str, str] = {}
        """Of what was read, by the files' names; a file may be another one a moment later."""

    def read(self, name: PurePosixPath) -> bytes:
        """As `Source.read_file`."""
        if self._project is None:
            raise DocumentUnreadable(f"{name} cannot be had: only pages of a folder include files.")
        known_as = posixpath.normpath(name)
        self.checksums[known_as] = ""
        content = self._project.read(name)
        self.checksums[known_as] = checksum(content)
        return content
