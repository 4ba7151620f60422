"""The formats a page may be written in. Adding one is a module with a `parse` and a line here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import PurePosixPath
from types import ModuleType
from typing import Final, cast

from server.documents.document import Document, Source


@dataclass(frozen=True, slots=True)
class Format:
    name: str
    """Of the format, and of its module in this room."""
    suffixes: tuple[str, ...]
    content_types: tuple[str, ...]
    is_choosy: bool = False
    """Whether some files with its suffixes are no pages; `is_page` then tells."""

    def is_page(self, name: PurePosixPath, head: bytes) -> bool:
        """Whether a file with one of the suffixes is meant to be a page, by its name and its first 4,096 bytes.

        A file that is none is left out without a word. One that is may still be unreadable.
        """
        if not self.is_choosy:
            return True
        return cast(Callable[[PurePosixPath, bytes], bool], self._module().is_page)(name, head)

    def parse(self, source: Source) -> Document:
        """Raises `DocumentUnreadable` when the file is not what its suffix or content type promises."""
        return cast(Callable[[Source], Document], self._module().parse)(source)

    def _module(self) -> ModuleType:
        # Imported when the first file of the format comes: some need half a second and most sites have one.
        return import_module(f"server.documents.{self.name}")


FORMATS: Final[Sequence[Format]] = (
    Format("markdown", (".md", ".markdown"), ("text/markdown",)),
    Format("mdx", (".mdx",), ("text/mdx",)),
    Format("html", (".html", ".htm", ".xhtml"), ("text/html", "application/xhtml+xml")),
    Format("rst", (".rst",), ("text/x-rst", "text/prs.fallenstein.rst")),
    Format("notebook", (".ipynb",), ("application/x-ipynb+json",)),
    Format(
        "openapi",
        (".yaml", ".yml", ".json"),
        (
            "application/vnd.oai.openapi+json",
            "application/vnd.oai.openapi",
            "application/json",
            "application/yaml",
        ),
        is_choosy=True,
    ),
    Format("text", (".txt",), ("text/plain",), is_choosy=True),
    Format("pdf", (".pdf",), ("application/pdf",)),
)

_BY_SUFFIX: Final = {suffix: format for format in FORMATS for suffix in format.suffixes}
_BY_CONTENT_TYPE: Final = {kind: format for format in FORMATS for kind in format.content_types}


def format_of(name: PurePosixPath, content_type: str | None = None) -> Format | None:
    """By the content type where there is one, else by the suffix; `None` for what is no page."""
    if content_type is not None:
        return _BY_CONTENT_TYPE.get(content_type.partition(";")[0].strip().lower())
    return _BY_SUFFIX.get(name.suffix.lower())
