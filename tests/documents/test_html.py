"""Cases in `fixtures/html.txt` have the shapes in which site generators write their pages."""

import time
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.documents.document import CodeBlock, Document, Heading, Problem
from server.documents.formats import format_of
from server.documents.html import parse
from server.errors import DocumentExcluded, DocumentUnreadable, SettingsInvalid
from tests.documents.cases import load_cases
from tests.documents.sources import source_of

PAGES = [str(case.values[0]) for case in load_cases("html")]


SPHINX = '<script src="_static/documentation_options.js"></script>'


def parse_html(html: str | bytes, *, name: str = "page.html") -> Document:
    return parse(source_of(html, name=name))


def shown(document: Document) -> str:
    """The lines, with `{#slug}` behind headings, and a line where text returns to an earlier one."""
    lines = list(document.lines)
    for block in reversed(document.blocks):
        if isinstance(block, Heading):
            slug = f" {{#{block.slug}}}" if block.slug else ""
            if block.start == block.end:
                lines.insert(block.start, f"(again: {block.text}{slug})")
            else:
                lines[block.start] += slug
    return "\n".join(lines)


@pytest.mark.parametrize(("html", "expected"), load_cases("html"))
def test_a_page_says_the_same_in_markdown(html: str, expected: str) -> None:
    assert expected == shown(parse_html(html))


def test_html_is_found_by_suffix_and_content_type() -> None:
    formats = (
        format_of(PurePosixPath("a.html")),
        format_of(PurePosixPath("a.HTM")),
        format_of(PurePosixPath("a"), "text/html; charset=utf-8"),
    )
    assert ["html", "html", "html"] == [format.name for format in formats if format]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("<title>Install | Lumen</title>", "Install"),
        ("<title>Install — Lumen 2.0 documentation</title>", "Install"),
        ("<title>A-B tests - Lumen</title>", "A-B tests"),
        ("<title>Lumen</title>", "Lumen"),
        ('<title>x</title><meta property="og:title" content="Install">', "Install"),
        ('<title>Lumen docs - Start</title><meta property="og:site_name" content="Lumen">', "Lumen docs - Start"),
        ("", None),
    ],
)
def test_a_title_is_rid_of_the_sites_name(head: str, expected: str | None) -> None:
    assert expected == parse_html(f"<html><head>{head}</head><body><main><p>Text.").title


def test_the_first_heading_is_the_title_before_the_heads() -> None:
    assert "Wire it" == parse_html("<title>Lumen</title><main><h1>Wire <code>it</code></h1>").title


def test_what_a_page_says_of_itself_is_metadata() -> None:
    document = parse_html(
        '<html lang="de"><head><meta name="description" content=" Wie man\n leuchtet ">'
        '<link rel="canonical" href="https://lumen.example/a/"></head><body>x</body></html>'
    )
    assert ({"lang": "de", "description": "Wie man leuchtet"}, "https://lumen.example/a/") == (
        document.meta,
        document.url,
    )


@pytest.mark.parametrize(
    ("name", "html", "reason"),
    [
        ("a.html", '<meta name="robots" content="noindex, follow">', "asks not to be indexed (noindex)."),
        ("a.html", '<meta name="ROBOTS" content="None">', "asks not to be indexed (noindex)."),
        ("a.html", '<meta http-equiv="refresh" content="0; url=../b/">', "only leads to ../b/."),
        ("404.html", "<h1>Not found</h1>", "is what the site shows where there is no page."),
        ("x/404/index.html", "<h1>Not found</h1>", "is what the site shows where there is no page."),
        (
            "genindex.html",
            '<script src="_static/documentation_options.js"></script>',
            "is an index that Sphinx made.",
        ),
        (
            "_modules/a.html",
            '<script src="_static/documentation_options.js"></script>',
            "is an index that Sphinx made.",
        ),
    ],
)
def test_what_is_not_to_be_found_is_left_out(name: str, html: str, reason: str) -> None:
    with pytest.raises(DocumentExcluded) as caught:
        parse_html(html, name=name)
    assert reason == str(caught.value)


