"""The log of an answer in flight: whoever follows it gets everything once, whatever others do."""

import asyncio
from datetime import UTC, datetime
from typing import Final

import pytest

from server.answering.live import DONE, FINISHED, NOTHING, TROUBLE, LiveAnswer, Logged
from server.events import Delta, Event, Finished, SourcesFound
from server.routes.formats.named_events import NamedEvents
from server.routes.formats.one_shot import OneShot

FOUND = SourcesFound((), "high", query="q")
STOP = Finished("stop")
PIECES = ("Unplug", " the", " lamp.", " Grüße", ", 日本", "語 🙂")
DELTAS: Final = tuple(Delta(piece) for piece in PIECES)
EVENTS: Final[tuple[Event, ...]] = (FOUND, *DELTAS, STOP)
TEXT = "".join(PIECES)


def live(*events: Event, max_chars: int = 500_000) -> LiveAnswer:
    answer = LiveAnswer("id", query="q", model="m", max_chars=max_chars)
    for event in events:
        answer.append(event)
    return answer


def finished_answer() -> LiveAnswer:
    return live(FOUND, *DELTAS, STOP)


async def read(answer: LiveAnswer, after: int = NOTHING) -> list[Logged]:
    return [logged async for logged in answer.follow(after)]


def text_of(read: list[Logged]) -> str:
    return "".join(logged.event.text for logged in read if isinstance(logged.event, Delta))


async def test_a_reader_gets_sources_text_and_end_in_order_each_with_its_position() -> None:
    answer = live()
    reading = asyncio.create_task(read(answer))
    for event in EVENTS:
        await asyncio.sleep(0)
        answer.append(event)
        await asyncio.sleep(0)
    got = await asyncio.wait_for(reading, 10)
    assert [FOUND, *DELTAS, STOP] == [logged.event for logged in got]
    ends = [len("".join(PIECES[: n + 1])) for n in range(len(PIECES))]
    assert [0, *ends, DONE] == [logged.position for logged in got]


@pytest.mark.parametrize("after", range(len(TEXT) + 1))
async def test_who_resumes_behind_a_character_gets_the_rest_as_one_event(after: int) -> None:
    *text, end = await read(finished_answer(), after)
    assert ([Delta(TEXT[after:])] if after < len(TEXT) else []) == [logged.event for logged in text]
    assert STOP == end.event


@pytest.mark.parametrize("after", [len(TEXT) + 1, 10**6, TROUBLE, FINISHED])
async def test_who_has_more_than_there_is_gets_the_end_and_no_text(after: int) -> None:
    assert [STOP] == [logged.event for logged in await read(finished_answer(), after)]


async def test_who_has_more_than_there_is_so_far_gets_what_comes_behind_that() -> None:
    answer = live(FOUND, Delta("abc"))
    reading = asyncio.create_task(read(answer, 5))
    for piece in ("d", "efg", "h"):
        await asyncio.sleep(0)
        answer.append(Delta(piece))
    answer.append(STOP)
    assert "fgh" == text_of(await asyncio.wait_for(reading, 10))


async def test_a_reader_that_fell_behind_gets_what_it_missed_as_one_event() -> None:
    answer = live(FOUND, Delta("a"))
    slow = answer.follow()
    assert [FOUND, Delta("a")] == [(await anext(slow)).event, (await anext(slow)).event]
    for piece in "bcdefgh":
        answer.append(Delta(piece))
    assert Delta("bcdefgh") == (await anext(slow)).event
    answer.append(Delta("i"))
    answer.append(STOP)
    assert [Delta("i"), STOP] == [logged.event async for logged in slow]


async def test_a_thousand_readers_get_the_exact_text_and_share_each_event() -> None:
    answer = live()
    readers = [asyncio.create_task(read(answer)) for _ in range(1000)]
    for event in EVENTS:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        answer.append(event)
    everything = await asyncio.wait_for(asyncio.gather(*readers), 30)
    assert {TEXT} == {text_of(got) for got in everything}
    assert len(PIECES) + 2 == len({id(logged) for got in everything for logged in got})


async def test_an_event_is_encoded_once_for_all_readers_of_a_format() -> None:
    class Counting(NamedEvents):
        count = 0

        def encode(self, answer: LiveAnswer, logged: Logged):  # type: ignore[no-untyped-def]
            Counting.count += 1
            return super().encode(answer, logged)

    answer, formats = live(), [Counting() for _ in range(50)]

    async def encode(format: Counting) -> bytes:
        got = [format.frames(answer, logged) async for logged in answer.follow()]
        return b"".join(frame.data for frames in got for frame in frames)

    readers = [asyncio.create_task(encode(format)) for format in formats]
    for event in EVENTS:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        answer.append(event)
    assert 1 == len(set(await asyncio.wait_for(asyncio.gather(*readers), 10)))
    assert len(PIECES) + 2 == Counting.count


async def test_formats_do_not_take_each_other_s_frames() -> None:
    (_, delta, _) = await read(live(FOUND, Delta("a"), STOP))
    answer = live(FOUND, Delta("a"), STOP)
    named, one_shot = NamedEvents().frames(answer, delta), OneShot().frames(answer, delta)
    assert named != one_shot
    assert (named, one_shot) == (NamedEvents().frames(answer, delta), OneShot().frames(answer, delta))


async def test_a_cancelled_reader_disturbs_nobody() -> None:
    answer = live()
    readers = [asyncio.create_task(read(answer)) for _ in range(20)]
    for n, event in enumerate(EVENTS[:-1]):
        await asyncio.sleep(0)
        answer.append(event)
        readers[n].cancel()  # one that was woken and has not run yet
        await asyncio.sleep(0)
    answer.append(STOP)
    stayed = readers[len(PIECES) + 1 :]
    assert {TEXT} == {text_of(got) for got in await asyncio.wait_for(asyncio.gather(*stayed), 10)}
    assert all(reader.cancelled() for reader in readers[: len(PIECES) + 1])


async def test_an_endless_answer_is_cut_where_it_is_full() -> None:
    answer = live(FOUND, Delta("x" * 999), max_chars=1000)
    assert not answer.is_full
    answer.append(Delta("yz"))
    answer.append(Delta("more"))
    assert (True, 1000, "y") == (answer.is_full, answer.length, answer.text[-1])


async def test_readers_at_many_places_leave_nothing_in_memory() -> None:
    answer = live(FOUND, *(Delta("x") for _ in range(1000)))
    slow = [answer.follow(offset) for offset in range(0, 1000, 2)]
    for reader in slow:
        await anext(reader)
    kept = list(answer._since.values())
    assert len(kept) <= 2  # of the beginning and of the last piece, which many read
    answer.append(Delta("y"))
    assert {} == answer._since


@pytest.mark.parametrize("offset", range(len(TEXT) + 2))
def test_text_from_is_a_slice(offset: int) -> None:
    assert TEXT[offset:] == finished_answer().text_from(offset)


async def test_waiting_for_the_beginning_ends_with_text_or_without_any() -> None:
    for last in (Delta("a"), Finished("stopped")):
        answer = live(FOUND)
        waiting = asyncio.create_task(answer.begun())
        await asyncio.sleep(0)
        assert not waiting.done()
        answer.append(last)
        await asyncio.wait_for(waiting, 10)


async def test_times_are_kept() -> None:
    before = datetime.now(UTC)
    answer = finished_answer()
    assert answer.first_delta_at is not None
    assert answer.finished_at is not None
    assert before <= answer.first_delta_at <= answer.finished_at
