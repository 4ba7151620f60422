"""The stretch of a section that shows best why it was found."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from unicodedata import combining

from server.documents.plain_text import plain_text
from server.documents.query_words import Hit, find_hits


@dataclass(frozen=True, slots=True)
class Excerpt:
    text: str
    """Plain, on one line; `…` where the section goes on."""
    ranges: tuple[tuple[int, int], ...]
    """Half-open places of the query's words in `text`, in UTF-16 code units, sorted, apart from each other."""


_JOINERS = frozenset("\u200d\ufe0e\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
_CUT_MAX_CHARS = 30  # A guess: a cut looks this far for the end of a word before it goes through one.
_LEAD_MAX_CHARS = 60  # A guess: what is shown before the first of the query's words.


def make_excerpt(content: str, query: str, *, unfinished_word: str | None = None, max_chars: int = 240) -> Excerpt:
    """The stretch of a section's Markdown that holds the most of the query's words; its beginning if none."""
    text = _one_line(content)
    hits = find_hits(text, query, unfinished_word=unfinished_word)
    if len(text) <= max_chars:
        return Excerpt(text, _utf16_ranges(text, _joined_places(hits, 0, len(text))))
    start, end = _stretch(text, hits, room=max(1, max_chars - 2))
    before, after = "…" if start else "", "…" if end < len(text) else ""
    shown = before + text[start:end] + after
    shift = len(before) - start
    places = [(first + shift, last + shift) for first, last in _joined_places(hits, start, end)]
    return Excerpt(shown, _utf16_ranges(shown, places))


def mark_words(text: str, query: str, *, unfinished_word: str | None = None) -> tuple[tuple[int, int], ...]:
    """The places of the query's words in a line of plain text, as an excerpt's `ranges`."""
    hits = find_hits(text, query, unfinished_word=unfinished_word)
    return _utf16_ranges(text, _joined_places(hits, 0, len(text)))


@lru_cache(maxsize=1_024)  # While a reader types, the same sections come again at every letter.
def _one_line(content: str) -> str:
    return " ".join(plain_text(content).split())


def _stretch(text: str, hits: Sequence[Hit], *, room: int) -> tuple[int, int]:
    """At most `room` characters, trimmed, from the end of a word to the end of a word."""
    first, last = _densest(hits, room) if hits else (0, 0)
    start = 0
    if last > room:
        start = max(0, first - min(_LEAD_MAX_CHARS, (room - min(room, last - first)) // 2))
        start = _word_start(text, min(start, len(text) - room), first)
    end = min(len(text), start + room)
    if end < len(text):
        end = max(_word_end(text, end), start + 1)
    return start, end


def _densest(hits: Sequence[Hit], room: int) -> tuple[int, int]:
    """From the first to the last of the hits within `room` characters that are most different, then most."""
    words: Counter[str] = Counter()
    best = (0, 0)
    place = (0, 0)
    left = 0
    for right, hit in enumerate(hits):
        words[hit.word] += 1
        while left < right and hit.end - hits[left].start > room:
            words[hits[left].word] -= 1
            words += Counter()  # drops the zeros
            left += 1
        score = (len(words), right - left)
        if score > best:
            best, place = score, (hits[left].start, hit.end)
    return place


def _word_start(text: str, start: int, limit: int) -> int:
    """The first start of a sentence from `start` to `limit`, else of a word, else of a character."""
    if start == 0:
        return 0
    for ending in (". ", "。", " "):
        position = text.find(ending, start - 1, limit)
        if position >= 0 and (ending != " " or position - start < _CUT_MAX_CHARS):
            return position + len(ending)
    return _character_edge(text, start)


def _word_end(text: str, end: int) -> int:
    position = text.rfind(" ", end - _CUT_MAX_CHARS, end + 1)
    return position if position > 0 else _character_edge(text, end)


def _character_edge(text: str, position: int) -> int:
    """`position` or a little before it, so that no accent or emoji is torn apart."""
    for edge in range(position, max(0, position - _CUT_MAX_CHARS), -1):
        joins = combining(text[edge]) or text[edge] in _JOINERS or text[edge - 1] == "\u200d"
        if not joins:
            return edge
    return position


def _joined_places(hits: Sequence[Hit], start: int, end: int) -> list[tuple[int, int]]:
    """The hits from `start` to `end`, those that overlap or touch as one."""
    places: list[tuple[int, int]] = []
    begin = bisect_left(hits, start, key=lambda hit: hit.start)
    for hit in hits[begin : bisect_right(hits, end, key=lambda hit: hit.end)]:
        if places and hit.start <= places[-1][1]:
            places[-1] = (places[-1][0], max(places[-1][1], hit.end))
        else:
            places.append((hit.start, hit.end))
    return places


def _utf16_ranges(text: str, places: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    if not text or max(text) <= "\uffff":
        return tuple(places)
    units = list(accumulate((2 if char > "\uffff" else 1 for char in text), initial=0))
    return tuple((units[start], units[end]) for start, end in places)
