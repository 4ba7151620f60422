"""No input crashes the readers of dialects, takes them long, or loses them a word without a word about it."""

import re
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from server.documents.document import Document
from server.documents.formats import format_of
from server.documents.sites.profiles import GITHUB
from server.errors import DocumentUnreadable
from tests.documents.dialects import DIALECTS, page_of, source_in
from tests.documents.dialects import read as read_source
from tests.documents.sources import source_of

_FRAMEWORKS = ("github", "docusaurus", "mkdocs", "sphinx", "vitepress", "starlight", "hugo", "nextra", "mintlify")


def read(text: str, *, name: str = "page.mdx", framework: str = "github") -> Document:
    source = source_of(text, name=name, profile=replace(GITHUB, name=framework))
    page_format = format_of(source.name)
    assert page_format is not None
    return page_format.parse(source)


_MARKS = (
    "<A> </A> <A> </A> <A/> <b> </b> <br> <br/> <td> <table> <tr> </tr> </table> <li> <ul> </ul> <pre> </pre> "
    "<!-- --> {/* */} { } {{ }} {% %} {'a'} {`b`} {x.map(y=><A>z</A>)} ${ ` `` ``` ~~~ ```` ::: :::: :::note  "
    ':::{note} ```{note} ```{code-block} /// ///~tab|x !!! !!!~note ===~"t" > >[!TIP] - 1. # ## | \\ \\< \\{ $ $$ '
    "<a~id='x'> import~x export~const~x={ import~A~from'a' (a)= : :~x *[a]: --8<-- <<< {{<x>}} {{</x>}} {{%x%}} "
    "{{<highlight>}} [[toc]] +++ --- %% word other <T <T~a=\" ' \" <Tabs~items={['a']}> </Tabs> <Tab> </Tab> "
    "<summary> </summary> <h2> </h2> <code> </code> <script> </script> <style> <svg> </svg> ~~~"
)
_PIECES = st.sampled_from(_MARKS.split(" ")).map(
    lambda piece: piece if piece == "~~~" else piece.replace("~", " ")
)
_SPACES = st.sampled_from(["", "", " ", "\n", "\n", "\n\n", "    ", "\t"])
_TEXTS = st.lists(st.tuples(_PIECES, _SPACES), max_size=60).map(lambda parts: "".join(map("".join, parts)))


@settings(max_examples=150, deadline=None)
@example(text="<T\n-->", name="page.md", framework="github")
@example(text="# x <a\nid='y'>z</a>\n</T\n>", name="page.md", framework="github")
@given(text=_TEXTS, name=st.sampled_from(["page.md", "page.mdx"]), framework=st.sampled_from(_FRAMEWORKS))
def test_no_text_crashes_a_reader(text: str, name: str, framework: str) -> None:
    if text.lstrip("\ufeff").startswith(("---", "+++")):
        text = "x\n" + text  # front matter has its own errors
    document = read(text, name=name, framework=framework)
    assert all("\n" not in line for line in document.lines)
    assert all(0 < (problem.line or 1) <= text.count("\n") + 1 for problem in document.problems)


@settings(max_examples=50, deadline=None)
@given(text=st.text(max_size=200), name=st.sampled_from(["page.md", "page.mdx"]))
def test_no_characters_crash_a_reader(text: str, name: str) -> None:
    if "\0" not in text and not text.lstrip("\ufeff").startswith(("---", "+++")):
        read(text, name=name)


