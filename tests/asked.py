"""Answers opened, written and looked at in the database, for tests below the server."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg

from server.database.answers import get_answer, open_answer, store_answers
from server.database.pool import Database, open_database
from server.records import AnswerDemand, AnswerProgress, OpenedAnswer, StoredAnswer
from server.settings import Settings

STALE_SECONDS: Final = 5.0
FINGERPRINT: Final = b"\x01" * 32
FOUND: Final[Mapping[str, Any]] = {"sources": [{"number": 1}], "confidence": "high", "is_refusal": False}


@asynccontextmanager
async def server_on(database_url: str) -> AsyncIterator[Database]:
    """The database as one server has it."""
    async with open_database(database_url, Settings(database_url=database_url)) as database:
        yield database


async def ask(database: Database, **changes: Any) -> OpenedAnswer:
    """One question, always the same, that may be shared and cached."""
    return await open_answer(
        database,
        **{
            "id": secrets.token_urlsafe(16),
            "query": "How do I cancel a task?",
            "filter": {},
            "page": None,
            "conversation": None,
            "fingerprint": FINGERPRINT,
            "client": None,
            "idempotency_key": None,
            "body_sha256": None,
            "model": "openai/test",
            "cache_seconds": 60,
            "is_fresh": False,
            "stale_seconds": STALE_SECONDS,
            **changes,
        },
    )


async def begin(database: Database, **changes: Any) -> str:
    """The id of a new answer."""
    opened = await ask(database, **changes)
    assert opened.is_new
    return opened.answer.id


async def store(database: Database, id: str, *, offset: int = 0, **news: Any) -> list[AnswerDemand]:
    return await store_answers(database, [AnswerProgress(id=id, offset=offset, **news)])


async def finish(database: Database, id: str, text: str = "Call cancel.", **news: Any) -> None:
    await store(database, id, **{"text": text, "status": "finished", "finish_reason": "stop", **news})


async def stored(database: Database, id: str) -> StoredAnswer:
    answer = await get_answer(database, id, stale_seconds=STALE_SECONDS)
    assert answer is not None
    return answer


async def make_older(owner: asyncpg.Connection, id: str, *, seconds: float) -> None:
    """Lets time pass for one answer."""
    times = ("created_at", "finished_at", "touched_at", "followed_at")
    changes = ", ".join(f"{name} = {name} - make_interval(secs => $2)" for name in times)
    await owner.execute(f"update docs.answer set {changes} where id = $1", id, seconds)
