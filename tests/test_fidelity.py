"""The stored sections hold what the sources show: in own pages of every dialect, and in real documentation."""

import os
from pathlib import Path

import pytest

from tests.documents.dialects import DIALECTS, page_of, source_in
from tests.fidelity import measure, share, sources_of

_CORPORA = os.environ.get("LECTERN_CORPORA")
# Words that the crude rules take for visible: names in code, options, and what stands for keys.
_EXPLAINED = {
    "mdx": {"items", "map"},
    "mkdocs": {"py", "code", "1", "8", "ln", "inline", "end", "type", "warning", "ctrl", "alt", "del"},
    "sphinx": {"a", "intro"},
    "github": {"TIP", "note"},  # below a fence in a comment
}
_MIN_SHARE = 0.995


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_dialects_page_keeps_its_words(dialect: str) -> None:
    page = measure(source_in(dialect, page_of(dialect)))
    assert set() == set(page.missing) - _EXPLAINED.get(dialect, set())


def test_a_lost_word_is_found_missing() -> None:
    page = measure(
        source_in("mdx", "# Title\n\nWords {secret()} {/* hidden */} here.\n\n<Card title='Named' kind='no' />\n")
    )
    assert (4, {}) == (page.words, dict(page.missing))


@pytest.mark.skipif(not _CORPORA, reason="LECTERN_CORPORA names no folder of documentation")
@pytest.mark.parametrize(
    ("corpus", "framework"), [("astro", "starlight"), ("fastapi", "mkdocs"), ("vite", "vitepress")]
)
def test_real_documentation_keeps_its_words(corpus: str, framework: str) -> None:
    pages = [measure(source) for source in sources_of(Path(str(_CORPORA), corpus, "docs"), framework)]
    assert pages
    assert share(pages) >= _MIN_SHARE
