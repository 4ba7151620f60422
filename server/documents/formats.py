"""The formats a page may be written in. Adding one is a module with a `parse` and a line here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import PurePosixPath
from typing import Final, cast

from server.documents.document import Document, Source


@dataclass(frozen=True, slots=True)
class Format:
    name: str
    """Of the format, and of its module in this room."""
    suffixes: tuple[str, ...]
    content_types: tuple[str, ...]

    def parse(self, source: Source) -> Document:
        """Raises `DocumentUnreadable` when the file is not what its suffix or content type promises."""
        # Imported when the first file of the format comes: some need half a second and most sites have one.
        module = import_module(f"server.documents.{self.name}")
        return cast(Callable[[Source], Document], module.parse)(source)


FORMATS: Final[Sequence[Format]] = (
    Format("markdown", (".md", ".markdown"), ("text/markdown",)),
    Format("mdx", (".mdx",), ("text/mdx",)),
    Format("html", (".html", ".htm", ".xhtml"), ("text/html", "application/xhtml+xml")),
)

_BY_SUFFIX: Final = {suffix: format for format in FORMATS for suffix in format.suffixes}
_BY_CONTENT_TYPE: Final = {kind: format for format in FORMATS for kind in format.content_types}


def format_of(name: PurePosixPath, content_type: str | None = None) -> Format | None:
    """By the content type where there is one, else by the suffix; `None` for what is no page."""
    if content_type is not None:
        return _BY_CONTENT_TYPE.get(content_type.partition(";")[0].strip().lower())
    return _BY_SUFFIX.get(name.suffix.lower())
