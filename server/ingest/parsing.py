"""One file as a page: path, address, checksums, title, sections."""

from dataclasses import asdict, dataclass
from typing import Self

from server.documents.document import Document, Problem, Source
from server.documents.profiles import Profile
from server.documents.sections import SPLITTER_VERSION, split_sections
from server.ingest.checksums import checksum, checksum_of
from server.ingest.project import Includes, Project
from server.ingest.sources import SourceFile
from server.records import Page, PageSection
from server.settings import Settings
from server.tokens import count_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRecipe:
    """Everything besides the files that decides a page and its sections."""

    section_max_tokens: int
    profile: Profile
    splitter_version: int = SPLITTER_VERSION

    @classmethod
    def of(cls, settings: Settings, profile: Profile) -> Self:
        return cls(section_max_tokens=settings.section_max_tokens, profile=profile)

    @property
    def sha256(self) -> str:
        profile = {name: str(value) for name, value in asdict(self.profile).items() if not callable(value)}
        return checksum_of([self.section_max_tokens, profile, self.splitter_version])


@dataclass(frozen=True, slots=True)
class ParsedPage:
    page: Page
    problems: tuple[Problem, ...]


class PageParser:
    """Parses the files of one run."""

    def __init__(self, recipe: PageRecipe, project: Project | None) -> None:
        self._recipe = recipe
        self._project = project
        self.parsed_with = recipe.sha256

    def parse(self, file: SourceFile, content: bytes) -> ParsedPage:
        """Raises `DocumentUnreadable` when the content is not what the file's suffix or type promises."""
        profile = self._recipe.profile
        includes = Includes(self._project)
        document = file.format.parse(
            Source(name=file.name, content=content, profile=profile, read_file=includes.read)
        )
        path = profile.path(file.name, document.meta)
        title = document.title or title_from(path)
        page = Page(
            path=path,
            url=file.url or profile.url(path),
            title=title,
            meta=document.meta,
            type=file.format.name,
            source=file.source,
            checksum=checksum(content),
            parsed_with=self.parsed_with,
            includes=includes.checksums,
            validators=file.validators,
            sections=self._split(document, title),
        )
        return ParsedPage(page, document.problems)

    def _split(self, document: Document, title: str) -> tuple[PageSection, ...]:
        return split_sections(
            document, title=title, max_tokens=self._recipe.section_max_tokens, count_tokens=count_tokens
        )


def title_from(path: str) -> str:
    name = path.rsplit("/", 1)[-1] or "Home"
    return name.replace("-", " ").replace("_", " ").strip().capitalize() or name
