"""`/v1/answers`: answers as resources, for the widget and everyone who must not ask twice."""

import hashlib
from typing import Any, Final

from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import Response

from server.answering.answers import Answers
from server.answering.live import NOTHING, LiveAnswer
from server.answering.queries import clean_query
from server.answering.threads import is_chat, new_conversation
from server.errors import RequestInvalid
from server.records import Question
from server.routes.asking import read_idempotency_key, read_last_event_id, wants_fresh
from server.routes.bodies import read_body, read_filter_key, read_object, read_text_key
from server.routes.formats.named_events import NamedEvents
from server.routes.formats.whole import whole_answer
from server.routes.parameters import read_parameters, read_position
from server.routes.responses import AnswerStream, JsonResponse, resume
from server.routes.site_key import require_site
from server.settings import Settings

_BODY_MAX_BYTES: Final = 100_000
_EXAMPLE: Final = '{"query": "How do I …?"}'
_NO_STORE: Final = {"Cache-Control": "no-store"}
_NAMED_EVENTS: Final = NamedEvents()


class AskedAnswers(HTTPEndpoint):
    async def post(self, request: Request) -> Response:
        """Begins an answer, or joins an equal one, and returns before the model has said anything."""
        answers: Answers = request.state.answers
        question = await _read_question(request)
        answer = await answers.open(question, must_be_stored=True)
        answers.expect_reader(answer)
        url = f"/v1/answers/{answer.id}"
        body = {
            **whole_answer(answer),
            "conversation": question.conversation or new_conversation(answer),
            "url": url,
            "events": f"{url}/events",
        }
        return JsonResponse(body, status_code=201, headers={"Location": url, **_NO_STORE})


class OneAnswer(HTTPEndpoint):
    async def get(self, request: Request) -> Response:
        """The answer so far, or finished. Who asks for it counts as a reader for a while."""
        answer = await _find(request)
        request.state.answers.expect_reader(answer)
        return JsonResponse(whole_answer(answer), headers=_NO_STORE)

    async def delete(self, request: Request) -> Response:
        """Stops the model and keeps what was written."""
        answers: Answers = request.state.answers
        return JsonResponse(whole_answer(await answers.stop(request.path_params["id"])), headers=_NO_STORE)


async def events(request: Request) -> Response:
    """The answer's events, from the beginning or behind a position; 204 where nothing is left to tell.

    An `EventSource` tells by `Last-Event-ID`, which a page cannot set: one loaded anew says `after` in the
    address, which stays the same when the connection is lost later.
    """
    id = request.path_params["id"]
    after = read_position(read_parameters(request), "after")
    if resumed := read_last_event_id(request):
        # An id of another answer comes from a client that read that one's stream before.
        after = resumed[1] if resumed[0] == id else NOTHING
    if after is None:
        return AnswerStream(request.state.answers, await _find(request), _NAMED_EVENTS, request.state.settings)
    return await resume(request, id, _NAMED_EVENTS, after=after)


async def _find(request: Request) -> LiveAnswer:
    answers: Answers = request.state.answers
    return await answers.find(request.path_params["id"])


async def _read_question(request: Request) -> Question:
    settings: Settings = request.state.settings
    raw = await read_body(request, max_bytes=_BODY_MAX_BYTES, advice="ask shorter")
    body = read_object(raw, example=_EXAMPLE)
    require_site(request, read_text_key(body, "site"))
    query = body.get("query")
    if not isinstance(query, str):
        raise RequestInvalid(f"`query` is no text: send {_EXAMPLE}.")
    return Question(
        query=clean_query(query, max_chars=settings.query_max_chars),
        filter=read_filter_key(body),
        page=read_text_key(body, "page"),
        conversation=_read_conversation(body),
        idempotency_key=read_idempotency_key(request),
        body_sha256=hashlib.sha256(raw).digest(),
        is_fresh=wants_fresh(request),
    )


def _read_conversation(body: dict[str, Any]) -> str | None:
    conversation = read_text_key(body, "conversation")
    if conversation and is_chat(conversation):
        raise RequestInvalid("`conversation` is none that an answer named.")
    return conversation
