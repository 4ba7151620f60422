"""Pushing over HTTP: what is accepted becomes a job, what cannot be is told, and nobody else may."""

import asyncio
import base64
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from server.app import create_app
from server.database.pool import open_owner_connection
from server.settings import Settings
from tests.conftest import cloned_database
from tests.serving import serve_in_thread

CONTRACT = Path(__file__).parents[2] / "docs" / "wire-contract.md"
KEY = "a-key-that-nobody-guesses"
BEARER = {"Authorization": f"Bearer {KEY}"}
MARKDOWN = {"content_type": "text/markdown"}
PAGE = {"path": "/a", "content": "# A\n\nThe text of a page."}


def pushing(database_url: str) -> Settings:
    return Settings(database_url=database_url, secret_key=KEY, push_max_bytes=10_000, docs="docs")


@pytest.fixture
def url(database_url: str) -> Iterator[str]:
    with serve_in_thread(create_app(pushing(database_url))) as address:
        yield address


@pytest.fixture(scope="module")
def refusing_url(postgres_url: str) -> Iterator[str]:
    """A server for requests that are refused; at the end nothing must have been put into its queue."""
    with asyncio.Runner() as runner:
        database = cloned_database(postgres_url)
        database_url = runner.run(database.__aenter__())
        with serve_in_thread(create_app(pushing(database_url))) as address:
            yield address
        assert [] == runner.run(_queued(database_url))
        runner.run(database.__aexit__(None, None, None))


async def _queued(database_url: str) -> list[Any]:
    async with open_owner_connection(database_url) as connection:
        return await queued(connection)


def put(url: str, json: Any = None, **options: Any) -> httpx.Response:
    return httpx.put(f"{url}/v1/pages", json=json, headers=options.pop("headers", BEARER), **options)


async def queued(owner: asyncpg.Connection) -> list[Any]:
    rows = await owner.fetch("select (message -> 'work')::text as work from pgmq.q_lectern order by msg_id")
    return [json.loads(row["work"]) for row in rows]


async def test_pages_become_a_job_that_can_be_asked_about(url: str, owner: asyncpg.Connection) -> None:
    full = {
        "path": "/b c/é", "content_base64": base64.b64encode(b"# B").decode(), "content_type": "text/mdx",
        "title": "B", "meta": {"version": "v2"},
    }  # fmt: skip
    response = put(url, {"pages": [PAGE, full]})
    assert (202, {"job": 1, "url": "/v1/jobs/1"}) == (response.status_code, response.json())
    assert "/v1/jobs/1" == response.headers["location"]
    assert [{"pages": [{**PAGE, "content_type": "text/markdown"}, full]}] == await queued(owner)
    job = httpx.get(f"{url}/v1/jobs/1", headers=BEARER)
    told = job.json()
    assert told.pop("created_at")
    assert {
        "id": 1, "kind": "pages", "state": "queued", "started_at": None, "finished_at": None, "attempts": 0,
        "reason": None, "outcome": {},
    } == told  # fmt: skip


async def test_a_page_may_be_sent_as_it_stands(url: str, owner: asyncpg.Connection) -> None:
    response = put(
        url,
        params={"path": "/a", "title": "A page"},
        content=b"# A",
        headers={**BEARER, "Content-Type": "text/mdx"},
    )
    assert 202 == response.status_code
    page = {"path": "/a", "title": "A page", "content_type": "text/mdx", "content_base64": "IyBB"}
    assert [{"pages": [page]}] == await queued(owner)


async def test_a_page_may_write_about_nul_characters(url: str, owner: asyncpg.Connection) -> None:
    page = {**PAGE, "content": r"# A\n\nJSON spells NUL as \u0000, and a backslash before it as \\\u0000."}
    assert 202 == put(url, {"pages": [page]}).status_code
    assert [{"pages": [{**page, **MARKDOWN}]}] == await queued(owner)


async def test_removals_and_syncs_become_jobs(url: str, owner: asyncpg.Connection) -> None:
    removal = httpx.request("DELETE", f"{url}/v1/pages", json={"paths": ["/", "/a"]}, headers=BEARER)
    syncs = [httpx.post(f"{url}/v1/sync", content=body, headers=BEARER) for body in (b"", b'{"commit": "1a2b"}')]
    assert [202, 202, 202] == [response.status_code for response in (removal, *syncs)]
    assert [{"paths": ["/", "/a"]}, {"commit": None}, {"commit": "1a2b"}] == await queued(owner)


