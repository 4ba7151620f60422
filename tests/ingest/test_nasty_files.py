"""Files that are far too large, deep or broken: bounded time and memory, a clear line each, the rest published."""

import time
from pathlib import Path

import asyncpg
import pytest

from server.ingest.corpus import open_folder
from server.ingest.parsing import PageParser, PageRecipe
from server.settings import Settings
from tests.conftest import ingest_folder

# Far above what any takes, far below what a quadratic step would: they have ten to a hundred times what is usual.
LIMIT_SECONDS = 20

NASTY = {
    "lines.md": "# Lines\n\n" + "One more line of many.\n" * 50_000,
    "table.md": "# Table\n\n| a | b |\n|---|---|\n" + "| cell of a | cell of b |\n" * 60_000,
    "lists.md": "# Lists\n\n" + "\n".join("  " * depth + f"- level {depth}" for depth in range(1_000)),
    "quotes.md": "# Quotes\n\n" + "> " * 5_000 + "deep\n",
    "headings.md": "\n".join(f"## Heading {n}\n\nText number {n}.\n" for n in range(10_000)),
    "same-headings.md": "\n".join("## Same\n\nText.\n" for _ in range(10_000)),
    "brackets.md": "# Brackets\n\n" + "[" * 100_000 + "\n",
    "backticks.md": "# Backticks\n\n" + " ".join("`" * n for n in range(1, 400)) + "\n",
    "emphasis.md": "# Emphasis\n\n" + "*a **b " * 20_000 + "\n",
    "entities.md": "# Entities\n\n" + "&amp;" * 50_000 + "\n",
    "html.md": "# HTML\n\n" + "<div>" * 50_000 + " and a text\n",
    "components.mdx": "# Components\n\n" + "<Tabs>\n" * 20_000 + "text\n",
    "braces.mdx": "# Braces\n\n" + "{" * 50_000 + "\n",
    "one-line.md": "# One line\n\n" + "word " * 400_000 + "\n",
    "bom.md": "\ufeff# With a mark\n\nAnd text below it.\n",
    "crlf.md": "# Windows\r\n\r\nLines that end twice.\r\n",
    "spaces and ünïcödé 漢字.md": "# Names\n\nA file with a name like that.\n",
}


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_page_becomes_sections_in_bounded_time(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(NASTY[name].encode())
    corpus = open_folder(tmp_path, Settings())
    (file,) = corpus.files
    parser = PageParser(PageRecipe.of(Settings(), corpus.profile), corpus)
    started = time.process_time()
    page = parser.parse(file, file.path.read_bytes()).page
    assert time.process_time() - started < LIMIT_SECONDS
    assert page.sections
    if "headings" in name:
        assert len({section.slug for section in page.sections}) == 10_000


async def test_long_pages_are_published(owner: asyncpg.Connection, settings: Settings, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    for name in ("lines.md", "lists.md", "bom.md", "crlf.md", "spaces and ünïcödé 漢字.md"):
        (docs / name).write_bytes(NASTY[name].encode())
    report = await ingest_folder(docs, settings)
    assert (report.plan.failures, report.publication.pages_total) == ((), 5)
    assert await owner.fetchval("select count(*) from docs.page where path = '/spaces and ünïcödé 漢字'") == 1


async def test_broken_files_are_each_told_in_one_line(settings: Settings, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "fine.md").write_text("# Fine\n\nA page as it should be.\n")
    (docs / "latin.md").write_bytes(b"# One\n\n# Caf\xe9\n")
    (docs / "binary.md").write_bytes(b"# One\n\0\n")
    (docs / "yaml.md").write_text("---\na: [\n---\n# One\n")
    (docs / "fine.mdx").write_text("# The same path\n\nAs the other one has.\n")
    report = await ingest_folder(docs, settings)
    assert {failure.source: failure.reason.partition(":")[0] for failure in report.plan.failures} == {
        "latin.md": "Line 3",
        "binary.md": "Line 2",
        "yaml.md": "Line 3",
        "fine.mdx": "gives the same page /fine as fine.md.",
    }
    assert all("\n" not in failure.reason for failure in report.plan.failures)
    assert report.publication.pages_total == 1
