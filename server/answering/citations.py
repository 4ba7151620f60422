"""Citations and links of an answer, checked while it streams: what refers to nothing is taken out, and counted.

Text passes as it comes. Held back, `HELD_MAX_CHARS` at most, is only what is one of these or may become one:

1. `[2]`, `[1, 2]`, also written `[^1]` or `[1; 2]`: numbers that no source has are taken out, with the white space
   or parentheses that they would leave. `a[0]` and `[0, 1]` are no citations: sources count from 1.
2. `[label](target)`, `![label](target)`: unless the target is ours, the label alone; of `[1](target)`, `[1]`.
   A `](` whose target cannot be read becomes `] (`.
3. `https://…`, `www.…`, `<scheme:…>`: unless it is ours, without brackets, scheme and `www.`, of which no renderer
   makes a link, in code or outside.
4. `[label]: target` at the beginning of a line: unless the target is ours, no definition. Footnotes become text.
5. `<tag …>`: where it has an address that is not ours, or does not end in its line, `&lt;tag …>`.

Code is left alone where every renderer takes it for code: fenced blocks, and spans that end in their line. Where
taking something out would bring together a link, a space is left.
"""

import re
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from server.answering import marks
from server.answering.address_check import AddressCheck, without_scheme
from server.events import Citations, Delta, Finished
from server.records import Source

HELD_MAX_CHARS: Final = 2_000  # the longest head of a line, gap, label and target together

_NEEDS_NO_SPACE: Final = ("", " ", "\t", "\n", ".", ",", ";", ":", "!", "?", ")", "*")


