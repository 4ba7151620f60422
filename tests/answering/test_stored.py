"""What is stored of an answer, and what another server makes of it."""

from dataclasses import fields

import pytest

from server.answering.live import LiveAnswer
from server.answering.stored import catch_up, progress, revive
from server.database.answers import store_answers
from server.database.pool import Database
from server.errors import AnswerInterrupted, LecternError, ModelTimeout
from server.events import Citations, Delta, Event, Finished, SourcesFound, Usage
from server.records import Source, StoredAnswer
from server.routes.formats.named_events import NamedEvents
from server.routes.formats.whole import whole_answer
from tests.asked import begin, server_on, store, stored

SOURCE = Source(
    id="7",
    number=1,
    path="/a",
    title="Ä",
    heading="B",
    heading_path=("A", "B"),
    slug=None,
    url="/pages/a",
    excerpt="Unplug 🙂",
    ranges=((0, 6),),
    title_ranges=(),
    heading_ranges=((0, 1),),
    similarity=0.5,
    score=0.25,
)
FOUND = SourcesFound((SOURCE,), "medium", query="stand-alone")
TEXT = "Grüße, 日本語 🙂"

ENDINGS = [
    Finished("stop", usage=Usage(12, 3), citations=Citations((2, 1), 1, 2)),
    Finished("length", usage=Usage(12, 3, is_estimate=True)),
    Finished("content_filter"),
    Finished("stopped", citations=Citations((1,))),
    Finished("error", ModelTimeout("the cause, for the owner")),
    Finished("error", AnswerInterrupted("the cause, for the owner")),
    Finished("error", LecternError("a bug")),
]


def live(*events: Event, id: str = "id") -> LiveAnswer:
    answer = LiveAnswer(id, query="q", model="openai/test")
    for event in events:
        answer.append(event)
    return answer


async def written(answer: LiveAnswer) -> list[bytes]:
    """All that a reader is sent."""
    events = [logged async for logged in answer.follow()]
    return [frame.data for logged in events for frame in NamedEvents().frames(answer, logged)]


async def through_the_database(database: Database, answer: LiveAnswer) -> StoredAnswer:
    (demand,) = await store_answers(database, [progress(answer, offset=0, is_found_stored=False)])
    assert answer.id == demand.id
    return await stored(database, answer.id)


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.status + " " + ending.reason)
async def test_a_stored_answer_tells_its_readers_the_same(database_url: str, ending: Finished) -> None:
    async with server_on(database_url) as database:
        answer = live(FOUND, Delta(TEXT), ending, id=await begin(database, query="q"))
        revived = revive(await through_the_database(database, answer))
    assert await written(answer) == await written(revived)
    expected = whole_answer(answer)
    given = whole_answer(revived)
    for name in ("query", "text", "sources", "confidence", "status", "searched_query", "citations", "usage"):
        assert expected[name] == given[name]
    assert (answer.first_delta_at, answer.finished_at) == (revived.first_delta_at, revived.finished_at)


async def test_an_answer_stored_piece_by_piece_is_followed_piece_by_piece(database_url: str) -> None:
    async with server_on(database_url) as database:
        id = await begin(database)
        answer, offset = live(id=id), 0
        follower = revive(await stored(database, id))
        events: list[Event] = [FOUND, *(Delta(char) for char in TEXT), ENDINGS[0]]
        for n, event in enumerate(events):
            answer.append(event)
            if n % 3 == 0:
                continue
            await store_answers(database, [progress(answer, offset=offset, is_found_stored=offset > 0)])
            offset = answer.length
            now = await stored(database, id)
            catch_up(follower, replaced_text(now, now.text[follower.length :]))
        assert TEXT == follower.text == (await stored(database, id)).text
    assert whole_answer(answer)["sources"] == whole_answer(follower)["sources"]
    assert answer.finished == follower.finished


def replaced_text(answer: StoredAnswer, text: str) -> StoredAnswer:
    """As `follow_answers` gives it."""
    return StoredAnswer(**{field.name: getattr(answer, field.name) for field in fields(answer)} | {"text": text})


async def test_an_answer_without_sources_yet_waits_for_them(database_url: str) -> None:
    async with server_on(database_url) as database:
        id = await begin(database)
        running = revive(await stored(database, id))
        assert (None, None, "") == (running.found, running.finished, running.text)


async def test_one_that_ended_before_its_sources_were_found_has_none(database_url: str) -> None:
    async with server_on(database_url) as database:
        id = await begin(database)
        await store(database, id, status="interrupted", finish_reason="error")
        ended = revive(await stored(database, id))
    assert SourcesFound((), None) == ended.found


async def test_an_error_of_a_newer_server_keeps_its_sentence(database_url: str) -> None:
    async with server_on(database_url) as database:
        id = await begin(database)
        problem = {"code": "never_heard_of", "message": "Something new happened."}
        await store(database, id, status="failed", finish_reason="error", problem=problem)
        revived = revive(await stored(database, id))
    assert revived.finished is not None
    assert revived.finished.problem is not None
    assert "Something new happened." == revived.finished.problem.reader_text


async def test_an_answer_longer_than_the_usual_limit_is_followed_whole(database_url: str) -> None:
    """The limit is its writer's, who may be configured otherwise."""
    async with server_on(database_url) as database:
        id = await begin(database)
        follower = revive(await stored(database, id))
        await store(database, id, text="x" * 600_000)
        catch_up(follower, await stored(database, id))
    assert 600_000 == follower.length
    assert not follower.is_full


async def test_only_what_is_new_is_told() -> None:
    answer = live(FOUND, Delta("abc"), Delta("def"))
    news = progress(answer, offset=3, is_found_stored=True)
    assert (3, "def", None, "running") == (news.offset, news.text, news.found, news.status)
