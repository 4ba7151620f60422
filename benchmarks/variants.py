"""Documentation grown to any number of sections: each page again and again, a fifth of its words replaced.

A word is replaced by one that is about as frequent in the same tree, all through a page and in its headings, so
that variants are no near-duplicates, pages stay about something and word frequencies keep Zipf's law. No new words
come in, though: in a real tree of that size the rarest words would be rarer.
"""

import itertools
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from server.errors import DocumentUnreadable
from server.ingest.corpus import open_folder
from server.ingest.parsing import PageParser, PageRecipe
from server.ingest.sources import SourceFile
from server.settings import Settings

_SEED: Final = 2026
_REPLACED_SHARE: Final = 0.2

# What every grown page says of itself, to be filtered by: a thousandth and a tenth of the pages have the same.
THOUSANDTH: Final = "shard"
TENTH: Final = "tenth"

_FRONT_MATTER: Final = re.compile(r"\A---\n(.*?)^---\n", re.DOTALL | re.MULTILINE)
_TITLE: Final = re.compile(r"(?<=^title:).*$", re.MULTILINE)
# Fences, imports, tags, link targets and attributes are left alone, so that a variant is as valid as its page.
_PIECE: Final = re.compile(
    r"^[ \t]*(?:`{3,}|~{3,}|:{3,}|/{3,}|import\b|export\b).*$|<[^<>]*>|\]\([^()\n]*\)|\{[:# ][^{}\n]*\}"
    r"|(?P<word>[^\W\d_]{3,})",
    re.MULTILINE,
)


class Vocabulary:
    """The words of a tree by falling frequency."""

    def __init__(self, texts: Iterable[str]) -> None:
        counts = Counter(
            _plain(found["word"]) for text in texts for found in _PIECE.finditer(text) if found["word"]
        )
        self._words = sorted(counts, key=lambda word: (-counts[word], word))
        self._ranks = {word: rank for rank, word in enumerate(self._words)}

    def other(self, word: str, chance: random.Random) -> str:
        """A word whose rank is at most a fifth away; one that is unknown stays."""
        if word not in self._ranks:
            return word
        rank = self._ranks[word]
        reach = max(2, rank // 5)
        return self._words[chance.randint(max(rank - reach, 0), min(rank + reach, len(self._words) - 1))]


class _Variation:
    """Replaces a fifth of the words, each by the same other one wherever it stands."""

    def __init__(self, vocabulary: Vocabulary, chance: random.Random) -> None:
        self._vocabulary = vocabulary
        self._chance = chance
        self._others: dict[str, str] = {}

    def of(self, text: str) -> str:
        return _PIECE.sub(self._replace, text)

    def _replace(self, found: re.Match[str]) -> str:
        word = found["word"]
        if word is None:
            return found[0]
        plain = _plain(word)
        if plain not in self._others:
            is_replaced = self._chance.random() < _REPLACED_SHARE
            self._others[plain] = self._vocabulary.other(plain, self._chance) if is_replaced else plain
        other = self._others[plain]
        return other if word == plain else other[:1].upper() + other[1:]


@dataclass(frozen=True, slots=True)
class _Original:
    file: SourceFile
    text: str


def grow(docs: Path, folder: Path, *, section_count: int, recipe: PageRecipe) -> None:
    """Writes pages with about so many sections, the same ones for the same tree; a larger tree holds the smaller.

    The pages come in a shuffled order, so that a small tree is of the same mixture as a large one; those that
    cannot be parsed are left out.
    """
    corpus = open_folder(docs, Settings())
    originals = [_read(file) for file in corpus.files]
    random.Random(_SEED).shuffle(originals)
    vocabulary = Vocabulary(original.text for original in originals)
    missing = section_count
    for number, (variant, original, sections) in enumerate(_repeat(originals, PageParser(recipe, corpus))):
        if missing <= 0:
            return
        missing -= sections
        page = folder / f"variant-{variant}" / original.file.name
        page.parent.mkdir(parents=True, exist_ok=True)
        chance = random.Random(f"{_SEED} {variant} {original.file.name}")
        text = vary(original.text, vocabulary, chance) if variant else original.text
        page.write_text(label(text, number), encoding="utf-8")


def vary(text: str, vocabulary: Vocabulary, chance: random.Random) -> str:
    """A page with a fifth of its words replaced; of its front matter only the title's."""
    variation = _Variation(vocabulary, chance)
    head, body = _split(text)
    head = _TITLE.sub(lambda title: variation.of(title[0]), head)
    return _join(head, variation.of(body))


def label(text: str, number: int) -> str:
    """A page with front matter to filter by; `number` counts the pages."""
    head, body = _split(text)
    return _join(f"{head}{THOUSANDTH}: {number % 1000}\n{TENTH}: {number % 10}\n", body)


def _repeat(originals: list[_Original], parser: PageParser) -> Iterator[tuple[int, _Original, int]]:
    """Every page in every variant, without end, with its number of sections."""
    counted: list[tuple[_Original, int]] = []
    for original in originals:
        try:
            sections = len(parser.parse(original.file, original.text.encode()).page.sections)
        except DocumentUnreadable:
            continue
        counted.append((original, sections))
        yield 0, original, sections
    if not any(sections for _, sections in counted):
        raise RuntimeError("The pages have no sections: there is nothing to grow.")
    for variant in itertools.count(1):
        for original, sections in counted:
            yield variant, original, sections


def _read(file: SourceFile) -> _Original:
    return _Original(file, file.path.read_text(encoding="utf-8", errors="replace"))


def _plain(word: str) -> str:
    """As it is counted: without the capital of a sentence's or a title's word."""
    return word.lower() if word.istitle() else word


def _split(text: str) -> tuple[str, str]:
    """The lines of the front matter, and what follows it."""
    found = _FRONT_MATTER.match(text)
    return (found[1], text[found.end() :]) if found else ("", text)


def _join(head: str, body: str) -> str:
    return f"---\n{head}---\n{body}" if head else body
