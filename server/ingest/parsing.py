"""One file's text as a page: path, checksum, title, sections."""

import hashlib
from dataclasses import dataclass
from typing import Self

import orjson

from server.documents.document import Source
from server.documents.markdown import parse
from server.documents.paths import page_path
from server.documents.profiles import GITHUB
from server.documents.sections import SPLITTER_VERSION, split_sections
from server.ingest.sources import SourceFile
from server.records import Page
from server.settings import Settings
from server.tokens import count_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRecipe:
    """Everything besides its text that decides a page and its sections."""

    section_max_tokens: int
    splitter_version: int = SPLITTER_VERSION

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(section_max_tokens=settings.section_max_tokens)

    def checksum(self, text: str) -> str:
        """Hex SHA-256 of the recipe and the text."""
        return hashlib.sha256(orjson.dumps(self) + text.encode()).hexdigest()


def parse_page(file: SourceFile, text: str, recipe: PageRecipe) -> Page:
    """Raises `DocumentUnreadable` when the text is not the Markdown its suffix promises."""
    document = parse(Source(name=file.relative, content=text.encode(), profile=GITHUB, read_file=lambda _: b""))
    title = document.title or _title_from(file)
    return Page(
        path=page_path(file.relative),
        title=title,
        meta=document.meta,
        type="markdown",
        source=str(file.relative),
        checksum=recipe.checksum(text),
        sections=split_sections(
            document, title=title, max_tokens=recipe.section_max_tokens, count_tokens=count_tokens
        ),
    )


def _title_from(file: SourceFile) -> str:
    name = page_path(file.relative).rsplit("/", 1)[-1] or "Home"
    return name.replace("-", " ").replace("_", " ").strip().capitalize() or name