def test_a_page_called_search_is_a_page_unless_sphinx_made_it() -> None:
    assert "Search" == parse_html("<main><h1>Search</h1>", name="search.html").title


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        (".text", ["Right"]),
        ("main #b", ["Right"]),
        ("section[data-docs=yes], .none", ["Right"]),
        ("nav", ["Menu"]),
    ],
)
def test_the_owner_may_select_the_content(selector: str, expected: list[str]) -> None:
    html = '<nav>Menu</nav><main><p>Wrong</p><section class="text" id="b" data-docs="yes">Right</section></main>'
    source = source_of(html, name="a.html", content_selector=selector)
    assert expected == list(parse(source).lines)


def test_a_selector_that_matches_nothing_is_reported() -> None:
    with pytest.raises(
        DocumentUnreadable, match=r"has nothing that LECTERN_CONTENT_SELECTOR \(\.docs\) points out"
    ):
        parse(source_of("<p>x", name="a.html", content_selector=".docs"))


@pytest.mark.parametrize("selector", ["main > p", "p:first-child", "a,,b", "."])
def test_a_selector_that_is_not_understood_is_the_settings_fault(selector: str) -> None:
    with pytest.raises(SettingsInvalid, match="LECTERN_CONTENT_SELECTOR is"):
        parse(source_of("<p>x", name="a.html", content_selector=selector))


@pytest.mark.parametrize(
    "content",
    [
        "<p>Größe €".encode(),
        "<p>Größe €".encode("utf-8-sig"),
        "<p>Größe €".encode("utf-16"),
        '<meta charset="windows-1252"><p>Größe €'.encode("cp1252"),
        '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1"><p>Größe €'.encode("cp1252"),
    ],
)
def test_charsets_are_read_as_browsers_do(content: bytes) -> None:
    document = parse_html(content)
    assert (("Größe €",), ()) == (document.lines, document.problems)


@pytest.mark.parametrize(
    ("content", "lines", "problem"),
    [
        (
            b"<p>a\n<p>Gr\xf6\xdfe",
            ("a", "", "Größe"),
            "is not UTF-8 and the page names no charset: read as windows-1252. Save it as UTF-8.",
        ),
        (
            b'<meta charset="utf-8">\n<p>Gr\xf6\xdfe',
            ("Gr��e",),
            "is not utf-8, as the page says: what could not be read became �. Save it as utf-8.",
        ),
    ],
)
def test_a_wrong_charset_is_a_problem_with_its_line(content: bytes, lines: tuple[str, ...], problem: str) -> None:
    document = parse_html(content)
    assert (lines, (Problem(2, problem),)) == (document.lines, document.problems)


def test_a_python_codec_that_is_no_charset_is_not_used() -> None:
    assert ("a+AGE-",) == parse_html(b'<meta charset="utf-7"><p>a+AGE-').lines


@pytest.mark.parametrize("html", ["", " \n", "<!-- -->", "\0", "<", "<p>", "</", "<html><head></head></html>"])
def test_a_page_without_text_has_no_lines(html: str) -> None:
    assert [] == [line for line in parse_html(html).lines if line.strip("\\</")]


def test_nul_characters_end_nothing() -> None:
    assert ("ab",) == parse_html("<p>a\0b").lines


TOO_DEEP = "is nested over 512 elements deep: is a tag never closed?"


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<div>" * 100_000 + "x", TOO_DEEP),
        ("<svg>" * 100_000 + "x", TOO_DEEP),
        ("".join(f"<p><font color={n}>x" for n in range(3_000)), TOO_DEEP),
        ("<table>" + "<td>x" * 1_100_000, "has over 1,000,000 elements: split it."),
    ],
)
def test_bombs_are_refused(html: str, reason: str) -> None:
    with pytest.raises(DocumentUnreadable) as caught:
        parse_html(html)
    assert reason == str(caught.value)


