"""The bodies of requests, read strictly."""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from starlette.requests import Request

from server.errors import RequestInvalid, TooLarge
from server.routes.parameters import holds_nul

_TEXT_MAX_CHARS: Final = 1000


async def read_body(request: Request, *, max_bytes: int, advice: str) -> bytes:
    """The whole body. Raises `TooLarge` with the advice as soon as it is, without having read the rest."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise TooLarge(f"The request has more than {max_bytes:,} bytes: {advice}.")
    return bytes(body)


def read_object(body: bytes, *, example: str) -> dict[str, Any]:
    """A JSON object that Postgres can keep."""
    try:
        value = orjson.loads(body)
        written = orjson.dumps(value)  # refuses what is nested too deep for the database as well
    except (orjson.JSONDecodeError, orjson.JSONEncodeError) as error:
        raise RequestInvalid(f"The body is not JSON ({error}): send {example}.") from None
    if not isinstance(value, dict):
        raise RequestInvalid(f"The body is no JSON object: send {example}.")
    if holds_nul(written):
        raise RequestInvalid("The body holds a NUL character, which cannot be kept.")
    return value


def read_filter_key(body: Mapping[str, Any]) -> dict[str, Any]:
    """Page metadata that must be contained; `{}` when not asked for."""
    filter = body.get("filter") or {}
    if not isinstance(filter, dict):
        raise RequestInvalid('`filter` is no object: send one like {"version": "v2"}.')
    return filter


def read_text_key(body: Mapping[str, Any], name: str) -> str | None:
    text = body.get(name)
    if text is not None and not (isinstance(text, str) and 0 < len(text) <= _TEXT_MAX_CHARS):
        raise RequestInvalid(f"`{name}` is no text of 1 to {_TEXT_MAX_CHARS:,} characters.")
    return text
