"""Where an answer stands: a page, or one section of it."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Self
from urllib.parse import unquote

from server.documents.sites.paths import MARKDOWN_SUFFIXES, page_path


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Written `/guides/auth` or `/guides/auth#sessions`; `%` and `#` in a path as `%25` and `%23`."""

    path: str
    slug: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads paths as the ingest makes them: `guides/auth/index`, `guides/auth/` and `guides/auth.md` too."""
        path, _, slug = text.strip().partition("#")
        file = unquote(path).strip("/") or "index"
        suffix = "" if file.lower().endswith(MARKDOWN_SUFFIXES) else ".md"
        return cls(page_path(PurePosixPath(file + suffix)), unquote(slug) or None)

    def __str__(self) -> str:
        path = self.path.replace("%", "%25").replace("#", "%23")
        return f"{path}#{self.slug.replace('%', '%25')}" if self.slug else path

    def holds(self, other: "Place") -> bool:
        """Whether this is the other place, or the page it stands in."""
        return self == other or self == Place(other.path)
