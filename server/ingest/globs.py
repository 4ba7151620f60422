"""Which pages the settings `include` and `exclude` let in, of a folder's files as of a site's addresses."""

from collections.abc import Sequence
from fnmatch import fnmatchcase


def is_included(path: str, *, include: Sequence[str], exclude: Sequence[str]) -> bool:
    """Whether globs let a path in; `*` stands for slashes too, and a glob need not begin with one."""
    bare = path.lstrip("/")
    if any(fnmatchcase(bare, glob.lstrip("/")) for glob in exclude):
        return False
    return not include or any(fnmatchcase(bare, glob.lstrip("/")) for glob in include)