ROW = "<tr><td>a value</td><td>1,234.56</td><td>another one</td></tr>"
HOSTILE = {
    "many headings": lambda n: "".join(f"<h2 id=a{i}>H {i}</h2><p>text" for i in range(n)),
    "a large table": lambda n: f"<table>{ROW * n}</table>",
    "attributes": lambda n: "<p " + " ".join(f"a{i}=1" for i in range(n * 8)) + ">x",
    "end tags that close nothing": lambda n: "<div>" * 500 + "</p>" * (n * 4),
    "lists as deep as may be": lambda n: "<ul><li>" * 200 + "<li>x" * (n * 4),
    "quotes as deep as may be": lambda n: "<blockquote>" * 400 + "<p>x" * (n * 4),
    "nested tables": lambda n: "<table><tr><td>" * 150 + "<tr><td>x<td>y" * n,
    "nested articles": lambda n: "<article>" * 400 + "<p>word " * (n * 4),
    "nested definitions": lambda n: "<dl><dt id=a>x<dd>" * 120 + "<dt id=b>x<dd>y" * n,
    "nested tabs": lambda n: "<div role=tabpanel><ul role=tablist><li role=tab>x</ul>" * 100 + "<p>x" * n,
    "open marks": lambda n: "<p>" + "<b>x</b> <i>y</i> " * n,
    "row spans": lambda n: "<table>" + "<tr><td rowspan=65000>a<td rowspan=65000>b" * n,
    "column spans": lambda n: "<table>" + "<tr><td colspan=1000>a" * n,
    "unclosed comments": lambda n: "<p>x" + "<!--" * (n * 8),
    "unclosed code": lambda n: "<pre>" + "<div>`x\n" * 100 + "x\n" * (n * 8),
    "brackets": lambda n: "<p>" + "[" * (n * 8) + "](" * n + "<" * n + "\\" * n + "*_`" * n,
    "hidden": lambda n: "<div style='" + "display " * n + "'>x" + "<p hidden>x" * n,
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_time_grows_no_faster_than_the_page(make) -> None:  # type: ignore[no-untyped-def]
    def seconds(html: str) -> float:
        started = time.process_time()
        parse_html(html)
        return time.process_time() - started

    once, four_times = make(2_000), make(8_000)
    seconds(once)
    # The best of three, because a machine with other work to do takes its caches away in one of the two.
    assert min(seconds(four_times) / max(seconds(once), 0.02) for _ in range(3)) < 4 * 3


def test_deep_lists_have_no_margins_longer_than_their_text() -> None:
    lines = parse_html("<ul><li>" * 200 + "x").lines
    assert max(map(len, lines)) < 40


def test_sections_far_below_the_sixth_level_stay_sections() -> None:
    html = "<h1>T</h1>" + "".join(f"<dl><dt id=d{n}>d{n}</dt><dd>" for n in range(9)) + "<p>x"
    levels = [block.level for block in parse_html(html).blocks if isinstance(block, Heading)]
    assert list(range(1, 11)) == levels


def check(document: Document) -> None:
    """What every splitter relies on."""
    position = 0
    for block in document.blocks:
        assert position <= block.start <= block.end <= len(document.lines)
        position = block.end
        if isinstance(block, CodeBlock):
            assert "```" in document.lines[block.start]
            assert "```" in document.lines[block.end - 1]
    assert not any("\n" in line or "\0" in line for line in document.lines)


@given(st.sampled_from(PAGES), st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)), max_size=6))
def test_mutated_pages_are_read(page: str, cuts: list[tuple[float, float, float]]) -> None:
    for start, end, to in cuts:
        first, last = sorted((int(start * len(page)), int(end * len(page))))
        place = int(to * len(page))
        page = page[:place] + page[first : first + min(last - first, 300)] + page[place:]
        page = page[:first] + page[first + min(last - first, 40) :]
    check(parse_html(page))


TAGS_IN_ONE = (
    "a b blockquote code dd details div dl dt h1 h2 input li math ol p pre section span table td th tr ul"
)
TAGS = [f"<{slash}{tag}>" for tag in TAGS_IN_ONE.split() for slash in ("", "/")]
SPECIAL = ["<dt id=x>", "<div role=tabpanel>", "<ul role=tablist>", "<div class=admonition>", "<td rowspan=3>"]
PIECES = st.one_of(st.sampled_from(TAGS), st.sampled_from(SPECIAL), st.text(max_size=8))


@given(st.lists(PIECES, max_size=60))
def test_any_sequence_of_tags_is_read(pieces: list[str]) -> None:
    check(parse_html("".join(pieces)))


@given(st.lists(st.sampled_from([tag for tag in TAGS if tag not in ("<input>", "<math>")]), max_size=40))
def test_no_word_is_lost(tags: list[str]) -> None:
    html = "<main>" + "".join(f"{tag} w{number}w " for number, tag in enumerate(tags))
    text = "\n".join(parse_html(html).lines)
    assert [] == [number for number in range(len(tags)) if f"w{number}w" not in text]


@given(st.binary(max_size=200))
def test_any_bytes_are_read(content: bytes) -> None:
    check(parse_html(content))
