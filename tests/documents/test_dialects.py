from dataclasses import replace

import pytest

from server.documents.document import Document, Heading, Problem
from server.documents.sites.profiles import GITHUB
from server.errors import DocumentUnreadable
from tests.documents.dialects import DIALECTS, cases_of, read, source_in
from tests.documents.sources import source_of

_CASES = [
    pytest.param(dialect, *case.values, id=f"{dialect}: {case.id}")
    for dialect in DIALECTS
    for case in cases_of(dialect)
]


@pytest.mark.parametrize(("dialect", "text", "expected"), _CASES)
def test_a_dialect_becomes_plain_markdown(dialect: str, text: str, expected: str) -> None:
    assert expected == "\n".join(read(source_in(dialect, text + "\n")).lines).strip("\n")


def mdx(text: str, *, framework: str = "github", files: dict[str, str] | None = None) -> Document:
    return read(source_of(text, name="page.mdx", profile=replace(GITHUB, name=framework), files=files))


def markdown(text: str, framework: str, *, files: dict[str, str] | None = None) -> Document:
    return read(source_of(text, name="page.md", profile=replace(GITHUB, name=framework), files=files))


def test_exported_metadata_gives_way_to_front_matter() -> None:
    document = mdx(
        "---\ntags: [front]\n---\nexport const meta = { title: 'Exported', tags: ['a'], n: -1.5e1, ok: true"
        ", none: null, list: [1, 'b', f(x)], nested: { 'a-b': `c` }, code: make(), joined: 'a' + 'b' }\n\nText.\n"
    )
    expected = {
        "tags": ["front"],
        "n": -15,
        "ok": True,
        "none": None,
        "list": [1, "b"],
        "nested": {"a-b": "c"},
        "joined": "ab",
    }
    assert ("Exported", expected) == (document.title, document.meta)


def test_headings_in_components_have_slugs() -> None:
    text = (
        "# T\n\n<Steps>\n  ## Same\n\n  <Tabs>\n    <Tab>\n      ### Deep `code` <Badge text='x' />\n    </Tab>\n"
        "  </Tabs>\n</Steps>\n\n:::note\n\n## Same\n\n:::\n"
    )
    headings = [block for block in mdx(text).blocks if isinstance(block, Heading)]
    assert [("T", "t"), ("Same", "same"), ("Deep code", "deep-code"), ("Same", "same-1")] == [
        (heading.text, heading.slug) for heading in headings
    ]


@pytest.mark.parametrize(
    ("text", "line", "reason", "kept"),
    [
        ("One.\n\n<Tabs>\n\nTwo.\n", 3, "`<Tabs>` is never closed", ["One.", "Two."]),
        ("<A>\n<B title='Say'>\ntext\n</A>\n\nAfter.\n", 2, "`<B>` is never closed", ["Say", "text", "After."]),
        ("One </Card> two.\n", 1, "`</Card>` closes nothing", ["One", "two."]),
        ("One {two three.\n\nFour.\n", 1, "`{` is never closed", ["{two three.", "Four."]),
        ("One {two.\n\nThree} four.\n", 1, "`{` is never closed", ["{two.", "Three} four."]),
        ("{open\n\n## Kept\n\n}\n", 1, "`{` is closed far below", ["open", "## Kept"]),
        ('Say <A b="c> d.\n\nEnd.\n', 1, "`<` starts a tag that is not complete", ['"c> d.', "End."]),
        ("x\n\n<!-- y\n\nz\n", 3, "`<!--` is never closed", ["y", "z"]),
        ("export const a = {\n\nText.\n", 1, "an import or export is never completed", ["Text."]),
        ("Text\n\n:::tip\n\nIn.\n", 3, "`::: tip` is never closed", ["In."]),
        ("List<string> here.\n", 1, "`<string>` is never closed", ["List\\<string> here."]),
    ],
)
def test_a_syntax_error_costs_no_text_and_is_reported(text: str, line: int, reason: str, kept: list[str]) -> None:
    document = mdx(text)
    assert [line] == [problem.line for problem in document.problems]
    assert document.problems[0].reason.startswith(reason)
    said = "\n".join(document.lines)
    assert [] == [words for words in kept if words not in said]


