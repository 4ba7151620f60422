"""Config files as values, without running what they say. All raise `DocumentUnreadable` with the reason."""

import ast
import json
import tomllib
from typing import Any

import yaml

from server.errors import DocumentUnreadable


def read_assignments(text: str) -> dict[str, Any]:
    """What a Python file's top level assigns as literals."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise DocumentUnreadable(f"is not Python: {error}.") from error
    values: dict[str, Any] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            try:
                values[node.targets[0].id] = ast.literal_eval(node.value)
            except (ValueError, TypeError, RecursionError, MemoryError):
                values.pop(node.targets[0].id, None)
    return values


class Tagged:
    """A value behind a tag of YAML that this reader does not know, `!!python/name:…`."""

    def __init__(self, tag: str, value: Any) -> None:
        self.tag = tag
        self.value = value


class _TolerantLoader(yaml.SafeLoader):
    pass


def _construct_tagged(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> Tagged:
    match node:
        case yaml.MappingNode():
            return Tagged(tag, loader.construct_mapping(node, deep=True))
        case yaml.SequenceNode():
            return Tagged(tag, loader.construct_sequence(node, deep=True))
    return Tagged(tag, node.value)


_TolerantLoader.add_multi_constructor("tag:", _construct_tagged)
_TolerantLoader.add_multi_constructor("!", _construct_tagged)


def read_yaml(text: str) -> Any:
    """Values; what stands behind a tag that YAML does not define is `Tagged`."""
    try:
        return yaml.load(text, Loader=_TolerantLoader)  # noqa: S506 (a safe loader that keeps unknown tags as text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark else ""
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise DocumentUnreadable(f"is not YAML: {line}{reason}.") from error


def read_toml(text: str) -> Any:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise DocumentUnreadable(f"is not TOML: {error}.") from error


def read_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DocumentUnreadable(f"is not JSON: {error}.") from error
