"""Answers in the database, as the server's role opens, writes, follows and forgets them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from server.answering.stored import progress, revive
from server.database.answers import (
    drop_old_answers,
    follow_answers,
    get_answer,
    get_conversation,
    get_latest_answer,
    stop_answer,
    store_answers,
)
from server.database.pool import Database
from server.errors import AnswerInterrupted, DatabaseUnfit, KeyReused
from server.records import AnswerDemand, AnswerProgress, Exchange, StoredAnswer
from tests.asked import FOUND, STALE_SECONDS, ask, begin, finish, make_older, server_on, store, stored
from tests.pages import page, publish_pages, section

INTERRUPTED = {"code": AnswerInterrupted.code, "message": AnswerInterrupted.reader_text}
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with server_on(database_url) as database:
        yield database


@pytest.fixture
async def other_server(database_url: str) -> AsyncIterator[Database]:
    async with server_on(database_url) as database:
        yield database


async def follow(database: Database, id: str, offset: int = 0) -> StoredAnswer:
    (answer,) = await follow_answers(database, [id], [offset], stale_seconds=STALE_SECONDS)
    return answer


# Opening: what is new, what is joined, what is given again.


async def test_a_question_that_nobody_asked_is_a_new_answer(database: Database, owner: asyncpg.Connection) -> None:
    publication = await publish_pages(owner, [page("/a", section("A"))])
    opened = await ask(database, id="first", page="/a", filter={"version": "v2"}, client=b"me")
    expected = StoredAnswer(
        id="first",
        query="How do I cancel a task?",
        searched_query=None,
        conversation=None,
        model="openai/test",
        status="running",
        text="",
        found=None,
        finish_reason=None,
        problem=None,
        citations=None,
        prompt_tokens=None,
        completion_tokens=None,
        usage_is_estimate=False,
        asked_count=1,
        created_at=opened.answer.created_at,
        first_delta_at=None,
        finished_at=None,
        delivered_at=None,
    )
    assert (opened.answer, opened.is_new, opened.generation) == (expected, True, publication.generation)
    assert await stored(database, "first") == expected


async def test_who_asks_what_is_being_answered_joins(database: Database) -> None:
    id = await begin(database, cache_seconds=0)
    await store(database, id, text="Call", found=FOUND)
    joined = await ask(database, cache_seconds=0)
    assert (joined.answer.id, joined.is_new) == (id, False)
    assert (joined.answer.text, joined.answer.found, joined.answer.asked_count) == ("Call", FOUND, 2)


@pytest.mark.parametrize(
    "changes",
    [{"is_fresh": True}, {"fingerprint": b"\x02" * 32}, {"fingerprint": None}],
    ids=["fresh", "another question", "not to be shared"],
)
async def test_who_asks_for_something_else_does_not_join(database: Database, changes: dict[str, Any]) -> None:
    await begin(database)
    assert (await ask(database, **changes)).is_new


async def test_what_is_not_to_be_shared_is_shared_with_nobody(database: Database) -> None:
    await begin(database, fingerprint=None)
    assert (await ask(database, fingerprint=None)).is_new


async def test_nobody_joins_an_answer_whose_writer_is_gone(database: Database, owner: asyncpg.Connection) -> None:
    id = await begin(database)
    await make_older(owner, id, seconds=STALE_SECONDS + 1)
    assert (await ask(database)).is_new


async def test_a_publish_ends_what_is_shared_and_cached(database: Database, owner: asyncpg.Connection) -> None:
    await finish(database, await begin(database))
    assert not (await ask(database)).is_new
    await publish_pages(owner, [page("/a", section("A"))])
    running = await begin(database)
    assert (await ask(database)).answer.id == running
    await publish_pages(owner, [page("/b", section("B"))])
    assert (await ask(database)).is_new


async def test_a_finished_answer_is_given_again_until_it_is_too_old(
    database: Database, owner: asyncpg.Connection
) -> None:
    older, newer = await begin(database, is_fresh=True), await begin(database, is_fresh=True)
    await finish(database, newer, "New.")
    await finish(database, older, "Old.")
    again = await ask(database)
    assert (again.answer.id, again.answer.text, again.is_new) == (newer, "New.", False)
    for id in (older, newer):
        await make_older(owner, id, seconds=61)
    assert (await ask(database)).is_new


async def test_without_a_cache_a_finished_answer_is_not_given_again(database: Database) -> None:
    a_clock_that_is_fast = datetime.now(UTC) + timedelta(minutes=1)
    await finish(database, await begin(database), finished_at=a_clock_that_is_fast)
    assert (await ask(database, cache_seconds=0)).is_new


@pytest.mark.parametrize(
    "ending",
    [
        {"finish_reason": "length"},
        {"status": "stopped", "finish_reason": "stopped"},
        {"status": "failed", "finish_reason": "error"},
        {"status": "interrupted", "finish_reason": "error"},
        {"text": ""},
    ],
    ids=lambda ending: str(ending.get("finish_reason", "nothing said")),
)
async def test_what_did_not_end_well_is_not_given_again(database: Database, ending: dict[str, Any]) -> None:
    await finish(database, await begin(database), **ending)
    assert (await ask(database)).is_new


async def test_a_client_that_lost_its_first_frame_is_not_answered_twice(
    database: Database, owner: asyncpg.Connection
) -> None:
    fresh = {"client": b"me", "is_fresh": True, "cache_seconds": 0}
    id = await begin(database, **fresh)
    assert (await ask(database, **fresh)).answer.id == id
    await finish(database, id)
    assert (await ask(database, **fresh)).answer.id == id
    assert (await ask(database, **{**fresh, "client": b"you"})).is_new
    assert (await ask(database, **{**fresh, "client": None})).is_new
    await make_older(owner, id, seconds=61)
    assert (await ask(database, **fresh)).is_new


async def test_a_client_that_has_all_of_it_is_answered_anew(database: Database) -> None:
    fresh = {"client": b"me", "is_fresh": True}
    id = await begin(database, **fresh)
    await finish(database, id, delivered_at=NOON)
    assert (await ask(database, **fresh)).is_new


async def test_a_call_that_is_repeated_opens_one_answer(database: Database, owner: asyncpg.Connection) -> None:
    for changes in ({}, {"fingerprint": None}, {"is_fresh": True}, {"idempotency_key": "k", "fingerprint": None}):
        id = f"answer {changes}"
        for _ in range(2):
            opened = await ask(database, id=id, conversation=id, **changes)
            assert (opened.answer.id, opened.is_new, opened.answer.asked_count) == (id, True, 1)
        assert [id] == [row["answer_id"] for row in await belonging(owner, id)]
        await finish(database, id, finish_reason="length")


async def belonging(owner: asyncpg.Connection, conversation: str) -> list[asyncpg.Record]:
    return await owner.fetch(
        "select answer_id from docs.conversation_answer where conversation = $1 order by position", conversation
    )


# Idempotency-Key.


async def test_the_same_key_with_the_same_body_is_the_same_answer(database: Database) -> None:
    keyed = {"idempotency_key": "k", "body_sha256": b"body", "fingerprint": None, "is_fresh": True}
    id = await begin(database, **keyed)
    await finish(database, id, status="failed", finish_reason="error")
    again = await ask(database, **keyed)
    assert (again.answer.id, again.is_new, again.answer.asked_count) == (id, False, 1)
    assert (await ask(database, **{**keyed, "idempotency_key": "another"})).is_new


async def test_the_same_key_with_another_body_is_refused(database: Database, owner: asyncpg.Connection) -> None:
    await begin(database, idempotency_key="k", body_sha256=b"body")
    with pytest.raises(KeyReused, match="sent with another question before"):
        await ask(database, idempotency_key="k", body_sha256=b"another", fingerprint=None)
    assert await owner.fetchval("select count(*) from docs.answer") == 1


async def test_a_key_stands_for_the_answer_that_was_joined(database: Database, owner: asyncpg.Connection) -> None:
    id = await begin(database)
    keyed = {"idempotency_key": "k", "body_sha256": b"body"}
    assert (await ask(database, **keyed)).answer.id == id
    await publish_pages(owner, [page("/a", section("A"))])
    assert (await ask(database, **keyed)).answer.id == id


# Many at one moment.


@pytest.mark.parametrize(
    "asking",
    [
        lambda number: {"fingerprint": number.to_bytes(32)},
        lambda number: {"fingerprint": None, "idempotency_key": str(number), "body_sha256": b"body"},
    ],
    ids=["question", "key"],
)
async def test_servers_that_ask_the_same_at_one_moment_get_one_answer(
    database: Database, other_server: Database, asking: Any
) -> None:
    numbers = range(200)
    servers = (database, other_server)
    opened = await asyncio.gather(*(ask(server, **asking(number)) for number in numbers for server in servers))
    for number in numbers:
        pair = opened[2 * number : 2 * number + 2]
        assert pair[0].answer.id == pair[1].answer.id
        assert sorted(one.is_new for one in pair) == [False, True]


async def test_a_thousand_who_ask_the_same_get_one_answer(database: Database, other_server: Database) -> None:
    servers = (database, other_server)
    opened = await asyncio.gather(*(ask(servers[number % 2]) for number in range(1000)))
    assert len({one.answer.id for one in opened}) == 1
    assert sum(one.is_new for one in opened) == 1
    assert max(one.answer.asked_count for one in opened) == 1000


async def test_storing_following_and_joining_at_once_ends_with_the_exact_text(
    database: Database, other_server: Database
) -> None:
    ids = [await begin(database, fingerprint=number.to_bytes(32)) for number in range(20)]
    texts = {id: "".join(f"{id[:4]} ü{turn} " for turn in range(30)) for id in ids}

    async def write(ids: list[str]) -> None:
        for end in (*range(0, 240, 10), None):
            status: Any = "running" if end is not None else "finished"
            news = [AnswerProgress(id=id, offset=0, text=texts[id][:end], status=status) for id in ids]
            assert len(await store_answers(database, news)) == len(ids)

    async def read() -> dict[str, str]:
        read = dict.fromkeys(reversed(ids), "")
        running = set(ids)
        while running:
            lengths = [len(text) for text in read.values()]
            for answer in await follow_answers(other_server, list(read), lengths, stale_seconds=STALE_SECONDS):
                read[answer.id] += answer.text
                if answer.status != "running":
                    running.discard(answer.id)
        return read

    async with asyncio.timeout(60):
        *_, first, second = await asyncio.gather(write(ids[:10]), write(ids[10:]), read(), read())
    assert first == second == texts


# Storing.


async def test_a_whole_answer_is_kept(database: Database, owner: asyncpg.Connection) -> None:
    id = await begin(database)
    await store(database, id, searched_query="cancel a task", found=FOUND, matches=({"section_id": 7},))
    await store(database, id, text="Call", first_delta_at=NOON)
    await store(database, id, offset=4, text=" cancel.")
    ending: dict[str, Any] = {
        "status": "finished",
        "finish_reason": "stop",
        "citations": {"cited": [1], "removed_citations": 0, "removed_links": 0},
        "prompt_tokens": 1200,
        "completion_tokens": 3,
        "usage_is_estimate": True,
    }
    await store(database, id, offset=12, **ending, finished_at=NOON)
    await store(database, id, offset=12, delivered_at=NOON)  # which says `running`, as whoever has no other news
    answer = await stored(database, id)
    assert answer == StoredAnswer(
        id=id,
        query="How do I cancel a task?",
        searched_query="cancel a task",
        conversation=None,
        model="openai/test",
        text="Call cancel.",
        found=FOUND,
        problem=None,
        asked_count=1,
        created_at=answer.created_at,
        first_delta_at=NOON,
        finished_at=NOON,
        delivered_at=NOON,
        **ending,
    )
    assert await owner.fetchval("select matches->0->>'section_id' from docs.answer") == "7"


async def test_repeated_and_overlapping_pieces_lose_and_double_nothing(database: Database) -> None:
    text = "Grüße, 世界 👋🏽: naïve café – e\u0301 🇩🇪. " * 20
    id = await begin(database)
    end = 0
    while end < len(text):
        start = max(0, end - 3)
        end = min(end + 7, len(text))
        for _ in range(2):
            await store(database, id, offset=start, text=text[start:end])
        assert (await stored(database, id)).text == text[:end]
    for late in (0, 5, 100):  # what a connection held back that was given up
        await store(database, id, offset=late, text=text[late : late + 9])
    assert (await stored(database, id)).text == text


async def test_a_text_with_a_gap_is_not_stored(database: Database) -> None:
    id = await begin(database)
    await store(database, id, text="Call")
    assert await store(database, id, offset=9, text="it.", status="finished", finish_reason="stop") == []
    answer = await stored(database, id)
    assert (answer.text, answer.status) == ("Call", "running")
    assert len(await store(database, id, text="Call now it.", status="finished", finish_reason="stop")) == 1
    assert (await stored(database, id)).text == "Call now it."


async def test_what_postgres_cannot_keep_is_replaced_character_by_character(database: Database) -> None:
    id = await begin(database)
    await store(database, id, text="a\0b\ud83dc\\u0000", found={"sources": [{"title": "\0"}]})
    await store(database, id, offset=11, text="!", problem={"code": "x", "message": "\0"})
    answer = await stored(database, id)
    assert (answer.text, answer.found) == ("a\ufffdb\ufffdc\\u0000!", {"sources": [{"title": "\ufffd"}]})
    assert answer.problem == {"code": "x", "message": "\ufffd"}


async def test_all_answers_are_stored_at_once_and_those_that_are_gone_left_out(database: Database) -> None:
    ids = [await begin(database, fingerprint=None) for _ in range(3)]
    news = [AnswerProgress(id=id, offset=0, text=f"Text {id}") for id in (*ids, "gone")]
    demands = await store_answers(database, news)
    assert {demand.id for demand in demands} == set(ids)
    assert [(await stored(database, id)).text for id in ids] == [f"Text {id}" for id in ids]
    assert await store_answers(database, []) == []


async def test_news_of_nothing_is_a_sign_of_life(database: Database, owner: asyncpg.Connection) -> None:
    id = await begin(database)
    await store(database, id, text="Call", found=FOUND)
    before = await stored(database, id)
    await make_older(owner, id, seconds=STALE_SECONDS + 1)
    await store(database, id)
    after = await follow(database, id)
    assert (after.text, after.found, after.status) == (before.text, before.found, "running")


async def test_storing_writes_hardly_any_index(database: Database, owner: asyncpg.Connection) -> None:
    ids = [await begin(database, fingerprint=None) for _ in range(50)]
    text = ""
    for turn in range(60):
        text += f"Some text of turn {turn}, and more. "
        found = FOUND if turn == 0 else None
        await store_answers(database, [AnswerProgress(id=id, offset=0, text=text, found=found) for id in ids])
    await database.fetch("select pg_stat_force_next_flush()")
    (counted,) = await owner.fetch(
        "select n_tup_upd, n_tup_hot_upd from pg_stat_user_tables where relid = 'docs.answer'::regclass"
    )
    assert counted["n_tup_upd"] == 3000
    assert counted["n_tup_hot_upd"] > 2800  # a row that grows may have to move twice or so


# Following, interrupting, stopping.


async def test_a_follower_gets_what_it_lacks(database: Database, other_server: Database) -> None:
    first, second = await begin(database), await begin(database, fingerprint=None)
    await store(database, first, text="Grüße, Welt", found=FOUND)
    await store(database, second, text="Call", found=FOUND)
    answers = await follow_answers(other_server, [second, "gone", first], [0, 0, 4], stale_seconds=STALE_SECONDS)
    assert {(answer.id, answer.text, answer.found is None) for answer in answers} == {
        (first, "e, Welt", True),
        (second, "Call", False),
    }
    assert (await follow(other_server, first, 11)).text == ""


async def test_a_writer_hears_of_followers_for_two_seconds(database: Database, owner: asyncpg.Connection) -> None:
    id = await begin(database)
    assert await store(database, id) == [
        AnswerDemand(id=id, is_stop_requested=False, is_followed=False, asked_count=1)
    ]
    await follow(database, id)
    assert (await store(database, id))[0].is_followed
    followed_at = "select followed_at from docs.answer"
    marked = await owner.fetchval(followed_at)
    await follow(database, id)
    assert await owner.fetchval(followed_at) == marked
    await owner.execute("update docs.answer set followed_at = now() - interval '2.1 seconds'")
    assert not (await store(database, id))[0].is_followed
    await follow(database, id)
    assert (await store(database, id))[0].is_followed


async def test_a_writer_hears_who_asked_as_well(database: Database) -> None:
    id = await begin(database)
    await ask(database)
    assert [2] == [demand.asked_count for demand in await store(database, id)]


@pytest.mark.parametrize("by", ["follow", "get", "stop"])
async def test_an_answer_whose_writer_is_gone_is_interrupted(
    database: Database, owner: asyncpg.Connection, by: str
) -> None:
    id = await begin(database)
    await store(database, id, text="Call")
    await make_older(owner, id, seconds=STALE_SECONDS - 1)
    assert (await stored(database, id)).status == "running"
    await make_older(owner, id, seconds=2)
    match by:
        case "follow":
            answer: StoredAnswer | None = await follow(database, id)
        case "get":
            answer = await get_answer(database, id, stale_seconds=STALE_SECONDS)
        case _:
            answer = await stop_answer(database, id, stale_seconds=STALE_SECONDS)
    assert answer is not None
    assert ("interrupted", "error", INTERRUPTED) == (answer.status, answer.finish_reason, answer.problem)
    assert (answer.text, answer.finished_at) == ("Call", None)


async def test_a_writer_that_lives_wins_over_who_thought_it_gone(
    database: Database, owner: asyncpg.Connection
) -> None:
    id = await begin(database)
    await make_older(owner, id, seconds=STALE_SECONDS + 1)
    assert (await stored(database, id)).status == "interrupted"
    await store(database, id, text="Call")
    answer = await stored(database, id)
    assert (answer.status, answer.finish_reason, answer.problem) == ("running", None, None)
    await make_older(owner, id, seconds=STALE_SECONDS + 1)
    assert (await stored(database, id)).status == "interrupted"
    await finish(database, id)
    answer = await stored(database, id)
    assert (answer.status, answer.finish_reason, answer.problem) == ("finished", "stop", None)


@pytest.mark.parametrize("ends_first", [False, True])
async def test_who_marks_an_interruption_as_delivered_leaves_the_end_to_a_writer_that_lives(
    database: Database, owner: asyncpg.Connection, ends_first: bool
) -> None:
    id = await begin(database)
    await store(database, id, text="Call")
    await make_older(owner, id, seconds=STALE_SECONDS + 1)
    seen = revive(await stored(database, id))
    seen.delivered_at = NOON
    delivered = progress(seen, offset=seen.length, is_found_stored=True)
    if ends_first:
        await finish(database, id)
    await store_answers(database, [delivered])
    if not ends_first:
        assert (await stored(database, id)).status == "interrupted"
        await finish(database, id)
    answer = await stored(database, id)
    assert (answer.status, answer.finish_reason, answer.problem) == ("finished", "stop", None)
    assert answer.delivered_at == NOON


async def test_what_its_writer_has_ended_stays_ended(database: Database, owner: asyncpg.Connection) -> None:
    id = await begin(database)
    ending: dict[str, Any] = {"status": "interrupted", "finish_reason": "error", "problem": INTERRUPTED}
    await store(database, id, text="Call", finished_at=NOON, **ending)
    await store(database, id, text="Ca")
    await store(database, id, offset=4, delivered_at=NOON)
    await make_older(owner, id, seconds=STALE_SECONDS + 1)
    answer = await follow(database, id)
    assert ending == {name: getattr(answer, name) for name in ending}
    assert (answer.text, answer.delivered_at) == ("Call", NOON)
    assert answer.finished_at is not None


async def test_who_locks_an_answer_is_neither_interrupted_nor_waited_for(
    database: Database, owner: asyncpg.Connection
) -> None:
    id = await begin(database)
    await make_older(owner, id, seconds=STALE_SECONDS + 1)
    async with asyncio.timeout(5), owner.transaction():
        await owner.execute("update docs.answer set text = 'Call' where id = $1", id)
        assert (await follow(database, id)).status == "running"
    assert (await follow(database, id)).status == "interrupted"


async def test_stopping_reaches_the_writer(database: Database, other_server: Database) -> None:
    id = await begin(database)
    assert await stop_answer(other_server, id) == await stored(database, id)
    assert (await store(database, id))[0].is_stop_requested


async def test_an_answer_that_others_asked_for_is_not_stopped(database: Database) -> None:
    id = await begin(database)
    await ask(database)
    await stop_answer(database, id)
    assert not (await store(database, id))[0].is_stop_requested


async def test_what_has_ended_is_not_stopped_and_what_is_not_there_is_nothing(database: Database) -> None:
    id = await begin(database)
    await finish(database, id)
    stopped = await stop_answer(database, id)
    assert stopped is not None
    assert stopped.status == "finished"
    assert not (await store(database, id))[0].is_stop_requested
    assert await stop_answer(database, "gone") is None
    assert await get_answer(database, "gone", stale_seconds=STALE_SECONDS) is None


# Conversations, and forgetting.


async def test_a_conversation_is_what_was_answered_in_its_order(database: Database) -> None:
    chat = {"conversation": "c", "fingerprint": None}
    first, second, third, fourth, _ = [
        await begin(database, **chat, query=f"Question {number}") for number in range(5)
    ]
    await finish(database, second, "Two.", searched_query="Question 1, on its own")
    await finish(database, first, "One.")
    await finish(database, third, "", status="failed", finish_reason="error")
    await finish(database, fourth, "Fo", status="stopped", finish_reason="stopped")
    exchanges = [
        Exchange(query="Question 0", text="One."),
        Exchange(query="Question 1, on its own", text="Two."),
        Exchange(query="Question 3", text="Fo"),
    ]
    assert await get_conversation(database, "c", limit=20) == exchanges
    assert await get_conversation(database, "c", limit=2) == exchanges[1:]
    assert await get_conversation(database, "another", limit=20) == []


async def test_an_answer_that_is_given_again_belongs_to_each_conversation(database: Database) -> None:
    id = await begin(database, conversation="c")
    await finish(database, id, "One.")
    again = await ask(database, conversation="d")
    assert (again.answer.id, again.answer.conversation) == (id, "c")
    for conversation in ("c", "d"):
        assert [one.text for one in await get_conversation(database, conversation, limit=9)] == ["One."]


async def test_the_latest_answer_is_the_one_that_was_asked_for_last(database: Database) -> None:
    assert await get_latest_answer(database, "c") is None
    first = await begin(database, conversation="c")
    await finish(database, first)
    second = await begin(database, conversation="c", fingerprint=None)
    assert await get_latest_answer(database, "c") == second
    assert (await ask(database, conversation="c")).answer.id == first
    assert await get_latest_answer(database, "c") == first


async def test_old_answers_are_forgotten_with_all_that_leads_to_them(
    database: Database, owner: asyncpg.Connection
) -> None:
    old = await begin(database, conversation="c", idempotency_key="old", body_sha256=b"1")
    new = await begin(database, conversation="c", idempotency_key="new", fingerprint=None)
    await make_older(owner, old, seconds=86_400 * 1.6)
    assert await drop_old_answers(database, 1.7) == 0
    assert await drop_old_answers(database, 1.5) == 1
    assert [new] == [row["id"] for row in await owner.fetch("select id from docs.answer")]
    assert [new] == [row["answer_id"] for row in await owner.fetch("select answer_id from docs.asked_key")]
    assert [new] == [row["answer_id"] for row in await belonging(owner, "c")]
    assert (await ask(database, idempotency_key="old", body_sha256=b"2")).is_new


async def test_many_old_answers_are_forgotten_piece_by_piece_the_oldest_first(
    database: Database, owner: asyncpg.Connection
) -> None:
    await owner.execute(
        "insert into docs.answer (id, site_id, query, generation, model, created_at) "
        "select number::text, 1, 'q', 0, 'm', now() - make_interval(days => 2, secs => number) "
        "from generate_series(1, 7000) as number"
    )
    assert 5000 == await drop_old_answers(database, 1)
    assert 2000 == await owner.fetchval("select max(id::int) from docs.answer")
    assert [2000, 0] == [await drop_old_answers(database, 1) for _ in range(2)]


async def test_who_asked_is_forgotten_after_minutes(database: Database, owner: asyncpg.Connection) -> None:
    old = await begin(database, client=b"one", fingerprint=None)
    new = await begin(database, client=b"two", fingerprint=None)
    await make_older(owner, old, seconds=400)
    await drop_old_answers(database, 30)
    asked = await owner.fetch("select id, client from docs.answer")
    assert {old: None, new: b"two"} == {row["id"]: row["client"] for row in asked}


# Rights.


@pytest.mark.parametrize(
    "statement",
    [
        "select * from docs.answer",
        "select * from docs.asked_key",
        "select * from docs.conversation_answer",
        "select * from docs.read_answers(array['a'], array[0])",
        "select docs.interrupt_answers(array['a'], 1, '{}')",
        "select docs.add_to_conversation(1, 'c', 'a')",
        "select docs.find_equal_answer(1, 0, '', '', 0, false, 0)",
    ],
)
async def test_the_server_reads_no_answer_but_by_its_id(database: Database, statement: str) -> None:
    with pytest.raises(DatabaseUnfit, match="permission denied"):
        await database.fetch(statement)
