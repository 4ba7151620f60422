"""What a request tells beside its question: who asks, whether anew, and how much of the answer is there."""

import hashlib
from typing import Final

from starlette.requests import Request

from server.answering.live import NOTHING
from server.errors import RequestInvalid

_KEY_MAX_CHARS: Final = 255

# What tells readers behind one address apart, as far as that goes.
_TELLING_HEADERS: Final = ("x-forwarded-for", "user-agent", "accept-language", "origin")


def client_hash(request: Request) -> bytes:
    """Equal for two requests of one reader, most likely."""
    host = request.client.host if request.client else ""
    told = [host, *(request.headers.get(name, "") for name in _TELLING_HEADERS)]
    return hashlib.sha256("\n".join(told).encode()).digest()[:16]


def wants_fresh(request: Request) -> bool:
    """Whether `Cache-Control` refuses what was answered before."""
    directives = request.headers.get("cache-control", "").lower().split(",")
    return any(directive.strip() in ("no-cache", "no-store") for directive in directives)


def read_idempotency_key(request: Request) -> str | None:
    """By draft-ietf-httpapi-idempotency-key-header; quoted or not."""
    key = request.headers.get("idempotency-key", "").strip().strip('"')
    if len(key) > _KEY_MAX_CHARS:
        raise RequestInvalid(f"The Idempotency-Key has more than {_KEY_MAX_CHARS} characters.")
    return key or None


def read_last_event_id(request: Request) -> tuple[str, int] | None:
    """The answer and the position behind which to resume; `None` without the header, or with an empty one.

    An id that is none of ours names no answer, so that it leads to nothing.
    """
    given = request.headers.get("last-event-id")
    if not given:
        return None
    id, _, position = given.rpartition(":")
    if not (position.isascii() and position.isdigit() and len(position) < 12):
        return "", NOTHING
    return id, int(position)
