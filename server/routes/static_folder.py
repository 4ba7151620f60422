"""The files of `static/` as they go out: JavaScript in its shortest form, text compressed, all of one state."""

import hashlib
import logging
import mimetypes
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

import minify
import zopfli.gzip

from server.routes.joining import join_modules

logger = logging.getLogger(__name__)

# What is loaded by an address; the rest is imported by these.
_BOX: Final = "box.js"
_ENTRIES: Final = (_BOX, "client.js", "widget.js")

_TEXT_TYPES: Final = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".svg": "image/svg+xml",
    ".ts": "application/typescript",  # declarations; no registered type exists
}

_SHEET: Final = re.compile(r"\bcss`([^`$\\]*)`")

_VERSION_CHARS: Final = 12  # 48 bits tell a deployment from those before it

# Path, time of the last change, and size of each file.
_Stamps = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class StaticFile:
    """One file; `is_text` is whether it has a compressed form."""

    content: bytes
    content_type: str
    is_text: bool

    @cached_property
    def etag(self) -> str:
        """Weak, because one stands for both forms: https://www.rfc-editor.org/rfc/rfc9110#section-8.8.1"""
        return f'W/"{hashlib.sha256(self.content).hexdigest()[:32]}"'

    @cached_property
    def gzipped(self) -> bytes:
        compressed: bytes = zopfli.gzip.compress(self.content)
        return compressed


class StaticEdition:
    """One state of the folder. Its version changes when any file does."""

    def __init__(self, folder: Path, stamps: _Stamps) -> None:
        self.stamps = stamps
        self._contents: dict[str, bytes] = {}
        self._files: dict[str, StaticFile] = {}
        self._loaders: dict[str, StaticFile] = {}
        digest = hashlib.sha256()
        for path, _, _ in stamps:
            with suppress(FileNotFoundError):  # an editor replaces it; the stamps tell so the next time
                self._contents[path] = (folder / path).read_bytes()
                digest.update(b"%s\0%d\0" % (path.encode(), len(self._contents[path])) + self._contents[path])
        self.version = digest.hexdigest()[:_VERSION_CHARS]

    def get(self, path: str) -> StaticFile | None:
        """A file by its path in the folder, as it goes out."""
        if path not in self._files and path in self._contents:
            content = self._joined(path) if path in _ENTRIES else self._contents[path]
            self._files[path] = make_file(path, content)
        return self._files.get(path)

    def prepare(self) -> None:
        """Makes the compressed form of what takes longest, once."""
        if box := self.get(_BOX):
            box.gzipped  # noqa: B018 - it is kept

    def _joined(self, path: str) -> bytes:
        modules = {name: content.decode() for name, content in self._contents.items() if name.endswith(".js")}
        return join_modules(modules, path).encode()

    def loader(self, path: str) -> StaticFile | None:
        """A module that stands beside the folder, not in it; what it imports from there has the version."""
        if path not in self._loaders and (file := self.get(path)):
            content = file.content.replace(b'"./static/"', f'"./static/{self.version}/"'.encode())
            self._loaders[path] = replace(file, content=content)
        return self._loaders.get(path)


class StaticFolder:
    """Reads a folder anew when a file in it has changed; to look takes 0.1 ms for thirty files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._edition = StaticEdition(folder, ())

    def edition(self) -> StaticEdition:
        """What is in the folder now. Blocks while it reads."""
        stamps = tuple(sorted(_stamps(str(self._folder))))
        if stamps != self._edition.stamps:
            self._edition = StaticEdition(self._folder, stamps)
        return self._edition


def make_file(path: str, content: bytes) -> StaticFile:
    """A file as it goes out, from how it was written."""
    suffix = os.path.splitext(path)[1]  # noqa: PTH122 - an address
    if suffix in (".js", ".mjs"):
        content = _shortened(path, content)
    if suffix in _TEXT_TYPES:
        return StaticFile(content, f"{_TEXT_TYPES[suffix]}; charset=utf-8", is_text=True)
    return StaticFile(content, mimetypes.guess_type(path)[0] or "application/octet-stream", is_text=False)


def _shortened(path: str, module: bytes) -> bytes:
    try:
        text = _SHEET.sub(lambda sheet: f"css`{minify.string('text/css', sheet[1])}`", module.decode())
        shortened: str = minify.string("application/javascript", text)
    except minify.MinifyError as error:
        # As it is, so that the browser of who is writing it names the place.
        logger.warning("%s goes out unshortened: %s", path, error)
        return module
    return shortened.encode()


def _stamps(folder: str, prefix: str = "") -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                yield from _stamps(entry.path, f"{prefix}{entry.name}/")
                continue
            with suppress(FileNotFoundError):
                status = entry.stat()
                yield f"{prefix}{entry.name}", status.st_mtime_ns, status.st_size
