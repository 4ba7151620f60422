"""The YAML or TOML above a page as values that JSON knows."""

import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from server.errors import DocumentUnreadable

# Guesses far above real pages. A few lines of nested aliases can stand for billions of values, and libyaml's
# loader overflows the stack of the process on some ten thousand open brackets.
_MAX_VALUES = 10_000
_MAX_DEPTH = 100


_OPENING = re.compile(r"(?:-{3,}|\+{3})[ \t]*\n")
_CLOSING = {
    "-": re.compile(r"^-{3,}[ \t]*(?:\n|\Z)", re.MULTILINE),
    "+": re.compile(r"^\+{3}[ \t]*(?:\n|\Z)", re.MULTILINE),
}


@dataclass(frozen=True, slots=True)
class Page:
    """A page's text, parted."""

    meta: dict[str, Any]
    body: str
    first_line: int
    """1-based: where the body starts in the file."""


def split_front_matter(text: str) -> Page:
    """YAML between lines of `---`, or Hugo's TOML between lines of `+++`, and the text below it.

    Raises `DocumentUnreadable` with line and reason when it cannot be read.
    """
    opening = _OPENING.match(text)
    closing = _CLOSING[text[0]].search(text, opening.end()) if opening else None
    if opening is None or closing is None:
        return Page({}, text, 1)
    source = text[opening.end() : closing.start()]
    read = _read_toml if text[0] == "+" else read_front_matter
    return Page(read(source, first_line=2), text[closing.end() :], 3 + source.count("\n"))


def _read_toml(source: str, *, first_line: int) -> dict[str, Any]:
    try:
        return _Converter(first_line).mapping(tomllib.loads(source))
    except tomllib.TOMLDecodeError as error:
        stated = re.search(r"\(at line (\d+)", str(error))
        line = first_line + (int(stated[1]) - 1 if stated else 0)
        reason = str(error).partition(" (at ")[0]
        raise DocumentUnreadable(f"Line {line}: the front matter is not TOML: {reason}.") from error
    except RecursionError:
        raise DocumentUnreadable(
            f"Line {first_line}: the front matter is nested over {_MAX_DEPTH} deep."
        ) from None


def read_front_matter(source: str, *, first_line: int) -> dict[str, Any]:
    """YAML source → its mapping, dates as ISO strings; `first_line` is the 1-based line the source starts on.

    Raises `DocumentUnreadable` with line and reason when it is not YAML or not a mapping.
    """
    values = _load(source, first_line)
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise DocumentUnreadable(
            f"Line {first_line}: the front matter is not a list of `name: value` pairs. If no front matter is "
            "meant, let the page start with something other than `---`."
        )
    try:
        return _Converter(first_line).mapping(values)
    except RecursionError:  # an alias that stands for what it is in
        raise DocumentUnreadable(f"Line {first_line}: the front matter holds itself.") from None


def _load(source: str, first_line: int) -> Any:
    # The loader in C is ten times as fast; PyYAML built without libyaml lacks it.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _check_depth(yaml.parse(source, Loader=loader), first_line)
        return yaml.load(source, Loader=loader)  # noqa: S506 (both are safe loaders)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        reason = error.problem or error.context
        raise DocumentUnreadable(f"Line {line}: the front matter is not YAML: {reason}.") from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # A date like 2024-13-45 is a plain ValueError.
        reason = str(error).splitlines()[0]
        raise DocumentUnreadable(f"Line {first_line}: the front matter cannot be read: {reason}.") from error


def _check_depth(events: Iterable[yaml.Event], first_line: int) -> None:
    depth = 0
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            line = first_line + (event.start_mark.line if event.start_mark else 0)
            raise DocumentUnreadable(f"Line {line}: the front matter is nested over {_MAX_DEPTH} deep.")


class _Converter:
    """Turns what YAML can say into what JSON (and Postgres' jsonb) can."""

    def __init__(self, first_line: int) -> None:
        self._first_line = first_line
        self._values = 0

    def mapping(self, values: Mapping[Any, Any]) -> dict[str, Any]:
        return {self._name(name): self._value(value) for name, value in values.items()}

    def _name(self, name: Any) -> str:
        converted = self._value(name)
        return converted if isinstance(converted, str) else str(name)

    def _value(self, value: Any) -> Any:
        self._values += 1
        if self._values > _MAX_VALUES:
            raise DocumentUnreadable(f"Line {self._first_line}: the front matter has over {_MAX_VALUES:,} values.")
        match value:
            case str():
                return _storable(value)
            case None | bool() | int():
                return value
            case float():
                return value if math.isfinite(value) else str(value)
            case date():  # datetimes too
                return value.isoformat()
            case bytes():
                return _storable(value.decode("utf-8", "replace"))
            case dict():
                return self.mapping(value)
            case list() | tuple() | set():
                return [self._value(item) for item in value]
        return str(value)


def _storable(text: str) -> str:
    """YAML escapes can spell NUL and half surrogate pairs, which Postgres refuses."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "")