class CitationCheck(AddressCheck):
    def __init__(self, sources: Sequence[Source], *, site_url: str) -> None:
        super().__init__(sources, site_url=site_url)
        self._numbers = frozenset(source.number for source in sources)
        self._cited: dict[int, None] = {}
        self._removed_citations = 0

    @property
    def report(self) -> Citations:
        return Citations(tuple(self._cited), self._removed_citations, self._removed_links)

    def _decide(self, at: int, *, is_first: bool) -> bool:
        mark = self._text[at]
        if mark == "[" or self._text.startswith("![", at):
            return self._decide_bracket(at, is_first=is_first)
        if mark == "!":
            return self._wait(at) if self._ends_open(at + 1) else self._pass_to(at + 1)
        if mark == "]":
            return self._decide_target(at)
        return super()._decide(at, is_first=is_first)

    def _decide_bracket(self, at: int, *, is_first: bool) -> bool:
        opening = self._text.index("[", at)
        label = marks.LABEL.match(self._text, opening, opening + marks.LABEL_MAX_CHARS)
        if not label:
            is_short = len(self._text) - opening < marks.LABEL_MAX_CHARS and not self._is_last
            if is_short and marks.LABEL_BEGUN.match(self._text, opening):
                return self._wait(self._gap_before(at))
            # Its line might still become a definition, whose label ends in the next one.
            return self._replace(opening, "\\[") if is_first else self._pass_to(opening + 1)
        end = label.end()
        if self._ends_open(end):
            return self._wait(self._gap_before(at))
        if self._text.startswith("(", end):
            return self._decide_link(at, label)
        if at < opening:
            return self._pass_to(opening)  # an exclamation, then a citation
        if is_first and self._text.startswith(":", end):
            return self._decide_definition(label)
        if marks.CITATION.fullmatch(label[0]):
            return self._decide_citation(label)
        return self._pass_to(opening + 1)

    def _decide_link(self, at: int, label: re.Match[str]) -> bool:
        """`[label](`, or an image: whatever does not end as a link is left to `_decide_target`."""
        target = marks.TARGET.match(self._text, label.end(), label.end() + marks.REACH_CHARS)
        if not target:
            if self._is_target_begun(label.end()):
                return self._wait(self._gap_before(at))
            return self._pass_to(label.start() + 1)
        is_citation = at == label.start() and marks.CITATION.fullmatch(label[0])
        if self._allows(target):
            if is_citation:
                self._cite(_numbers(label[0]))
            return self._pass_to(label.start() + 1)
        self._removed_links += 1
        shown = label[0] if is_citation else without_scheme(label[1])
        return self._rewrite(at, target.end(), shown)

    def _decide_target(self, at: int) -> bool:
        """`](` behind a label that was let go, or whose link is to stay."""
        if not self._text.startswith("(", at + 1):
            return self._wait(at) if self._ends_open(at + 1) else self._pass_to(at + 1)
        target = marks.TARGET.match(self._text, at + 1, at + 1 + marks.REACH_CHARS)
        if not target and self._is_target_begun(at + 1):
            return self._wait(at)
        self._pass_to(at + 1)
        if not target:
            self._put(" ")
        elif not self._allows(target):
            self._removed_links += 1
            return self._rewrite(at + 1, target.end(), "")
        return self._pass_to(at + 2)

    def _is_target_begun(self, at: int) -> bool:
        is_short = len(self._text) - at < marks.REACH_CHARS and not self._is_last
        return is_short and bool(marks.TARGET_BEGUN.match(self._text, at))

    def _allows(self, target: re.Match[str]) -> bool:
        return self._own.allow(target[1] if target[1] is not None else target[2])

    def _decide_definition(self, label: re.Match[str]) -> bool:
        """`[label]:` where it would define what `[label]` leads to."""
        end = label.end()
        limit = end + marks.REACH_CHARS
        found = marks.DEFINITION.match(self._text, end, limit)
        assert found  # noqa: S101 - it is at least the colon
        if self._ends_open(found.end()) and found.end() < limit:
            return self._wait(label.start())
        target = found[1]
        is_whole = bool(target) and found.end() < limit and not re.search(r"[`\[\]]", target)
        is_ours = is_whole and self._own.allow(target.removeprefix("<").removesuffix(">"))
        if marks.CITATION.fullmatch(label[0]) and 0 not in _numbers(label[0]):
            return self._decide_citation(label, is_definition=True, is_ours=is_ours)
        if is_ours and not label[1].startswith("^"):
            return self._pass_to(label.start() + 1)
        # An address is counted where it is read on.
        is_counted = target and not is_ours and not target.startswith("<") and not marks.URL.match(target)
        self._removed_links += bool(is_counted)
        return self._rewrite(label.start(), label.end(), label[1].removeprefix("^"))

    # Citations.

    def _decide_citation(self, label: re.Match[str], *, is_definition: bool = False, is_ours: bool = True) -> bool:
        numbers = _numbers(label[0])
        if 0 in numbers:
            return self._pass_to(label.start() + 1)
        known = [number for number in numbers if number in self._numbers]
        if not known:
            return self._remove_citation(label, is_definition=is_definition)
        if known != numbers or re.search(r"[\^;]", label[0]):
            self._removed_citations += len(numbers) - len(known)
            return self._rewrite(label.start(), label.end(), f"[{', '.join(map(str, known))}]")
        self._cite(known)
        self._pass_to(label.end())
        if not is_ours:
            self._put(" ")
        return True

    def _remove_citation(self, label: re.Match[str], *, is_definition: bool) -> bool:
        start, end = label.start(), label.end() + is_definition
        if self._ends_open(end):
            return self._wait(self._gap_before(start))
        self._removed_citations += len(_numbers(label[0]))
        before, behind = self._gap_before(start), self._text[end : end + 1]
        if self._is_line_start:
            end += behind == " "
        elif self._text[start - 1 : start] == "(" and before < start:
            start, end = (before, end + 1) if behind == ")" else (start, end)
        elif behind in _NEEDS_NO_SPACE:
            start = before
        return self._rewrite(start, end, "")

    def _cite(self, numbers: Iterable[int]) -> None:
        self._cited.update(dict.fromkeys(number for number in numbers if number in self._numbers))


async def checked(
    events: AsyncGenerator[Delta | Finished, None], sources: Sequence[Source], *, site_url: str
) -> AsyncGenerator[Delta | Finished, None]:
    """The same events with the text checked, and the report in `Finished`. Closes `events`.

    Whatever `events` raises is raised when the text held back has been told.
    """
    check = CitationCheck(sources, site_url=site_url)
    async with aclosing(events):
        try:
            async for event in events:
                text = check.feed(event.text) if isinstance(event, Delta) else check.finish()
                if text:
                    yield Delta(text)
                if isinstance(event, Finished):
                    yield replace(event, citations=check.report)
        except Exception:
            if rest := check.finish():
                yield Delta(rest)
            raise


def _numbers(citation: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", citation)]
