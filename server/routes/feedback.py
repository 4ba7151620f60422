"""`POST /v1/answers/{id}/feedback`: what a reader thinks of an answer."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final, get_args

from starlette.requests import Request
from starlette.responses import Response

from server.database.answers import rate_answer
from server.errors import NotFound, RequestInvalid
from server.records import Rating
from server.routes.asking import client_hash
from server.routes.bodies import read_body, read_object

REASONS: Final = ("incorrect", "outdated", "incomplete", "irrelevant", "unclear", "other")

_BODY_MAX_BYTES: Final = 30_000  # a comment of 2,000 characters, each escaped as two surrogates
_COMMENT_MAX_CHARS: Final = 2000
_EXAMPLE: Final = '{"rating": "down", "reason": "outdated"}'


async def feedback(request: Request) -> Response:
    """Keeps a reader's rating in the place of their last one; a rating of `null` withdraws it."""
    raw = await read_body(request, max_bytes=_BODY_MAX_BYTES, advice="comment shorter")
    body = read_object(raw, example=_EXAMPLE)
    id = request.path_params["id"]
    is_there = await rate_answer(
        request.state.database,
        id,
        client=_reader_hash(request, id),
        rating=_read_rating(body),
        reason=_read_reason(body),
        comment=_read_comment(body),
    )
    if not is_there:
        raise NotFound("There is no such answer.")
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


def _reader_hash(request: Request, id: str) -> bytes:
    """Another one for each answer: what somebody rated must not tell what else they asked."""
    return hashlib.sha256(client_hash(request) + id.encode()).digest()[:16]


def _read_rating(body: Mapping[str, Any]) -> Rating | None:
    rating: Rating | None = body.get("rating", "")
    if rating is not None and rating not in get_args(Rating):
        raise RequestInvalid(f"`rating` is neither `up`, `down` nor null: send {_EXAMPLE}.")
    return rating


def _read_reason(body: Mapping[str, Any]) -> str | None:
    reason: str | None = body.get("reason")
    if reason is not None and reason not in REASONS:
        raise RequestInvalid(f"`reason` is none of {', '.join(REASONS)}.")
    return reason


def _read_comment(body: Mapping[str, Any]) -> str | None:
    comment = body.get("comment")
    if comment is None:
        return None
    if not isinstance(comment, str):
        raise RequestInvalid("`comment` is no text.")
    comment = comment.strip()
    if len(comment) > _COMMENT_MAX_CHARS:
        raise RequestInvalid(f"`comment` has more than {_COMMENT_MAX_CHARS:,} characters.")
    return comment or None
