"""A text's fingerprint, by which nearly equal texts are known without comparing them."""

import re
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from server.documents.scripts import CHARACTER, PAIRED

BITS: Final = 256
_SEQUENCE_WORDS: Final = 3
# Hashes at once: all orders for a section, a few for a book. Steps, not hashes, are what a section costs.
_AT_ONCE: Final = 1 << 18
# Of scripts without spaces a character is a word, or else a clause would be one.
_WORD: Final = re.compile(rf"{CHARACTER}|[^\W{PAIRED}]+")
_SPACED_WORD: Final = re.compile(r"\w+")

# Of a fixed seed: fingerprints are stored, and compared with those of later runs.
_CHANCE: Final = np.random.Generator(np.random.PCG64(2026))
# x → factor · x + addend (mod 2³²), each an order of all hashes of its own: a factor is odd.
_FACTORS: Final = _CHANCE.integers(0, 2**32, (BITS, 1), np.uint32) | np.uint32(1)
_ADDENDS: Final = _CHANCE.integers(0, 2**32, (BITS, 1), np.uint32)
# What a word's hash is multiplied by at each place of a sequence.
_PLACES: Final = _CHANCE.integers(0, 2**32, _SEQUENCE_WORDS, np.uint32) | np.uint32(1)
# Which bit stands for the first hash in each order: the highest of a product of its own.
_BIT_FACTORS: Final = _CHANCE.integers(0, 2**32, BITS, np.uint32) | np.uint32(1)


def fingerprint(text: str) -> bytes:
    """32 bytes, of whose 256 bits (1 − s) / 2 differ between texts that share s of their sequences of three words.

    One bit each of 256 MinHashes (Li & König 2010, "b-bit minwise hashing"): the estimate of s is within ±.05.
    """
    sequences = _sequence_hashes(text)
    bits = np.empty(BITS, np.uint8)
    orders = max(1, _AT_ONCE // len(sequences))
    for start in range(0, BITS, orders):
        some = slice(start, start + orders)
        first = (sequences * _FACTORS[some] + _ADDENDS[some]).argmin(axis=1)
        bits[some] = sequences[first] * _BIT_FACTORS[some] >> np.uint32(31)
    return np.packbits(bits).tobytes()


def _sequence_hashes(text: str) -> NDArray[np.uint32]:
    found = (_SPACED_WORD if text.isascii() else _WORD).findall(text.casefold())
    hashes = [crc32(word.encode()) for word in found]
    words = np.array(hashes + [0] * (_SEQUENCE_WORDS - len(hashes)), np.uint32)
    count = len(words) - _SEQUENCE_WORDS + 1
    sequences = np.zeros(count, np.uint32)
    for place, factor in enumerate(_PLACES):
        sequences += words[place : place + count] * factor
    return sequences ^ sequences >> np.uint32(15)
