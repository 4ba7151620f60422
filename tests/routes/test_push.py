"""Pushing over HTTP: what is accepted becomes a job, what cannot be is told, and nobody else may."""

import base64
from collections.abc import Iterator
from typing import Any

import asyncpg
import httpx
import pytest

from server.app import create_app
from server.settings import Settings
from tests.serving import serve_in_thread

KEY = "a-key-that-nobody-guesses"
BEARER = {"Authorization": f"Bearer {KEY}"}
PAGE = {"path": "/a", "content": "# A\n\nThe text of a page."}


@pytest.fixture
def url(settings: Settings) -> Iterator[str]:
    pushing = settings.model_copy(
        update={"secret_key": Settings(secret_key=KEY).secret_key, "push_max_bytes": 10_000, "sources": ("docs",)}
    )
    with serve_in_thread(create_app(pushing)) as address:
        yield address


def put(url: str, json: Any = None, **options: Any) -> httpx.Response:
    return httpx.put(f"{url}/v1/pages", json=json, headers=options.pop("headers", BEARER), **options)


async def queued(owner: asyncpg.Connection) -> list[Any]:
    rows = await owner.fetch("select message -> 'work' as work from pgmq.q_lectern order by msg_id")
    return [row["work"] for row in rows]


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


async def test_removals_and_syncs_become_jobs(url: str, owner: asyncpg.Connection) -> None:
    removal = httpx.request("DELETE", f"{url}/v1/pages", json={"paths": ["/", "/a"]}, headers=BEARER)
    syncs = [httpx.post(f"{url}/v1/sync", content=body, headers=BEARER) for body in (b"", b'{"commit": "1a2b"}')]
    assert [202, 202, 202] == [response.status_code for response in (removal, *syncs)]
    assert [{"paths": ["/", "/a"]}, {"commit": None}, {"commit": "1a2b"}] == await queued(owner)


@pytest.mark.parametrize(
    ("page", "status", "sentence"),
    [
        ({"path": "a"}, 400, "pages[0].path is no text that starts with `/`"),
        ({"path": 3}, 400, "pages[0].path is no text"),
        ({"path": "/a/"}, 400, "send '/a'"),
        ({"path": "//a/../b/."}, 400, "send '/a/b'"),
        ({"path": "/" + "a" * 1000}, 400, "more than 1,000 characters"),
        ({"path": "/a\n"}, 400, "control character"),
        ({"path": "/a\0"}, 400, "NUL"),
        ({"content": "\0"}, 400, "NUL"),
        ({"content": 3}, 400, "either `content` or"),
        ({"content_base64": "IyBB"}, 400, "either `content` or"),
        ({"content": None, "content_base64": "#"}, 400, "is not base64"),
        ({"content_type": "image/png"}, 415, "'image/png' cannot be read: send one of text/markdown"),
        ({"content_type": ["x"]}, 415, "cannot be read"),
        ({"title": " "}, 400, "pages[0].title"),
        ({"meta": []}, 400, "pages[0].meta is no object"),
        ({"text": "x"}, 400, "unknown key `text`"),
    ],
    ids=str,
)
async def test_a_page_that_cannot_be_one_is_told(
    url: str, owner: asyncpg.Connection, page: dict[str, Any], status: int, sentence: str
) -> None:
    response = put(url, {"pages": [{**PAGE, **page}]})
    assert status == response.status_code
    assert sentence in response.json()["error"]["message"]
    assert [] == await queued(owner)


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
async def test_a_body_that_cannot_be_read_is_told(url: str, body: bytes, status: int, sentence: str) -> None:
    response = put(url, content=body)
    assert status == response.status_code
    assert sentence in response.json()["error"]["message"]


async def test_a_stream_without_a_length_is_cut_off_too(url: str) -> None:
    response = put(url, content=iter([b" " * 6000] * 2))
    assert 413 == response.status_code


@pytest.mark.parametrize("key", [None, "", "Bearer", "Bearer x", f"Basic {KEY}", f"Bearer {KEY}x", "Bearer é"])
@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/v1/pages"), ("DELETE", "/v1/pages"), ("POST", "/v1/sync"), ("GET", "/v1/jobs/1")],
)
async def test_nobody_without_the_key_may(
    url: str, owner: asyncpg.Connection, method: str, path: str, key: str | None
) -> None:
    headers: dict[bytes, bytes] = {} if key is None else {b"Authorization": key.encode()}
    response = httpx.request(method, url + path, headers=headers)
    assert (401, "Bearer") == (response.status_code, response.headers["www-authenticate"])
    assert "key_refused" == response.json()["error"]["code"]
    assert [] == await queued(owner)


def test_without_a_key_on_the_server_nobody_may_and_is_told_what_to_set(site_url: str) -> None:
    response = put(site_url, {"pages": [PAGE]})
    assert 403 == response.status_code
    assert "set LECTERN_SECRET_KEY on the server" in response.json()["error"]["message"]


@pytest.mark.parametrize("number", ["2", "x", "-1", "9" * 30, "1/2", "%00"])
def test_a_job_that_is_none_is_not_found(url: str, number: str) -> None:
    assert 404 == httpx.get(f"{url}/v1/jobs/{number}", headers=BEARER).status_code


def test_a_sync_of_nothing_is_told(settings: Settings) -> None:
    pushing = settings.model_copy(update={"secret_key": Settings(secret_key=KEY).secret_key})
    with serve_in_thread(create_app(pushing)) as url:
        response = httpx.post(f"{url}/v1/sync", headers=BEARER)
    assert 400 == response.status_code
    assert "set LECTERN_SOURCES" in response.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/v1/pages", "/v1/sync", "/v1/jobs/1"])
def test_no_web_page_gets_a_permission(url: str, path: str) -> None:
    origin = {"Origin": "https://docs.example.com"}
    preflight = httpx.options(url + path, headers={**origin, "Access-Control-Request-Method": "POST"})
    assert 405 == preflight.status_code
    answers = [
        preflight,
        httpx.post(url + path, headers={**origin, **BEARER}),
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
