"""The part of a file that an include asks for: line ranges, named regions, sections."""

import re
from collections.abc import Sequence

_RANGE = re.compile(r"\s*(-?\d*)\s*(?:[-:]\s*(-?\d*)\s*)?")


class NoSuchPart(Exception):
    """What was asked for is not in the file."""


def in_ranges(lines: Sequence[str], ranges: str) -> list[str]:
    """`1-3,7`, `2:`, `:4` → those lines, 1-based, both ends included; all of them for an empty text."""
    if not ranges.strip():
        return list(lines)
    found: list[str] = []
    for part in ranges.split(","):
        asked = _RANGE.fullmatch(part)
        if asked is None:
            raise NoSuchPart(f"`{part.strip()}` is no range of lines")
        first = int(asked[1]) if asked[1] else 1
        last = first if asked[2] is None else int(asked[2]) if asked[2] else len(lines)
        first, last = (number + len(lines) + 1 if number < 0 else number for number in (first, last))
        found += lines[max(0, first - 1) : last]
    return found


# `--8<-- [start:name]`, as pymdownx.snippets has it.
_SNIPPET_MARK = re.compile(r"-{1,}8<-{1,}\s*\[\s*(?P<kind>start|end)\s*:\s*(?P<name>[\w-]+)\s*\]")
_REGION_START = re.compile(
    r"(?:#|//|/\*|<!--|--|%|;|\{/\*)?\s*#?(?:pragma\s+)?\b(?:region|docregion)\b\s+(?P<name>[\w*-]+)"
)
_REGION_END = re.compile(
    r"#?\s*(?:pragma\s+)?\b(?:end\s?region|enddocregion)\b\s*(?P<name>[\w*-]*)", re.IGNORECASE
)
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*(?:\{\s*#([\w-]+)[^{}]*\})?\s*#*\s*")


def snippet_section(lines: Sequence[str], name: str) -> list[str]:
    """The lines between `[start:name]` and `[end:name]`; raises `NoSuchPart`."""
    found: list[str] = []
    inside = seen = False
    for line in lines:
        mark = _SNIPPET_MARK.search(line) if "8<" in line else None
        if mark and mark["name"] == name:
            inside = mark["kind"] == "start"
            seen = seen or inside
        elif inside and not mark:
            found.append(line)
    if not seen:
        raise NoSuchPart(f"it has no section `{name}`")
    return found


def without_marks(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if "8<" not in line or not _SNIPPET_MARK.search(line)]


def region(lines: Sequence[str], name: str) -> list[str]:
    """The lines of an editor's region (`// #region name` … `// #endregion`), without its marks."""
    found: list[str] = []
    depth = 0
    seen = False
    for line in lines:
        if depth == 0:
            start = _REGION_START.search(line) if "region" in line else None
            if start and start["name"] == name:
                depth, seen = 1, True
            continue
        if "region" in line and _REGION_END.search(line):
            ended = _REGION_END.search(line)
            depth = 0 if ended and ended["name"] in ("", name) and depth == 1 else max(1, depth - 1)
        elif "region" in line and _REGION_START.search(line):
            depth += 1
        else:
            found.append(line)
    if not seen:
        raise NoSuchPart(f"it has no region `{name}`")
    return found


def heading_section(lines: Sequence[str], anchor: str) -> list[str]:
    """From the heading with an anchor up to the next one of its level; raises `NoSuchPart`."""
    level = 0
    found: list[str] = []
    for line in lines:
        heading = _HEADING.fullmatch(line) if line.startswith("#") and len(line) < 1_000 else None
        if level and heading and len(heading[1]) <= level:
            return found
        if (
            not level
            and heading
            and anchor in (heading[3], re.sub(r"[^\w-]+", "-", heading[2].lower()).strip("-"))
        ):
            level = len(heading[1])
        if level:
            found.append(line)
    if not level:
        raise NoSuchPart(f"it has no heading `#{anchor}`")
    return found


def between(lines: Sequence[str], options: dict[str, str]) -> list[str]:
    """docutils' `start-line`, `end-line`, `start-after`, `end-before`; Sphinx's `start-at`, `end-at`, `lines`."""
    first = _number(options.get("start-line"), 0)
    last = _number(options.get("end-line"), len(lines))
    kept = list(lines)[first:last]
    for name, after in (("start-after", 1), ("start-at", 0)):
        if marker := options.get(name):
            kept = kept[_place(kept, marker) + after :]
    for name, after in (("end-before", 0), ("end-at", 1)):
        if marker := options.get(name):
            kept = kept[: _place(kept, marker) + after]
    return in_ranges(kept, options.get("lines", ""))


def _number(stated: str | None, default: int) -> int:
    return int(stated) if stated and re.fullmatch(r"-?\d+", stated) else default


def _place(lines: Sequence[str], marker: str) -> int:
    place = next((number for number, line in enumerate(lines) if marker in line), None)
    if place is None:
        raise NoSuchPart(f"no line of it holds `{marker}`")
    return place


def without_front_matter(lines: Sequence[str]) -> list[str]:
    if lines and lines[0].rstrip() == "---":
        end = next((number for number, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
        if end is not None:
            return list(lines[end + 1 :])
    return list(lines)
