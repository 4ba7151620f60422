"""How a site generator makes anchors of headings and addresses of files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from server.documents.paths import page_path
from server.documents.slugs import GitHubSlugger, Slugger


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    name: str
    """As in the setting `LECTERN_FRAMEWORK`."""
    make_slugger: Callable[[], Slugger] = GitHubSlugger
    """A new one for each page."""
    url_suffix: str = ""
    """What follows a page's path in its address: nothing, `/` or `.html`."""

    def path(self, name: PurePosixPath, meta: Mapping[str, Any]) -> str:
        """The path of the page that a file makes: starts with `/`, no suffix, no trailing slash."""
        del meta
        return page_path(name)

    def url(self, path: str) -> str:
        """The address of the page at a path, from the site's root, not percent-encoded."""
        return path if path == "/" else path + self.url_suffix


GITHUB: Final = Profile(name="github")
