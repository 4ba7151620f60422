"""A program: a PDF on standard input, its pages' text as JSON on standard output.

It runs apart from the ingest because PDFium is C++ that reads what anyone may have written: whatever it does with
a file ends here, at these limits. It imports nothing of ours, so that it starts in a tenth of a second.
"""

import contextlib
import json
import sys
from itertools import islice
from typing import Any

import pypdfium2
from pypdfium2 import raw

MAX_SECONDS = 60
"""Of one core. Measured: 0.1 s for 36 pages."""
MAX_BYTES = 2 << 30  # A guess: a file of 10 MB needs about 100 MB.
MAX_PAGES = 5_000  # Guesses, as the next two: far above real manuals.
MAX_CHARS = 20_000_000
MAX_BOOKMARKS = 10_000


def main() -> None:
    _set_limits()
    try:
        result = _read(sys.stdin.buffer.read())
    except pypdfium2.PdfiumError as error:
        result = {"error": str(error)}
    json.dump(result, sys.stdout)


def _set_limits() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # Windows has none, and some systems forbid it
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))


def _read(content: bytes) -> dict[str, Any]:
    document = pypdfium2.PdfDocument(content)
    pages: list[str] = []
    pictures: list[int] = []
    chars = 0
    for number in range(min(len(document), MAX_PAGES)):
        text, has_picture = _page(document, number)
        chars += len(text)
        if chars > MAX_CHARS:
            break
        pages.append(text)
        if has_picture and not text.strip():
            pictures.append(number + 1)
    return {
        "title": document.get_metadata_value("Title"),
        "page_count": len(document),
        "pages": pages,
        "pictures": pictures,
        "bookmarks": _bookmarks(document),
    }


def _page(document: pypdfium2.PdfDocument, number: int) -> tuple[str, bool]:
    try:
        page = document[number]
    except pypdfium2.PdfiumError:  # a page that is broken, among others
        return "", True
    try:
        text = page.get_textpage().get_text_bounded()
        has_picture = not text.strip() and any(
            True for _ in page.get_objects([raw.FPDF_PAGEOBJ_IMAGE], max_depth=2)
        )
        return text, has_picture
    except pypdfium2.PdfiumError:
        return "", True
    finally:
        page.close()


def _bookmarks(document: pypdfium2.PdfDocument) -> list[tuple[int, str]]:
    """Page numbers from 1 with the titles of what begins there."""
    found = []
    with contextlib.suppress(pypdfium2.PdfiumError):
        for bookmark in islice(document.get_toc(max_depth=4), MAX_BOOKMARKS):
            target = bookmark.get_dest()
            index = target.get_index() if target else None
            if index is not None:
                found.append((index + 1, bookmark.get_title()))
    return found


if __name__ == "__main__":
    main()
