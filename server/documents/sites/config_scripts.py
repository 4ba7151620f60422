"""What can be read of a JavaScript or TypeScript file without running it."""

import re
from typing import Final

_LITERAL: Final = r"""(?P<value>true|false|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")"""
_STRING: Final = r"""(?P<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)"""
_STRING_OR_COMMENT: Final = re.compile(rf"{_STRING}|//[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)")


_QUOTED_END: Final = r"['\"]?\s*"


def find_literal(source: str, name: str) -> str | bool | None:
    """The value of the first `name: …` outside of comments that is a string, `true` or `false`."""
    found = re.search(rf"""(?<![\w$.]){re.escape(name)}{_QUOTED_END}:\s*{_LITERAL}""", without_comments(source))
    if found is None:
        return None
    value = found["value"]
    return value == "true" if value in ("true", "false") else value[1:-1]


def find_options(source: str, name: str, plugin: str) -> str:
    """What stands in `name: {…}` or `['…plugin', {…}]` itself, not deeper; of the first that holds a literal."""
    code = without_comments(source)
    opened = re.finditer(
        rf"""(?:(?<![\w$.]){re.escape(name)}{_QUOTED_END}:|{re.escape(plugin)}['"]\s*,)\s*\{{""", code
    )
    surfaces = (_surface(code, start.end()) for start in opened)
    return next((surface for surface in surfaces if re.search(rf":\s*{_LITERAL}", surface)), "")


_BRACES: Final = re.compile(rf"{_STRING}|[{{}}\[\]()]")


def _surface(code: str, start: int) -> str:
    """From behind an opening brace to its end, without what stands in braces of its own."""
    kept: list[str] = []
    depth, position = 0, start
    for found in _BRACES.finditer(code, start):
        if found["string"]:
            continue
        if depth == 0:
            kept.append(code[position : found.start()])
        depth += 1 if found[0] in "{[(" else -1
        position = found.end()
        if depth < 0:
            break
    return " ".join(kept)


def without_comments(source: str) -> str:
    return _STRING_OR_COMMENT.sub(lambda found: found["string"] or " ", source)
