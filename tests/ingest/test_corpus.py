"""What becomes of folders and web sites in the database, by the rules of their generators."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from server.settings import Settings
from tests.conftest import ingest_folder
from tests.site_server import SiteServer, Trouble, serve_site


@pytest.fixture
def site() -> Iterator[SiteServer]:
    with serve_site() as server:
        yield server


@pytest.fixture
def web(settings: Settings) -> Settings:
    return settings.model_copy(update={"crawl_pause_seconds": 0, "crawl_retries": 0})


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    return write(tmp_path / "docs", {"index.md": "# Home\n\nThe first page of the site.\n"})


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def page(title: str, text: str, head: str = "") -> str:
    return (
        f"<html><head>{head}</head><body><nav>Menu</nav><main><h1>{title}</h1><p>{text}</p></main></body></html>"
    )


def fill(site: SiteServer) -> None:
    site.add("/index.html", page("Home", 'Where <a href="/guides/lamps/">lamps</a> are described at length.'))
    site.add("/guides/lamps/index.html", page("Lamps", 'They <a href="/guides/bulbs">need bulbs</a> every year.'))
    site.add("/guides/bulbs", page("Bulbs", "They are screwed into the lamps by hand."))


async def stored(owner: asyncpg.Connection, *columns: str) -> dict[str, Any]:
    rows = await owner.fetch(f"select path, {', '.join(columns)} from docs.page order by path")
    return {row["path"]: row[1] if len(columns) == 1 else tuple(row)[1:] for row in rows}


async def test_a_site_is_fetched_once_and_then_only_what_was_modified(
    owner: asyncpg.Connection, web: Settings, site: SiteServer
) -> None:
    fill(site)
    first = await ingest_folder(site.url, web)
    assert first.publication.pages_written == 3
    assert await stored(owner, "url") == {
        "/": f"{site.url}/",
        "/guides/bulbs": f"{site.url}/guides/bulbs",
        "/guides/lamps": f"{site.url}/guides/lamps/",
    }
    again = await ingest_folder(site.url, web)
    assert (again.plan.unchanged_count, again.publication.pages_written) == (3, 0)
    site.add("/guides/bulbs", page("Bulbs", "They are clicked into the lamps by hand."))
    changed = await ingest_folder(site.url, web)
    assert changed.plan.written_paths == ("/guides/bulbs",)


async def test_a_sitemaps_pages_that_were_not_modified_are_not_sent_again(
    owner: asyncpg.Connection, web: Settings, site: SiteServer
) -> None:
    fill(site)
    addresses = "".join(f"<url><loc>{site.url}{path}</loc></url>" for path in ("/", "/guides/lamps/"))
    site.add("/sitemap.xml", f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{addresses}</urlset>')
    await ingest_folder(f"{site.url}/sitemap.xml", web)
    site.requests.clear()
    again = await ingest_folder(f"{site.url}/sitemap.xml", web)
    assert again.plan.unchanged_count == 2
    assert [bool(request.headers.get("if-none-match")) for request in site.requests].count(True) == 2
    # Another splitting needs the pages' content, modified or not.
    other = await ingest_folder(f"{site.url}/sitemap.xml", web.model_copy(update={"section_max_tokens": 100}))
    assert other.publication.pages_written == 2
    assert await owner.fetchval("select count(*) from docs.page_section where content like '%described%'") == 1


async def test_a_page_that_fails_stays_and_one_that_is_gone_goes(
    owner: asyncpg.Connection, web: Settings, site: SiteServer
) -> None:
    fill(site)
    await ingest_folder(site.url, web)
    site.troubles["/guides/lamps/"] = Trouble(status=500)
    del site.files["/guides/bulbs"]
    report = await ingest_folder(site.url, web)
    assert [failure.source for failure in report.plan.failures] == ["guides/lamps/index.html"]
    assert "/guides/lamps" in await stored(owner, "title")
    site.troubles.clear()
    await ingest_folder(site.url, web)
    assert list(await stored(owner, "title")) == ["/", "/guides/lamps"]


async def test_a_built_folder_is_read_as_html_and_a_written_one_is_not(
    owner: asyncpg.Connection, settings: Settings, docs: Path, tmp_path: Path
) -> None:
    write(docs, {"overrides/main.html": page("Template", "No page at all, and longer than that.")})
    await ingest_folder(docs, settings)
    assert list(await stored(owner, "title")) == ["/"]
    built = {"index.html": "Home", "guides/index.html": "Guides", "guides/a.html": "A", "404.html": "Not found"}
    files = {name: page(title, "A text that is long enough.") for name, title in built.items()}
    await ingest_folder(write(tmp_path / "dist", files), settings)
    assert await stored(owner, "url") == {"/": "/", "/guides": "/guides/", "/guides/a": "/guides/a.html"}


async def test_a_generators_config_decides_addresses_partials_and_drafts(
    owner: asyncpg.Connection, settings: Settings, tmp_path: Path
) -> None:
    project = write(
        tmp_path / "project",
        {
            "docusaurus.config.js": "module.exports = { baseUrl: '/' };",
            "docs/01-intro.md": "# Intro\n\nA number that orders is no part of the address.\n",
            "docs/_partial.mdx": "A text that other pages include.\n",
            "docs/draft.md": "---\ndraft: true\n---\n# Draft\n\nNot yet to be seen by anybody.\n",
            "docs/use.mdx": "import P from './_partial.mdx'\n\n# Use\n\n<P />\n",
        },
    )
    await ingest_folder(project / "docs", settings)
    assert await stored(owner, "url") == {"/docs/intro": "/docs/intro", "/docs/use": "/docs/use"}
    assert await owner.fetchval("select content from docs.page_section where heading = 'Use'") == (
        "A text that other pages include."
    )


async def test_a_page_is_parsed_again_when_what_it_includes_changes(
    owner: asyncpg.Connection, settings: Settings, tmp_path: Path
) -> None:
    project = write(
        tmp_path / "project",
        {
            "mkdocs.yml": "site_name: x\n",
            "docs/a.md": '# A\n\n--8<-- "snippets/hello.txt"\n',
            "docs/b.md": "# B\n\nThis page includes nothing at all.\n",
            "snippets/hello.txt": "Hello from a snippet, for the first time.\n",
        },
    )
    await ingest_folder(project / "docs", settings)
    assert (await ingest_folder(project / "docs", settings)).plan.unchanged_count == 2
    write(project, {"snippets/hello.txt": "Hello from a snippet, for the second time.\n"})
    report = await ingest_folder(project / "docs", settings)
    assert report.plan.written_paths == ("/a",)
    assert "second" in await owner.fetchval("select content from docs.page_section where heading = 'A'")


async def test_what_turns_into_a_draft_disappears(
    owner: asyncpg.Connection, settings: Settings, tmp_path: Path
) -> None:
    files = {f"{name}.md": f"# {name}\n\nA page that everyone may read.\n" for name in "abc"}
    docs = write(tmp_path / "docs", files)
    starlight = settings.model_copy(update={"framework": "starlight"})
    await ingest_folder(docs, starlight)
    write(docs, {"a.md": "---\ndraft: true\n---\n# a\n\nA page that nobody may read.\n"})
    report = await ingest_folder(docs, starlight)
    assert report.plan.failures == ()
    assert list(await stored(owner, "title")) == ["/b", "/c"]


async def test_languages_and_versions_become_metadata(
    owner: asyncpg.Connection, settings: Settings, tmp_path: Path
) -> None:
    docs = write(
        tmp_path / "docs",
        {
            name: f"# {name}\n\nThe text of one page out of several.\n"
            for name in (
                "guide/a.md",
                "guide/b.md",
                "de/guide/a.md",
                "de/guide/b.md",
                "v1/guide/a.md",
                "v2/guide/a.md",
            )
        },
    )
    await ingest_folder(docs, settings)
    languages = await stored(owner, "meta->>'lang'", "meta->>'version'")
    assert languages["/de/guide/a"] == ("de", None)
    assert languages["/guide/a"][0] == "en"
    assert (languages["/v1/guide/a"][1], languages["/v2/guide/a"][1]) == ("v1", "v2")


async def test_globs_choose_the_files(owner: asyncpg.Connection, settings: Settings, docs: Path) -> None:
    write(docs, {"guides/a.md": "# A\n\nText of the page a.\n", "guides/old/b.md": "# B\n\nText of the page b.\n"})
    chosen = settings.model_copy(update={"include": ("guides/*",), "exclude": ("*/old/*",)})
    await ingest_folder(docs, chosen)
    assert list(await stored(owner, "title")) == ["/guides/a"]


async def test_every_format_is_found_by_its_suffix(
    owner: asyncpg.Connection, settings: Settings, docs: Path
) -> None:
    notebook = (
        '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": '
        '[{"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# Notebook\\n\\nIts words."}]}'
    )
    api = "openapi: 3.1.0\ninfo: {title: Lamps, version: '1'}\npaths:\n  /lamps:\n    get: {summary: All lamps}\n"
    write(
        docs,
        {
            "notes.txt": "Plain words in a plain file.\n",
            "robots.txt": "User-agent: *\n",
            "sphinx.rst": "Sphinx\n======\n\nWords in reStructuredText.\n",
            "book.ipynb": notebook,
            "api.yaml": api,
            "compose.yaml": "services: {}\n",
        },
    )
    await ingest_folder(docs, settings)
    types = await stored(owner, "type")
    assert types == {
        "/": "markdown",
        "/api": "openapi",
        "/book": "notebook",
        "/notes": "text",
        "/sphinx": "rst",
    }