_NASTY: dict[str, Callable[[int], str]] = {
    "open tags": lambda n: "<A>" * n,
    "open elements": lambda n: "<div>" * n,
    "tags that are opened and closed": lambda n: "<A>" * n + "x" + "</A>" * n,
    "nested links": lambda n: "<a href='x'>" * n + "x" + "</a>" * n,
    "nested items": lambda n: "<ul><li>\n" * (n // 2) + "x",
    "crossed tags": lambda n: "<A><B></A></B>" * (n // 4),
    "tags without an end": lambda n: "<A " * n,
    "open quotes": lambda n: "<A x='" * n,
    "two kinds of quotes": lambda n: "<A x=\"<A y='" * (n // 2),
    "braces in attributes": lambda n: "<A x={" * n,
    "braces": lambda n: "{" * n,
    "closed braces": lambda n: "{" * n + "\n\n" + "}" * n,
    "braces of elements": lambda n: "{<a>" * n + "x" + "</a>}" * n,
    "expressions": lambda n: "{x} " * n,
    "strings in braces": lambda n: "{'" * n,
    "comments in braces": lambda n: "{/*" * n,
    "comments in props": lambda n: "<A x={" + "/*" * n + "}/>" + "<A x={" + "/*" * n + "*/}/>",
    "attributes of containers": lambda n: ":::note{" + "a" * n + "}\n" + ":::note{" + "a-" * n,
    "one dollar": lambda n: "$" + "{" * n + "}" * n,
    "joined strings": lambda n: "{" + "'a'+" * (n // 4) + "'a'}",
    "two kinds of strings in braces": lambda n: "{ \"{ '" * (n // 3),
    "templates": lambda n: "{`${" * n,
    "double braces": lambda n: "{{ a " * n,
    "shortcodes": lambda n: "{{< a >}}" * (n // 2),
    "code shortcodes": lambda n: "{{< highlight >}}" * (n // 4),
    "templates of jinja": lambda n: "{% " * n,
    "runs of backticks": lambda n: "".join("`" * (1 + i % 50) + " " for i in range(n // 10)),
    "dollars": lambda n: "$a{ " * n,
    "comments": lambda n: "<!-- " * n,
    "raw elements": lambda n: "<script>" * (n // 2) + "<pre>" * (n // 2),
    "nested containers": lambda n: ":::note\n" * (n // 4),
    "containers and ends": lambda n: ":::note\n" * (n // 8) + ":::\n" * (n // 8),
    "nested directives": lambda n: "````{note}\n" * (n // 8) + "```\n" * (n // 8),
    "admonitions": lambda n: "".join("    " * (i % 40) + "!!! note\n" for i in range(n // 40)),
    "quotes": lambda n: "> [!TIP]\n" * (n // 8),
    "tags in a table": lambda n: "| <b>x</b> | <A/> |\n|---|---|\n" + "| <b>x</b> | <A/> |\n" * (n // 20),
    "rows of a table": lambda n: "<table>" + "<tr><td>x</td></tr>" * (n // 16),
    "exports": lambda n: "export const a = {\n" * (n // 16),
    "exports that fail": lambda n: "export const a = {\n\n" * (n // 16),
    "definitions": lambda n: "a\n: b\n" * (n // 4),
    "lists": lambda n: "- " * n,
    "spaces": lambda n: " " * n + "<A>" + " " * n,
    "tag after tag": lambda n: "<A/> " * n,
    "wide info": lambda n: "```" + "a=" * n + "\n```",
    "labels": lambda n: ":::note" + "[" * n + "\n:::note[" + "[a" * n,
    "attribute lists": lambda n: "a {.b " * n,
    "link brackets": lambda n: "[" * n + "](" * n,
}


@pytest.mark.parametrize("framework", ["docusaurus", "mkdocs"])
@pytest.mark.parametrize("kind", _NASTY)
def test_hostile_text_takes_linear_time(kind: str, framework: str) -> None:
    # Measured on shared cores: most under .5 s. Quadratic time would be minutes: no race with the machine.
    text = _NASTY[kind](30_000)
    started = time.process_time()
    read(f"# T\n\n{text}\n", name="page.md", framework=framework)
    assert time.process_time() - started < 5


# What hides words, wherever a mutation puts it.
_HIDDEN = re.compile(
    r"\A---\n.*?\n---$|^export [^\n]*\{[ \t]*\n.*?^\}|^\([^()\n]*\)=$|<!--.*?(?:-->|\Z)"
    r"|<(style|script)\b.*?(?:</\1>|\Z)|^(?:import|export)\b.*?(?:\n[ \t]*\n|\Z)"
    r"|\{\{.*?\}\}|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}|</?[A-Za-z][^<>]*>|\]\([^()\n]*\)|^\s*[`:~]{3,}.*$",
    re.DOTALL | re.MULTILINE,
)
_WORD = re.compile(r"[^\W\d_]{4,}")


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_mutated_page_loses_no_word_without_a_problem(dialect: str, data: st.DataObject) -> None:
    page = page_of(dialect)
    whole = read_source(source_in(dialect, page))
    shown = set(_WORD.findall(_said(whole)))
    text = _mutated(page, data)
    try:
        document = read_source(source_in(dialect, text))
    except DocumentUnreadable:
        return
    if len(document.problems) > len(whole.problems):
        return
    said = set(_WORD.findall(_said(document)))
    wanted = set(_WORD.findall(_HIDDEN.sub(" ", text))) & (shown - _OFTEN_NO_TEXT)
    assert set() == wanted - said


# Also names of directives, options, files or parameters in the fixtures.
_OFTEN_NO_TEXT = frozenset({"note", "color", "code"})


def _said(document: Document) -> str:
    return " ".join((str(document.meta), document.title or "", *document.lines))


def _mutated(page: str, data: st.DataObject) -> str:
    """Some lines of a page dropped, duplicated or moved."""
    lines = page.split("\n")
    for _ in range(data.draw(st.integers(1, 4))):
        first, to = (data.draw(st.integers(0, len(lines))) for _ in range(2))
        chunk = lines[first : first + data.draw(st.integers(1, 6))]
        kind = data.draw(st.sampled_from(["drop", "duplicate", "move"]))
        if kind != "duplicate":
            del lines[first : first + len(chunk)]
        if kind != "drop":
            lines[to:to] = chunk
    return "\n".join(lines)
