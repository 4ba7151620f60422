"""PDF → one section per page, whose anchors (`#page=3`) browsers' viewers open.

PDFium and not pypdf: measured in November 2026 on two manuals, 10 times as fast, with table rows on one line and
words that are broken at a line's end marked as such.
"""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from server.documents.document import Document, Problem, Source
from server.documents.markdown_lines import MarkdownLines, escaped, one_line
from server.errors import DocumentUnreadable

_PROGRAM: Final = Path(__file__).with_name("pdf_pages.py")
_TIMEOUT_SECONDS: Final = 180  # The program stops itself after 60 s of a core; this is for systems without limits.
_RUNNING_LINES: Final = 2  # Headers and footers are looked for in as many lines at either end of a page.
_RUNNING_SHARE: Final = 0.4  # … and stand on as many of the pages, as left and right ones may differ.
_RUNNING_MIN_PAGES: Final = 3
_WORD_MIN_CHARS: Final = 4  # `well-known` is two words, `in-stall` is not.
_TITLE_MAX_CHARS: Final = 120
_NO_TITLE: Final = re.compile(
    r"untitled.*|microsoft (?:word|powerpoint) - .*|.*\.(?:docx?|indd|tex|dvi|pdf)|\W*", re.I
)
_DIGITS: Final = re.compile(r"\d+")
_BROKEN_WORD: Final = re.compile(r"(\w*+)\x02(\w*+)")
_CONTROL: Final = re.compile(r"[\x00-\x01\x03-\x09\x0b-\x1f\x7f\ufffe\uffff]")
_WORDS: Final = re.compile(r"\w[\w-]*+")
_SENTENCE_END: Final = tuple(".!?:;。！？")


@dataclass(frozen=True, slots=True)
class _Pdf:
    title: str | None
    page_count: int
    pages: tuple[str, ...]
    pictures: tuple[int, ...]
    bookmarks: tuple[tuple[int, str], ...]


def parse(source: Source) -> Document:
    """Raises `DocumentUnreadable` for what is no PDF, is encrypted, holds no text, or takes too long."""
    pdf = _read(source.content)
    pages = [_CONTROL.sub(" ", page.replace("\r\n", "\n").replace("\r", "\n")) for page in pdf.pages]
    pages = _without_running_lines(_with_whole_words(pages))
    if not any(char.isalnum() for page in pages for char in page):
        raise DocumentUnreadable("holds no text, only pictures of it: run OCR on it first (`ocrmypdf` does it).")
    lines = MarkdownLines()
    chapters = _chapters(pdf.bookmarks)
    chapter = ""
    for number, page in enumerate(pages, 1):
        chapter = chapters.get(number, chapter)
        if page.strip():
            lines.heading(2, f"{chapter}, page {number}" if chapter else f"Page {number}", f"page={number}")
            for paragraph in _paragraphs(page.split("\n")):
                lines.paragraph(escaped(paragraph))
    return lines.document(title=_title(pdf.title, pages), meta={}, problems=list(_problems(pdf)))


