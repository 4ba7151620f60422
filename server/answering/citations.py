"""Citations and links of an answer, checked while it streams: what refers to nothing is taken out, and counted.

Text passes as it comes. Held back is only what is one of these or may become one, until that is decided:

1. `[2]`, `[1, 2]`, also written `[^1]` or `[1; 2]`: numbers that no source has are taken out, with the white space or
   the parentheses that they would leave. With a 0 in it (`a[0]`, `[0, 1]`) it is no citation: sources count from 1.
2. `[label](target)`, `![label](target)`: unless the target is ours, the label alone; of `[1](target)`, `[1]`.
3. `https://…`, `www.…`, `<scheme:…>`: unless it is ours, without brackets, scheme and `www.`: no renderer makes that a
   link, neither in code nor outside.
4. `[label]: target` at the beginning of a line: unless the target is ours, no definition any more. Footnotes are text.
5. `<tag …>`: with an address that is not ours, or not complete in its line, `\\<tag …>`.

Code is left alone where every renderer takes it for code: fenced blocks, and spans that end in their line. A `](` whose
target cannot be read becomes `] (`. Where taking something out would bring a link together, a space is left.
"""

import re
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import replace
from html import unescape
from typing import Final

from server.answering import marks
from server.answering.markdown_stream import MarkdownStream
from server.answering.own_addresses import OwnAddresses
from server.events import Citations, Delta, Finished
from server.records import Source

HELD_MAX_CHARS: Final = 2_000  # the longest head, gap, label and target together

_BARE_SCHEMES: Final = ("http://", "https://", "ftp://", "//", "www.")
_NEEDS_NO_SPACE: Final = ("", " ", "\t", "\n", ".", ",", ";", ":", "!", "?", ")", "*")


