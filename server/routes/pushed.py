"""What a push carries, read strictly: each page with a path that can be one, and a format that can be read."""

import base64
import binascii
import unicodedata
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from server.documents.formats import FORMATS, format_of
from server.errors import RequestInvalid, TypeUnsupported
from server.routes.bodies import read_object

_MARKDOWN: Final = "text/markdown"
_PATH_MAX_CHARS: Final = 1000
_TITLE_MAX_CHARS: Final = 300
_COMMIT_MAX_CHARS: Final = 200
_PAGES_MAX: Final = 1000  # a guess: what one worker parses, embeds and publishes at once
_PAGE_KEYS: Final = frozenset({"path", "content", "content_base64", "content_type", "title", "meta"})

Work = dict[str, Any]


def read_pages(body: bytes) -> Work:
    """`{"pages": […]}` as the work of a job."""
    example = '{"pages": [{"path": "/guides/auth", "content": "# Authentication …"}]}'
    given = _require_list(read_object(body, example=example).get("pages"), "pages", example)
    return {"pages": [_read_page(page, f"pages[{place}]") for place, page in enumerate(given)]}


def read_one_page(body: bytes, parameters: Mapping[str, str], content_type: str | None) -> Work:
    """A body that is a page as it stands, with its path in the address."""
    page: Work = {
        "path": _read_path(parameters["path"], "path"),
        "content_type": _read_type(content_type, "Content-Type"),
    }
    page["content_base64"] = base64.b64encode(body).decode()
    if "title" in parameters:
        page["title"] = _read_title(parameters["title"], "title")
    return {"pages": [page]}


def read_removal(body: bytes) -> Work:
    """`{"paths": […]}` as the work of a job."""
    example = '{"paths": ["/guides/auth"]}'
    given = _require_list(read_object(body, example=example).get("paths"), "paths", example)
    return {"paths": [_read_path(path, f"paths[{place}]") for place, path in enumerate(given)]}


def read_sync(body: bytes) -> Work:
    """`{"commit": …}`, or nothing, as the work of a job."""
    commit = read_object(body or b"{}", example='{"commit": "1a2b3c"}').get("commit")
    if commit is not None and not (isinstance(commit, str) and 0 < len(commit) <= _COMMIT_MAX_CHARS):
        raise RequestInvalid(f"The commit has to be text of 1 to {_COMMIT_MAX_CHARS} characters.")
    return {"commit": commit}


def _require_list(given: Any, name: str, example: str) -> list[Any]:
    if not isinstance(given, list) or not 1 <= len(given) <= _PAGES_MAX:
        raise RequestInvalid(f"`{name}` is no list of 1 to {_PAGES_MAX:,} entries: send {example}.")
    return given


def _read_page(page: Any, place: str) -> Work:
    if not isinstance(page, dict):
        raise RequestInvalid(f'{place} is no object: send {{"path": "/a", "content": "# A"}}.')
    if unknown := sorted(page.keys() - _PAGE_KEYS):
        raise RequestInvalid(f"{place} has the unknown key `{unknown[0]}`: use {', '.join(sorted(_PAGE_KEYS))}.")
    read = {
        "path": _read_path(page.get("path"), f"{place}.path"),
        "content_type": _read_type(page.get("content_type"), f"{place}.content_type"),
        **_read_content(page, place),
    }
    if page.get("title") is not None:
        read["title"] = _read_title(page["title"], f"{place}.title")
    if page.get("meta") is not None:
        if not isinstance(page["meta"], dict):
            raise RequestInvalid(f'{place}.meta is no object: send one like {{"version": "v2"}}.')
        read["meta"] = page["meta"]
    return read


def _read_content(page: Work, place: str) -> Work:
    content, encoded = page.get("content"), page.get("content_base64")
    if isinstance(content, str) and encoded is None:
        return {"content": content}
    if isinstance(encoded, str) and content is None:
        try:
            base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise RequestInvalid(f"{place}.content_base64 is not base64: {error}.") from None
        return {"content_base64": encoded}
    raise RequestInvalid(f"{place} needs either `content` or, for what is no text, `content_base64`.")


def _read_path(path: Any, place: str) -> str:
    if not isinstance(path, str) or not path.startswith("/"):
        raise RequestInvalid(f"{place} has to be text that starts with `/`, like /guides/auth.")
    if len(path) > _PATH_MAX_CHARS:
        raise RequestInvalid(f"{place} has more than {_PATH_MAX_CHARS:,} characters.")
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in path):
        raise RequestInvalid(f"{place} holds a control character.")
    names = path.split("/")[1:]
    if path != "/" and not all(name and name not in (".", "..") for name in names):
        tidy = "/" + "/".join(name for name in names if name not in ("", ".", ".."))
        raise RequestInvalid(f"{place} has an empty name, a name of dots, or a slash at its end: send {tidy!r}.")
    return path


def _read_type(content_type: Any, place: str) -> str:
    """The content type; Markdown where none is given."""
    kind = _MARKDOWN if content_type is None else content_type
    if not isinstance(kind, str) or format_of(PurePosixPath(), kind) is None:
        known = ", ".join(sorted(kind for format in FORMATS for kind in format.content_types))
        raise TypeUnsupported(f"{place}: pages of the type {kind!r} cannot be read: send one of {known}.")
    return kind


def _read_title(title: Any, place: str) -> str:
    if not isinstance(title, str) or not 0 < len(title.strip()) <= _TITLE_MAX_CHARS:
        raise RequestInvalid(f"{place} has to be text of 1 to {_TITLE_MAX_CHARS} characters.")
    return title.strip()
