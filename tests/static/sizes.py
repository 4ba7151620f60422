"""How many bytes a browser loads: each module as the server sends it. By hand: `python -m tests.static.sizes`."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import rjsmin

STATIC = Path(__file__).parents[2] / "static"
DEMO_ONLY = {"demo.js"}
NODE_ONLY = {"event-stream.js"}
_IMPORT = re.compile(r"""from "\./([\w./-]+)"|^import "\./([\w./-]+)";""", re.MULTILINE)


def served_bytes(path: Path) -> int:
    return len(gzip.compress(rjsmin.jsmin(path.read_text(encoding="utf-8")).encode(), 9))


def modules_of_box() -> list[Path]:
    """The loader first, then all that it ever imports but for languages."""
    return [STATIC / "widget.js", *sorted(_reached(STATIC / "box.js", set()))]


def languages() -> list[Path]:
    return sorted((STATIC / "strings").glob("*.js"))


def _reached(path: Path, seen: set[Path]) -> Iterator[Path]:
    if path in seen:
        return
    seen.add(path)
    yield path
    for names in _IMPORT.findall(path.read_text(encoding="utf-8")):
        yield from _reached(path.parent / next(name for name in names if name), seen)


def _show() -> None:
    total = 0
    for path in modules_of_box():
        total += served_bytes(path)
        print(f"{path.name:24} {served_bytes(path):6}")
    largest = max((served_bytes(path) for path in languages()), default=0)
    print(f"{'largest language':24} {largest:6}\n{'everything':24} {total + largest:6}")


if __name__ == "__main__":
    _show()
