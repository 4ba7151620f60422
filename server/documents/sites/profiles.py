"""How a site generator makes anchors of headings and addresses of files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from server.documents.sites.addresses import (
    Addresses,
    DocusaurusAddresses,
    FileAddresses,
    FolderAddresses,
    HugoAddresses,
    NextraAddresses,
    StarlightAddresses,
)
from server.documents.sites.framework_slugs import MkDocsSlugger, SphinxSlugger, VitePressSlugger
from server.documents.sites.hugo_slugs import HugoSlugger
from server.documents.sites.mintlify_slugs import MintlifySlugger
from server.documents.sites.slugs import DocusaurusSlugger, GitHubSlugger, NextraSlugger, Slugger, StarlightSlugger

_FILES: Final = FileAddresses()


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Its `repr` names every rule, so that pages are made anew when one of them changes."""

    name: str
    """As in the setting `LECTERN_FRAMEWORK`."""
    make_slugger: Callable[[], Slugger] = GitHubSlugger
    """A new one for each page: a class, or a `partial` of one."""
    url_suffix: str = ""
    """What follows a page's path in its address: nothing, `/` or `.html`."""
    addresses: Addresses = _FILES
    place: str = ""
    """Of the folder that is ingested in the folder of the site's config file."""
    leaves_out_drafts: bool = False

    def path(self, name: PurePosixPath, meta: Mapping[str, Any]) -> str:
        """The path of the page that a file makes: starts with `/`, no suffix, no trailing slash."""
        return self.addresses.path(self.place / name, meta)

    def url(self, path: str) -> str:
        """The address of the page at a path, from the site's root, not percent-encoded.

        The root is what `LECTERN_SITE_URL` names: a base such as `/docs/` that all pages share belongs there.
        """
        if path == "/" or path.endswith(".html"):
            return path
        folder, _, last = path.rpartition("/")
        return f"{folder}/" if last == "index" else path + self.url_suffix

    def is_page(self, name: PurePosixPath) -> bool:
        """Whether the site makes a page of the file: partials and what lies beside the pages are none."""
        return self.addresses.is_page(self.place / name)

    def is_draft(self, meta: Mapping[str, Any]) -> bool:
        """Whether the site leaves the page out when it is built for readers."""
        return self.leaves_out_drafts and meta.get("draft") is True


GITHUB: Final = Profile(name="github")

PROFILES: Final[Mapping[str, Profile]] = {
    profile.name: profile
    for profile in (
        GITHUB,
        Profile(
            name="docusaurus",
            make_slugger=DocusaurusSlugger,
            addresses=DocusaurusAddresses(),
            leaves_out_drafts=True,
        ),
        Profile(
            name="mkdocs",
            make_slugger=MkDocsSlugger,
            url_suffix="/",
            addresses=FolderAddresses(content="docs", folder_pages=("index", "README")),
        ),
        Profile(name="sphinx", make_slugger=SphinxSlugger, url_suffix=".html", addresses=FolderAddresses()),
        Profile(
            name="vitepress",
            make_slugger=VitePressSlugger,
            url_suffix=".html",
            addresses=FolderAddresses(excluded=("*[[]*",)),  # [name].md makes pages by a script
        ),
        Profile(
            name="starlight",
            make_slugger=StarlightSlugger,
            url_suffix="/",
            addresses=StarlightAddresses(),
            leaves_out_drafts=True,
        ),
        Profile(
            name="hugo",
            make_slugger=HugoSlugger,
            url_suffix="/",
            addresses=HugoAddresses(),
            leaves_out_drafts=True,
        ),
        Profile(name="nextra", make_slugger=NextraSlugger, addresses=NextraAddresses()),
        Profile(
            name="mintlify",
            make_slugger=MintlifySlugger,
            addresses=FolderAddresses(
                folder_pages=("index",), excluded=("snippets/*", "_snippets/*", "*/snippets/*")
            ),
        ),
    )
}
"""The defaults of each, for a site whose config file says nothing else."""