class CitationCheck(MarkdownStream):
    def __init__(self, sources: Sequence[Source], *, site_url: str) -> None:
        super().__init__()
        self._own = OwnAddresses(sources, site_url=site_url)
        self._numbers = frozenset(source.number for source in sources)
        self._cited: dict[int, None] = {}
        self._removed_citations = 0
        self._removed_links = 0

    @property
    def report(self) -> Citations:
        return Citations(tuple(self._cited), self._removed_citations, self._removed_links)

    def _decide(self, at: int, *, is_first: bool) -> bool:
        mark = self._text[at]
        if mark == "!" and not self._text.startswith("![", at):
            return self._wait(at) if self._ends_open(at + 1) else self._pass_to(at + 1)
        if mark in "![":
            return self._decide_bracket(at, is_first=is_first)
        return _DECISIONS.get(mark, CitationCheck._decide_url)(self, at)

    # Brackets.

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
            return (
                self._wait(self._gap_before(at))
                if self._is_target_begun(label.end())
                else self._pass_to(label.start() + 1)
            )
        is_citation = at == label.start() and marks.CITATION.fullmatch(label[0])
        if self._allows(target):
            if is_citation:
                self._cite(_numbers(label[0]))
            return self._pass_to(label.start() + 1)
        self._removed_links += 1
        shown = label[0] if is_citation else _without_scheme(label[1])
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

    # Addresses outside of brackets, and what may hide them.

    def _decide_url(self, at: int) -> bool:
        url = marks.URL.match(self._text, at)
        if not url:
            is_begun = not self._is_last and marks.URL_BEGUN.match(self._text, at)
            return self._wait(at) if is_begun else self._pass_to(at + 1)
        run = marks.ADDRESS.match(self._text, at)
        assert run  # noqa: S101 - it is at least what `url` is
        is_long = len(run[0]) == marks.REACH_CHARS
        if self._ends_open(run.end()) and not is_long:
            return self._wait(at)
        is_empty = url[0].lower() in _BARE_SCHEMES and marks.NO_ADDRESS.match(self._text, url.end(), run.end())
        if is_empty or self._is_amid_address(at, url[0]):
            return self._pass_to(at + 1)
        address = f"https://{run[0]}" if url[0].lower() == "www." else run[0]
        if is_long or not self._own.allow_bare(address):
            self._removed_links += 1
            return self._rewrite(at, url.end(), "")
        return self._pass_address(run, url.end())

    def _is_amid_address(self, at: int, url: str) -> bool:
        """Whether what stands before belongs to it: `a.www.`, `redis://`."""
        before = self._last_before(at)
        if url.startswith("/"):
            return before in (":", "/") and not (at == self._at and self._tail[-2:-1] == "\\")
        return url[0] in "wW" and bool(re.match(r"[\d.\-/@]", before))

    def _pass_address(self, run: re.Match[str], from_host: int) -> bool:
        """As far as every renderer takes it for one address; the rest is read on."""
        end = marks.ADDRESS_END.search(self._text, from_host, run.end())
        self._pass_to(end.start() if end else run.end())
        self._address = "path" if re.search(r"[/?#]", self._text[from_host : self._at]) else "host"
        # GitHub takes a backtick for a part of the address.
        self._is_doubtful |= "`" in run[0]
        return True

    def _decide_angle(self, at: int) -> bool:
        if self._ends_open(at + 1):
            return self._wait(at)
        if not re.match(r"[A-Za-z/!?]", self._text[at + 1 : at + 2]):
            return self._pass_to(at + 1)
        limit = at + marks.REACH_CHARS
        link = marks.AUTOLINK.match(self._text, at, limit)
        if link and self._own.allow(link[1]):
            return self._pass_to(link.end())
        if link:
            self._removed_links += 1
            return self._rewrite(at, link.end(), _without_scheme(link[1]))
        tag = marks.TAG.match(self._text, at, limit)
        if not tag and not self._is_last and len(self._text) < limit and marks.ANGLE_BEGUN.match(self._text, at):
            return self._wait(at)
        return self._decide_tag(tag) if tag else self._replace(at, "&lt;")

    def _decide_tag(self, tag: re.Match[str]) -> bool:
        values = ["".join(value) for value in marks.ATTRIBUTE.findall(tag[0])]
        is_ours = not marks.URL.search(tag[0]) and all(map(self._own.allow, values))
        if not is_ours or marks.RAW_TAG.match(tag[0]):
            self._removed_links += not is_ours and not marks.URL.search(tag[0])
            return self._replace(tag.start(), "&lt;")
        self._pass_to(tag.start(), is_tag=True)
        return self._pass_to(tag.end())

    def _decide_escape(self, at: int) -> bool:
        if self._ends_open(at + 1):
            return self._wait(at)
        is_word = self._text[at + 1 : at + 2].isalnum()
        if is_word and not self._is_last and marks.URL_BEGUN.match(self._text, at + 2):
            return self._wait(at)
        if is_word and marks.URL.match(self._text, at + 2):
            self._insert_space(at + 2)  # some renderers begin a new text behind any escape
        if is_word or self._text.startswith("\n", at + 1):
            return self._pass_to(at + 1)
        if self._text.startswith("<", at + 1):
            self._replace(at, "&lt;")  # in a block of HTML, a backslash escapes nothing
            self._at += 1
            return True
        self._pass_to(at)
        if self._joins("\\"):
            self._put(" ")  # some renderers look for addresses when the backslash is gone
        return self._pass_to(at + 2)

    def _decide_entity(self, at: int) -> bool:
        entity = marks.ENTITY.match(self._text, at)
        if not entity:
            is_begun = not self._is_last and marks.ENTITY_BEGUN.match(self._text, at)
            return self._wait(at) if is_begun else self._pass_to(at + 1)
        character = unescape(entity[0])
        if re.fullmatch(r"[A-Za-z\d:/.@]", character):
            return self._rewrite(at, entity.end(), character)
        self._pass_to(at)
        if self._joins("&"):
            self._put(" ")
        return self._pass_to(entity.end())


_DECISIONS: Final = {
    "]": CitationCheck._decide_target,
    "<": CitationCheck._decide_angle,
    "\\": CitationCheck._decide_escape,
    "&": CitationCheck._decide_entity,
}


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


def _without_scheme(address: str) -> str:
    url = marks.URL.match(address)
    return address[url.end() :] if url else address
