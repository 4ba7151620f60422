"""From a file's place in its folder to a page's path in its site."""

from pathlib import PurePosixPath

_FOLDER_PAGES = frozenset({"index", "readme"})


def page_path(relative: PurePosixPath) -> str:
    """`guides/auth.md` → `/guides/auth`; `index` and `README` stand for their folder, at the root for `/`.

    Names stay as they are written, spaces and all: percent-encoding is for URLs.
    """
    named = relative.with_suffix("")
    page = named.parent if named.name.casefold() in _FOLDER_PAGES else named
    return "/" + "/".join(page.parts)
