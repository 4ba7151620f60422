"""As much of JavaScript's syntax as MDX needs: where strings, comments and braces end."""

import re
from typing import Final

STRING: Final = re.compile(r""""(?:[^"\\\n]|\\[\s\S])*+"|'(?:[^'\\\n]|\\[\s\S])*+'|`(?:[^`\\]|\\[\s\S])*+`""")
_IN_CODE = re.compile(r"""["'`{}]|/[*/]""")
IN_TEMPLATE = re.compile(r"`|\$\{|\\")


class Braces:
    """Where each `{` of a text ends. Every brace is looked at once, so the time grows with the text only."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends: dict[int, int] = {}
        self._last_comment_end = text.rfind("*/")

    def end(self, start: int) -> int:
        """The place of the `}` that closes the `{` at `start`; −1 when nothing does."""
        if start not in self._ends:
            self._scan(start)
        return self._ends[start]

    def _scan(self, start: int) -> None:
        opened = [start]  # −1 stands for a template literal
        position = start + 1
        while opened:
            in_template = opened[-1] < 0
            found = (IN_TEMPLATE if in_template else _IN_CODE).search(self._text, position)
            if found is None:
                break
            position = self._step_in_template(found, opened) if in_template else self._step(found, opened)
        for brace in opened:
            self._ends.setdefault(brace, -1)

    def _step(self, found: re.Match[str], opened: list[int]) -> int:
        """Takes one mark of code, and returns where to look on."""
        place = found.start()
        match found[0]:
            case "{":
                if place in self._ends:
                    return self._ends[place] + 1 or len(self._text)  # what holds an open brace is open too
                opened.append(place)
            case "}":
                self._ends[opened.pop()] = place
            case "`":
                opened.append(-1)
            case "/*" if place > self._last_comment_end:
                return len(self._text)
            case _:
                return after(self._text, found)
        return found.end()

    def _step_in_template(self, found: re.Match[str], opened: list[int]) -> int:
        match found[0]:
            case "`":
                opened.pop()
            case "${":
                opened.append(found.end() - 1)
            case _:
                return found.end() + 1
        return found.end()


def after(text: str, found: re.Match[str]) -> int:
    """Behind a string or a comment that starts here; behind its first character if it is none."""
    start = found.start()
    before = text[start - 1 : start]
    match found[0]:
        case "/*":
            end = text.find("*/", start + 2)
            return end + 2 if end >= 0 else len(text)
        case "//":
            if before == ":":  # an address in text
                return found.end()
            end = text.find("\n", start)
            return end if end >= 0 else len(text)
        case "'" if before.isalnum():  # an apostrophe in text
            return found.end()
    string = STRING.match(text, start)
    return string.end() if string else found.end()
