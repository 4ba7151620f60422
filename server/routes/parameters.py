"""What a request asks for, read strictly: what cannot be understood is said, not guessed."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request

from server.errors import RequestInvalid

_LIMIT_MAX: Final = 50
_POSITION_DIGITS: Final = 12


def read_parameters(request: Request) -> dict[str, str]:
    """The query string; the first of repeated names counts. Starlette would replace bad UTF-8 silently."""
    try:
        pairs = parse_qsl(request.scope["query_string"].decode("ascii"), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise RequestInvalid("The address is not valid UTF-8: percent-encode the query as UTF-8.") from None
    except ValueError:
        raise RequestInvalid("The address has too many parameters.") from None
    return dict(reversed(pairs))


def read_filter(parameters: Mapping[str, str]) -> dict[str, Any]:
    """Page metadata that must be contained; `{}` when not asked for."""
    try:
        value = orjson.loads(parameters.get("filter") or "{}")
        written = orjson.dumps(value)  # refuses what is nested too deep for the database as well
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        value, written = None, b""
    if not isinstance(value, dict) or holds_nul(written):
        raise RequestInvalid('The filter is not a JSON object that can be used: send one like {"version": "v2"}.')
    return value


def holds_nul(written: bytes) -> bool:
    """Whether a text in JSON as orjson writes it has a NUL character, which Postgres cannot keep."""
    # A text that only spells the escape, as documentation may, has its backslash doubled.
    return b"\\u0000" in written.replace(b"\\\\", b"")


def read_flag(parameters: Mapping[str, str], name: str) -> bool:
    text = parameters.get(name, "").lower()
    if text not in ("", "0", "1", "false", "true"):
        raise RequestInvalid(f"The parameter `{name}` is neither 1 nor 0.")
    return text in ("1", "true")


def read_position(parameters: Mapping[str, str], name: str) -> int | None:
    """Of an event in its stream, as event ids tell it; `None` when not asked for."""
    text = parameters.get(name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < _POSITION_DIGITS):
        raise RequestInvalid(f"The parameter `{name}` is not the number at the end of an event's id.")
    return int(text)


def read_limit(parameters: Mapping[str, str], *, default: int) -> int:
    text = parameters.get("limit") or str(default)
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= _LIMIT_MAX):
        raise RequestInvalid(f"The limit is not a whole number from 1 to {_LIMIT_MAX}.")
    return int(text)
