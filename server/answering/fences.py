"""Where the fenced code blocks of a streamed Markdown text are, line by line, as far as all renderers agree.

CommonMark's containers are followed only so far as a block depends on them: one in a list item or a quote ends
with it. Where that cannot be told, nothing is taken for code any more: code in which a link was made plain is a
blemish, a link that was taken for code is a trap.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

_MARKER: Final = re.compile(r"((?:[-+*]|(\d{1,9})[.)]) )(?: {0,3}(?! )|(?= {4}))")
_BARE_MARKER: Final = re.compile(r"(?:[-+*]|\d{1,9}[.)])$")
_QUOTES: Final = re.compile(r"(?: {0,3}>)+ {0,4}")

Verdict = Literal["inside", "closes", "left"]


@dataclass(frozen=True, slots=True)
class _Fence:
    mark: str
    length: int
    prefix: str
    """What the fence stood behind, markers of lists as spaces."""
    indent: int | None
    """Columns that its list item is indented by; 0 outside of lists, `None` when that is not certain."""


class Fences:
    """Is told each line's beginning and end; within a block asks nothing but `judge`."""

    def __init__(self) -> None:
        self._fence: _Fence | None = None
        self._is_lost = False
        self._head = ""
        self._can_open: bool | None = True
        self._items: list[int] = []  # columns that the content of open list items is indented by
        self._is_loose = False  # more of them may be open, or fewer: after lazy lines and quotes
        self._is_after_blank = True
        self.may_be_html = False

    @property
    def is_open(self) -> bool:
        return self._fence is not None

    @property
    def can_open(self) -> bool:
        """Whether a fence right behind the head of this line certainly opens a block."""
        return bool(self._can_open) and not self._is_lost

    def begin(self, head: str, *, is_tag: bool) -> None:
        """A line of text: `head` is the white space, list markers and `>` before its first word or tag."""
        self._head = head
        if not head and self._is_after_blank:
            self._is_loose = False
        self._can_open = self._read_quotes(head) if ">" in head else self._read_items(head.expandtabs(4))
        self.may_be_html |= is_tag
        if self.may_be_html:
            # Renderers that know HTML read no Markdown in it, up to a blank line.
            self._can_open, self._is_loose = None, True

    def end(self, *, is_blank: bool, is_bare: bool) -> None:
        """`is_bare`: nothing stood behind the head, which may be a rule, an underline or an empty item then."""
        if is_bare and not is_blank:
            self._items, self._is_loose = [], True
        self._is_after_blank = is_blank
        self.may_be_html &= not is_blank

    def open(self, mark: str, length: int) -> bool:
        """A fence stands right behind the head; returns whether that opened a block."""
        self._is_lost |= self._can_open is None
        if not self.can_open:
            return False
        prefix = re.sub(r"[^>\t]", " ", self._head)
        self._fence = _Fence(mark, length, prefix, self._item_at(len(prefix.expandtabs(4))))
        return True

    def judge(self, lead: str, marks: str, *, is_end: bool) -> Verdict:
        """What a line is to the open block: `lead` its spaces and `>`, `marks` a fence or "" behind them."""
        fence = self._fence
        assert fence  # noqa: S101 - asked within a block only
        is_fence = is_end and marks[:1] == fence.mark and len(marks) >= fence.length
        by_rule = _judge_loosely if fence.indent is None else _judge_exactly
        verdict = by_rule(fence, lead, is_fence=is_fence, is_blank=is_end and not marks)
        if verdict != "inside":
            self._fence, self._is_after_blank = None, False
        self._is_lost |= verdict is None
        return verdict or "left"

    def miss(self) -> None:
        """A fence may stand right behind the head, which could not be told in time."""
        self._is_lost |= self._can_open is not False

    def give_up(self) -> None:
        """No block is known any more, nor will be."""
        self._fence, self._is_lost = None, True

    def _read_quotes(self, head: str) -> bool | None:
        self._items, self._is_loose = [], True
        return True if _QUOTES.fullmatch(head) else None

    def _read_items(self, head: str) -> bool | None:
        """Whether a fence behind this head opens a block; `None` when that is not certain."""
        column = len(head) - len(head.lstrip(" "))
        was_in_item = self._close_items(column)
        if head[column:] and column - self._item_at_least(column) > 3:
            return None if self._is_loose else False  # so far to the right it is code, or goes on with a paragraph
        may_interrupt = self._is_after_blank or was_in_item
        while marker := _MARKER.match(head, column):
            if marker[2] not in (None, "1") and not may_interrupt:
                self._is_loose = True
                return None
            column = marker.end()
            self._items.append(column)
            was_in_item, may_interrupt = False, True
        self._is_loose |= (was_in_item and not self._is_after_blank) or bool(_BARE_MARKER.match(head, column))
        if head[column:].strip(" "):
            return False
        return self._is_in_reach(len(head))

    def _close_items(self, column: int) -> bool:
        is_closing = bool(self._items) and self._items[-1] > column
        self._items = [item for item in self._items if item <= column]
        return is_closing

    def _is_in_reach(self, column: int) -> bool | None:
        if column - self._item_at_least(column) <= 3:
            return True
        return None if self._is_loose else False

    def _item_at_least(self, column: int) -> int:
        return max((item for item in self._items if item <= column), default=0)

    def _item_at(self, column: int) -> int | None:
        if not self._head:
            return 0
        return None if self._is_loose else self._item_at_least(column)


def _judge_exactly(fence: _Fence, lead: str, *, is_fence: bool, is_blank: bool) -> Verdict | None:
    quote = lead.find(">")
    spaces = lead if quote == -1 else lead[:quote]
    indent = len(spaces.expandtabs(4)) - (fence.indent or 0)
    if indent < 0 and not (is_blank and quote == -1):
        return "left"
    return "closes" if is_fence and quote == -1 and indent <= 3 else "inside"


def _judge_loosely(fence: _Fence, lead: str, *, is_fence: bool, is_blank: bool) -> Verdict | None:
    """By the very characters that the fence stood behind; `None` when renderers may differ."""
    if ">" in fence.prefix and ">" not in lead:
        return "left"
    if lead.startswith(fence.prefix):
        return "inside" if not is_fence else "closes" if lead == fence.prefix else None
    is_empty = is_blank and lead.rstrip() in (fence.prefix.rstrip(), "")
    return "inside" if is_empty else None
