"""The versions of a site's files, told by their folders: `versioned_docs/version-2.1/start.md`, `v2/start.md`.

A folder that looks like a version is one when others beside it do, or when it mirrors the pages beside it.
"""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

from server.documents.editions.folders import Above, Editions, find_editions, folders_of, mirrors

# `v2`, `2.x`, `1.0.3`, `version-2`, `3.0-beta.1`; but a bare number is a year or a step.
_NUMBER: Final = re.compile(
    r"(?:v\d+|version-v?\d+|\d+(?=\.))(?:\.(?:\d+|x))*(?:[-.]?(?:alpha|beta|dev|lts|pre|preview|rc)[\w.]*)?",
    re.IGNORECASE,
)
_NAMES: Final = frozenset({"latest", "stable", "next", "current", "nightly", "main", "master"})
# Folders that hold a whole site, and not one of its chapters.
_ROOTS: Final = frozenset({"docs", "doc", "documentation", "content", "pages", "src"})
_VERSIONED: Final = "versioned_docs"
_TRANSLATED: Final = "docusaurus-plugin-content-docs"


def recognise_versions(names: Sequence[PurePosixPath]) -> dict[PurePosixPath, str]:
    """The files whose place tells their version, with its name: `2.1`, `v2`, `latest`.

    The names are without the folders of languages, so that a version stands in the same place in all of them.
    """
    editions = find_editions(names, _is_version)
    folders = {place for place in editions.pages if _is_evident(editions, *place)}
    # Docusaurus calls what has no version yet `current`, and keeps it beside: `docs` and `versioned_docs`.
    unversioned = {
        (above[-1].removesuffix(_VERSIONED).rstrip("_") or "docs")
        for above, _ in folders
        if above and above[-1].endswith(_VERSIONED)
    }
    recognised: dict[PurePosixPath, str] = {}
    for name in names:
        place = next((place for place in folders_of(name, _is_version) if place in folders), None)
        if place:
            recognised[name] = re.sub("^version-", "", place[1], flags=re.IGNORECASE)
        elif name.parts[0] in unversioned:
            recognised[name] = "current"
    return recognised


def _is_version(folder: str) -> bool:
    return folder.lower() in _NAMES or _NUMBER.fullmatch(folder) is not None


def _is_evident(editions: Editions, above: Above, name: str) -> bool:
    if above and (above[-1].endswith(_VERSIONED) or above[-1].startswith(_TRANSLATED)):
        return True
    pages = editions.pages[above, name]
    if mirrors(pages, editions.beside.get(above, set())):
        return True
    others = editions.siblings(above, name)
    if not any(_NUMBER.fullmatch(one) for one in (name, *others)):
        return False
    if _ROOTS.issuperset(above):
        return bool(others)
    return any(mirrors(pages, editions.pages[above, other]) for other in others)
