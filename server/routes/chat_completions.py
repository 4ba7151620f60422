"""OpenAI's addresses, for its SDKs and what is built on them."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from server.answering.answers import Answers
from server.answering.live import LiveAnswer
from server.answering.queries import clean_query
from server.errors import DatabaseUnavailable, LecternError, NotFound, RequestInvalid, ServerStopping
from server.events import Finished
from server.records import Question
from server.routes.asking import client_hash, read_idempotency_key, wants_fresh
from server.routes.bodies import read_body, read_object
from server.routes.formats.openai_chunks import (
    ChatChunks,
    Chunks,
    TextChunks,
    chat_completion,
    error_object,
    text_completion,
)
from server.routes.openai_requests import OpenAIRequest, read_chat, read_prompt
from server.routes.responses import AnswerStream, JsonResponse, error_headers, log_trouble, read_whole
from server.settings import Settings

# A conversation comes whole with each of its questions. A guess.
_BODY_MAX_BYTES: Final = 1_000_000

_NO_STORE: Final = {"Cache-Control": "no-store"}

# What was refused before it cost anything may be tried again.
_FREE_TROUBLE: Final = (ServerStopping, DatabaseUnavailable)


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """One of OpenAI's two ways to ask for a text and to get it."""

    read: Callable[[Mapping[str, Any]], OpenAIRequest]
    stream: type[Chunks]
    whole: Callable[[LiveAnswer, Finished], dict[str, Any]]
    param: str
    """Where the question is."""
    example: str


_CHAT: Final = Dialect(
    read=read_chat,
    stream=ChatChunks,
    whole=chat_completion,
    param="messages",
    example='{"messages": [{"role": "user", "content": "How do I …?"}]}',
)
_TEXT: Final = Dialect(
    read=read_prompt,
    stream=TextChunks,
    whole=text_completion,
    param="prompt",
    example='{"prompt": "How do I …?"}',
)


async def chat_completions(request: Request) -> Response:
    return await _told_as_openai_does(request, _complete(request, _CHAT))


async def completions(request: Request) -> Response:
    return await _told_as_openai_does(request, _complete(request, _TEXT))


async def models(request: Request) -> Response:
    """The one there is."""
    answers: Answers = request.state.answers
    return JsonResponse({"object": "list", "data": (_model_object(answers.model),)})


async def one_model(request: Request) -> Response:
    return await _told_as_openai_does(request, _show_model(request))


async def _show_model(request: Request) -> Response:
    answers: Answers = request.state.answers
    if request.path_params["id"] != answers.model:
        told = f"There is no such model here: it is `{answers.model}` that answers."
        raise NotFound("A model that is not here was looked for.", reader_text=told)
    return JsonResponse(_model_object(answers.model))


def _model_object(name: str) -> dict[str, Any]:
    # OpenAI's objects have a time of making; whoever made this model knows it.
    return {"id": name, "object": "model", "created": 0, "owned_by": "lectern"}


async def _complete(request: Request, dialect: Dialect) -> Response:
    answers: Answers = request.state.answers
    settings: Settings = request.state.settings
    raw = await read_body(request, max_bytes=_BODY_MAX_BYTES, advice="leave the oldest messages out")
    asked = dialect.read(read_object(raw, example=dialect.example))
    question = Question(
        query=_clean(asked.query, settings, param=dialect.param),
        filter=asked.filter,
        history=asked.history,
        client=client_hash(request),
        idempotency_key=read_idempotency_key(request),
        body_sha256=hashlib.sha256(raw).digest(),
        is_fresh=wants_fresh(request),
    )
    answer = await answers.open(question)
    if asked.is_streamed:
        format = dialect.stream(include_usage=asked.include_usage)
        return AnswerStream(answers, answer, format, settings, refuse=_refusal)
    finished = await read_whole(request, answer)
    if finished.problem:
        return _refusal(finished.problem)
    return JsonResponse(dialect.whole(answer, finished), headers=_NO_STORE)


def _clean(query: str, settings: Settings, *, param: str) -> str:
    if not query.strip():
        raise RequestInvalid(f"The question in `{param}` is empty.", param=param)
    try:
        return clean_query(query, max_chars=settings.query_max_chars)
    except RequestInvalid as error:
        raise RequestInvalid(str(error), param=param) from None


async def _told_as_openai_does(request: Request, work: Awaitable[Response]) -> Response:
    """The response, or trouble in the shape that OpenAI's clients read."""
    try:
        return await work
    except LecternError as problem:
        log_trouble(request, problem)
        return _refusal(problem)


def _refusal(problem: LecternError) -> Response:
    headers = {**_NO_STORE, **error_headers(problem)}
    if not isinstance(problem, _FREE_TROUBLE):
        # OpenAI's SDKs try twice more after a 409, 429 or 5xx, and every time a model would be asked and paid.
        headers["X-Should-Retry"] = "false"
    return JsonResponse(error_object(problem), status_code=problem.http_status, headers=headers)
