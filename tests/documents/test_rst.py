import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from docutils.parsers.rst import roles
from hypothesis import given, settings
from hypothesis import strategies as st

from server.documents.document import Document, Heading, Problem
from server.documents.rst import parse
from server.errors import DocumentUnreadable
from tests.documents.cases import load_cases
from tests.documents.sources import source_of


def read(text: str, *, name: str = "page.rst", files: Mapping[str, str] | None = None) -> Document:
    return parse(source_of(text, name=name, files=files))


def text_of(document: Document) -> str:
    return "\n".join(document.lines)


def slugs_of(document: Document) -> list[str | None]:
    return [block.slug for block in document.blocks if isinstance(block, Heading)]


@pytest.mark.parametrize(("text", "expected"), load_cases("rst"))
def test_a_page_says_what_sphinx_shows(text: str, expected: str) -> None:
    assert expected == text_of(read(text))


def test_anchors_are_those_of_sphinx() -> None:
    # Compared with the ids of the sections in the HTML of Sphinx 9.0 for the same page.
    titles = [
        "*Nasty* & ``code``",
        "Repeat",
        "Repeat",
        "Über Größe",
        "日本語",
        "日本語",
        "1. Numbers",
        "_init__ v2.0",
    ]
    page = "\n\n".join(f"{title}\n{'=' * 20}" for title in titles)
    expected = ["nasty-code", "repeat", "id1", "uber-grosze", "id2", "id3", "numbers", "init-v2-0"]
    assert expected == slugs_of(read(page))
    labelled = "\n\n".join(f".. _label-{n}:\n\n{title}\n{'=' * 20}" for n, title in enumerate(titles))
    expected = ["nasty-code", "repeat", "label-2", "uber-grosze", "label-4", "label-5", "numbers", "init-v2-0"]
    assert expected == slugs_of(read(labelled))


def test_the_nearest_label_takes_the_place_of_a_numbered_anchor() -> None:
    page = (
        "Top\n===\n\n.. _first:\n.. _second:\n\n日本語\n======\n\nx\n\n.. _who:\n\nIdentity\n========\n\n"
        ".. _ext: https://x.test\n\nIdeas\n=====\n\n.. _far:\n\ny\n\nIds\n===\n"
    )
    assert slugs_of(read(page)) == ["top", "second", "who", "ideas", "ids"]


def test_fields_above_a_page_are_its_metadata() -> None:
    page = (
        ":orphan:\n:Version: 2\n\n.. meta::\n   :description lang=en: What it\n     does.\n\n"
        "Title\n=====\n\n:a: b\n"
    )
    document = read(page)
    assert {"orphan": True, "Version": "2", "description": "What it does."} == document.meta
    assert document.title == "Title"
    assert "- **a**" in document.lines


def test_a_title_may_be_stated() -> None:
    assert read(".. title:: Stated\n\nShown\n=====\n").title == "Stated"


def test_files_are_included_from_where_they_are_named() -> None:
    files = {
        "guide/parts/a.rst": "From a.\n\n.. include:: b.txt\n\n.. include:: /c.md\n",
        "guide/parts/b.txt": "Sub\n---\n\nFrom b.\n",
        "c.md": "# From c\n\n```js\nx\n```\n",
        "guide/code.py": "def f():\n    return 1\n\n\ndef g():\n    return 2\n",
        "guide/data.csv": "1,2\n",
    }
    page = (
        "Top\n===\n\n.. include:: parts/a.rst\n\n.. literalinclude:: code.py\n   :pyobject: g\n   :caption:\n\n"
        ".. literalinclude:: code.py\n   :lines: 1-2\n\n.. csv-table::\n   :file: data.csv\n"
    )
    document = read(page, name="guide/page.rst", files=files)
    assert ["Top", "Sub", "From c"] == [block.text for block in document.blocks if isinstance(block, Heading)]
    shown = text_of(document)
    assert "From a." in shown
    assert "From b." in shown
    assert '```py title="code.py"\ndef g():\n    return 2\n```' in shown
    assert "```py\ndef f():\n    return 1\n```" in shown
    assert "| 1 | 2 |" in shown
    assert document.problems == ()


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        ("a\n\n.. include:: no.rst", Problem(3, "`include:: no.rst` is left out: no.rst does not exist.")),
        (".. include:: page.rst", Problem(1, "`include:: page.rst` is left out: it includes itself.")),
        (
            ".. include:: loop.rst",
            Problem(
                None, "in the included loop.rst, line 1: `include:: loop.rst` is left out: it includes itself."
            ),
        ),
        ("|x| |version|", Problem(None, "`|x|` is not defined in the page: it is shown as its name.")),
        (
            "a\n\n.. automodule:: a\n.. autoclass:: b",
            Problem(
                3, "`automodule` and its like take their text from running code: ingest the built HTML to have it."
            ),
        ),
        (
            ".. list-table::\n\n   broken",
            Problem(
                1,
                'Error parsing content block for the "list-table" directive: exactly one bullet list expected: '
                "its text is kept as it stands.",
            ),
        ),
        (
            ".. csv-table::\n   :url: https://x.test/a.csv",
            Problem(1, "`csv-table` shows https://x.test/a.csv, which is another site's: it is left out."),
        ),
    ],
)
def test_what_is_missing_is_named(page: str, problem: Problem) -> None:
    assert (problem,) == read(page, files={"loop.rst": ".. include:: loop.rst\n"}).problems


