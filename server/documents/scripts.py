"""Scripts whose words are not separated, or not as a dictionary has them: read by pairs of characters.

As `sql/functions/character_pairs.sql` does, which says more. A character is here what a reader takes for one: in
Thai, Lao, Burmese and Khmer a letter with the vowels and marks around it.
"""

import re
import unicodedata
from itertools import pairwise
from typing import Final

# Thai, Lao, Burmese, Khmer, kana, Chinese characters, Hangul, without their full stops: the inside of a regular
# expression's brackets.
PAIRED: Final = (
    r"\u0e01-\u0e2e\u0e30-\u0e3a\u0e40-\u0e4e\u0e50-\u0e59\u0e81-\u0eff\u1000-\u1049\u104c-\u109f\u1780-\u17d3"
    r"\u17dc-\u17ff\u3005-\u3007\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3"
    r"\uf900-\ufaff\U00020000-\U0003ffff"
)
PAIRED_RUN: Final = re.compile(f"[{PAIRED}]+")
CHARACTER: Final = (
    r"[\u0e40-\u0e44\u0ec0-\u0ec4]?"  # a vowel written before its letter
    rf"[{PAIRED}]"
    r"(?:"
    r"[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece]"  # above and below: Thai, Lao
    r"|[\u102b-\u1038\u103a-\u103e\u1056-\u1060\u17b4-\u17d1\u17d3\u17dd]"  # Burmese, Khmer
    rf"|[\u1039\u17d2][{PAIRED}]"  # a letter below another one
    r")*"
    r"[\u0e30\u0e32\u0e33\u0e45\u0eb0\u0eb2\u0eb3]?"  # a vowel written behind it
)
_CHARACTER: Final = re.compile(CHARACTER)
_WRITTEN_IN_TWO_WAYS: Final = re.compile(r"[\u1100-\u11ff\u3099\u309a\uff00-\uffef]")
# Thai and Lao end a sentence with a space; between words they write none.
_UNSTOPPED_SPACE: Final = re.compile(r"(?<=[\u0e01-\u0eff])\s+(?=[\u0e01-\u0eff])")


def characters(run: str) -> list[str]:
    """What a run of paired characters is made of; joined, it is the run again."""
    return _CHARACTER.findall(run)


def pairs(run: str) -> list[str]:
    """Each two neighbours of a run of paired characters, or its only one."""
    found = characters(run)
    return [one + other for one, other in pairwise(found)] or found


def is_paired(text: str) -> bool:
    """Whether a text holds paired characters."""
    return not text.isascii() and PAIRED_RUN.search(text) is not None


def is_mostly_paired(text: str) -> bool:
    """Whether a sentence is in such a script, and does not only quote a word of one."""
    return 4 * sum(map(len, PAIRED_RUN.findall(text))) >= max(1, len(text))


def folded(text: str) -> str:
    """A text with what can be written in two ways in one of them: half and full width, whole and in parts."""
    return unicodedata.normalize("NFKC", text) if _WRITTEN_IN_TWO_WAYS.search(text) else text


def clauses(text: str) -> list[str]:
    """A text cut at the spaces that stand for full stops in Thai and Lao; whole in other scripts."""
    return _UNSTOPPED_SPACE.split(text)


def wide_share(text: str) -> float:
    """How much of a text is Chinese, Japanese and Korean characters, each of which says as much as two letters."""
    if text.isascii():
        return 0.0
    return sum(unicodedata.east_asian_width(char) == "W" for char in text) / len(text)
