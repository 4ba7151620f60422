import zlib

import pytest

from server.documents.document import Document, Heading
from server.documents.pdf import parse
from server.errors import DocumentUnreadable
from tests.documents.pdfs import make_pdf, make_picture_pdf
from tests.documents.sources import source_of


def read(content: bytes) -> Document:
    return parse(source_of(content, name="manual.pdf"))


def headings(document: Document) -> list[tuple[str, str | None]]:
    return [(block.text, block.slug) for block in document.blocks if isinstance(block, Heading)]


def test_each_page_is_a_section_that_viewers_open() -> None:
    document = read(make_pdf(["Lamps give light.", "", "Bulbs are *round*."], title="Lumen Manual"))
    assert document.title == "Lumen Manual"
    assert ("## Page 1", "", "Lamps give light.", "", "## Page 3", "", r"Bulbs are \*round\*.") == document.lines
    assert headings(document) == [("Page 1", "page=1"), ("Page 3", "page=3")]


def test_pages_are_called_by_their_chapters() -> None:
    document = read(make_pdf(["a", "b", "c"], chapters=["Safety", "Bulbs"]))
    assert [name for name, _ in headings(document)] == ["Safety, page 1", "Bulbs, page 2", "Bulbs, page 3"]


@pytest.mark.parametrize("stated", [None, "", "Microsoft Word - lamp.docx", "untitled"])
def test_without_a_title_the_first_line_is_it(stated: str | None) -> None:
    assert read(make_pdf(["The Lamp Book\nand more"], title=stated)).title == "The Lamp Book"


def test_headers_and_footers_stand_once() -> None:
    pages = [f"Lamp {kind} is described here.\nIt has a bulb." for kind in ("one", "two", "three", "four")]
    shown = "\n".join(read(make_pdf(pages, running="Lumen GmbH - internal")).lines)
    assert shown.count("Lumen GmbH") == 1
    assert shown.count("Page 1\n") == 2  # the heading and the footer
    assert "Page 2\n" in shown
    assert shown.count("is described here.") == 4


def test_numbered_headings_at_the_top_of_pages_stay() -> None:
    pages = [f"Chapter {number}\nText about {number * 'x'}." for number in (1, 1, 2, 5, 7, 11)]
    assert "\n".join(read(make_pdf(pages)).lines).count("Chapter") == 6


def test_words_broken_at_a_lines_end_are_whole() -> None:
    document = read(make_pdf(["Press the dim-\nmer. Use the well-\nknown trick. It is known well. A dimmer."]))
    shown = " ".join(document.lines)
    assert "the dimmer. Use" in shown
    assert "well-known trick" in shown


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"hello", "is not a PDF: it does not begin as one."),
        (b"%PDF-1.7\nnothing more", "cannot be read as a PDF"),
        (make_pdf(["secret"], password="open"), "is encrypted: save it without a password."),
        (make_picture_pdf(), "holds no text, only pictures of it: run OCR on it first"),
    ],
)
def test_a_pdf_that_cannot_be_read_says_why(content: bytes, message: str) -> None:
    with pytest.raises(DocumentUnreadable, match=message):
        read(content)


def test_a_broken_end_costs_no_crash() -> None:
    content = make_pdf(["Lamps give light."] * 20)
    for size in range(0, len(content), len(content) // 12):
        try:
            assert read(content[:size]).blocks
        except DocumentUnreadable:
            continue


def test_a_bomb_ends_with_its_reader() -> None:
    # Over two gigabytes of spaces, as one megabyte that is repeated.
    deflate = zlib.compressobj(9)
    block = deflate.compress(b" " * 1_000_000) + deflate.flush(zlib.Z_FULL_FLUSH)
    stream = block + block[2:] * 2_200
    content = make_pdf(["Lamps"])
    begin = content.index(b"stream\n", content.index(b"/FlateDecode")) + len(b"stream\n")
    end = content.index(b"endstream", begin)
    length = content.rindex(b"/Length ", 0, begin)
    head = content[:length] + b"/Length %d >>\nstream\n" % len(stream)
    with pytest.raises(DocumentUnreadable, match="takes too much time or memory"):
        read(head + stream + b"\n" + content[end:])
