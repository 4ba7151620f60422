import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from server.documents.document import CodeBlock, Heading
from server.documents.markdown_lines import MarkdownLines, code_span, escaped
from server.documents.plain_text import plain_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("snake_case and a.b_c[0] stay", "snake_case and a.b_c[0] stay"),
        ("__init__ a*b ~~x~~", r"\_\_init\_\_ a\*b \~\~x\~\~"),
        ("[a](b) [^1] a < b <b> &amp; & {#id} {x}", r"[a\](b) \[^1] a < b \<b> \&amp; & \{#id} {x}"),
        ("# a\n> b\n- c\n| d |\n---\n:::note", "\\# a\n\\> b\n\\- c\n\\| d |\n\\---\n\\:::note"),
        (r"C:\new \* \\", r"C:\new \\\* \\\\"),
    ],
)
def test_only_what_would_be_a_mark_is_escaped(text: str, expected: str) -> None:
    assert expected == escaped(text)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab1_*`~[](){}<>#&;|\\:.-+=!^ \n", max_size=40))
def test_escaped_text_says_itself(text: str) -> None:
    lines = MarkdownLines()
    lines.paragraph(escaped(text))
    shown = plain_text("\n".join(lines.lines))
    assert re.findall(r"\w+", text) == re.findall(r"\w+", shown)
    html = MarkdownIt("commonmark").render("\n".join(lines.lines))
    assert set(re.findall(r"</?(\w+)", html)) <= {"p", "ol", "li"}


def test_pieces_stand_apart_and_are_known() -> None:
    lines = MarkdownLines()
    lines.heading(1, "A  *b*", "a")
    lines.paragraph(" text\n\nmore ")
    with lines.indented("- ", "  "):
        lines.paragraph("item")
        lines.code('print("```")', language="py", title='a "b"')
    lines.table([["a", "b"], ["1|2"]])
    assert [
        r"# A \*b\*",
        "",
        "text",
        "more",
        "",
        "- item",
        "",
        "  ````py title=\"a 'b'\"",
        '  print("```")',
        "  ````",
        "",
        "| a | b |",
        "| --- | --- |",
        r"| 1\|2 |  |",
    ] == lines.lines
    assert [Heading(1, "A *b*", "a", 0, 1), CodeBlock(7, 10)] == lines.blocks


def test_nothing_leaves_nothing() -> None:
    lines = MarkdownLines()
    lines.heading(1, " ", "a")
    lines.paragraph("\n")
    lines.code("\n")
    lines.table([["a"]])
    assert ([], []) == (lines.lines, lines.blocks)


def test_what_cannot_be_stored_is_left_out() -> None:
    lines = MarkdownLines()
    lines.paragraph("a\0b\ud800")
    lines.code("a\r\nb\rc")
    assert ["ab\ufffd", "", "```", "a", "b", "c", "```"] == lines.lines


@pytest.mark.parametrize(
    ("code", "expected"), [("a", "`a`"), ("`a` b", "`` `a` b ``"), (" \n", ""), ("a\nb", "`a b`")]
)
def test_code_stands_between_enough_backticks(code: str, expected: str) -> None:
    assert expected == code_span(code)


@pytest.mark.parametrize("hostile", ["_", "*", "`", "[", "\\", "{ ", "<", "&", "~", "|", " ", "- ", "#"])
def test_escaping_takes_linear_time(hostile: str) -> None:
    started = time.process_time()
    escaped(hostile * (1_000_000 // len(hostile)) + "x")
    assert time.process_time() - started < 10
