"""The one producer of an answer: the task that appends what happens, and can be told to stop."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from math import ceil
from typing import Final

from server.answering.answer import as_problem
from server.answering.live import LiveAnswer
from server.errors import AnswerInterrupted, LecternError
from server.events import Event, Finished, SourcesFound, Usage

# What a token of `o200k_base` holds of English prose and code. Only for what an endpoint did not tell: to count
# exactly would load 80 MB of ranks into a process that needs them for nothing else.
_BYTES_PER_TOKEN: Final = 4


class AnswerWriter:
    """Writes while the event loop runs; whatever happens, the answer ends with `Finished`."""

    def __init__(self, answer: LiveAnswer, events: AsyncGenerator[Event, None], *, is_paid: bool) -> None:
        self._answer = answer
        self._events = events
        self._is_paid = is_paid
        self._ending: Finished | None = None
        self._is_reading = False
        self.task = asyncio.create_task(self._write(), name=f"answer {answer.id}")

    def stop(self, ending: Finished) -> None:
        """Closes the request to the model, keeps what was written, and ends the answer so."""
        if self._ending:
            return
        self._ending = ending
        # Neither before it runs, which nothing would come after, nor while it closes the request.
        if self._is_reading:
            self.task.cancel()

    @property
    def is_stopping(self) -> bool:
        """Whether the answer is about to end because it was told to."""
        return self._ending is not None

    async def _write(self) -> None:
        try:
            ending = await self._append_events()
        except asyncio.CancelledError:
            ending = self._ending or interrupted()
        except Exception as error:  # noqa: BLE001 - it is logged there
            ending = Finished("error", as_problem(error))
        if self._answer.found is None:
            self._answer.append(SourcesFound((), None))
        self._answer.append(self._with_usage(ending))

    async def _append_events(self) -> Finished:
        if self._ending:
            return self._ending
        self._is_reading = True
        try:
            async for event in self._events:
                if isinstance(event, Finished):
                    return event
                self._answer.append(event)
                if self._answer.is_full:
                    return Finished("length")
        finally:
            self._is_reading = False
            await self._events.aclose()
        raise LecternError("An answer did not end.")

    def _with_usage(self, ending: Finished) -> Finished:
        found = self._answer.found
        if ending.usage or not self._is_paid or found is None or found.is_refusal or not found.matches:
            return ending
        prompt_tokens = sum(match.token_count for match in found.matches)
        return replace(ending, usage=Usage(prompt_tokens, _estimate_tokens(self._answer), is_estimate=True))


def interrupted() -> Finished:
    """The end of an answer that this server cannot finish."""
    return Finished("error", AnswerInterrupted("The server that wrote the answer was stopped."))


def _estimate_tokens(answer: LiveAnswer) -> int:
    return ceil(len(answer.text.encode()) / _BYTES_PER_TOKEN)
