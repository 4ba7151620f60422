"""`GET /v1/query`: ask, and the answer streams back. The toolkit's own addresses lead here too."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from server.answering.answers import Answers
from server.answering.queries import clean_query
from server.errors import LecternError, NotAcceptable
from server.records import Question
from server.routes.asking import client_hash, read_last_event_id, wants_fresh
from server.routes.formats.frames import EVENT_STREAM, STREAM_HEADERS
from server.routes.formats.one_shot import OneShot
from server.routes.formats.plain_text import PlainText
from server.routes.formats.whole import whole_answer
from server.routes.parameters import read_filter, read_flag, read_parameters
from server.routes.responses import AnswerStream, JsonResponse, error_headers, read_whole, resume
from server.routes.site_key import require_site
from server.settings import Settings

_JSON: Final = "application/json"
_TEXT: Final = "text/plain"
_ONE_SHOT: Final = OneShot()
_PLAIN_TEXT: Final = PlainText()


async def query(request: Request) -> Response:
    """An answer as frames, JSON or text, by `Accept`. A reconnecting client is never answered anew."""
    settings: Settings = request.state.settings
    answers: Answers = request.state.answers
    if resumed := read_last_event_id(request):
        id, position = resumed
        return await resume(request, id, _ONE_SHOT, after=position)
    if request.method == "HEAD":  # Starlette sends them here too, and an answer costs money
        return Response(headers=STREAM_HEADERS, media_type=EVENT_STREAM)
    media_type = negotiate(request.headers.get("accept", "*/*"))
    question = _read_question(request, media_type, settings)
    answer = await answers.open(question)
    if media_type == _JSON:
        problem = (await read_whole(request, answer)).problem
        status = problem.http_status if problem else 200
        return JsonResponse(whole_answer(answer), status_code=status, headers={"Cache-Control": "no-store"})
    if media_type == _TEXT:
        return AnswerStream(answers, answer, _PLAIN_TEXT, settings, refuse=_refusal_as_text)
    return AnswerStream(answers, answer, _ONE_SHOT, settings)


def _read_question(request: Request, media_type: str, settings: Settings) -> Question:
    parameters = read_parameters(request)
    require_site(request, parameters.get("site"))
    # An `EventSource` sends `Cache-Control: no-cache` with every request, whatever its page thinks of that.
    is_fresh = read_flag(parameters, "fresh") or (media_type != EVENT_STREAM and wants_fresh(request))
    return Question(
        query=clean_query(parameters.get("query", ""), max_chars=settings.query_max_chars),
        filter=read_filter(parameters),
        # An `EventSource` whose first answer was lost with its connection asks as if it had not asked yet.
        client=client_hash(request) if media_type == EVENT_STREAM else None,
        is_fresh=is_fresh,
    )


def _refusal_as_text(problem: LecternError) -> Response:
    text = f"{problem.reader_text}\n"
    return Response(text, problem.http_status, {**STREAM_HEADERS, **error_headers(problem)}, media_type=_TEXT)


def negotiate(accept: str) -> str:
    """The media type to answer with: the one `Accept` weighs most that we have; `*/*` is the event stream."""
    for wanted in sorted(accept.split(","), key=_weight, reverse=True):
        if _weight(wanted) == 0:
            break
        match wanted.partition(";")[0].strip().lower():
            case "text/event-stream" | "*/*" | "":
                return EVENT_STREAM
            case "application/json" | "application/*":
                return _JSON
            case "text/plain" | "text/*":
                return _TEXT
    raise NotAcceptable(f"Answers come as {EVENT_STREAM}, {_JSON} or {_TEXT}: send one of them as Accept.")


def _weight(entry: str) -> float:
    """The `q` of one entry (RFC 9110 §12.4.2); 1 without one, or with one that is no number."""
    _, _, written = entry.replace(" ", "").lower().partition(";q=")
    try:
        return float(written or 1)
    except ValueError:
        return 1
