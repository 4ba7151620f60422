"""Anchors against those of the real site generators, which built the pages of `fixtures/anchors` in November 2026:

Docusaurus 3.10.2, Astro 7.3.5 with Starlight 0.42.4, Nextra 4.6.1, @mintlify/common 1.0.1211, VitePress 1.6.4,
Hugo 0.168.0, MkDocs 1.6.1 with Markdown 3.11.3 and pymdown-extensions 13.1, Sphinx 9.0.4 with MyST-Parser 5.2.0.
"""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.documents.document import Heading
from server.documents.markdown import parse_markdown
from server.documents.sites.framework_slugs import MkDocsSlugger, SphinxSlugger, VitePressSlugger
from server.documents.sites.hugo_slugs import HugoSlugger
from server.documents.sites.mintlify_slugs import MintlifySlugger
from server.documents.sites.slugs import DocusaurusSlugger, NextraSlugger, Slugger, StarlightSlugger
from tests.documents.cases import load_cases

SLUGGERS: dict[str, Callable[[], Slugger]] = {
    "docusaurus": DocusaurusSlugger,
    "hugo": HugoSlugger,
    "hugo_blackfriday": partial(HugoSlugger, kind="blackfriday"),
    "hugo_github_ascii": partial(HugoSlugger, kind="github-ascii"),
    "mintlify": MintlifySlugger,
    "mkdocs": MkDocsSlugger,
    "mkdocs_pymdownx": partial(MkDocsSlugger, kind="pymdownx", case="lower"),
    "mkdocs_unicode": partial(MkDocsSlugger, kind="unicode"),
    "nextra": NextraSlugger,
    "sphinx": SphinxSlugger,
    "sphinx_myst": partial(SphinxSlugger, myst_levels=6),
    "starlight_md": StarlightSlugger,
    "starlight_mdx": StarlightSlugger,
    "vitepress": VitePressSlugger,
}


def cases() -> list[Any]:
    return [
        pytest.param(name, *case.values, id=f"{name}-{case.id}")
        for name in SLUGGERS
        for case in load_cases(f"anchors/{name}")
    ]


@pytest.mark.parametrize(("name", "text", "expected"), cases())
def test_headings_get_the_anchors_of_the_real_site_generator(name: str, text: str, expected: str) -> None:
    blocks = parse_markdown(text, SLUGGERS[name]()).blocks
    assert expected.split("\n") == [block.slug or "" for block in blocks if isinstance(block, Heading)]


def test_every_fixture_is_used() -> None:
    folder = Path(__file__).parent / "fixtures" / "anchors"
    assert sorted(SLUGGERS) == sorted(path.stem for path in folder.iterdir())


@pytest.mark.parametrize("name", [name for name in SLUGGERS if name != "sphinx_myst"])
@given(st.lists(st.sampled_from(["Foo", "foo", "Foo 1", "foo_1", "foo-1", "foo-2", "?", "", "Ä", "id1"])))
def test_no_two_headings_share_an_anchor(name: str, headings: list[str]) -> None:
    slugger = SLUGGERS[name]()
    slugs = [slug for heading in headings if (slug := slugger.slug(heading))]
    assert len(slugs) == len(set(slugs))


@pytest.mark.parametrize("name", SLUGGERS)
@given(st.text(max_size=80).filter(lambda text: "\n" not in text and "\r" not in text))
def test_any_heading_has_an_anchor_that_an_address_can_hold(name: str, heading: str) -> None:
    document = parse_markdown(f"## {heading}\n", SLUGGERS[name]())
    for block in document.blocks:
        if isinstance(block, Heading) and block.slug:
            assert not set(block.slug) & {" ", "\n", "\t"}


@pytest.mark.parametrize("name", SLUGGERS)
@pytest.mark.parametrize("heading", ["Foo", "foo_1", "Foo 1", "foo-2", "?"])
def test_many_equal_headings_take_linear_time(name: str, heading: str) -> None:
    slugger = SLUGGERS[name]()
    started = time.process_time()
    for number in range(30_000):
        slugger.slug(heading if number % 2 else f"foo_{number % 9_000}")
    assert time.process_time() - started < 5
