"""The responses routes answer with."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import aclosing, suppress
from functools import partial
from typing import Any, TypeVar

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from server.answering.answers import Answers
from server.answering.live import FINISHED, NOTHING, LiveAnswer
from server.errors import KeyRefused, LecternError, NotFound, Outage, ServerStopping
from server.events import Finished
from server.routes.formats.frames import Format
from server.settings import Settings

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

# How long the status may wait for what it is to tell, where the format has keep-alives. A guess: what refuses a
# question does so at once, and no proxy waits for less than half a minute.
_STATUS_WAIT_SECONDS = 5.0

_RETRY_AFTER_SECONDS = 5  # a guess: until another server, or this one anew, takes questions


class JsonResponse(Response):
    """Dataclasses and all, by orjson."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return orjson.dumps(content)


class NothingLeft(Response):
    """Tells an `EventSource` to stop. No cache may: it would give a 204 to who asks by the same address."""

    def __init__(self) -> None:
        super().__init__(status_code=204, headers={"Cache-Control": "no-store"})


class AnswerStream(Response):
    """An answer as it is written, in one format, from behind the position that its reader has.

    sse-starlette's response took twice the CPU for an event (19 µs, and 10 this way, November 2026) and four
    tasks for a reader; this one has two and a timer.
    """

    def __init__(
        self,
        answers: Answers,
        answer: LiveAnswer,
        format: Format,
        settings: Settings,
        *,
        after: int = NOTHING,
        refuse: Callable[[LecternError], Response] | None = None,
    ) -> None:
        """With `refuse`, trouble before any text is what that makes of it, and the stream begins with the text."""
        self.status_code = 200
        self.media_type = format.media_type
        self.background = None
        self.init_headers(format.headers)
        self._answers = answers
        self._answer = answer
        self._format = format
        self._after = after
        self._refuse = refuse
        self._grace_seconds = settings.reader_grace_seconds if format.can_resume else 0
        self._ping_seconds = settings.ping_seconds
        self._send_timeout_seconds = settings.send_timeout_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reading = self._answers.reading(self._answer, grace_seconds=self._grace_seconds)
        # Who left needs nothing more; where another server goes on with the answer, the reader comes back for it.
        with suppress(ClientDisconnect, ServerStopping), reading:
            await while_connected(receive, self._respond(scope, receive, send))

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._refuse:
            await self._wait_for_text()
            finished = self._answer.finished
            if finished and finished.problem and not self._answer.length:
                await self._refuse(finished.problem)(scope, receive, send)
                return
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        if scope["method"] == "HEAD":  # which Starlette sends to whatever takes a GET; nobody has read anything
            await send({"type": "http.response.body", "body": b""})
            return
        pulse = Pulse(
            send,
            cut=partial(_cut, receive),
            keep_alive=self._format.keep_alive,
            ping_seconds=self._ping_seconds,
            send_timeout_seconds=self._send_timeout_seconds,
        )
        with pulse:
            await self._write(pulse)
            await pulse.send(b"", is_last=True)
        self._answers.was_delivered(self._answer)

    async def _wait_for_text(self) -> None:
        """Or for trouble; but not for so long that a proxy would lose patience with a silent stream."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_STATUS_WAIT_SECONDS if self._format.keep_alive else None):
                await self._answer.begun()

    async def _write(self, pulse: "Pulse") -> None:
        answer, format, after = self._answer, self._format, self._after
        async with aclosing(answer.follow(after)) as events:
            async for logged in events:
                for frame in format.frames(answer, logged):
                    if frame.position > after:
                        await pulse.send(frame.data)


class Pulse:
    """Sends, keeps a silent stream alive, and lets a reader go that takes nothing.

    One timer a stream, which looks what has happened since: one for each send would cost more than the send.
    """

    def __init__(
        self,
        send: Send,
        *,
        cut: Callable[[], None],
        keep_alive: bytes,
        ping_seconds: float,
        send_timeout_seconds: float,
    ) -> None:
        """`cut` breaks the connection off, with what the reader has not taken."""
        self._send = send
        self._cut = cut
        self._keep_alive = keep_alive
        self._ping_seconds = ping_seconds
        self._send_timeout_seconds = send_timeout_seconds
        self._loop = asyncio.get_running_loop()
        self._sent_at = self._loop.time()
        self._sends_under_way = 0
        self._pinging: asyncio.Task[None] | None = None

    def __enter__(self) -> None:
        self._writing = asyncio.current_task()
        self._wait()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        if self._pinging:
            self._pinging.cancel()

    async def send(self, data: bytes, *, is_last: bool = False) -> None:
        """One write; waits while the reader takes nothing."""
        self._sends_under_way += 1
        self._sent_at = self._loop.time()
        await self._send({"type": "http.response.body", "body": data, "more_body": not is_last})
        self._sends_under_way -= 1

    def _wait(self) -> None:
        limit_seconds = self._send_timeout_seconds
        if not self._sends_under_way:
            limit_seconds = min(limit_seconds, self._ping_seconds)
        self._timer = self._loop.call_at(self._sent_at + limit_seconds, self._look)

    def _look(self) -> None:
        silent_seconds = self._loop.time() - self._sent_at
        if self._sends_under_way and silent_seconds >= self._send_timeout_seconds:
            logger.info("A reader took nothing for too long and was let go.")
            assert self._writing is not None  # noqa: S101 - it is entered in a task
            self._writing.cancel()
            self._cut()
            return
        if not self._sends_under_way and silent_seconds >= self._ping_seconds:
            self._sent_at = self._loop.time()
            if self._keep_alive:
                self._pinging = asyncio.create_task(self.send(self._keep_alive))
        self._wait()


def _cut(receive: Receive) -> None:
    """Closes the connection at once, where the server is uvicorn: ASGI has no word for it.

    What uvicorn does with an unfinished response waits until the reader has taken what was written, and one that
    takes nothing would keep the connection and its buffer for ever.
    """
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def while_connected(receive: Receive, work: Coroutine[Any, Any, Result]) -> Result:
    """What `work` gives. A reader who leaves meanwhile cancels it, and one is let go by cancelling it.

    Both raise `ClientDisconnect`.
    """
    working = asyncio.create_task(work)
    leaving = asyncio.create_task(_disconnected(receive))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not working.done() or working.cancelled():
            raise ClientDisconnect
        return working.result()
    finally:
        for task in (working, leaving):
            task.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def read_whole(request: Request, answer: LiveAnswer) -> Finished:
    """How an answer ended, for who reads it in one piece and cannot come back. Raises `ClientDisconnect`."""
    answers: Answers = request.state.answers
    with answers.reading(answer, grace_seconds=0):
        finished = await while_connected(request.receive, answer.ended())
    answers.was_delivered(answer)
    return finished


async def resume(request: Request, id: str, format: Format, *, after: int) -> Response:
    """What a client lacks that comes back; 204, which tells an `EventSource` to stop, where that is nothing."""
    answers: Answers = request.state.answers
    try:
        answer = await answers.find(id)
    except NotFound:
        return NothingLeft()
    if after >= FINISHED:
        return NothingLeft()
    return AnswerStream(answers, answer, format, request.state.settings, after=after)


async def tell_nobody(request: Request, error: Exception) -> Response:
    """Ends a request whose reader has left; 499 is what nginx logs for it."""
    del request, error
    return Response(status_code=499)


def error_response(error: LecternError) -> JsonResponse:
    body = {"error": error.told}
    headers = {"Cache-Control": "no-store", **error_headers(error)}
    return JsonResponse(body, status_code=error.http_status, headers=headers)


def error_headers(error: LecternError) -> dict[str, str]:
    if isinstance(error, KeyRefused):
        return {"WWW-Authenticate": "Bearer"}  # https://www.rfc-editor.org/rfc/rfc6750#section-3
    if isinstance(error, ServerStopping):
        return {"Retry-After": str(_RETRY_AFTER_SECONDS)}
    return {}


async def tell_error(request: Request, error: Exception) -> Response:
    """The one handler for our tree of errors."""
    assert isinstance(error, LecternError)  # noqa: S101  Starlette dispatches by this class
    log_trouble(request, error)
    return error_response(error)


def log_trouble(request: Request, problem: LecternError) -> None:
    """What the owner has to know: nothing a reader can mend, nor each question that a stopping server refuses."""
    is_ours = problem.http_status >= 500 or isinstance(problem, Outage)
    if is_ours and not isinstance(problem, ServerStopping):
        logger.error("%s %s: %s", request.method, request.url.path, problem)