def _read(content: bytes) -> _Pdf:
    if b"%PDF-" not in content[:1024]:
        raise DocumentUnreadable("is not a PDF: it does not begin as one.")
    # The arguments are ours; `-P` keeps this folder's modules from standing in for Python's own.
    command = [sys.executable, "-P", str(_PROGRAM)]
    try:
        run = subprocess.run(command, input=content, capture_output=True, timeout=_TIMEOUT_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise DocumentUnreadable("takes too long to be read: split it.") from None
    if run.returncode:
        raise DocumentUnreadable(f"cannot be read as a PDF: {_ending(run)}")
    found = json.loads(run.stdout)
    if "error" in found:
        raise DocumentUnreadable(_reason(found["error"]))
    bookmarks = tuple((page, title) for page, title in found["bookmarks"])
    return _Pdf(found["title"], found["page_count"], tuple(found["pages"]), tuple(found["pictures"]), bookmarks)


def _ending(run: "subprocess.CompletedProcess[bytes]") -> str:
    last = run.stderr.decode(errors="replace").strip().rpartition("\n")[2][:200]
    if run.returncode < 0 or "MemoryError" in last:
        return "it takes too much time or memory, or breaks the reader. Split it, or print it to a new PDF."
    return f"{last or 'the reader ended'}."


def _reason(error: str) -> str:
    if "password" in error.lower():
        return "is encrypted: save it without a password."
    return f"cannot be read as a PDF: {error}. Print it to a new PDF."


def _problems(pdf: _Pdf) -> Iterator[Problem]:
    left_out = pdf.page_count - len(pdf.pages)
    if left_out:
        yield Problem(None, f"the last {left_out:,} of its {pdf.page_count:,} pages are left out: split it.")
    if pdf.pictures:
        shown = ", ".join(str(number) for number in pdf.pictures[:20]) + ("…" if len(pdf.pictures) > 20 else "")
        yield Problem(None, f"pages without text, which may be pictures of it, are left out: {shown}.")


def _chapters(bookmarks: Sequence[tuple[int, str]]) -> dict[int, str]:
    """The first bookmark of each page that has one."""
    chapters: dict[int, str] = {}
    for page, title in bookmarks:
        shown = one_line(_CONTROL.sub(" ", title))[:_TITLE_MAX_CHARS]
        if shown:
            chapters.setdefault(page, shown)
    return chapters


def _title(stated: Any, pages: Sequence[str]) -> str | None:
    shown = one_line(_CONTROL.sub(" ", stated)) if isinstance(stated, str) else ""
    if shown and not _NO_TITLE.fullmatch(shown):
        return shown
    first = next((one_line(line) for page in pages for line in page.split("\n") if line.strip()), "")
    return first if 0 < len(first) <= _TITLE_MAX_CHARS else None


def _with_whole_words(pages: Sequence[str]) -> list[str]:
    """Words broken at a line's end as the document spells them elsewhere; joined where it does not."""
    if not any("\x02" in page for page in pages):
        return list(pages)
    words = {word.lower() for page in pages for word in _WORDS.findall(_BROKEN_WORD.sub(" ", page))}

    def whole(broken: re.Match[str]) -> str:
        first, second = broken[1].lower(), broken[2].lower()
        are_words = min(len(first), len(second)) >= _WORD_MIN_CHARS and {first, second} <= words
        is_hyphenated = first + second not in words and (f"{first}-{second}" in words or are_words)
        return f"{broken[1]}-{broken[2]}" if is_hyphenated else broken[1] + broken[2]

    return [_BROKEN_WORD.sub(whole, page) for page in pages]


def _without_running_lines(pages: Sequence[str]) -> list[str]:
    """Headers and footers stay where they are first, and go from the other pages."""
    split = [page.split("\n") for page in pages]
    running = _running([{_key(lines[at]) for at in _edges(lines)} for lines in split])
    seen: set[str] = set()
    kept = []
    for lines in split:
        dropped = set()
        for at in _edges(lines):
            text = _key(lines[at])[0]
            if text in running and text in seen:
                dropped.add(at)
            seen.add(text)
        kept.append("\n".join(line for at, line in enumerate(lines) if at not in dropped))
    return kept


def _edges(lines: Sequence[str]) -> list[int]:
    """The places of the first and last lines that say something."""
    said = [at for at, line in enumerate(lines) if line.strip()]
    return sorted({*said[:_RUNNING_LINES], *said[-_RUNNING_LINES:]})


_Key = tuple[str, tuple[int, ...]]


def _key(line: str) -> _Key:
    """A line's text with `#` for its numbers, and the numbers."""
    shown = one_line(line)[:_TITLE_MAX_CHARS]
    return _DIGITS.sub("#", shown), tuple(int(digits[:9]) for digits in _DIGITS.findall(shown))


def _running(edges: Sequence[set[_Key]]) -> set[str]:
    """The texts that enough pages have, with numbers that stay or that go with the page's: `Page 3 of 9`."""
    found: dict[str, list[tuple[int, tuple[int, ...]]]] = {}
    for page, keys in enumerate(edges):
        for text, numbers in keys:
            found.setdefault(text, []).append((page, numbers))
    limit = max(_RUNNING_MIN_PAGES, _RUNNING_SHARE * len(edges))
    return {text for text, places in found.items() if text and len(places) >= limit and _go_along(places)}


def _go_along(places: Sequence[tuple[int, tuple[int, ...]]]) -> bool:
    for column in range(len(places[0][1])):
        values = Counter(numbers[column] for _, numbers in places)
        offsets = Counter(numbers[column] - page for page, numbers in places)
        if max(*values.values(), *offsets.values()) < 0.8 * len(places):
            return False
    return True


def _paragraphs(lines: Sequence[str]) -> Iterator[str]:
    """A sentence that ends well before the margin ends a paragraph: a PDF has no other sign of it."""
    lengths = sorted(len(line) for line in lines)
    margin = 0.8 * lengths[int(0.9 * (len(lengths) - 1))]
    paragraph: list[str] = []
    for line in lines:
        paragraph.append(line)
        if len(line) < margin and line.rstrip().endswith(_SENTENCE_END):
            yield "\n".join(paragraph)
            paragraph = []
    yield "\n".join(paragraph)
