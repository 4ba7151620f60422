from pathlib import PurePosixPath

import pytest

from server.documents.document import CodeBlock, Document
from server.documents.text import is_page, parse
from server.errors import DocumentUnreadable
from tests.documents.sources import source_of


def test_paragraphs_are_kept_and_marks_stay_characters() -> None:
    text = "LAMPS\n=====\n\n# 1 Bulbs\r\n*round* things\n \n\n    E27  screw\n    GU10 pins\n"
    expected = (
        "LAMPS",
        r"\=====",
        "",
        r"\# 1 Bulbs",
        r"\*round\* things",
        "",
        "```text",
        "    E27  screw",
        "    GU10 pins",
        "```",
    )
    assert Document(None, {}, expected, (CodeBlock(6, 10),)) == parse(source_of(text, name="a.txt"))


@pytest.mark.parametrize("encoded", ["\ufeffé".encode(), "é".encode("utf-16")])
def test_byte_order_marks_tell_the_encoding(encoded: bytes) -> None:
    assert parse(source_of(encoded)).lines == ("é",)


def test_what_is_no_text_is_told() -> None:
    with pytest.raises(DocumentUnreadable, match="Line 2: looks like a binary file"):
        parse(source_of(b"a\n\0"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("guide.txt", True),
        ("required-parts.txt", True),
        ("docs/changes.txt", True),
        ("robots.txt", False),
        ("requirements.txt", False),
        ("requirements-dev.txt", False),
        ("dev-requirements.txt", False),
        ("docs/llms-full.txt", False),
        ("CMakeLists.txt", False),
        ("LICENSE.txt", False),
    ],
)
def test_files_for_programs_are_no_pages(name: str, expected: bool) -> None:
    assert expected is is_page(PurePosixPath(name), b"")
