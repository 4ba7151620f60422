"""The web application: which rooms there are and which address leads to which.

uvicorn --factory server.app:create_app
"""

import asyncio
import logging
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, nullcontext
from functools import partial
from types import FrameType
from typing import Final, TypedDict

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from server.answering.answer import Answering
from server.answering.answers import Answers
from server.answering.retrieval import Retriever
from server.database.calls import get_applied_migrations, get_site
from server.database.fitness import require_embedding_model, require_migrations
from server.database.migrate import read_sql_files
from server.database.pool import Database, database_url, open_database
from server.errors import LecternError
from server.models.completions import make_completer
from server.models.embeddings import make_embedder
from server.models.reranking import make_reranker
from server.routes.answers import AskedAnswers, OneAnswer, events
from server.routes.chat_completions import chat_completions, completions, models, one_model
from server.routes.demo import demo
from server.routes.feedback import feedback
from server.routes.health import healthz, readyz
from server.routes.jobs import show_job
from server.routes.modules import module, widget
from server.routes.pages import show_page
from server.routes.push import Pages, sync
from server.routes.query import query
from server.routes.responses import JsonResponse, error_response, tell_error, tell_nobody
from server.routes.search import search
from server.routes.site import site
from server.routes.static_folder import StaticFolder
from server.routes.ui_messages import Chats, ChatStream
from server.settings import Settings, find_folder, load_settings

logger = logging.getLogger(__name__)

# The toolkit's own address and the one its platform serves it under, so that a page only changes its host.
_LEGACY_QUERY_PATHS: Final = ("/vector-search", "/functions/v1/vector-search")

# What `EventSource` polyfills, the toolkit's platform client and OpenAI's JavaScript SDK send.
_CORS_REQUEST_HEADERS: Final = (
    "accept",
    "apikey",
    "authorization",
    "cache-control",
    "content-type",
    "idempotency-key",
    "last-event-id",
    "x-client-info",
    "x-stainless-arch",
    "x-stainless-helper-method",
    "x-stainless-lang",
    "x-stainless-os",
    "x-stainless-package-version",
    "x-stainless-retry-count",
    "x-stainless-runtime",
    "x-stainless-runtime-version",
    "x-stainless-timeout",
)


# For programs that have the secret key; a web page must not be able to use one.
_SECRET_PATHS: Final = ("/v1/pages", "/v1/sync", "/v1/jobs/")


