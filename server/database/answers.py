"""Answers that any server can resume, share and give again: one Python function per SQL function, same name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

import asyncpg

from server.database.calls import SITE
from server.database.pool import Database, translated_errors
from server.errors import AnswerInterrupted
from server.records import (
    AnswerDemand,
    AnswerProgress,
    Exchange,
    OpenedAnswer,
    RatedQuestion,
    Rating,
    StoredAnswer,
)

# What an answer says whose writer is gone, in the shape of any other problem.
_INTERRUPTED: Final = AnswerInterrupted("The server that wrote the answer is gone.").told

_ANSWER_FIELDS: Final = tuple(field.name for field in fields(StoredAnswer))
_PROGRESS_FIELDS: Final = tuple(field.name for field in fields(AnswerProgress))

# What Postgres cannot keep, or UTF-8 not say; a model may write both.
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")


async def open_answer(
    database: Database,
    *,
    id: str,
    query: str,
    filter: Mapping[str, Any],
    page: str | None,
    conversation: str | None,
    fingerprint: bytes | None,
    client: bytes | None,
    idempotency_key: str | None,
    body_sha256: bytes | None,
    model: str,
    cache_seconds: float,
    is_fresh: bool,
    stale_seconds: float,
) -> OpenedAnswer:
    """The answer to a question, new under this id or one that is there; see `sql/functions/open_answer.sql`.

    Raises `KeyReused`.
    """
    (row,) = await database.fetch(
        "select opened.is_new, opened.generation, (opened.answer).* "
        "from docs.open_answer($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) as opened",
        SITE,
        id,
        query,
        filter,
        page,
        conversation,
        fingerprint,
        client,
        idempotency_key,
        body_sha256,
        model,
        cache_seconds,
        is_fresh,
        stale_seconds,
    )
    return OpenedAnswer(answer=_make_answer(row), is_new=row["is_new"], generation=row["generation"])


async def store_answers(database: Database, progress: Sequence[AnswerProgress]) -> list[AnswerDemand]:
    """What other servers have heard about these answers, in no order; each may be told of once.

    May be repeated with the same or with more. An answer that is missing in what comes back was not stored: it is
    not there, or has less text than `offset`. The next time it has to be told of from the beginning.
    """
    news = [{name: _storable(getattr(one, name)) for name in _PROGRESS_FIELDS} for one in progress]
    rows = await database.fetch("select * from docs.store_answers($1)", news)
    return [AnswerDemand(**dict(row)) for row in rows]


async def follow_answers(
    database: Database, ids: Sequence[str], offsets: Sequence[int], *, stale_seconds: float
) -> list[StoredAnswer]:
    """Answers that another server writes, in no order, each with the `text` behind its offset only.

    `found` is `None` behind offset 0: who has some of the text has had it. One whose writer has given no sign of
    life for `stale_seconds` is interrupted; one that is not there is left out.
    """
    rows = await database.fetch(
        "select * from docs.follow_answers($1, $2, $3, $4)", ids, offsets, stale_seconds, _INTERRUPTED
    )
    return [_make_answer(row) for row in rows]


async def get_answer(database: Database, id: str, *, stale_seconds: float) -> StoredAnswer | None:
    """The answer as it is stored; interrupted when its writer has given no sign of life for so long."""
    rows = await database.fetch(
        "select * from docs.get_answer($1, $2, $3)", _storable(id), stale_seconds, _INTERRUPTED
    )
    return _make_answer(rows[0]) if rows else None


async def stop_answer(database: Database, id: str, *, stale_seconds: float | None = None) -> StoredAnswer | None:
    """Asks the writer to stop, if the answer runs and was asked for once; returns it as it is now.

    With `stale_seconds` it is interrupted as by `get_answer`.
    """
    rows = await database.fetch(
        "select * from docs.stop_answer($1, $2, $3)", _storable(id), stale_seconds, _INTERRUPTED
    )
    return _make_answer(rows[0]) if rows else None


async def get_conversation(database: Database, conversation: str, *, limit: int) -> list[Exchange]:
    """The last exchanges with an answer, oldest first."""
    rows = await database.fetch("select * from docs.get_conversation($1, $2, $3)", SITE, conversation, limit)
    return [Exchange(**dict(row)) for row in rows]


async def get_latest_answer(database: Database, conversation: str) -> str | None:
    """The id of the conversation's last answer, whatever has become of it."""
    (row,) = await database.fetch("select docs.get_latest_answer($1, $2) as id", SITE, conversation)
    id: str | None = row["id"]
    return id


async def drop_old_answers(database: Database, keep_days: float) -> int:
    """How many answers were forgotten because of their age; while some were, there may be more."""
    (row,) = await database.fetch("select docs.drop_old_answers($1) as count", keep_days)
    count: int = row["count"]
    return count


async def rate_answer(
    database: Database, id: str, *, client: bytes, rating: Rating | None, reason: str | None, comment: str | None
) -> bool:
    """Keeps a reader's rating in the place of their last one; `None` withdraws it. Whether there is the answer."""
    (row,) = await database.fetch(
        "select docs.rate_answer($1, $2, $3, $4, $5) as is_there", _storable(id), client, rating, reason, comment
    )
    is_there: bool = row["is_there"]
    return is_there


async def get_feedback(
    connection: asyncpg.Connection, *, days: float | None, is_down: bool, count: int
) -> list[RatedQuestion]:
    """The questions that were rated, worst first; see `sql/functions/get_feedback.sql`. For the owner."""
    with translated_errors():
        rows = await connection.fetch(
            "select * from docs.get_feedback($1, $2, $3, $4)", SITE, days, is_down, count
        )
    return [RatedQuestion(**{**row, "ratings": tuple(row["ratings"])}) for row in rows]


def _make_answer(row: asyncpg.Record) -> StoredAnswer:
    return StoredAnswer(**{name: row[name] for name in _ANSWER_FIELDS})


def _storable(value: Any) -> Any:
    """The same with U+FFFD for each character that cannot be stored, so that lengths stay what they are."""
    match value:
        case str():
            return _UNSTORABLE.sub("\ufffd", value)
        case Mapping():
            return {name: _storable(one) for name, one in value.items()}
        case list() | tuple():
            return [_storable(one) for one in value]
    return value
