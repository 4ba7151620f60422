"""Long text cut into stretches where a reader would pause."""

from collections.abc import Iterator

# Best first. A later kind of end is taken only when the last half of a stretch holds none of the earlier ones.
_ENDS = (("\n\n",), (". ", "? ", "! ", ".\n", "。", "？", "！"), ("\n",), (" ", "\t"))


def cut_text(text: str, *, max_chars: int) -> Iterator[str]:
    """Stretches of at most `max_chars` characters that, joined, are the text again; none for an empty text."""
    start = 0
    while len(text) - start > max_chars:
        end = _last_end(text, start, start + max_chars)
        yield text[start:end]
        start = end
    if start < len(text):
        yield text[start:]


def _last_end(text: str, start: int, limit: int) -> int:
    middle = start + (limit - start) // 2
    for ends in _ENDS:
        found = [position + len(end) for end in ends if (position := text.rfind(end, middle, limit)) >= 0]
        if found:
            return max(found)
    return limit