class ReadersCors(CORSMiddleware):
    """CORS for what readers use; no browser gets a permission for the rest."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _path(scope).startswith(_SECRET_PATHS):
            await self.app(scope, receive, send)
            return
        await super().__call__(scope, receive, send)


def _path(scope: Scope) -> str:
    path: str = scope["path"].removeprefix(scope.get("root_path", ""))
    return path


class Rooms(TypedDict):
    """What a request needs; Starlette hands it on as `request.state`."""

    settings: Settings
    site_key: str
    database: Database
    retriever: Retriever
    answering: Answering
    answers: Answers


def create_app(settings: Settings | None = None, rooms: Rooms | None = None) -> Starlette:
    """The ASGI application. Without settings it reads them from the environment.

    Without rooms it opens its own when it starts: the database (an embedded one where no URL is set) and the
    models. Raises `SettingsInvalid` here, `DatabaseUnavailable` or `DatabaseUnfit` at start.
    """
    settings = settings or load_settings()
    return Starlette(
        routes=_routes(),
        middleware=[
            Middleware(
                ReadersCors,
                allow_origins=list(settings.allowed_origins),
                allow_methods=["GET", "POST", "DELETE"],
                allow_headers=list(_CORS_REQUEST_HEADERS),
                expose_headers=["Location", "Retry-After", "X-Should-Retry"],
                max_age=86_400,
            ),
            # Starlette's own stands outside of CORS, so that no page could read that something went wrong.
            Middleware(ServerErrorMiddleware, handler=_tell_bug),
        ],
        exception_handlers={
            LecternError: tell_error,
            HTTPException: _tell_http_error,
            ClientDisconnect: tell_nobody,
        },
        lifespan=lambda _: nullcontext(rooms) if rooms else _own_rooms(settings),
    )


def _routes() -> list[Route]:
    static = StaticFolder(find_folder("static"))
    return [
        *(Route(path, query) for path in ("/v1/query", *_LEGACY_QUERY_PATHS)),
        Route("/v1/answers", AskedAnswers),
        Route("/v1/answers/{id}", OneAnswer),
        Route("/v1/answers/{id}/events", events),
        Route("/v1/answers/{id}/feedback", feedback, methods=["POST"]),
        Route("/v1/chat/completions", chat_completions, methods=["POST"]),
        Route("/v1/completions", completions, methods=["POST"]),
        Route("/v1/models", models),
        Route("/v1/models/{id:path}", one_model),
        Route("/v1/ui-messages", Chats),
        Route("/v1/ui-messages/{chat:path}/stream", ChatStream),
        Route("/v1/search", search),
        Route("/v1/site", site),
        Route("/v1/pages", Pages),
        Route("/v1/sync", sync, methods=["POST"]),
        Route("/v1/jobs/{id}", show_job),
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/pages/{path:path}", show_page),
        Route("/widget.js", partial(widget, static)),
        Route("/static/{path:path}", partial(module, static)),
        Route("/", partial(demo, static)),
    ]


@asynccontextmanager
async def _own_rooms(settings: Settings) -> AsyncIterator[Rooms]:
    """Where uvicorn was started by itself: it waits for connections to end, and knows nothing of answers."""
    async with open_rooms(settings) as rooms:
        answers, loop = rooms["answers"], asyncio.get_running_loop()
        tasks: list[asyncio.Task[None]] = []

        def drain() -> None:
            grace_seconds = 0 if tasks else settings.shutdown_grace_seconds  # who says it twice is in a hurry
            tasks.append(asyncio.create_task(answers.drain(grace_seconds)))

        with _when_told_to_stop(lambda: loop.call_soon_threadsafe(drain)):
            yield rooms
        await asyncio.gather(*tasks)


@contextmanager
def _when_told_to_stop(act: Callable[[], object]) -> Iterator[None]:
    """Acts on SIGTERM and SIGINT beside who handles them already. Only a process' main thread can."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, frame: FrameType | None) -> None:
        act()
        before = handlers[signal.Signals(number)]
        if callable(before):
            before(number, frame)

    handlers = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, before in handlers.items():
            signal.signal(number, before)


@asynccontextmanager
async def open_rooms(settings: Settings, *, embedding_retries: int = 1) -> AsyncIterator[Rooms]:
    """Opened with the context and closed with it; for `embedding_retries` see `make_embedder`."""
    async with AsyncExitStack() as stack:
        embedder = make_embedder(
            settings, retries=embedding_retries, timeout_seconds=settings.embedding_timeout_seconds
        )
        stack.push_async_callback(embedder.close)
        completer = make_completer(settings)
        stack.push_async_callback(completer.close)
        if reranker := make_reranker(settings):
            stack.push_async_callback(reranker.close)
        url = await stack.enter_async_context(database_url(settings))
        database = await stack.enter_async_context(open_database(url, settings))
        known = [file.name for file in read_sql_files(find_folder("sql"), "migrations")]
        require_migrations(known, await get_applied_migrations(database))
        site = await get_site(database)
        require_embedding_model(site, settings.embedding_model, settings.resolved_embedding_dimensions)
        retriever = Retriever(database, embedder, settings, reranker=reranker)
        stack.push_async_callback(retriever.close)
        answering = Answering(retriever, completer, settings)
        answers = Answers(answering, database, settings)
        stack.push_async_callback(answers.close)
        yield Rooms(
            settings=settings,
            site_key=site.public_key,
            database=database,
            retriever=retriever,
            answering=answering,
            answers=answers,
        )


async def _tell_http_error(request: Request, error: Exception) -> Response:
    del request
    assert isinstance(error, HTTPException)  # noqa: S101  Starlette dispatches by this class
    body = {"error": {"code": "http", "message": error.detail}}
    return JsonResponse(body, status_code=error.status_code, headers=error.headers)


async def _tell_bug(request: Request, error: Exception) -> Response:
    logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return error_response(LecternError("a bug"))
