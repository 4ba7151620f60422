"""Trees of documentation to measure on: a copy of a real one, or one that is the same on every machine."""

import contextlib
import random
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Final

from benchmarks.options import Options
from server.settings import find_folder

_SEED: Final = 2026
_PAGES_PER_FOLDER: Final = 25
_SECTIONS_PER_PAGE: Final = 8

# By falling frequency, as the most frequent words of a text are.
_SMALL_WORDS: Final = """
    the to a of and is in for that with you it on as are by this be or from can when an if not which will has
"""

_STEMS: Final = """
    account adapter alias array backup batch binding branch broker buffer bundle cache certificate channel
    client cluster column command commit config connect console container context cursor daemon database
    dataset deploy device domain driver encode endpoint event export extension field filter format gateway
    handler header hook host image import index ingest input instance interface key label layer library limit
    link listen lock log mapper merge message method metric migrate model module monitor mount namespace node
    object operator option output package parameter parser partition password patch path pattern peer
    pipeline plugin policy pool port process profile protocol provider proxy publish query queue quota record
    region registry release render replica request resolve resource response restart restore retry role
    rollback route runtime sample schedule schema scope script secret segment select server service session
    shard signal snapshot socket source stage state storage stream subnet subscribe switch sync table target
    task template tenant thread threshold timeout token trace transform trigger tunnel update upload user
    validate value variable vector version volume watch webhook window worker workflow workspace write zone
"""

_ENDINGS: Final = ("", "", "s", "s", "ed", "ing", "er", "able", "less", "ment")

_VERBS: Final = "Configuring Reading Changing Removing Testing Securing Understanding Running Importing"


@contextlib.contextmanager
def docs_tree(docs: Sequence[Path], *, pages: int) -> Iterator[Path]:
    """A tree that may be written to: a copy of `docs`, or `pages` generated ones; gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="lectern-docs-"))
    try:
        if not docs:
            write_pages(folder, count=pages)
        for place, tree in enumerate(docs):
            target = folder / f"{place}-{tree.name}" if len(docs) > 1 else folder
            shutil.copytree(tree, target, symlinks=True, dirs_exist_ok=True)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def small_docs(options: Options) -> Iterator[Path]:
    """A tree for what does not depend on the site's size: Lectern's own documentation, or the given ones."""
    with docs_tree(options.docs or [find_folder("docs")], pages=0) as docs:
        yield docs


def write_pages(folder: Path, *, count: int) -> None:
    """Pages of about 6 kB and eight sections: prose, lists, code."""
    writer = _Writer(random.Random(_SEED))
    for number in range(count):
        page = folder / f"area-{number // _PAGES_PER_FOLDER:02}" / f"page-{number:03}.md"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(writer.page())


class _Writer:
    """Prose without sense, with the word frequencies of one that has some."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._stems = _STEMS.split()
        rare_words = sorted({stem + ending for stem in self._stems for ending in _ENDINGS})
        chance.shuffle(rare_words)
        self._words = [*_SMALL_WORDS.split(), *rare_words]
        # Zipf's law as Mandelbrot has it: the frequency of the word of rank r is proportional to 1 / (r + 2.7).
        self._weights = list(accumulate(1 / (rank + 2.7) for rank in range(1, len(self._words) + 1)))

    def page(self) -> str:
        title = " ".join(self._chance.sample(self._stems, 2)).capitalize()
        sections = "\n".join(self._section(place) for place in range(_SECTIONS_PER_PAGE))
        return f"---\ntitle: {title}\nweight: {self._chance.randrange(100)}\n---\n\n{self._prose()}\n{sections}"

    def _section(self, place: int) -> str:
        level = "###" if place % 3 == 2 else "##"
        heading = f"{self._chance.choice(_VERBS.split())} {' '.join(self._chance.sample(self._stems, 2))}"
        extra = (self._list, self._code, self._prose)[place % 3]()
        return f"{level} {heading}\n\n{self._prose()}\n{extra}"

    def _prose(self) -> str:
        return " ".join(self._sentence() for _ in range(self._chance.randint(3, 5))) + "\n"

    def _list(self) -> str:
        return "".join(f"- `{self._identifier()}`: {self._sentence()}\n" for _ in range(3))

    def _code(self) -> str:
        calls = "".join(f"{self._identifier()} = client.{self._identifier()}()\n" for _ in range(6))
        return f"```python\n{calls}```\n"

    def _sentence(self) -> str:
        words = self._chance.choices(self._words, cum_weights=self._weights, k=self._chance.randint(9, 18))
        return " ".join(words).capitalize() + "."

    def _identifier(self) -> str:
        return "_".join(self._chance.sample(self._stems, 2))