def test_a_block_that_is_not_understood_keeps_its_text() -> None:
    document = read("Title\n=====\n\n.. list-table::\n\n   broken *words*\n\n+---+\n| a\n\nafter\n")
    assert "broken" in text_of(document)
    assert "words" in text_of(document)
    assert "| a" in text_of(document)
    assert [4, 9] == [problem.line for problem in document.problems]


def test_what_would_take_squared_time_is_kept_without_its_markup() -> None:
    document = read("*word* " * 2_000 + "\n\n" + f"+{'-' * 2_500}+\n|{'a' * 2_500}|\n+{'-' * 2_500}+\n")
    assert text_of(document).count(r"\*word\*") == 2_000
    assert "a" * 2_500 in text_of(document)
    assert [
        Problem(1, "a paragraph has 13,999 characters: its links and emphasis are kept as they stand."),
        Problem(3, "Malformed table. It is over 2,000 characters wide: its text is kept as it stands."),
    ] == list(document.problems)


def test_a_file_on_the_machine_is_out_of_reach() -> None:
    document = read(
        ".. include:: /etc/hostname\n\n.. raw:: html\n   :file: /etc/hostname\n\n.. include:: ../../etc/passwd\n"
    )
    assert text_of(document) == ""
    assert [1, 6] == [problem.line for problem in document.problems]


def test_pages_leave_nothing_behind_for_each_other() -> None:
    registry = vars(roles)["_roles"]
    known = dict(registry)
    read(".. role:: loud(strong)\n\n.. default-role:: loud\n\n:loud:`a`")
    assert known == registry
    assert text_of(read(":loud:`a` `b`")) == "a b"


def test_pages_are_read_at_once() -> None:
    page = ".. role:: own(code)\n\n" + "- :own:`a`\n\nb\n\n.. note:: c\n\n" * 20
    expected = read(page)
    with ThreadPoolExecutor(4) as pool:
        assert all(expected == document for document in pool.map(lambda _: read(page), range(12)))


@pytest.mark.parametrize("page", ["- " * 10_000 + "x", "".join(" " * n + "a\n\n" for n in range(300))])
def test_deep_nesting_is_told(page: str) -> None:
    with pytest.raises(DocumentUnreadable, match="has markup that is nested too deeply to be read"):
        read(page)


_LAUGHS = (
    "".join(f".. |a{n}| replace:: " + f"|a{n + 1}| " * 30 + "\n" for n in range(9)) + ".. |a9| replace:: ha\n"
)


@pytest.mark.parametrize(
    "page",
    [
        "*a " * 100_000,
        "`a " * 100_000,
        ("*a " * 3_000 + "\n\n") * 150,
        ("`a <b " * 1_600 + "\n\n") * 60,
        "*x* " * 300_000,
        "word " * 500_000,
        "https://a.test " * 50_000,
        "+" + "---+" * 5_000 + "\n|" + " a |" * 5_000 + "\n+" + "---+" * 5_000,
        "T\n=\n\n" * 2_000,
        "\\" * 500_000,
        _LAUGHS + "\n" + "|a0| " * 1_000,
        ".. |a| replace:: |b|\n.. |b| replace:: |a|\n\n|a|",
    ],
)
def test_a_hostile_page_takes_bounded_time(page: str) -> None:
    # Measured: 2 s at most. What is squared takes minutes.
    started = time.process_time()
    assert sum(map(len, read(page).lines)) < 5_000_000
    assert time.process_time() - started < 30


_INLINE = [
    "word ",
    "*",
    "**",
    "`",
    "``",
    "|a|",
    "_",
    "__",
    "[1]_",
    ":ref:`",
    "`_",
    "\n",
    "\n\n",
    "  ",
    "   ",
    "\\",
]
_BLOCKS = [
    "- ",
    "1. ",
    "#. ",
    "| ",
    ">>> ",
    "::\n\n  ",
    "=====\n",
    "-----\n",
    "+---+\n",
    "== ==\n",
    "\t",
    "é",
    "日",
]
_EXPLICIT = [
    ".. note:: ",
    ".. x:: ",
    ".. _a:",
    ".. [1] ",
    ".. |a| replace:: ",
    ".. table::\n",
    ".. code::\n",
    ":a: ",
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*_INLINE, *_BLOCKS, *_EXPLICIT]), max_size=40).map("".join))
def test_any_page_is_read(page: str) -> None:
    document = read(page)
    assert all(block.end <= len(document.lines) for block in document.blocks)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*_INLINE, *_BLOCKS]), max_size=40).map("".join))
def test_no_word_is_lost_without_a_problem(page: str) -> None:
    document = read(page)
    assert document.problems or page.count("word") <= text_of(document).count("word")
