"""One file as a page: path, address, checksums, title, sections."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Self
from urllib.parse import unquote, urlsplit

from server.documents.document import Document, Problem, Source
from server.documents.editions.recognition import with_edition
from server.documents.sections import SPLITTER_VERSION, split_sections
from server.documents.sites.paths import built_url, page_path
from server.documents.sites.profiles import Profile
from server.errors import DocumentExcluded
from server.ingest.checksums import checksum, checksum_of
from server.ingest.corpus import Corpus
from server.ingest.project import Includes
from server.ingest.sources import SourceFile
from server.records import Page, PageSection
from server.settings import Settings
from server.tokens import count_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRecipe:
    """Everything besides the files that decides a page and its sections."""

    section_max_tokens: int
    profile: Profile
    content_selector: str = ""
    splitter_version: int = SPLITTER_VERSION

    @classmethod
    def of(cls, settings: Settings, profile: Profile) -> Self:
        return cls(
            section_max_tokens=settings.section_max_tokens,
            profile=profile,
            content_selector=settings.content_selector,
        )

    @property
    def sha256(self) -> str:
        return checksum_of(
            [self.section_max_tokens, self.content_selector, repr(self.profile), self.splitter_version]
        )


@dataclass(frozen=True, slots=True)
class ParsedPage:
    page: Page
    problems: tuple[Problem, ...]


class PageParser:
    """Parses the files of one corpus."""

    def __init__(self, recipe: PageRecipe, corpus: Corpus) -> None:
        self._recipe = recipe
        self._corpus = corpus
        self._recipe_sha256 = recipe.sha256

    def parsed_with(self, file: SourceFile) -> str:
        """As `Page.parsed_with`: the language and version that a page's place tells are a part of it."""
        return checksum_of([self._recipe_sha256, self._corpus.editions[file.name]])

    def parse(self, file: SourceFile, content: bytes) -> ParsedPage:
        """Raises `DocumentUnreadable` when the content is not what the file's suffix or type promises.

        Raises `DocumentExcluded` for what its author keeps from readers.
        """
        profile = self._recipe.profile
        includes = Includes(self._corpus.project)
        document = file.format.parse(
            Source(
                name=file.name,
                content=content,
                profile=profile,
                read_file=includes.read,
                content_selector=self._recipe.content_selector,
            )
        )
        if profile.is_draft(document.meta):
            raise DocumentExcluded("is a draft.")
        is_built = file.format.name == "html"
        path = page_path(file.name) if is_built else profile.path(file.name, document.meta)
        url = built_url(file.name) if is_built else profile.url(path)
        title = document.title or title_from(path)
        page = Page(
            path=path,
            url=file.url or stated_url(document, path) or url,
            title=title,
            meta=with_edition(document.meta, self._corpus.editions[file.name]),
            type=file.format.name,
            source=file.source,
            checksum=checksum(content),
            parsed_with=self.parsed_with(file),
            includes=includes.checksums,
            validators=file.validators,
            sections=self._split(document, title),
        )
        return ParsedPage(page, document.problems)

    def _split(self, document: Document, title: str) -> tuple[PageSection, ...]:
        return split_sections(
            document, title=title, max_tokens=self._recipe.section_max_tokens, count_tokens=count_tokens
        )


def stated_url(document: Document, path: str) -> str | None:
    """What a built page calls its address, unless that is another page's: of the latest version, say."""
    if document.url is None:
        return None
    stated = page_path(PurePosixPath(unquote(urlsplit(document.url).path).lstrip("/")))
    return document.url if stated.endswith(path) else None


def title_from(path: str) -> str:
    name = path.rsplit("/", 1)[-1] or "Home"
    return name.replace("-", " ").replace("_", " ").strip().capitalize() or name
