"""What a chat of the Vercel AI SDK posts: all its messages, of which the last one of the reader is the question.

Keys that are not named here are left alone: the SDK adds some with its releases, and an application its own.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from server.answering.threads import CHAT_PREFIX
from server.errors import RequestInvalid
from server.records import Exchange

_ID_MAX_CHARS: Final = 200
_EXCHANGES_MAX: Final = 20  # further back nobody refers to; the budget in tokens leaves fewer
_REGENERATE: Final = "regenerate-message"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    conversation: str | None
    """`None` for a chat without an id, which cannot be resumed."""
    query: str
    """As it was written."""
    history: tuple[Exchange, ...]
    """Oldest first; questions that were not answered are left out."""
    is_fresh: bool
    """Whether the chat has an answer already: the same one again would take its place instead of following it."""


def read_chat(body: Mapping[str, Any]) -> Chat:
    """Raises `RequestInvalid`."""
    messages = _read_messages(body.get("messages"))
    asked_at = max((place for place, (role, _) in enumerate(messages) if role == "user"), default=None)
    if asked_at is None:
        raise RequestInvalid("None of the `messages` is the reader's: send one with the role `user`.")
    before = messages[:asked_at]
    return Chat(
        conversation=None if body.get("id") is None else chat_conversation(body["id"]),
        query=messages[asked_at][1],
        history=_exchanges(before)[-_EXCHANGES_MAX:],
        is_fresh=body.get("trigger") == _REGENERATE or any(role == "assistant" for role, _ in before),
    )


def chat_conversation(id: Any) -> str:
    """What the answers of a chat are found by."""
    if not isinstance(id, str) or not 0 < len(id) <= _ID_MAX_CHARS or any(map(_is_control, id)):
        raise RequestInvalid(f"The chat's `id` has to be text of 1 to {_ID_MAX_CHARS} printable characters.")
    return CHAT_PREFIX + id


def _read_messages(given: Any) -> list[tuple[str, str]]:
    """Role and text of each."""
    if not isinstance(given, list) or not given:
        raise RequestInvalid("`messages` is no list of messages: send all messages of the chat.")
    return [_read_message(message, f"messages[{place}]") for place, message in enumerate(given)]


def _read_message(message: Any, place: str) -> tuple[str, str]:
    if not isinstance(message, dict) or not isinstance(message.get("role"), str):
        raise RequestInvalid(f"{place} is no message: it needs a `role` and `parts`.")
    parts = message.get("parts")
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise RequestInvalid(f"{place}.parts is no list of parts: send messages as `ai` 5.0 and newer have them.")
    texts = [part.get("text") for part in parts if part.get("type") == "text"]
    if not all(isinstance(text, str) for text in texts):
        raise RequestInvalid(f"{place}.parts holds a text part without `text`.")
    return message["role"], "\n\n".join(texts)


def _exchanges(messages: list[tuple[str, str]]) -> tuple[Exchange, ...]:
    """Each question with the answer right behind it."""
    return tuple(
        Exchange(query=query.strip(), text=text)
        for (asker, query), (answerer, text) in pairwise(messages)
        if (asker, answerer) == ("user", "assistant") and query.strip() and text.strip()
    )


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cs")
