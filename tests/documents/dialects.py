"""The fixtures of every Markdown dialect, as cases and as whole pages."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from server.documents.document import Document, Source
from server.documents.formats import format_of
from server.documents.sites.profiles import GITHUB
from tests.documents.cases import load_cases
from tests.documents.sources import source_of

_INCLUDED = Path(__file__).with_name("fixtures") / "dialects" / "included"
FILES = {path.name: path.read_text(encoding="utf-8") for path in _INCLUDED.iterdir()}
"""What the fixtures include, by its place."""

# Each file of cases: what its pages are called, and their framework.
DIALECTS = {
    "mdx": ("page.mdx", "github"),
    "github": ("page.md", "github"),
    "docusaurus": ("page.md", "docusaurus"),
    "starlight": ("page.mdx", "starlight"),
    "nextra": ("page.mdx", "nextra"),
    "mintlify": ("page.mdx", "mintlify"),
    "mkdocs": ("page.md", "mkdocs"),
    "vitepress": ("page.md", "vitepress"),
    "sphinx": ("page.md", "sphinx"),
    "hugo": ("page.md", "hugo"),
}


def source_in(dialect: str, text: str) -> Source:
    name, framework = DIALECTS[dialect]
    return source_of(text, name=name, profile=replace(GITHUB, name=framework), files=FILES)


def read(source: Source) -> Document:
    page_format = format_of(source.name)
    assert page_format is not None
    return page_format.parse(source)


def cases_of(dialect: str) -> list[Any]:
    return load_cases(f"dialects/{dialect}")


def page_of(dialect: str) -> str:
    """All cases of a dialect, one below the other."""
    return "\n\n".join(str(case.values[0]) for case in cases_of(dialect)) + "\n"
