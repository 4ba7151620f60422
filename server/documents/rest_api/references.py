"""An OpenAPI description's values, and where its `$ref`s lead."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import unquote

from server.documents.decoding import decode
from server.documents.document import Problem, Source
from server.documents.front_matter import read_yaml
from server.documents.json_values import read_json
from server.errors import DocumentUnreadable

# Guesses. The largest public descriptions (GitHub's, Stripe's) have about 500,000 values.
_MAX_VALUES: Final = 2_000_000
_FILES_MAX_COUNT: Final = 500
_HOPS_MAX_COUNT: Final = 20
_PROBLEMS_MAX_COUNT: Final = 100
_MAX_DEPTH: Final = 100


@dataclass(frozen=True, slots=True)
class Placed:
    """A value and the file it stands in: `""` is the description itself."""

    value: Any
    file: str = ""

    @property
    def mapping(self) -> dict[str, Any]:
        return mapping(self.value)

    def at(self, value: Any) -> "Placed":
        return Placed(value, self.file)

    def child(self, name: str) -> "Placed":
        return Placed(self.mapping.get(name), self.file)


def read_values(content: bytes, *, name: PurePosixPath) -> Any:
    """YAML or JSON as values that JSON knows. Raises `DocumentUnreadable` with line and reason."""
    if name.suffix.lower() == ".json":
        values = read_json(content)
        _check_depth(values)
        return values
    return read_yaml(decode(content), first_line=1, what="it", max_values=_MAX_VALUES, is_1_2=True)


def mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def text(value: Any) -> str:
    """A scalar as text; nothing for anything else."""
    match value:
        case str():
            return value.strip()
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
    return ""


class References:
    def __init__(self, api: dict[str, Any], source: Source) -> None:
        self.problems: list[Problem] = []
        self._source = source
        self._files: dict[str, Any] = {"": api}
        self._said: set[str] = set()
        self._outside: dict[str, Placed] = {}

    def resolve(self, placed: Placed) -> Placed:
        """What a `$ref` leads to, or the value itself; an empty mapping, and a problem, where it leads nowhere."""
        for _ in range(_HOPS_MAX_COUNT):
            reference = placed.mapping.get("$ref")
            if not isinstance(reference, str):
                return placed
            found = self._find(reference, placed.file)
            if found is None:
                return Placed({})
            siblings = {name: value for name, value in placed.mapping.items() if name != "$ref"}
            placed = Placed(found.mapping | siblings, found.file) if siblings else found
        self._note(f"`$ref: {placed.mapping.get('$ref')}` leads in a circle: it is left out.")
        return Placed({})

    def schema_name(self, placed: Placed) -> str | None:
        """What a reference to a schema is called; `None` for a schema that stands here.

        A schema of another file is noted, to get a section of its own.
        """
        reference = placed.mapping.get("$ref")
        if not isinstance(reference, str):
            return None
        file, _, pointer = reference.partition("#")
        name = (
            unquote(pointer or PurePosixPath(file).stem).rsplit("/", 1)[-1].replace("~1", "/").replace("~0", "~")
        )
        is_component = not file and not placed.file and pointer.startswith("/components/schemas/")
        if not is_component and name not in self._outside:
            found = self._find(reference, placed.file)
            if found is not None and not self._is_component(found):
                self._outside[name] = found
        return name or reference

    def _is_component(self, found: Placed) -> bool:
        components = mapping(mapping(self._files[""].get("components")).get("schemas"))
        return not found.file and any(found.value is schema for schema in components.values())

    @property
    def has_outside_schemas(self) -> bool:
        return bool(self._outside)

    def outside_schemas(self) -> Iterator[tuple[str, Placed]]:
        """Those noted so far, and those that are noted meanwhile."""
        position = 0
        while position < len(self._outside):
            yield list(self._outside.items())[position]
            position += 1

    def _find(self, reference: str, file: str) -> Placed | None:
        target, _, pointer = reference.partition("#")
        place = self._place(target, file) if target else file
        try:
            value = self._read(place)
        except DocumentUnreadable as error:
            self._note(f"`$ref: {reference}` is left out: {error}")
            return None
        for step in unquote(pointer).split("/")[1:]:
            value = _step(value, _unescaped(step))
        if value is None:
            self._note(f"`$ref: {reference}` leads nowhere: it is left out.")
            return None
        return Placed(value, place)

    def _place(self, target: str, file: str) -> str:
        folder = PurePosixPath(file or self._source.name).parent
        place = posixpath.normpath(folder / unquote(target))
        return "" if place == str(self._source.name) else place

    def _read(self, place: str) -> Any:
        if place not in self._files:
            if "://" in place or ":/" in place:
                raise DocumentUnreadable("it is on another site.")
            if len(self._files) > _FILES_MAX_COUNT:
                raise DocumentUnreadable(f"more than {_FILES_MAX_COUNT} files are referred to.")
            path = PurePosixPath(place)
            self._files[place] = read_values(self._source.read_file(path), name=path)
        return self._files[place]

    def _note(self, reason: str) -> None:
        if reason not in self._said and len(self.problems) < _PROBLEMS_MAX_COUNT:
            self._said.add(reason)
            self.problems.append(Problem(None, reason))


def _unescaped(step: str) -> str:
    """A step of a JSON pointer as the name it stands for (RFC 6901)."""
    return step.replace("~1", "/").replace("~0", "~")


def _step(value: Any, name: str) -> Any:
    if isinstance(value, list) and name.isdecimal() and len(name) < 9:
        return value[int(name)] if int(name) < len(value) else None
    return mapping(value).get(name)


def _check_depth(values: Any) -> None:
    level = [values]
    for _ in range(_MAX_DEPTH):
        level = [
            child
            for value in level
            if isinstance(value, dict | list)
            for child in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return
    raise DocumentUnreadable(f"is nested over {_MAX_DEPTH} deep.")
