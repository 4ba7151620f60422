"""The passages of one section → parts that fit, cut where it hurts least."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from semantic_text_splitter import MarkdownSplitter

from server.documents.stretches import cut_text

_CODE_MAX_PARTS = 4  # A code block up to this many times the limit stays whole.
_CHARS_PER_TOKEN = 8  # A guess: prose has 4 to 5, wide tables up to 8.
_LEAD_MAX_CHARS = 300  # A guess: what introduces a code block ("Then run:") and is to stay with it.
_FENCE_MAX_CHARS = 200  # A guess: longer info strings are not repeated in every piece.
_FENCE = re.compile(r"[^`~\n]*(`{3,}|~{3,})")
_CLOSING_FENCE = re.compile(r"[\s>]*(?:`{3,}|~{3,})\s*")


@dataclass(frozen=True, slots=True)
class Passage:
    """Whole lines of source, with their line ends: prose, or one code block."""

    text: str
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class Sizer:
    """Token counts that stay cheap: a text that is surely too long is not counted.

    Counting a megabyte again and again is what would take the time, and tiktoken's pattern overflows its stack
    on a megabyte of spaces.
    """

    max_tokens: int
    count_tokens: Callable[[str], int]

    def size(self, text: str) -> int:
        return self._size_up_to(self.max_tokens, text)

    def is_too_long_for_code(self, text: str) -> bool:
        limit = _CODE_MAX_PARTS * self.max_tokens
        return self._size_up_to(limit, text) > limit

    def _size_up_to(self, limit: int, text: str) -> int:
        """The text's tokens, or some number above `limit` when it surely has more."""
        if len(text) > _CHARS_PER_TOKEN * limit:
            return len(text)
        return self.count_tokens(text)


def split_passages(passages: Sequence[Passage], sizer: Sizer) -> list[str]:
    """Trimmed, non-empty parts of at most `sizer.max_tokens`; one whole code block may be longer."""
    whole = _trimmed("".join(passage.text for passage in passages))
    if not whole:
        return []
    if sizer.size(whole) <= sizer.max_tokens:
        return [whole]
    parts = _packed(_pieces(passages, sizer), size=sizer.size, max_tokens=sizer.max_tokens)
    return [part for part in map(_trimmed, parts) if part]


def _trimmed(text: str) -> str:
    """Without blank lines around it; the first line keeps its indentation."""
    indented_start = len(text) - len(text.lstrip())
    return text[text.rfind("\n", 0, indented_start) + 1 :].rstrip()


def _packed(pieces: Iterable[str], *, size: Callable[[str], int], max_tokens: int) -> Iterator[str]:
    """As many neighbours together as fit."""
    part: list[str] = []
    part_tokens = 0
    for piece in pieces:
        tokens = size(piece)
        if part and part_tokens + tokens > max_tokens:
            yield "".join(part)
            part, part_tokens = [], 0
        part.append(piece)
        part_tokens += tokens
    if part:
        yield "".join(part)


def _pieces(passages: Sequence[Passage], sizer: Sizer) -> Iterator[str]:
    """Pieces that fit, or are whole code blocks, each with the short paragraph that leads to it."""
    lead = ""
    for passage in passages:
        if not passage.is_code:
            yield from _cut_prose(lead, sizer)
            prose, lead = _split_lead(passage.text)
            yield from _cut_prose(prose, sizer)
        elif sizer.is_too_long_for_code(lead + passage.text):
            yield from _cut_prose(lead, sizer)
            yield from _cut_code(passage.text, sizer)
            lead = ""
        else:
            yield lead + passage.text
            lead = ""
    yield from _cut_prose(lead, sizer)


def _split_lead(text: str) -> tuple[str, str]:
    end = len(text.rstrip())
    start = text.rfind("\n\n", 0, end) + 2 if "\n\n" in text[:end] else 0
    return (text[:start], text[start:]) if end - start <= _LEAD_MAX_CHARS else (text, "")


def _cut_prose(text: str, sizer: Sizer) -> Iterator[str]:
    if sizer.size(text) <= sizer.max_tokens:
        yield text
        return
    # The splitter's time grows faster than the text, so it gets stretches of a few parts each.
    splitter = MarkdownSplitter.from_callback(sizer.size, sizer.max_tokens, trim=False)
    for stretch in cut_text(text, max_chars=_CHARS_PER_TOKEN * sizer.max_tokens):
        yield from splitter.chunks(stretch)


def _cut_code(text: str, sizer: Sizer) -> Iterator[str]:
    """Pieces cut at line ends, each between the block's own fences."""
    opening, *body = [line + "\n" for line in text.removesuffix("\n").split("\n")]
    closing = body.pop() if body and _CLOSING_FENCE.fullmatch(body[-1]) else _closing_fence(opening)
    if len(opening) > _FENCE_MAX_CHARS:
        opening = opening[:_FENCE_MAX_CHARS] + "\n"
    room = max(1, sizer.max_tokens - sizer.size(opening) - sizer.size(closing))
    lines = (piece for line in body for piece in _cut_line(line, sizer, max_tokens=room))
    for code in _packed(lines, size=sizer.size, max_tokens=room):
        if code.strip():
            yield opening + code.rstrip("\n") + "\n" + closing


def _cut_line(line: str, sizer: Sizer, *, max_tokens: int) -> Iterator[str]:
    if sizer.size(line) <= max_tokens:
        yield line
    else:
        # A token is at least a byte, and nearly always a character: such stretches fit.
        yield from cut_text(line, max_chars=max_tokens)


def _closing_fence(opening: str) -> str:
    fence = _FENCE.match(opening)
    return (fence[1] if fence else "```") + "\n"
