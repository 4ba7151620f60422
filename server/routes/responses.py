"""The responses routes answer with."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

import orjson
from sse_starlette import EventSourceResponse
from sse_starlette.sse import SendTimeoutError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from server.errors import KeyRefused, LecternError, Outage
from server.settings import Settings

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

STREAM_HEADERS = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}


class JsonResponse(Response):
    """Dataclasses and all, by orjson."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return orjson.dumps(content)


class EventStream(EventSourceResponse):
    """An event stream by the wire contract.

    1. LF, because `sse.js` splits events at CRLF after an `id:`.
    2. A keep-alive with ONE newline: the package's blank line after a comment is an empty message to several
       clients, which then ask again.
    3. No `Connection` header: it is forbidden in HTTP/2 and the package sets it after ours.
    """

    def __init__(self, events: AsyncIterator[dict[str, Any]], settings: Settings) -> None:
        super().__init__(
            events,
            sep="\n",
            ping=settings.ping_seconds,
            ping_message_factory=lambda: b": ping\n",  # type: ignore[arg-type, return-value]
            headers=STREAM_HEADERS,
            shutdown_grace_period=settings.shutdown_grace_seconds,
            send_timeout=settings.send_timeout_seconds,
        )
        del self.headers["connection"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except SendTimeoutError:
            logger.info("A reader took nothing for too long and was let go.")


async def while_connected(request: Request, work: Coroutine[Any, Any, Result]) -> Result:
    """What `work` gives. A reader who leaves meanwhile cancels it: raises `ClientDisconnect`.

    For what is awaited before a response starts; a streaming response listens for itself.
    """
    working = asyncio.create_task(work)
    leaving = asyncio.create_task(_reader_leaves(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        for task in (working, leaving):
            task.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _reader_leaves(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def tell_nobody(request: Request, error: Exception) -> Response:
    """Ends a request whose reader has left; 499 is what nginx logs for it."""
    del request, error
    return Response(status_code=499)


def error_response(error: LecternError) -> JsonResponse:
    body = {"error": {"code": error.code, "message": error.reader_text}}
    # https://www.rfc-editor.org/rfc/rfc6750#section-3
    headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, KeyRefused) else None
    return JsonResponse(body, status_code=error.http_status, headers=headers)


async def tell_error(request: Request, error: Exception) -> Response:
    """The one handler for our tree of errors."""
    assert isinstance(error, LecternError)  # noqa: S101  Starlette dispatches by this class
    if error.http_status >= 500 or isinstance(error, Outage):
        logger.error("%s %s: %s", request.method, request.url.path, error)
    return error_response(error)