@pytest.mark.parametrize(
    ("page", "status", "sentence"),
    [
        ({"path": "a"}, 400, "pages[0].path has to be text that starts with `/`"),
        ({"path": 3}, 400, "pages[0].path has to be text"),
        ({"path": "/a/"}, 400, "send '/a'"),
        ({"path": "//a/../b/."}, 400, "send '/a/b'"),
        ({"path": "/" + "a" * 1000}, 400, "more than 1,000 characters"),
        ({"path": "/a\n"}, 400, "control character"),
        ({"path": "/a\0"}, 400, "NUL"),
        ({"content": "\0"}, 400, "NUL"),
        ({"content": "\\\0"}, 400, "NUL"),
        ({"content": 3}, 400, "either `content` or"),
        ({"content_base64": "IyBB"}, 400, "either `content` or"),
        ({"content": None, "content_base64": "#"}, 400, "is not base64"),
        ({"content_type": "image/png"}, 415, "'image/png' cannot be read: send one of application/json"),
        ({"content_type": ["x"]}, 415, "cannot be read"),
        ({"title": " "}, 400, "pages[0].title"),
        ({"meta": []}, 400, "pages[0].meta is no object"),
        ({"text": "x"}, 400, "unknown key `text`"),
    ],
    ids=str,
)
def test_a_page_that_cannot_be_one_is_told(
    refusing_url: str, page: dict[str, Any], status: int, sentence: str
) -> None:
    response = put(refusing_url, {"pages": [{**PAGE, **page}]})
    assert status == response.status_code
    assert sentence in response.json()["error"]["message"]


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (b"", 400, "is not JSON"),
        (b"{", 400, "is not JSON"),
        (b"[]", 400, "no JSON object"),
        (b'{"pages": []}', 400, "list of 1 to 1,000 entries"),
        (b'{"pages": "/a"}', 400, "list of 1 to 1,000 entries"),
        (b'{"pages": [1]}', 400, "pages[0] is no object"),
        (b'{"pages": ' + b"[" * 2000 + b"]" * 2000 + b"}", 400, "JSON"),
        (b"\xff", 400, "is not JSON"),
        (b" " * 10_001, 413, "more than 10,000 bytes"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_body_that_cannot_be_read_is_told(refusing_url: str, body: bytes, status: int, sentence: str) -> None:
    response = put(refusing_url, content=body)
    assert status == response.status_code
    assert sentence in response.json()["error"]["message"]


def test_a_stream_without_a_length_is_cut_off_too(refusing_url: str) -> None:
    response = put(refusing_url, content=iter([b" " * 6000] * 2))
    assert 413 == response.status_code


@pytest.mark.parametrize("key", [None, "", "Bearer", "Bearer x", f"Basic {KEY}", f"Bearer {KEY}x", "Bearer é"])
@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/v1/pages"), ("DELETE", "/v1/pages"), ("POST", "/v1/sync"), ("GET", "/v1/jobs/1")],
)
def test_nobody_without_the_key_may(refusing_url: str, method: str, path: str, key: str | None) -> None:
    headers: dict[bytes, bytes] = {} if key is None else {b"Authorization": key.encode()}
    response = httpx.request(method, refusing_url + path, headers=headers)
    assert (401, "Bearer") == (response.status_code, response.headers["www-authenticate"])
    assert "key_refused" == response.json()["error"]["code"]


def test_without_a_key_on_the_server_nobody_may_and_is_told_what_to_set(site_url: str) -> None:
    response = put(site_url, {"pages": [PAGE]})
    assert 403 == response.status_code
    assert "set LECTERN_SECRET_KEY on the server" in response.json()["error"]["message"]


@pytest.mark.parametrize("number", ["2", "x", "-1", "9" * 30, "1/2", "%00"])
def test_a_job_that_is_none_is_not_found(refusing_url: str, number: str) -> None:
    assert 404 == httpx.get(f"{refusing_url}/v1/jobs/{number}", headers=BEARER).status_code


def test_a_sync_of_nothing_is_told(database_url: str) -> None:
    with serve_in_thread(create_app(pushing(database_url).model_copy(update={"docs": ""}))) as url:
        response = httpx.post(f"{url}/v1/sync", headers=BEARER)
    assert 400 == response.status_code
    assert "set LECTERN_DOCS" in response.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/v1/pages", "/v1/sync", "/v1/jobs/1"])
def test_no_web_page_gets_a_permission(refusing_url: str, path: str) -> None:
    url = refusing_url
    origin = {"Origin": "https://docs.example.com"}
    preflight = httpx.options(url + path, headers={**origin, "Access-Control-Request-Method": "POST"})
    assert 405 == preflight.status_code
    answers = [
        preflight,
        httpx.post(url + path, headers=origin),
        httpx.put(url + path, headers=origin),
    ]
    assert [] == [name for answer in answers for name in answer.headers if name.startswith("access-control")]
    assert "access-control-allow-origin" in httpx.get(f"{url}/v1/site", headers=origin).headers


def test_the_key_is_never_told(url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    answers = [
        put(url, content=b"{"),
        put(url, {"pages": [PAGE]}),
        put(url, headers={"Authorization": "Bearer x"}),
    ]
    assert KEY not in caplog.text + "".join(answer.text for answer in answers)
    assert KEY not in repr(Settings(secret_key=KEY))


async def test_the_examples_of_the_wire_contract_are_taken(
    url: str, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    section = CONTRACT.read_text().partition("## Push pages over HTTP")[2].partition("## Use EventSource")[0]
    examples = re.findall(r"```sh\n(.+?)```", section, re.DOTALL)
    (tmp_path / "auth.md").write_text("# Authentication\n")
    answers = [
        subprocess.run(
            ["bash", "-c", example.replace("http://127.0.0.1:8000", url)],
            env={**os.environ, "LECTERN_SECRET_KEY": KEY},
            cwd=tmp_path,
            capture_output=True,
            timeout=30,
            check=True,
        ).stdout
        for example in examples
    ]
    told = [json.loads(answer) for answer in answers]
    assert [{"job": number, "url": f"/v1/jobs/{number}"} for number in range(1, 5)] == told[:4]
    assert (1, "pages", "queued") == (told[4]["id"], told[4]["kind"], told[4]["state"])
    assert [
        {"pages": [{**PAGE, "path": "/guides/auth", "content": "# Authentication\n\nSign in first.", **MARKDOWN}]},
        {"pages": [{"path": "/guides/auth", "content_base64": "IyBBdXRoZW50aWNhdGlvbgo=", **MARKDOWN}]},
        {"paths": ["/guides/auth"]},
        {"commit": "1a2b3c4"},
    ] == await queued(owner)
