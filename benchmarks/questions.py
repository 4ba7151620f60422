"""Questions about a tree: as many as are wanted, each once, made from its headings."""

import random
import re
from pathlib import Path
from typing import Final

from server.ingest.sources import find_files

_SEED: Final = 2026
_HEADING: Final = re.compile(r"^#{1,4} +([^\n`{\[<|]{4,80}?) *#*$", re.MULTILINE)
_FORMS: Final = ("How does {} work?", "What do I need to know about {}?", "Where do I start with {}?")


def make_questions(docs: Path, *, count: int) -> list[str]:
    """At most `count` different questions, the same ones for the same tree."""
    texts = (file.path.read_text(encoding="utf-8", errors="replace") for file in find_files(docs)[0])
    headings = sorted({" ".join(heading.split()) for text in texts for heading in _HEADING.findall(text)})
    questions = [form.format(heading) for form in _FORMS for heading in headings]
    return random.Random(_SEED).sample(questions, min(count, len(questions)))
