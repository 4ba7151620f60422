"""The words of a query, and where they stand in a text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from server.documents.scripts import PAIRED, characters, folded, pairs


@dataclass(frozen=True, slots=True)
class Hit:
    start: int
    end: int
    word: str
    """What of the query stands here."""


# Spaces and punctuation; what is left keeps the vowel signs of Hindi, which `\w` does not.
_SEPARATORS = (
    r"\s\x00-/:-@\[-`{-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\xd7\xf7\u2000-\u206f\u3000-\u3004\u3008-\u3040"
    r"\u30a0\u30fb\uff00-\uff0f\uff1a-\uff20"
)
_WORD = re.compile(rf"(?P<paired>[{PAIRED}]++)|[^{_SEPARATORS}{PAIRED}]++")
_SPACED_CHARACTER = re.compile(rf"[^{_SEPARATORS}{PAIRED}]")
_HIRAGANA = re.compile(r"[\u3041-\u309f]+")

_SUFFIXES = ("ations", "ation", "ments", "ment", "ings", "ing", "ies", "ed", "es", "s", "y", "e")
_STEM_MIN_CHARS = 4  # Shorter ones begin too many other words: cat, category.
_STOP_WORDS_IN_ONE = (
    "a about all am an and any are as at be been but by can could did do does doing don for from get had has have "
    "how i if in into is it its just me my no not of on or our should so some than that the their them then there "
    "these they this those to too up us use using was we were what when where which who why will with would you "
    "your"
)
STOP_WORDS = frozenset(_STOP_WORDS_IN_ONE.split())


def find_hits(text: str, query: str, *, unfinished_word: str | None = None) -> list[Hit]:
    """Where words of the query stand in a text, in order: whole, or as the beginning of longer words.

    An unfinished word is one more, and found as a beginning only.
    """
    words = _QueryWords(query, unfinished_word or "")
    folded = text.casefold()
    if words.has_pairs or len(folded) != len(text):
        return [hit for found in _WORD.finditer(text) for hit in words.hits(found)]
    return [hit for found in _words_that_begin(words, text, folded) for hit in words.hits(found)]


def _words_that_begin(words: "_QueryWords", text: str, folded: str) -> Iterator[re.Match[str]]:
    """The words of a text that begin as one of the query's: looks at few of them, four times as fast as all."""
    if not words.beginnings:
        return
    for beginning in re.finditer("|".join(map(re.escape, words.beginnings)), folded):
        start = beginning.start()
        is_inside = start > 0 and _SPACED_CHARACTER.match(text, start - 1)
        found = None if is_inside else _WORD.match(text, start)
        if found:
            yield found


class _QueryWords:
    def __init__(self, query: str, unfinished_word: str) -> None:
        self._whole: set[str] = set()
        self._pairs: set[str] = set()
        stems: set[str] = set()
        for found in _WORD.finditer(folded(query).casefold()):
            word = found[0]
            if found["paired"]:
                self._pairs.update(_telling_pairs(word))
            elif len(word) >= _STEM_MIN_CHARS and word not in STOP_WORDS:
                stems.add(_stem(word))
            elif len(word) > 1 and word not in STOP_WORDS:
                self._whole.add(word)
        # Of an identifier the first part is enough: `map_b` is shown where `map_batches` is.
        beginning = _WORD.search(unfinished_word.casefold())
        if beginning and not beginning["paired"]:
            stems.add(beginning[0])
        self._stems = tuple(sorted(stems))
        self.has_pairs = bool(self._pairs)
        self.beginnings = tuple(sorted({*self._stems, *self._whole}))

    def hits(self, found: re.Match[str]) -> Iterator[Hit]:
        if found["paired"]:
            yield from self._pair_hits(found[0], found.start())
            return
        folded = found[0].casefold()
        word = self._whole_word(folded) or self._stem_of(folded)
        if word:
            yield Hit(found.start(), found.end(), word)

    def _whole_word(self, folded: str) -> str | None:
        singular = folded.removesuffix("s")
        return next((word for word in (folded, singular) if word in self._whole), None)

    def _stem_of(self, folded: str) -> str | None:
        if not folded.startswith(self._stems):  # one call for all of them: most words end here
            return None
        return next(stem for stem in self._stems if folded.startswith(stem))

    def _pair_hits(self, run: str, start: int) -> Iterator[Hit]:
        if not self._pairs:
            return
        found = characters(run)
        for character, following in zip_longest(found, found[1:], fillvalue=""):
            for pair in {character, character + following}:
                if pair in self._pairs:
                    yield Hit(start, start + len(pair), pair)
            start += len(character)


def _stem(word: str) -> str:
    """Without its English ending where enough is left."""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _STEM_MIN_CHARS:
            return word.removesuffix(suffix)
    return word


def _telling_pairs(run: str) -> list[str]:
    """Neighbouring characters (or the only one); pairs of Japanese endings only where there is nothing else."""
    found = pairs(run)
    return [pair for pair in found if not _HIRAGANA.fullmatch(pair)] or found
