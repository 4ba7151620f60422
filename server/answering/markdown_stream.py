"""Markdown as it streams: passes plain text and code, and has what else there is decided."""

import re
from collections.abc import Callable
from functools import cache
from typing import Final, Literal

from server.answering import marks
from server.answering.fences import Fences

_SLICE_CHARS: Final = 4_096  # of what comes at once, so that a rewrite copies little
_TAIL_CHARS: Final = 12  # `https://www.`


class MarkdownStream:
    """One text. What comes out does not depend on how the text is cut into pieces.

    Subclasses say by `_decide` what becomes of a mark outside of code. That, like every step here, reads on and
    returns `True`, or returns `False` when it takes more text to decide; when `_is_last`, it reads on.
    """

    def __init__(self) -> None:
        self._held = ""
        self._text = ""  # what was held back, and a new piece
        self._at = 0  # how much of it is read
        self._is_last = False
        self._out: list[str] = []
        self._tail = ""  # the end of all that went out
        self._find_mark: Callable[[str], object] | None = None  # `None`: plain text cannot just pass

        self._fences = Fences()
        self._is_line_start = True
        self._is_cut = False  # whether something was taken out right here
        self._address: Literal["", "host", "path"] = ""  # how far one has come that may go on here
        self._span = 0  # backticks that may have begun a span of code
        self._may_be_fence = False  # … or a block
        self._is_span_piped = False
        self._is_doubtful = False  # whether backticks may pair across lines, in this paragraph
        self._is_table = False
        self._was_piped = False  # whether the last line had links in code that a table would cut in cells
        self._is_piped = False

    def feed(self, text: str) -> str:
        """What may be shown now of all the text so far."""
        if self._find_mark and not self._find_mark(self._held + text):
            return self._pass_plain(self._held + text)
        starts = range(0, len(text), _SLICE_CHARS)
        return "".join([self._read(text[start : start + _SLICE_CHARS]) for start in starts])

    def finish(self) -> str:
        """The rest, when nothing more comes."""
        self._is_last = True
        return self._read("")

    def _decide(self, at: int, *, is_first: bool) -> bool:
        raise NotImplementedError

    def _pass_plain(self, text: str) -> str:
        if text.endswith(marks.GAP_ENDS):
            end = _gap_start(text, 0, len(text))
            self._held, text = text[end:], text[:end]
        else:
            self._held = ""
        self._tail = (self._tail + text)[-_TAIL_CHARS:]
        return text

    def _read(self, text: str) -> str:
        self._text = self._held + text.replace("\r", "")
        self._at = 0
        while self._at < len(self._text) and self._step():
            pass
        self._held = self._text[self._at :]
        self._find_mark = self._choose_search()
        shown = "".join(self._out)
        self._out.clear()
        return shown

    def _choose_search(self) -> Callable[[str], object] | None:
        """What finds all that is not plain, if the next piece may just pass without any."""
        if self._is_line_start or self._is_cut or self._address or self._held.strip(" \t("):
            return None
        if self._fences.is_open:
            return None if self._held else marks.LINE_END.search
        return marks.NOT_IN_SPAN.search if self._span else marks.NOT_PLAIN.search

    def _step(self) -> bool:
        if self._is_cut:
            self._is_cut = False
            if self._joins(self._text[self._at]):
                self._insert_space(self._at)
        if self._fences.is_open:
            return self._start_code_line() if self._is_line_start else self._pass_code()
        return self._start_line() if self._is_line_start else self._pass_text()

    # What subclasses decide with.

    def _ends_open(self, end: int) -> bool:
        """Whether more text may change what ends there."""
        return end == len(self._text) and not self._is_last

    def _wait(self, at: int) -> bool:
        """Hold back what stands from there on."""
        if not self._is_line_start:
            self._pass_to(at)
        return False

    def _pass_to(self, at: int, *, is_tag: bool = False) -> bool:
        passed = self._text[self._at : at]
        if self._is_line_start:
            self._begin_line(passed, is_tag=is_tag)
        else:
            self._put(passed)
        self._at = at
        return True

    def _replace(self, at: int, text: str) -> bool:
        """Pass other text for the character there."""
        self._pass_to(at)
        self._put(f" {text}" if self._joins(text[0]) else text)
        self._at = at + 1
        return True

    def _rewrite(self, start: int, end: int, text: str) -> bool:
        """Read on with other text in place of what stands there; it has to be shorter."""
        self._text = self._text[:start] + text + self._text[end:]
        # At the beginning of a line nothing has gone out, and what follows may become its beginning.
        if not self._is_line_start and not text.startswith("["):
            self._pass_to(start)
            self._is_cut = True
        return True

    def _put(self, text: str) -> None:
        if not text:
            return
        if self._address and any(map(str.isspace, text)):
            self._address = ""
        self._is_span_piped |= self._span > 0 and "|" in text
        self._out.append(text)
        self._tail = (self._tail + text)[-_TAIL_CHARS:]

    def _joins(self, behind: str) -> bool:
        """Whether what is behind would become more by what went out before it."""
        lengthens_host = self._address == "host" and not behind.isspace()
        return lengthens_host or bool(marks.JOINT.search(self._tail + behind))

    def _insert_space(self, at: int) -> None:
        self._text = f"{self._text[:at]} {self._text[at:]}"

    def _last_before(self, at: int) -> str:
        return self._text[at - 1] if at > self._at else self._tail[-1:]

    def _gap_before(self, at: int) -> int:
        """Where white space, and a parenthesis, begin that a citation there may take along."""
        return _gap_start(self._text, self._at, at)

    # Lines.

    def _start_line(self) -> bool:
        head = marks.HEAD.match(self._text, self._at)
        end = head.end() if head else self._at
        if self._ends_open(end) and end - self._at < marks.HEAD_MAX_CHARS:
            return False
        if self._text.startswith(("`", "~"), end):
            return self._start_run(end)
        if self._text.startswith("\n", end):
            return self._end_line(end)
        if marks.CANDIDATE.match(self._text, end):
            return self._decide(end, is_first=True)
        return self._pass_to(end)

    def _begin_line(self, head: str, *, is_tag: bool) -> None:
        self._is_line_start = False
        self._fences.begin(head, is_tag=is_tag)
        is_long = len(head) >= marks.HEAD_MAX_CHARS
        may_be_row = is_long or "|" in head or ":" in head
        self._is_table |= may_be_row
        if may_be_row and self._was_piped and "-" in head:
            # Else the line before would become the header of a table, and its code be cut at each `|`.
            head = re.sub(r"[-|:]", r"\\\g<0>", head, count=1)
        self._put(head)

    def _end_line(self, at: int) -> bool:
        is_bare = self._is_line_start
        is_blank = is_bare and not self._text[self._at : at].strip(" \t")
        if is_blank:
            self._put(self._text[self._at : at])
        else:
            self._pass_to(at)
        self._put("\n")
        self._at = at + 1
        self._is_line_start = True
        self._was_piped, self._is_piped = self._is_piped, False
        is_fence = self._span and self._may_be_fence and self._fences.open("`", self._span)
        self._is_doubtful = not is_blank and (self._is_doubtful or (self._span > 0 and not is_fence))
        self._is_table &= not is_blank
        self._span = 0
        if not is_fence:
            self._fences.end(is_blank=is_blank, is_bare=is_bare)
        return True

    def _pass_text(self) -> bool:
        candidate = marks.CANDIDATE.search(self._text, self._at)
        if not candidate:
            end = len(self._text)
            self._pass_to(end if self._is_last else self._gap_before(end))
            return self._at == end
        at = candidate.start()
        if self._text[at] == "\n":
            return self._end_line(at)
        if self._text[at] == "`":
            return self._read_run(at)
        if marks.AMID_WORD.match(self._last_before(at) + self._text[at]):
            return self._pass_to(at + 1)
        return self._decide_in_span(at) if self._span else self._decide(at, is_first=False)

    # Code.

    def _start_run(self, at: int) -> bool:
        """Backticks or tildes at the beginning of a line."""
        run = marks.RUN.match(self._text, at)
        length = len(run[0]) if run else 0
        if self._ends_open(at + length) and length < marks.RUN_MAX_CHARS:
            return False
        self._pass_to(at)
        if length == marks.RUN_MAX_CHARS:
            self._fences.give_up()
        if self._text[at] == "`":
            self._read_run(at)
            self._may_be_fence = length >= 3
            return True
        self._put(self._text[at : at + length])
        self._at = at + length
        if length >= 3:
            self._fences.open("~", length)
        return True

    def _read_run(self, at: int) -> bool:
        """Backticks: they begin a span of code, end it, or stand in it."""
        run = marks.RUN.match(self._text, at)
        length = len(run[0]) if run else 0
        is_long = length == marks.RUN_MAX_CHARS
        if self._ends_open(at + length) and not is_long:
            return self._wait(at)
        self._pass_to(at + length)
        self._is_doubtful |= is_long
        self._may_be_fence = False
        if not self._span:
            self._span, self._is_span_piped = length, False
        elif self._span == length:
            self._close_span()
        return True

    def _close_span(self) -> None:
        self._span = 0
        self._is_piped |= self._is_span_piped
        self._is_doubtful |= self._is_table and self._is_span_piped

    def _decide_in_span(self, at: int) -> bool:
        """Something that is a mark unless it stands in code."""
        limit = at + marks.REACH_CHARS
        end = _search_span_end(self._span).search(self._text, at, limit)
        is_closed = end is not None and end[0] != "\n" and end.end() < limit
        is_open = not end or (is_closed and self._ends_open(end.end()))
        if is_open and len(self._text) < limit and not self._is_last:
            return self._wait(self._gap_before(at))
        inside = self._text[self._at : end.start() if end else limit]
        if is_closed and end and not self._is_doubtful and not self._fences.may_be_html:
            self._is_span_piped |= "|" in inside
            if not (self._is_table and self._is_span_piped):
                self._pass_to(end.end())
                self._close_span()
                return True
        elif end and not is_closed and self._is_info(inside):
            return self._pass_to(end.start())
        if self._may_be_fence and not is_closed and "`" not in inside:
            self._fences.miss()
        self._span, self._is_doubtful = 0, True
        return True

    def _is_info(self, inside: str) -> bool:
        """Whether the line opens a block, and says so behind the fence."""
        return self._may_be_fence and self._fences.can_open and "`" not in inside

    def _start_code_line(self) -> bool:
        head = marks.CODE_HEAD.match(self._text, self._at)
        assert head  # noqa: S101 - it may be empty
        lead, fence, space = head.groups()
        is_deep = len(lead) == marks.CODE_LEAD_MAX_CHARS
        if self._ends_open(head.end()) and not is_deep:
            return False
        if len(fence) == marks.RUN_MAX_CHARS or (fence and len(space) == marks.CODE_LEAD_MAX_CHARS):
            self._fences.give_up()
            return True
        end = head.end(1) if is_deep else head.end()
        is_end = self._text[end : end + 1] in ("", "\n")
        if self._fences.judge(lead, "" if is_deep else fence, is_end=is_end) != "left":
            self._is_line_start = False
            self._pass_to(end)
        return True

    def _pass_code(self) -> bool:
        end = self._text.find("\n", self._at) + 1 or len(self._text)
        self._put(self._text[self._at : end])
        self._at = end
        self._is_line_start = self._tail.endswith("\n")
        return True


def _gap_start(text: str, begin: int, end: int) -> int:
    gap = marks.GAP.search(text, max(begin, end - marks.GAP_MAX_CHARS - 1), end)
    return gap.start() if gap else end


@cache
def _search_span_end(length: int) -> re.Pattern[str]:
    return re.compile(rf"(?<!`)`{{{length}}}(?!`)|\n")
