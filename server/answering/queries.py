"""What counts as a query, and which queries ask the same."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

import orjson

from server.errors import RequestInvalid

_WHITE_CONTROLS: Final = "\t\n\r"

# Behind a word, or a question mark behind a blank, as French has it. Marks alone may be what is asked about.
_END_MARKS: Final = re.compile(r"(?<=[^\s?!.…。？！؟])[?!.…。？！؟]+$|(?<=\w) [?？؟]$")


def clean_query(raw: str, *, max_chars: int) -> str:
    """The query with white space folded and trimmed, 1 to `max_chars` characters.

    Raises `RequestInvalid` when nothing is left, too much is left, or it holds control characters.
    """
    if any(unicodedata.category(char) == "Cc" and char not in _WHITE_CONTROLS for char in raw):
        raise RequestInvalid("The query contains control characters: send plain text.")
    query = " ".join(raw.split())
    if not query:
        raise RequestInvalid("The query is empty: ask a question.")
    if len(query) > max_chars:
        raise RequestInvalid(
            f"The query has {len(query):,} characters, and {max_chars:,} are allowed: shorten it."
        )
    return query


def same_question(query: str, filter: Mapping[str, Any], *, recipe: bytes) -> bytes:
    """A hash that is equal for questions that one answer will do for, whatever their case and end marks."""
    words = _END_MARKS.sub("", unicodedata.normalize("NFKC", query)).split(" ")
    asked = orjson.dumps([" ".join(map(_fold, words)), filter], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(recipe + asked).digest()


def _fold(word: str) -> str:
    """In lower case, but for what is no plain word: `-v` and `-V`, or `%d` and `%D`, are two things."""
    return word.casefold() if word[:1].isalnum() else word
