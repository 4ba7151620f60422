"""The imports and exports of MDX: where they end, and the literals they export."""

import re
from typing import Any

from server.documents.dialects.javascript import IN_TEMPLATE, after
from server.documents.dialects.literals import UNKNOWN, read_literal

_ESM = re.compile(
    r"import(?:\s*[\"'{*]|\s+type\s|\s+[\w$]+\s*(?:,|\s+from\b))"
    r"|export\s*(?:[{*]|(?:const|let|var|default|function|async|class|type|interface|enum|abstract)\b)"
)
_EXPORTED = re.compile(r"export\s+(?:const|let|var)\s+([\w$]+)\s*(?::[^=\n]+)?=(?!=|>)\s*")
_GOES_ON = re.compile(r"(?:[=+?:,|&(\[{.]|=>|\b(?:from|as|extends|default|return))\s*$")
_CONTINUES = re.compile(r"[ \t]*(?:[.?:+|&)\]},]|from\b)")


def is_esm(line: str) -> bool:
    return line.startswith(("import", "export")) and _ESM.match(line) is not None


def statements_end(text: str, start: int, limit: int) -> int:
    """Behind the imports and exports, and the comments among them, that start at a line; −1 when one never ends.

    `limit` is the farthest a statement may reach: a scan that fails has looked no further.
    """
    position = start
    while True:
        position = _statement_end(text, position, limit)
        if position < 0:
            return -1
        line_end = text.find("\n", position)
        line = text[position : line_end if line_end >= 0 else len(text)]
        if not is_esm(line) and not line.startswith("//"):
            return position


_BRACKET = re.compile(r"""["'`{}()\[\]\n]|/[*/]""")


def _statement_end(text: str, start: int, limit: int) -> int:
    """Behind the line end at which all brackets are closed and nothing goes on."""
    opened = [""]
    position = line = start
    while position <= limit:
        in_template = opened[-1] == "`"
        found = (IN_TEMPLATE if in_template else _BRACKET).search(text, position, limit)
        if found is None:
            return limit if len(opened) == 1 else -1
        position = found.end()
        mark = found[0]
        if in_template:
            position += mark == "\\"
            _step(opened, mark)
        elif mark == "\n":
            if len(opened) == 1 and _is_done(text, line, found.start()):
                return position
            line = position
        elif mark in "\"'/*//":
            position = after(text, found)
        else:
            _step(opened, mark)
    return -1


def _step(opened: list[str], mark: str) -> None:
    if mark == "`" and opened[-1] != "`":
        opened.append("`")
    elif mark in "({[" or mark == "${":
        opened.append(mark)
    elif mark in ")}]`" and len(opened) > 1:
        opened.pop()


def _is_done(text: str, line: int, end: int) -> bool:
    if not _GOES_ON.search(text, line, end):
        return not _CONTINUES.match(text, end + 1)
    return False


def exported_values(statements: str) -> dict[str, Any]:
    """`export const a = {…}` → the values of the literals, by name."""
    values: dict[str, Any] = {}
    for found in _EXPORTED.finditer(statements):
        end = _statement_end(statements + "\n", found.start(), len(statements) + 1)
        value = read_literal(statements[found.end() : end if end > 0 else None].rstrip().rstrip(";"), values)
        if value is not UNKNOWN:
            values[found[1]] = value
    return values
