"""The YAML or TOML above a page as values that JSON knows."""

import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import yaml

from server.errors import DocumentUnreadable

# Guesses far above real pages. A few lines of nested aliases can stand for billions of values, and libyaml's
# loader overflows the stack of the process on some ten thousand open brackets.
_MAX_VALUES = 10_000
_MAX_DEPTH = 100
_HALF_PAIR = re.compile("[\ud800-\udfff]")


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
    converter = _Converter(first_line, "the front matter", _MAX_VALUES)
    try:
        values: dict[str, Any] = converter.value(tomllib.loads(source))
    except tomllib.TOMLDecodeError as error:
        stated = re.search(r"\(at line (\d+)", str(error))
        line = first_line + (int(stated[1]) - 1 if stated else 0)
        reason = str(error).partition(" (at ")[0]
        raise DocumentUnreadable(f"Line {line}: the front matter is not TOML: {reason}.") from error
    except RecursionError:
        raise DocumentUnreadable(
            f"Line {first_line}: the front matter is nested over {_MAX_DEPTH} deep."
        ) from None
    return values


def read_front_matter(source: str, *, first_line: int) -> dict[str, Any]:
    """YAML source → its mapping, dates as ISO strings; `first_line` is the 1-based line the source starts on.

    Raises `DocumentUnreadable` with line and reason when it is not YAML or not a mapping.
    """
    values = read_yaml(source, first_line=first_line, what="the front matter")
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise DocumentUnreadable(
            f"Line {first_line}: the front matter is not a list of `name: value` pairs. If no front matter is "
            "meant, let the page start with something other than `---`."
        )
    return values


def read_yaml(
    source: str, *, first_line: int, what: str, max_values: int = _MAX_VALUES, is_1_2: bool = False
) -> Any:
    """Any YAML as values that JSON knows, aliases written out. In YAML 1.2 `no` and `on` are words.

    Raises `DocumentUnreadable` with line and reason, which calls the source `what`.
    """
    values = _load(source, first_line, what, is_1_2=is_1_2)
    try:
        return _Converter(first_line, what, max_values).value(values)
    except RecursionError:  # an alias that stands for what it is in
        raise DocumentUnreadable(f"Line {first_line}: {what} holds itself.") from None


def _load(source: str, first_line: int, what: str, *, is_1_2: bool) -> Any:
    # The loader in C is ten times as fast; PyYAML built without libyaml lacks it.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    if is_1_2:
        loader = _with_booleans_of_1_2(loader)
    try:
        _check_depth(yaml.parse(source, Loader=loader), first_line, what)
        return yaml.load(source, Loader=loader)  # noqa: S506 (both are safe loaders)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        reason = error.problem or error.context
        raise DocumentUnreadable(f"Line {line}: {what} is not YAML: {reason}.") from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # A date like 2024-13-45 is a plain ValueError.
        reason = str(error).splitlines()[0]
        raise DocumentUnreadable(f"Line {first_line}: {what} cannot be read: {reason}.") from error


@cache
def _with_booleans_of_1_2(loader: Any) -> Any:
    tag = "tag:yaml.org,2002:bool"
    resolvers = {
        first: [(name, pattern) for name, pattern in some if name != tag]
        for first, some in loader.yaml_implicit_resolvers.items()
    }
    changed: Any = type("Loader", (loader,), {"yaml_implicit_resolvers": resolvers})
    changed.add_implicit_resolver(tag, re.compile("(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
    return changed


def _check_depth(events: Iterable[yaml.Event], first_line: int, what: str) -> None:
    depth = 0
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            line = first_line + (event.start_mark.line if event.start_mark else 0)
            raise DocumentUnreadable(f"Line {line}: {what} is nested over {_MAX_DEPTH} deep.")


class _Converter:
    """Turns what YAML can say into what JSON (and Postgres' jsonb) can."""

    def __init__(self, first_line: int, what: str, max_values: int) -> None:
        self._first_line = first_line
        self._what = what
        self._max_values = max_values
        self._values = 0

    def _mapping(self, values: Mapping[Any, Any]) -> dict[str, Any]:
        return {self._name(name): self.value(value) for name, value in values.items()}

    def _name(self, name: Any) -> str:
        converted = self.value(name)
        return converted if isinstance(converted, str) else str(name)

    def value(self, value: Any) -> Any:
        self._values += 1
        if self._values > self._max_values:
            reason = f"{self._what} has over {self._max_values:,} values."
            raise DocumentUnreadable(f"Line {self._first_line}: {reason}")
        match value:
            case str():
                return storable(value)
            case None | bool() | int():
                return value
            case float():
                return value if math.isfinite(value) else str(value)
            case date():  # datetimes too
                return value.isoformat()
            case bytes():
                return storable(value.decode("utf-8", "replace"))
            case dict():
                return self._mapping(value)
            case list() | tuple() | set():
                return [self.value(item) for item in value]
        return str(value)


def storable(text: str) -> str:
    """YAML and JSON escapes can spell NUL and half surrogate pairs, which Postgres refuses."""
    if "\0" not in text and not _HALF_PAIR.search(text):
        return text
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "")
