"""Sources made of texts, for tests of the parsers."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from server.documents.document import Source
from server.documents.sites.profiles import GITHUB, Profile
from server.errors import DocumentUnreadable


def source_of(
    content: str | bytes,
    *,
    name: str = "page.md",
    profile: Profile = GITHUB,
    files: Mapping[str, str] | None = None,
    content_selector: str = "",
) -> Source:
    """A file with this content; `files` are those that it may include, by their place in the folder."""

    def read_file(place: PurePosixPath) -> bytes:
        if files is None or str(place) not in files:
            raise DocumentUnreadable(f"{place} does not exist.")
        return files[str(place)].encode()

    return Source(
        name=PurePosixPath(name),
        content=content.encode() if isinstance(content, str) else content,
        profile=profile,
        read_file=read_file,
        content_selector=content_selector,
    )
