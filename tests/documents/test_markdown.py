import re
from typing import Any

import pytest

from server.documents.document import Heading, Omission
from server.documents.markdown import parse
from server.errors import DocumentUnreadable
from tests.documents.cases import load_cases
from tests.documents.sources import source_of


@pytest.mark.parametrize(("text", "expected"), load_cases("headings"))
def test_headings_are_read_with_their_anchors(text: str, expected: str) -> None:
    headings = [block for block in parse(source_of(text)).blocks if isinstance(block, Heading)]
    assert expected == "\n".join(f"{heading.level} {heading.text} #{heading.slug}" for heading in headings)


@pytest.mark.parametrize(
    ("text", "title", "meta"),
    [
        ("# A\n", "A", {}),
        ("---\ntitle: T\ntags: [a]\n---\n# A\n", "T", {"tags": ["a"]}),
        ("---\ntitle: 2024\n---\n", "2024", {}),
        ("---\ntitle: [a]\n---\n# A\n", "A", {}),
        ("---\ntitle: ''\n---\n# A\n", "A", {}),
        ("---\n---\n# A\n", "A", {}),
        ("## Only lower\n", None, {}),
        ("", None, {}),
        ("---\n\nno front matter, never closed\n\n# A\n", "A", {}),
        ("--- a dash ---\n\n# A\n\n---\n", "A", {}),
        ("\ufeff---\r\ntitle: T\r\ndescription: D\r\n---\r\n", "T", {"description": "D"}),
    ],
)
def test_the_title_is_the_front_matters_or_the_first_heading(
    text: str, title: str | None, meta: dict[str, Any]
) -> None:
    document = parse(source_of(text))
    assert (title, meta) == (document.title, document.meta)


def test_front_matter_becomes_json_values() -> None:
    text = (
        "---\ndate: 2024-01-31\nat: 2024-01-31 10:20:30\n7: seven\ntrue: yes\nnan: .nan\nset: !!set {a}\n"
        'binary: !!binary aGk=\nnul: "a\\0b"\nnested: {list: [1, 2.5, null], day: 2024-02-01}\n---\n'
    )
    expected = {
        "date": "2024-01-31",
        "at": "2024-01-31T10:20:30",
        "7": "seven",
        "True": True,
        "nan": "nan",
        "set": ["a"],
        "binary": "hi",
        "nul": "ab",
        "nested": {"list": [1, 2.5, None], "day": "2024-02-01"},
    }
    assert expected == parse(source_of(text)).meta


_ALIASES = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("---\ntitle: a: b\n---\n", "Line 2: the front matter is not YAML: mapping values are not allowed"),
        ("---\na: 1\nb: [\n---\n", "Line 4: the front matter is not YAML: did not find expected node content"),
        ("---\n\nJust text.\n\n---\n", "Line 2: the front matter is not a list of `name: value` pairs."),
        ("---\nday: 2024-13-45\n---\n", "Line 2: the front matter cannot be read: month must be in 1..12"),
        ("---\na: \x07\n---\n", "Line 2: the front matter"),
        ("---\na: " + "[" * 100_000 + "\n---\n", "Line 2: the front matter is nested over 100 deep."),
        ("---\na: &a [*a]\n---\n", "Line 2: the front matter holds itself."),
        ("---\na0: &a0 x\n" + _ALIASES + "---\n", "Line 2: the front matter has over 10,000 values."),
        ("ELF\n\0\1", "Line 2: looks like a binary file"),
    ],
)
def test_an_unreadable_page_says_which_line_and_why(text: str, message: str) -> None:
    with pytest.raises(DocumentUnreadable, match=re.escape(message)):
        parse(source_of(text))


def test_blocks_stand_in_order_and_apart() -> None:
    text = "---\na: 1\n---\n\n<a name='b'></a>\n# B\n\n- ```\n  c\n  ```\n"
    assert [(type(block).__name__, block.start, block.end) for block in parse(source_of(text)).blocks] == [
        ("Omission", 0, 1),
        ("Heading", 1, 2),
        ("CodeBlock", 3, 6),
    ]


def test_a_megabyte_in_one_heading_is_text() -> None:
    assert parse(source_of("# " + "[" * 1_000_000)).blocks == ()


def test_deep_nesting_is_no_recursion_error() -> None:
    assert parse(source_of("> " * 50_000 + "x\n\n" + "- " * 50_000 + "y")).blocks == ()


def test_many_anchor_lines_belong_to_one_heading() -> None:
    blocks = parse(source_of("<a name='x'></a>\n" * 1000 + "# T\n")).blocks
    assert (Omission(0, 1000), Heading(1, "T", "x", 1000, 1001)) == blocks
