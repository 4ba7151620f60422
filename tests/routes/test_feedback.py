"""What readers say of answers, and how the owner reads it."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from server.app import create_app
from server.database.answers import drop_old_answers
from server.routes.feedback import REASONS
from server.settings import Settings
from tests.asked import begin, finish, make_older, server_on
from tests.commands import run
from tests.model_endpoint import Knobs, serve_model_endpoint
from tests.serving import serve_in_thread

UP, DOWN = {"rating": "up"}, {"rating": "down"}


@pytest.fixture
def url(database_url: str) -> Iterator[str]:
    with serve_in_thread(create_app(Settings(database_url=database_url))) as url:
        yield url


@pytest.fixture
async def client(url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=url) as client:
        yield client


@pytest.fixture
async def answer(database_url: str) -> str:
    return await make_answer(database_url)


async def make_answer(database_url: str, query: str = "How do I dim?", text: str = "Turn it.", **more: Any) -> str:
    async with server_on(database_url) as database:
        id = await begin(database, query=query, fingerprint=None, **more)
        await finish(database, id, text)
    return id


async def rate(client: httpx.AsyncClient, id: str, body: Any, *, reader: str = "one") -> httpx.Response:
    return await client.post(f"/v1/answers/{id}/feedback", json=body, headers={"User-Agent": reader})


async def ratings(owner: asyncpg.Connection) -> list[tuple[str, str | None, str | None]]:
    rows = await owner.fetch("select rating, reason, comment from docs.feedback order by rated_at")
    return [(row["rating"], row["reason"], row["comment"]) for row in rows]


async def test_each_reader_has_one_rating_the_last(
    client: httpx.AsyncClient, answer: str, owner: asyncpg.Connection
) -> None:
    first = await rate(client, answer, {**DOWN, "reason": "outdated", "comment": " Since v2.\n"})
    assert (204, b"") == (first.status_code, first.content)
    await rate(client, answer, UP, reader="another")
    assert [("down", "outdated", "Since v2."), ("up", None, None)] == await ratings(owner)
    await rate(client, answer, {**UP, "comment": "", "reason": None})
    assert [("up", None, None), ("up", None, None)] == await ratings(owner)
    assert 204 == (await rate(client, answer, {"rating": None})).status_code
    assert 204 == (await rate(client, answer, {"rating": None})).status_code
    assert [("up", None, None)] == await ratings(owner)


async def test_an_answer_is_rated_while_it_is_written(database_url: str, owner: asyncpg.Connection) -> None:
    """Its first text is stored seconds later; here by the server that writes it, and by another one."""
    with serve_model_endpoint() as endpoint:
        endpoint.knobs = Knobs(answer="Slowly.", first_delta_delay_seconds=1)
        settings = Settings(
            database_url=database_url,
            completion_model="openai/test",
            completion_base_url=endpoint.base_url,
            completion_api_key="sk-test",
            refuse="never",
            store_seconds=5,
        )
        with serve_in_thread(create_app(settings)) as one, serve_in_thread(create_app(settings)) as other:
            async with httpx.AsyncClient(base_url=one) as here, httpx.AsyncClient(base_url=other) as there:
                asked = (await here.post("/v1/answers", json={"query": "How do I dim?"})).json()
                again = (await there.post("/v1/answers", json={"query": "How do I dim?"})).json()
                assert asked["id"] == again["id"]
                assert 204 == (await rate(here, asked["id"], UP)).status_code
                assert 204 == (await rate(there, again["id"], DOWN, reader="another")).status_code
                await here.get(asked["events"])
    assert [("up", None, None), ("down", None, None)] == await ratings(owner)


@pytest.mark.parametrize("id", ["none", "%00", "%FF", "a" * 1000])
async def test_an_answer_that_is_not_there_cannot_be_rated(client: httpx.AsyncClient, id: str) -> None:
    for body in (UP, {"rating": None}):
        response = await rate(client, id, body)
        assert (404, "not_found") == (response.status_code, response.json()["error"]["code"])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "`rating` is neither"),
        ({"rating": "good"}, "`rating` is neither"),
        ({"rating": ["up"]}, "`rating` is neither"),
        ({**DOWN, "reason": "boring"}, "`reason` is none of incorrect,"),
        ({**DOWN, "reason": {}}, "`reason` is none of incorrect,"),
        ({**DOWN, "comment": 1}, "`comment` is no text"),
        ({**DOWN, "comment": "é" * 2001}, "more than 2,000 characters"),
        ({**DOWN, "comment": "a\0b"}, "NUL character"),
        (["up"], "no JSON object"),
    ],
)
async def test_a_rating_that_is_none_is_refused(
    client: httpx.AsyncClient, answer: str, owner: asyncpg.Connection, body: Any, said: str
) -> None:
    response = await rate(client, answer, body)
    assert (400, True) == (response.status_code, said in response.json()["error"]["message"])
    assert [] == await ratings(owner)


async def test_the_longest_comment_and_every_reason_are_taken(
    client: httpx.AsyncClient, answer: str, owner: asyncpg.Connection
) -> None:
    longest = json.dumps({**UP, "comment": "\U0001f642" * 2000})  # as twelve bytes each
    path = f"/v1/answers/{answer}/feedback"
    assert 204 == (await client.post(path, content=longest)).status_code
    for reason in REASONS:
        assert 204 == (await rate(client, answer, {**DOWN, "reason": reason}, reader=reason)).status_code
    assert 413 == (await client.post(path, content=b"{" + b" " * 30_000)).status_code
    assert [None, *REASONS] == [reason for _, reason, _ in await ratings(owner)]


async def test_a_page_may_send_it_from_elsewhere(client: httpx.AsyncClient, answer: str) -> None:
    asks = {"Origin": "https://docs.example.com", "Access-Control-Request-Method": "POST"}
    asks["Access-Control-Request-Headers"] = "content-type"
    preflight = await client.options(f"/v1/answers/{answer}/feedback", headers=asks)
    assert (200, "*") == (preflight.status_code, preflight.headers["access-control-allow-origin"])
    assert 405 == (await client.get(f"/v1/answers/{answer}/feedback")).status_code


async def test_readers_cannot_be_told_from_one_answer_to_the_next(
    client: httpx.AsyncClient, database_url: str, owner: asyncpg.Connection
) -> None:
    for id in (await make_answer(database_url), await make_answer(database_url)):
        await rate(client, id, UP)
    assert 2 == await owner.fetchval("select count(distinct client) from docs.feedback")


async def test_who_rated_is_forgotten_after_a_day(
    client: httpx.AsyncClient, answer: str, database_url: str, owner: asyncpg.Connection
) -> None:
    await rate(client, answer, DOWN)
    await owner.execute("update docs.feedback set rated_at = rated_at - interval '25 hours'")
    await rate(client, answer, DOWN, reader="two")
    async with server_on(database_url) as database:
        await drop_old_answers(database, 30)
    clients = [row["client"] for row in await owner.fetch("select client from docs.feedback order by rated_at")]
    assert [True, False] == [client is None for client in clients]
    await rate(client, answer, UP)
    await rate(client, answer, UP, reader="two")
    assert ["down", "up", "up"] == [rating for rating, _, _ in await ratings(owner)]


async def test_ratings_go_with_their_answer(
    client: httpx.AsyncClient, answer: str, database_url: str, owner: asyncpg.Connection
) -> None:
    await rate(client, answer, UP)
    await make_older(owner, answer, seconds=2 * 86_400)
    async with server_on(database_url) as database:
        assert 1 == await drop_old_answers(database, 1)
    assert [] == await ratings(owner)


async def test_the_owner_reads_the_worst_first(
    client: httpx.AsyncClient, database_url: str, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    good = await make_answer(database_url, "Which bulb fits?", "E27.")
    bad = await make_answer(database_url, "Is it\x1b[31m safe?", "Perhaps\x1b[0m.")
    worse = await make_answer(database_url, "Is it\x1b[31m safe?", "No idea. " + "word " * 100)
    mixed = await make_answer(database_url, "How do I dim?", "Turn it.")
    await rate(client, good, UP)
    await rate(client, mixed, DOWN, reader="one")
    await rate(client, mixed, UP, reader="two")
    await rate(client, bad, {**DOWN, "reason": "unclear"})
    await rate(client, worse, {**DOWN, "reason": "incorrect", "comment": "It is\x1b]0;x\x07 not.\nReally."})
    await rate(client, worse, {**DOWN, "reason": "incorrect"}, reader="two")
    await owner.execute(
        "update docs.feedback set rated_at = rated_at - interval '3 days' where answer_id = $1", bad
    )

    told = run(tmp_path, "feedback", LECTERN_DATABASE_URL=database_url).stdout
    today = str(await owner.fetchval("select now()::date"))
    assert [
        "   3 down    0 up  Is it[31m safe?",
        "        incorrect 2, unclear 1",
        f"        {today} down: “It is]0;x not. Really.”",
        "        answered: No idea. " + "word " * 38 + "w…",
        "   1 down    1 up  How do I dim?",
        "        answered: Turn it.",
        "   0 down    1 up  Which bulb fits?",
        "        answered: E27.",
    ] == told.splitlines()

    written = run(
        tmp_path, "feedback", "--down", "--days", "2", "--json", LECTERN_DATABASE_URL=database_url
    ).stdout
    safe, dim = (json.loads(line) for line in written.splitlines())
    assert ("Is it\x1b[31m safe?", 2, 0, worse) == tuple(
        safe[name] for name in ("query", "down_count", "up_count", "answer_id")
    )
    assert "No idea. " + "word " * 100 == safe["answer"]
    assert [None, "It is\x1b]0;x\x07 not.\nReally."] == [one["comment"] for one in safe["ratings"]]
    assert ("How do I dim?", 1, 1) == (dim["query"], dim["down_count"], dim["up_count"])


async def test_where_nothing_was_rated_the_owner_is_told_so(database_url: str, tmp_path: Path) -> None:
    listed = run(tmp_path, "feedback", LECTERN_DATABASE_URL=database_url)
    assert (0, "", "No answer was rated, as far as was asked for.\n") == (
        listed.returncode,
        listed.stdout,
        listed.stderr,
    )