def test_problems_name_lines_of_the_file_below_includes_and_front_matter() -> None:
    files = {"long.md": "line\n" * 50}
    text = '---\ntitle: T\n---\n\n--8<-- "long.md"\n\n```{autoclass} a.B\n```\n\n--8<-- "gone.md"\n\n:::note\n'
    problems = markdown(text, "mkdocs", files=files).problems
    assert [7, 10, 12] == [problem.line for problem in problems]
    assert "gone.md, which cannot be read" in problems[1].reason


@pytest.mark.parametrize(
    ("text", "framework", "what"),
    [
        ('--8<-- "gone.md"\n', "mkdocs", "gone.md"),
        ('```py\n--8<-- "gone.py"\n```\n', "mkdocs", "gone.py"),
        ('--8<-- "https://example.com/a.md"\n', "mkdocs", "is on the network"),
        ('--8<-- "there.md:nope"\n', "mkdocs", "it has no section `nope`"),
        ("{* ../gone.py hl[1] *}\n", "mkdocs", "../gone.py"),
        ("::: package.module\n", "mkdocs", "`::: package.module` is written from code"),
        ("{% for a in b %}\n{{ a.name }}\n{% endfor %}\n", "mkdocs", "filled in when the site is built"),
        ("<<< ./gone.js\n", "vitepress", "./gone.js"),
        ("<<< ./there.md#nope\n", "vitepress", "it has no region `nope`"),
        ("<!--@include: ./gone.md-->\n", "vitepress", "./gone.md"),
        ("<!--@include: ./there.md#nope-->\n", "vitepress", "it has no heading `#nope`"),
        ("```{literalinclude} gone.py\n```\n", "sphinx", "gone.py"),
        ("```{include} there.md\n:start-after: nope\n```\n", "sphinx", "no line of it holds `nope`"),
        ("```{autofunction} a.b\n```\n", "sphinx", "`{autofunction} a.b` is written from code"),
        ('{{< readfile file="gone.md" >}}\n', "hugo", "gone.md"),
        ('{{< param "version" >}}\n', "hugo", "`{{< param version >}}` is filled in"),
        ("import P from './_gone.mdx'\n\n<P />\n", "docusaurus", "./_gone.mdx"),
        ("import p from './gone.js?raw'\n\n{p}\n", "docusaurus", "`p` is imported as the text of ./gone.js"),
    ],
)
def test_what_cannot_be_had_is_named(text: str, framework: str, what: str) -> None:
    (problem,) = markdown(text, framework, files={"there.md": "Text\n"}).problems
    assert what in problem.reason
    named = [number for number, line in enumerate(text.split("\n"), 1) if "gone" in line or "<P" in line]
    assert problem.line in (None, named[-1] if named else 1)


def test_includes_that_include_each_other_end() -> None:
    files = {"a.md": 'A\n\n--8<-- "b.md"\n', "b.md": 'B\n\n--8<-- "a.md"\n'}
    document = markdown('--8<-- "a.md"\n', "mkdocs", files=files)
    assert ("A", "", "B") == document.lines[:3]
    reason = "includes a.md, which includes itself (page.md → a.md → b.md → a.md): remove one of the includes."
    assert (Problem(1, reason),) == document.problems


def test_includes_cannot_go_on_without_end() -> None:
    files = {f"{n}.md": f'--8<-- "{n + 1}.md"\n' * 3 for n in range(40)}
    problems = markdown('--8<-- "0.md"\n', "mkdocs", files=files).problems
    assert problems
    assert all("includes" in problem.reason for problem in problems)


def test_a_page_with_endless_problems_lists_the_first() -> None:
    problems = mdx("</A>\n" * 5_000).problems
    assert 101 == len(problems)
    assert problems[-1].reason.startswith("has more problems than are listed")


def test_braces_mean_something_in_mdx_only() -> None:
    assert ("Set {x} to {'y'}.",) == markdown("Set {x} to {'y'}.", "github").lines
    assert "Set  to y." == mdx("Set {x} to {'y'}.").lines[0]


def test_toml_that_cannot_be_read_says_which_line() -> None:
    with pytest.raises(DocumentUnreadable, match="Line 3: the front matter is not TOML"):
        markdown('+++\ntitle = "a"\nb =\n+++\n', "hugo")
