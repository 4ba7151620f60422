"""The values of JavaScript's literals, as they stand in expressions, props and exports.

No library: those that read JavaScript objects in Python (chompjs, json5) give code back as if it were text
(`{title: makeTitle()}`) or refuse the whole object for one call in it.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

UNKNOWN: Final = object()
"""The value of what is no literal."""
_MAX_DEPTH = 50  # A guess; deeper literals are no metadata.

_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|\n|([\s\S]))")
_ESCAPED = {"n": "\n", "t": "\t", "r": "", "b": "", "f": "", "v": "", "0": ""}


def unescape(inner: str) -> str:
    """What a string literal between its quotes says."""
    return _ESCAPE.sub(_escaped, inner) if "\\" in inner else inner


def _escaped(found: re.Match[str]) -> str:
    if digits := found[1] or found[2] or found[3]:
        code = int(digits, 16)
        return chr(code) if 0 < code < 0xD800 or 0xDFFF < code < 0x110000 else ""
    return _ESCAPED.get(found[4], found[4]) if found[4] else ""


_LITERAL_TOKEN = re.compile(
    r"""\s+|/\*[\s\S]*?\*/|//[^\n]*"""
    r"""|(?P<string>"(?:[^"\\\n]|\\[\s\S])*+"|'(?:[^'\\\n]|\\[\s\S])*+')|(?P<template>`(?:[^`\\]|\\[\s\S])*+`)"""
    r"""|(?P<number>-?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))|(?P<word>[\w$][\w$.]*)"""
    r"""|(?P<mark>[{}\[\]:,])|(?P<other>[\s\S])"""
)
_WORDS: Final[Mapping[str, Any]] = {"true": True, "false": False, "null": None, "undefined": None}


def read_literal(source: str, names: Mapping[str, Any] | None = None) -> Any:
    """The value of a literal, of strings joined by `+`, or of a known name; `UNKNOWN` for other expressions.

    Members of an object or an array that are code are left out.
    """
    if source.rfind("/*") > source.rfind("*/"):  # a comment without an end
        return UNKNOWN
    reader = _LiteralReader(names or {})
    for token in _LITERAL_TOKEN.finditer(source):
        if token.lastgroup and not reader.take(token):
            return UNKNOWN
    return reader.result()


class _LiteralReader:
    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = names
        self._root: list[Any] = []
        self._open: list[Any] = [self._root]
        self._keys: list[Any] = [UNKNOWN]
        self._value: Any = UNKNOWN
        self._has_value = False
        self._is_code = False
        self._joins = False
        self._skipping = 0

    def take(self, token: re.Match[str]) -> bool:
        kind = str(token.lastgroup)
        if self._skipping:
            self._skipping += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token[0], 0) if kind == "mark" else 0
            return True
        if kind == "mark":
            return self._mark(token[0])
        if kind == "other":
            is_join = token[0] == "+" and isinstance(self._value, str)
            self._joins, self._is_code = is_join, self._is_code or not is_join
            return True
        self._operand(self._read(kind, token[0]))
        return True

    def _read(self, kind: str, text: str) -> Any:
        match kind:
            case "string":
                return unescape(text[1:-1])
            case "template":
                return template_text(text[1:-1], self._names)
            case "number":
                number = float(text.replace("_", ""))
                return int(number) if number.is_integer() and abs(number) < 2**53 else number
        if text in _WORDS:
            return _WORDS[text]
        return self._names.get(text, _Word(text))

    def _operand(self, value: Any) -> None:
        if self._has_value and not (self._joins and isinstance(value, str) and isinstance(self._value, str)):
            self._is_code = True
        self._value = self._value + value if self._joins and not self._is_code else value
        self._has_value, self._joins = True, False

    def _mark(self, mark: str) -> bool:
        match mark:
            case "{" | "[":
                if self._has_value or self._is_code or len(self._open) > _MAX_DEPTH:
                    self._is_code, self._skipping = True, 1
                    return True
                self._open.append({} if mark == "{" else [])
                self._keys.append(UNKNOWN)
            case ":":
                if not isinstance(self._open[-1], dict) or self._keys[-1] is not UNKNOWN:
                    self._is_code = True
                    return True
                is_name = self._has_value and not self._is_code and isinstance(self._value, str | int)
                self._keys[-1] = str(self._value) if is_name else None
                self._forget()
            case ",":
                self._store()
                return len(self._open) > 1
            case _:
                return self._close(mark)
        return True

    def _close(self, mark: str) -> bool:
        if len(self._open) == 1 or isinstance(self._open[-1], dict) != (mark == "}"):
            return False
        self._store()
        self._keys.pop()
        self._value, self._has_value, self._is_code = self._open.pop(), True, False
        return True

    def _store(self) -> None:
        container, key = self._open[-1], self._keys[-1]
        known = self._has_value and not self._is_code and not isinstance(self._value, _Word)
        if known and self._value is not UNKNOWN:
            if not isinstance(container, dict):
                container.append(self._value)
            elif isinstance(key, str):
                container[key] = self._value
        self._keys[-1] = UNKNOWN
        self._forget()

    def _forget(self) -> None:
        self._value, self._has_value, self._is_code, self._joins = UNKNOWN, False, False, False

    def result(self) -> Any:
        if len(self._open) > 1 or self._skipping:
            return UNKNOWN
        self._store()
        return self._root[0] if len(self._root) == 1 else UNKNOWN


class _Word(str):
    """A name that stands for something else, or a key."""

    __slots__ = ()


_INTERPOLATION = re.compile(r"\$\{([^{}`]*+)\}")


def template_text(inner: str, names: Mapping[str, Any]) -> Any:
    """A template literal with the names that are known; `UNKNOWN` when another expression is all it says."""
    if "${" not in inner:
        return unescape(inner)
    text = _INTERPOLATION.sub(lambda found: str(names.get(found[1].strip(), "")), inner)
    if "${" in text or not re.search(r"\w{2}", _INTERPOLATION.sub("", inner)):
        return UNKNOWN
    return unescape(text)


def names_in(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Every plain value under its dotted name."""
    names: dict[str, Any] = {}
    pending = [(prefix, values)]
    while pending:
        place, mapping = pending.pop()
        for name, value in mapping.items():
            if isinstance(value, Mapping):
                pending.append((f"{place}{name}.", value))
            elif isinstance(value, str | int | float):
                names[f"{place}{name}"] = value
    return names


def shown(value: Any) -> str:
    """What a page shows of a value, as JSX does: nothing of truth values and objects."""
    if isinstance(value, list):
        return "".join(map(shown, value))
    is_plain = isinstance(value, str | int | float) and not isinstance(value, bool)
    return str(value) if is_plain else ""
