"""The one producer of an answer: whatever happens, the answer ends and the model's request is closed."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

import pytest

from server.answering.live import LiveAnswer
from server.answering.writing import AnswerWriter, interrupted
from server.errors import AnswerInterrupted, ModelTimeout
from server.events import Delta, Event, Finished, SourcesFound

FOUND = SourcesFound((), "high")


class Model:
    """Yields events, or raises what is no event, then hangs; takes a while to be closed."""

    def __init__(self, *events: Event | Exception) -> None:
        self._events: Sequence[Event | Exception] = events
        self.hangs = asyncio.Event()
        self.closes = asyncio.Event()
        self.is_closed = False

    async def events(self) -> AsyncGenerator[Event, None]:
        try:
            for event in self._events:
                if isinstance(event, Exception):
                    raise event
                yield event
            self.hangs.set()
            await asyncio.Event().wait()
        finally:
            self.closes.set()
            await asyncio.sleep(0.02)
            self.is_closed = True


def write(model: Model, *, max_chars: int = 1000) -> tuple[LiveAnswer, AnswerWriter]:
    answer = LiveAnswer("id", query="q", model="m", max_chars=max_chars)
    return answer, AnswerWriter(answer, model.events(), is_paid=False)


async def ended(answer: LiveAnswer) -> Finished:
    return await asyncio.wait_for(answer.ended(), 10)


async def test_stopped_it_keeps_what_was_written_and_closes_the_request() -> None:
    model = Model(FOUND, Delta("abc"))
    answer, writer = write(model)
    await model.hangs.wait()
    writer.stop(Finished("stopped"))
    assert Finished("stopped") == await ended(answer)
    assert ("abc", True) == (answer.text, model.is_closed)


async def test_stopped_before_it_began_it_ends_all_the_same() -> None:
    answer, writer = write(Model(FOUND, Delta("abc")))
    writer.stop(Finished("stopped"))
    assert Finished("stopped") == await ended(answer)
    assert ("", SourcesFound((), None)) == (answer.text, answer.found)


async def test_stopped_again_it_still_closes_the_request() -> None:
    model = Model(FOUND)
    answer, writer = write(model)
    await model.hangs.wait()
    writer.stop(Finished("stopped"))
    await model.closes.wait()
    writer.stop(interrupted())
    assert Finished("stopped") == await ended(answer)
    assert model.is_closed


async def test_stopped_while_it_closes_the_request_it_ends_as_the_model_did() -> None:
    model = Model(FOUND, Delta("abc"), Finished("stop"))
    answer, writer = write(model)
    await model.closes.wait()
    writer.stop(interrupted())
    assert Finished("stop") == await ended(answer)
    assert model.is_closed


async def test_an_endless_answer_is_cut_and_the_request_closed() -> None:
    model = Model(FOUND, Delta("abc"), Delta("def"), Delta("ghi"))
    answer, _ = write(model, max_chars=5)
    assert Finished("length") == await ended(answer)
    assert ("abcde", True) == (answer.text, model.is_closed)


@pytest.mark.parametrize(
    ("trouble", "code"), [(ModelTimeout("late"), "model_timeout"), (ZeroDivisionError(), "internal")]
)
async def test_trouble_and_bugs_end_it_with_a_problem(trouble: Exception, code: str) -> None:
    model = Model(FOUND, Delta("abc"), trouble)
    answer, _ = write(model)
    finished = await ended(answer)
    assert finished.problem is not None
    assert ("error", code, "failed", "abc") == (
        finished.reason,
        finished.problem.code,
        finished.status,
        answer.text,
    )


async def test_cancelled_from_outside_it_is_interrupted() -> None:
    model = Model(FOUND)
    answer, writer = write(model)
    await model.hangs.wait()
    writer.task.cancel()
    finished = await ended(answer)
    assert isinstance(finished.problem, AnswerInterrupted)
    assert ("interrupted", True) == (finished.status, model.is_closed)
