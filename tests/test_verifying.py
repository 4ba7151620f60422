"""`lectern verify-links` as an owner types it."""

import asyncio
import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from server.database.pool import open_owner_connection, prepare_connection
from server.documents.sites.profiles import PROFILES
from server.records import Page
from server.settings import FrameworkName
from tests.commands import LECTERN, LIMIT_SECONDS
from tests.pages import page, publish_pages, section

PAGES = [
    replace(page("/", section("Start")), url="/"),
    replace(page("/guides/auth", section("Tokens"), section("Über & out")), url="/guides/auth/"),
]


def publish(database_url: str, pages: Sequence[Page]) -> None:
    async def steps() -> None:
        async with open_owner_connection(database_url) as connection:
            await prepare_connection(connection)
            await publish_pages(connection, pages)

    asyncio.run(steps())


def build(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def verify(folder: Path, database_url: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LECTERN, "verify-links", "--built", "built", *options],
        cwd=folder,
        env={**os.environ, "LECTERN_DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )


WHOLE = {
    "index.html": "<h1 id=start>",
    "guides/auth/index.html": "<h2 id=tokens></h2><a name='über-&amp;-out'></a>",
}


def test_a_site_on_which_every_link_lands(tmp_path: Path, database_url: str) -> None:
    publish(database_url, PAGES)
    build(tmp_path / "built", WHOLE)
    verified = verify(tmp_path, database_url)
    assert (0, "All 5 links land, in 2 pages.\n") == (verified.returncode, verified.stdout)


def test_what_misses_is_named_with_its_source(tmp_path: Path, database_url: str) -> None:
    publish(database_url, [*PAGES, page("/gone", section("Here"))])
    build(tmp_path / "built", {**WHOLE, "guides/auth/index.html": "<h2 id=tokens>"})
    verified = verify(tmp_path, database_url)
    assert 1 == verified.returncode
    assert verified.stdout.splitlines() == [
        "/gone (gone.md): the page is missing",
        "/guides/auth/#über-&-out (guides/auth.md): the anchor is missing",
        "4 of 7 links land (57.1%), in 3 pages.",
    ]


def test_a_machine_reads_one_object(tmp_path: Path, database_url: str) -> None:
    publish(database_url, PAGES)
    build(tmp_path / "built", {"index.html": "<h1 id=other>", "guides/auth.html": "<i id=tokens>"})
    told = json.loads(verify(tmp_path, database_url, "--json").stdout)
    assert (2, 5, 3) == (told["pages"], told["links"], told["landing"])
    assert {
        "url": "/",
        "anchor": "start",
        "source": ".md",
        "reason": "the anchor is missing",
        "links": 1,
    } == told["misses"][0]


@pytest.mark.parametrize(
    ("pages", "built", "sentence"),
    [
        ([], {"index.html": ""}, "Nothing is ingested that could be compared: run `lectern ingest` first."),
        (PAGES, {}, "built does not exist: give the folder that your site was built into, or a URL."),
    ],
)
def test_what_cannot_be_compared_is_told_in_a_sentence(
    tmp_path: Path, database_url: str, pages: list[Page], built: dict[str, str], sentence: str
) -> None:
    if pages:
        publish(database_url, pages)
    build(tmp_path / "built", built)
    verified = verify(tmp_path, database_url)
    assert (1, "", sentence) == (verified.returncode, verified.stdout, " ".join(verified.stderr.split()))


def test_a_server_that_is_not_there_is_told_in_a_sentence(tmp_path: Path, database_url: str) -> None:
    publish(database_url, PAGES)
    verified = verify(tmp_path, database_url, "--built", "http://127.0.0.1:9")
    assert 1 == verified.returncode
    assert "and so do the pages after it." in verified.stderr
    assert "Traceback" not in verified.stderr


def test_every_framework_can_be_set() -> None:
    assert set(PROFILES) == set(get_args(FrameworkName))
