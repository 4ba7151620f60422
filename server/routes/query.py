"""`GET /v1/query`: ask, and the answer streams back. The toolkit's own addresses lead here too."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from server.answering.answer import Answering
from server.answering.queries import clean_query
from server.errors import LecternError, NotAcceptable
from server.routes.old_formats import new_answer_id, one_shot_frames, plain_text, whole_answer
from server.routes.parameters import read_filter, read_parameters
from server.routes.responses import STREAM_HEADERS, EventStream, JsonResponse, while_connected
from server.settings import Settings

_EVENT_STREAM: Final = "text/event-stream"
_JSON: Final = "application/json"
_TEXT: Final = "text/plain"


async def query(request: Request) -> Response:
    """An answer as frames, JSON or text, by `Accept`.

    A reconnecting client gets 204, which tells an `EventSource` to stop: asking again would bill twice.
    """
    if "last-event-id" in request.headers:
        return Response(status_code=204)
    if request.method == "HEAD":  # Starlette sends them here too, and an answer costs money
        return Response(headers=STREAM_HEADERS, media_type=_EVENT_STREAM)
    settings: Settings = request.state.settings
    answering: Answering = request.state.answering
    media_type = negotiate(request.headers.get("accept", "*/*"))
    parameters = read_parameters(request)
    question = clean_query(parameters.get("query", ""), max_chars=settings.query_max_chars)
    events = answering.answer(question, filter=read_filter(parameters))
    answer_id = new_answer_id()
    if media_type == _JSON:
        answer = whole_answer(events, answer_id=answer_id, query=question, model=answering.model)
        status, body = await while_connected(request, answer)
        return JsonResponse(body, status_code=status, headers={"Cache-Control": "no-store"})
    if media_type == _TEXT:
        return await _stream_text(request, plain_text(events))
    frames = one_shot_frames(events, answer_id=answer_id, model=answering.model)
    return EventStream(frames, settings)


async def _stream_text(request: Request, pieces: AsyncGenerator[str, None]) -> Response:
    """Waits for the first piece, because trouble before it can still be told by the status."""
    try:
        first = await while_connected(request, anext(pieces, ""))
    except LecternError as problem:
        text = f"{problem.reader_text}\n"
        return Response(text, problem.http_status, STREAM_HEADERS, media_type=_TEXT)

    async def all_pieces() -> AsyncGenerator[str, None]:
        async with aclosing(pieces):
            yield first
            async for piece in pieces:
                yield piece

    return StreamingResponse(all_pieces(), media_type=_TEXT, headers=STREAM_HEADERS)


def negotiate(accept: str) -> str:
    """The media type to answer with: the one `Accept` weighs most that we have; `*/*` is the event stream."""
    for wanted in sorted(accept.split(","), key=_weight, reverse=True):
        if _weight(wanted) == 0:
            break
        match wanted.partition(";")[0].strip().lower():
            case "text/event-stream" | "*/*" | "":
                return _EVENT_STREAM
            case "application/json" | "application/*":
                return _JSON
            case "text/plain" | "text/*":
                return _TEXT
    raise NotAcceptable(f"Answers come as {_EVENT_STREAM}, {_JSON} or {_TEXT}: send one of them as Accept.")


def _weight(entry: str) -> float:
    """The `q` of one entry (RFC 9110 §12.4.2); 1 without one, or with one that is no number."""
    _, _, written = entry.replace(" ", "").lower().partition(";q=")
    try:
        return float(written or 1)
    except ValueError:
        return 1
