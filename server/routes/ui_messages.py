"""`/v1/ui-messages`: chats of the Vercel AI SDK, by its UI message stream or its text protocol.

Trouble before a stream begins is a bare sentence: a chat shows the body of a refusal to its reader as it is.
"""

from typing import Final

from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import Response

from server.answering.answers import Answers
from server.answering.live import LiveAnswer
from server.answering.queries import clean_query
from server.errors import LecternError, RequestInvalid
from server.records import Question
from server.routes.asking import wants_fresh
from server.routes.bodies import read_body, read_filter_key, read_object, read_text_key
from server.routes.formats.plain_text import PlainText
from server.routes.formats.ui_messages import UiMessages
from server.routes.parameters import read_parameters
from server.routes.query import negotiate
from server.routes.responses import AnswerStream, NothingLeft, error_headers, log_trouble
from server.routes.ui_chats import chat_conversation, read_chat
from server.settings import Settings

_BODY_MAX_BYTES: Final = 1_000_000  # some hundred answers with their sources, which a chat sends back each time
_BODY_ADVICE: Final = "leave out the oldest messages in `prepareSendMessagesRequest`"
_BODY_EXAMPLE: Final = (
    '{"id": "…", "messages": [{"role": "user", "parts": [{"type": "text", "text": "How do I …?"}]}]}'
)
_TEXT: Final = "text/plain"
_PLAIN_TEXT: Final = PlainText()


class Chats(HTTPEndpoint):
    async def post(self, request: Request) -> Response:
        """Answers the last message of the reader; those before it are the history."""
        try:
            return await _answer(request)
        except LecternError as problem:
            return _tell(request, problem)


class ChatStream(HTTPEndpoint):
    async def get(self, request: Request) -> Response:
        """The chat's latest answer once more, from its start; 204 where there is nothing to resume."""
        try:
            return await _resume(request)
        except LecternError as problem:
            return _tell(request, problem)


async def _answer(request: Request) -> Response:
    answers: Answers = request.state.answers
    settings: Settings = request.state.settings
    wants_text = _wants_text(request)
    answer = await answers.open(await _read_question(request, settings))
    if wants_text:
        return AnswerStream(answers, answer, _PLAIN_TEXT, settings, refuse=_sentence)
    return AnswerStream(answers, answer, _format(request), settings)


async def _resume(request: Request) -> Response:
    answers: Answers = request.state.answers
    conversation = chat_conversation(request.path_params["chat"])
    answer = None if _wants_text(request) else await answers.latest(conversation)
    if answer is None or _is_over(answer):
        return NothingLeft()
    return AnswerStream(answers, answer, _format(request), request.state.settings)


def _is_over(answer: LiveAnswer) -> bool:
    """Whether nobody waits for it: a chat asks whenever it is opened, though it has all of it or stopped it.

    Told again, the answer would stand there twice in `ai` 5.0.0, and where messages are kept under other ids.
    """
    finished = answer.finished
    return finished is not None and (answer.delivered_at is not None or finished.status == "stopped")


def _format(request: Request) -> UiMessages:
    return UiMessages(str(request.base_url).rstrip("/"))


def _wants_text(request: Request) -> bool:
    protocol = read_parameters(request).get("protocol")
    if protocol not in (None, "ui", "text"):
        raise RequestInvalid("The parameter `protocol` is neither `ui` nor `text`.")
    if protocol:
        return protocol == "text"
    return negotiate(request.headers.get("accept", "*/*")) == _TEXT


async def _read_question(request: Request, settings: Settings) -> Question:
    """Without `Question.client`: a chat that lost its stream does not ask again, it resumes."""
    raw = await read_body(request, max_bytes=_BODY_MAX_BYTES, advice=_BODY_ADVICE)
    body = read_object(raw, example=_BODY_EXAMPLE)
    chat = read_chat(body)
    return Question(
        query=clean_query(chat.query, max_chars=settings.query_max_chars),
        filter=read_filter_key(body),
        page=read_text_key(body, "page"),
        conversation=chat.conversation,
        history=chat.history,
        is_fresh=chat.is_fresh or wants_fresh(request),
    )


def _tell(request: Request, problem: LecternError) -> Response:
    log_trouble(request, problem)
    return _sentence(problem)


def _sentence(problem: LecternError) -> Response:
    headers = {"Cache-Control": "no-store", **error_headers(problem)}
    return Response(problem.reader_text, problem.http_status, headers, media_type=_TEXT)
