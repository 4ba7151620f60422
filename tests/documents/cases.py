"""Cases as text: a name, a line with one dot, the input, a dot, what is expected, a dot."""

from pathlib import Path
from typing import Any

import pytest


def load_cases(name: str, *, beside: str = __file__) -> list[Any]:
    """`fixtures/<name>.txt` → pytest parameters (input, expected), without the line end before each dot."""
    lines = (Path(beside).with_name("fixtures") / f"{name}.txt").read_text(encoding="utf-8").split("\n")
    fields: list[list[str]] = [[]]
    for line in lines:
        if line == ".":
            fields.append([])
        else:
            fields[-1].append(line)
    texts = ["\n".join(field) for field in fields[:-1]]
    assert texts, f"{name}.txt holds no case"
    assert len(texts) % 3 == 0, f"{name}.txt: every case is closed by three dots, found {len(texts)}"
    cases = zip(texts[0::3], texts[1::3], texts[2::3], strict=True)
    return [pytest.param(given, expected, id=title.strip()) for title, given, expected in cases]
