"""Conversations: which answers came before a question.

A conversation's id begins with random bits of its own and ends with its first answer, because that may belong to
many: equal first questions share one answer, and what is asked afterwards is nobody else's business. A chat is a
conversation that a client names and remembers itself; here it only leads to its latest answer.
"""

import secrets
from collections.abc import Callable
from typing import Final

from server.answering.live import LiveAnswer
from server.database.answers import get_answer, get_conversation
from server.database.pool import Database
from server.errors import NotFound
from server.records import Exchange, Question

CHAT_PREFIX: Final = "chat:"

# Also what a page is told that comes back after LECTERN_ANSWER_KEEP_DAYS.
_FORGOTTEN: Final = "This conversation is not known any more. Please ask the whole question in a new one."

# Further back nobody refers to; the budget in tokens leaves fewer.
_EXCHANGES_MAX: Final = 20


def new_conversation(first_answer: LiveAnswer) -> str:
    """The id by which later questions refer to an answer."""
    return f"{secrets.token_urlsafe(16)}.{first_answer.id}"


def is_chat(conversation: str) -> bool:
    return conversation.startswith(CHAT_PREFIX)


class Threads:
    def __init__(self, database: Database, find_here: Callable[[str], LiveAnswer | None]) -> None:
        self._database = database
        self._find_here = find_here

    async def history(self, question: Question) -> tuple[Exchange, ...]:
        """What was asked and answered before, oldest first. Raises `NotFound` for an unknown conversation."""
        if question.history or question.conversation is None or is_chat(question.conversation):
            return question.history
        first = await self._first(question.conversation.rpartition(".")[2])
        later = await get_conversation(self._database, question.conversation, limit=_EXCHANGES_MAX)
        return (first, *later)

    async def _first(self, id: str) -> Exchange:
        if answer := self._find_here(id):
            query = answer.found.query if answer.found else answer.query
            return Exchange(query=query or answer.query, text=answer.text)
        stored = await get_answer(self._database, id, stale_seconds=60)
        if stored is None:
            raise NotFound("There is no such conversation.", reader_text=_FORGOTTEN)
        return Exchange(query=stored.searched_query or stored.query, text=stored.text)
