"""A small OpenAI-compatible endpoint for tests, benchmarks and use by hand.

    python -m tests.model_endpoint --port 9999
    export LECTERN_COMPLETION_BASE_URL=http://127.0.0.1:9999/v1
    export LECTERN_COMPLETION_MODEL='openai/test?delta_delay_seconds=0.1'

Every field of `Knobs` can be turned for one request, behind the model's name or in the URL's query:
`?status=429&retry_after_seconds=2`, `?cut_after_deltas=3`, `?hang=1`, `?answer=Hello+[1].`.
"""

import argparse
import asyncio
import contextlib
import json
import math
import re
import socket
import threading
import time
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, get_args
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

_START_TIMEOUT_SECONDS = 10


@dataclass(kw_only=True)
class Knobs:
    """How the endpoint behaves from the next request on."""

    first_delta_delay_seconds: float = 0
    delta_delay_seconds: float = 0
    delta_words: int = 1
    answer: str | None = None
    """`None`: one that says how many sections it read, and cites the first."""
    rewriting: str | None = None
    """What it makes of a conversation's last question; `None`: the question as it came."""
    finish_reason: str = "stop"
    tells_usage: bool = False
    """Tells behind an answer what it took also who did not ask by `stream_options`."""
    dimensions: int = 64
    embedding_delay_seconds: float = 0
    wants_texts: bool = False
    """Reranks as Text Embeddings Inference does: `texts` instead of `documents`, a bare list of scores."""
    rerank_delay_seconds: float = 0
    common_part: float = 0
    """Length of what all embeddings share beside their own unit: at 3 every cosine is above 0.9."""

    status: int = 200
    """Anything else is refused with, by an error object."""
    failures: int | None = None
    """How many requests `status` holds for, before all goes well; `None`: every one."""
    retry_after_seconds: float | None = None
    error_message: str = "The test endpoint was told to fail."

    calm_requests: int = 0
    """How many requests the endpoint has to have got before `status` and `hang` hold."""

    hang: bool = False
    """Takes the request and never answers."""
    hang_after_deltas: int | None = None
    cut_after_deltas: int | None = None
    """Breaks the connection off."""
    error_after_deltas: int | None = None
    """Sends an error object with status 500 in the stream."""

    raw: Sequence[bytes] | None = None
    """Sent as it is instead of an answer, chunk by chunk."""

    def turned(self, changes: Mapping[str, str]) -> "Knobs":
        """A copy with the fields named in `changes` set from text; other names are left to whom they belong."""
        types = {entry.name: entry.type for entry in fields(self) if entry.name != "raw"}
        known = {name: text for name, text in changes.items() if name in types}
        return replace(self, **{name: _from_text(text, types[name]) for name, text in known.items()})


@dataclass(kw_only=True)
class RecordedRequest:
    """One request as it came, and what became of it. Times are `time.monotonic()`."""

    path: str
    headers: Mapping[str, str]
    body: Any
    client: tuple[str, int]
    """Address and port: the same for requests on one connection."""
    received_at: float = field(default_factory=time.monotonic)
    first_delta_at: float | None = None
    closed_early_at: float | None = None
    """When the client went away before the answer was complete."""
    closed_early: threading.Event = field(default_factory=threading.Event)

    @property
    def text(self) -> str:
        """What all messages of a completion request say."""
        return "\n\n".join(message["content"] for message in self.body["messages"])

    @property
    def is_rewriting(self) -> bool:
        """Whether it asks for a stand-alone question and not for an answer."""
        return "<exchange>\n" in self.text

    def is_about(self, query: str) -> bool:
        return "messages" in self.body and query in self.text


@dataclass(kw_only=True)
class ModelEndpoint:
    """A running endpoint, as a test holds it."""

    base_url: str
    """Ends with `/v1`."""
    knobs: Knobs = field(default_factory=Knobs)
    knobs_by_query: dict[str, Knobs] = field(default_factory=dict)
    """Instead of `knobs`, for requests that hold the query: for tests that ask many things at once."""
    requests: list[RecordedRequest] = field(default_factory=list)
    failure_count: int = 0

    def start_afresh(self) -> None:
        self.knobs, self.failure_count = Knobs(), 0
        self.knobs_by_query.clear()
        self.requests.clear()

    def requests_about(self, query: str) -> list[RecordedRequest]:
        return [request for request in self.requests if request.is_about(query)]

    def knobs_for(self, request: RecordedRequest) -> Knobs:
        return next((knobs for query, knobs in self.knobs_by_query.items() if request.is_about(query)), self.knobs)


@contextlib.contextmanager
def serve_model_endpoint(*, port: int = 0) -> Iterator[ModelEndpoint]:
    """A running endpoint on a free port, in a thread of its own; gone with the thread at the end."""
    listener = socket.create_server(("127.0.0.1", port))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as `server.serving.listen`, and why
    endpoint = ModelEndpoint(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}/v1")
    config = uvicorn.Config(
        make_app(endpoint), log_config=None, log_level="critical", lifespan="off", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="model-endpoint")
    thread.start()
    try:
        deadline = time.monotonic() + _START_TIMEOUT_SECONDS
        while not server.started:
            if time.monotonic() > deadline or not thread.is_alive():
                raise RuntimeError("The model endpoint did not start.")
            time.sleep(0.005)
        yield endpoint
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def make_app(endpoint: ModelEndpoint) -> Starlette:
    async def embeddings(request: Request) -> Response:
        return await _answer(endpoint, request, _embed)

    async def chat_completions(request: Request) -> Response:
        return await _answer(endpoint, request, _complete)

    async def rerank(request: Request) -> Response:
        return await _answer(endpoint, request, _rerank)

    async def models(request: Request) -> Response:
        return JSONResponse({"object": "list", "data": [{"id": "test", "object": "model"}]})

    return Starlette(
        routes=[
            Route("/v1/embeddings", embeddings, methods=["POST"]),
            Route("/v1/chat/completions", chat_completions, methods=["POST"]),
            Route("/v1/rerank", rerank, methods=["POST"]),
            Route("/v1/models", models),
        ]
    )


Reply = Callable[[RecordedRequest, Knobs], Response]


async def _answer(endpoint: ModelEndpoint, request: Request, reply: Reply) -> Response:
    assert request.client is not None
    record = RecordedRequest(
        path=request.url.path,
        headers=dict(request.headers),
        body=await request.json(),
        client=(request.client.host, request.client.port),
    )
    endpoint.requests.append(record)
    _, _, asked = str(record.body.get("model", "")).partition("?")
    knobs = endpoint.knobs_for(record).turned(dict(parse_qsl(request.url.query) + parse_qsl(asked)))
    is_calm = len(endpoint.requests) <= knobs.calm_requests
    if knobs.status != 200 and not is_calm and (knobs.failures is None or endpoint.failure_count < knobs.failures):
        endpoint.failure_count += 1
        return _refuse(knobs)
    if knobs.hang and not is_calm:
        return StreamedReply(record, _hang(), status=None)
    if knobs.raw is not None:
        is_stream = record.body.get("stream")
        chunks = _raw_chunks(knobs.raw)
        return StreamedReply(record, chunks, media_type="text/event-stream" if is_stream else "application/json")
    return reply(record, knobs)


def _refuse(knobs: Knobs) -> Response:
    error = {"message": knobs.error_message, "type": "test", "param": None, "code": knobs.status}
    wait = knobs.retry_after_seconds
    headers = {} if wait is None else {"Retry-After": f"{wait:g}"}
    return JSONResponse({"error": error}, status_code=knobs.status, headers=headers)


def _embed(record: RecordedRequest, knobs: Knobs) -> Response:
    given = record.body["input"]
    texts = [given] if isinstance(given, str) else given
    dimensions = record.body.get("dimensions", knobs.dimensions)
    data = [
        {"object": "embedding", "index": i, "embedding": embedding_of(text, dimensions, knobs.common_part)}
        for i, text in enumerate(texts)
    ]
    usage = {"prompt_tokens": 0, "total_tokens": 0}
    body = {"object": "list", "model": record.body["model"], "data": data, "usage": usage}
    if not knobs.embedding_delay_seconds:
        return JSONResponse(body)
    chunks = _later(json.dumps(body).encode(), knobs.embedding_delay_seconds)
    return StreamedReply(record, chunks, media_type="application/json")


def bag_of_words(text: str, dimensions: int) -> list[float]:
    """A unit vector in which texts with the same words are near each other; the same on every machine."""
    vector = [0.0] * dimensions
    for word in re.findall(r"\w+", text.casefold()):
        vector[zlib.crc32(word.encode()) % dimensions] += 1
    length = math.hypot(*vector) or 1
    return [number / length for number in vector]


def _rerank(record: RecordedRequest, knobs: Knobs) -> Response:
    if knobs.wants_texts and "texts" not in record.body:
        said = "Failed to deserialize the JSON body into the target type: missing field `texts` at line 1 column 2"
        return PlainTextResponse(said, status_code=422)
    texts = record.body["texts" if knobs.wants_texts else "documents"]
    scores = [shared_words(record.body["query"], text) for text in texts]
    best_first = sorted(range(len(texts)), key=lambda i: -scores[i])
    name = "score" if knobs.wants_texts else "relevance_score"
    ranks = [{"index": i, name: scores[i]} for i in best_first]
    body = ranks if knobs.wants_texts else {"model": record.body["model"], "results": ranks}
    chunks = _later(json.dumps(body).encode(), knobs.rerank_delay_seconds)
    return StreamedReply(record, chunks, media_type="application/json")


def shared_words(query: str, text: str) -> float:
    """The share of a query's words that a text has."""
    wanted, had = (set(re.findall(r"\w+", words.casefold())) for words in (query, text))
    return len(wanted & had) / (len(wanted) or 1)


def embedding_of(text: str, dimensions: int, common_part: float) -> list[float]:
    own, share = bag_of_words(text, dimensions), common_part / math.sqrt(dimensions)
    vector = [number + share for number in own]
    length = math.hypot(*vector) or 1
    return [number / length for number in vector]


def _complete(record: RecordedRequest, knobs: Knobs) -> Response:
    answer = _rewrite(record, knobs) if record.is_rewriting else _answer_from_sections(record, knobs)
    if record.body.get("stream"):
        return StreamedReply(record, _stream(answer, record, knobs))
    message = {"role": "assistant", "content": answer}
    choice = {"index": 0, "message": message, "finish_reason": knobs.finish_reason}
    return JSONResponse({**_frame(record), "object": "chat.completion", "choices": [choice]})


def _rewrite(record: RecordedRequest, knobs: Knobs) -> str:
    asked = re.search(r"<question>\n(.*)\n</question>$", record.text, re.DOTALL)
    return asked[1] if asked and knobs.rewriting is None else knobs.rewriting or ""


def _answer_from_sections(record: RecordedRequest, knobs: Knobs) -> str:
    if knobs.answer is not None:
        return knobs.answer
    count = record.text.count("<section number=")
    return f"I read {count} sections of the documentation. The first one answers this [1]."


async def _stream(answer: str, record: RecordedRequest, knobs: Knobs) -> AsyncIterator[bytes]:
    """The frames of an answer; `sent_at` (`time.time()`) and `sent_at_monotonic` say when each delta was sent."""
    yield _event(_frame(record, {"role": "assistant", "content": ""}))
    deltas = _deltas_of(answer, knobs.delta_words)
    for i, text in enumerate([*deltas, None]):
        if i == knobs.cut_after_deltas:
            raise ConnectionAbortedError
        if i == knobs.hang_after_deltas:
            await asyncio.Event().wait()
        if i == knobs.error_after_deltas:
            yield _event({"error": {"message": knobs.error_message, "type": "server_error", "code": 500}})
            return
        if text is None:
            break
        await asyncio.sleep(knobs.delta_delay_seconds if i else knobs.first_delta_delay_seconds)
        record.first_delta_at = record.first_delta_at or time.monotonic()
        yield _event(_frame(record, {"content": text}, sent_at=time.time(), sent_at_monotonic=time.monotonic()))
    yield _event(_frame(record, {}, finish_reason=knobs.finish_reason))
    if knobs.tells_usage or (record.body.get("stream_options") or {}).get("include_usage"):
        yield _event({**_frame(record), "choices": [], "usage": _usage(record, completion_tokens=len(deltas))})
    yield b"data: [DONE]\n\n"


def _deltas_of(answer: str, words: int) -> list[str]:
    pieces = re.findall(r"\s*\S+\s*$|\s*\S+", answer)
    return ["".join(pieces[at : at + words]) for at in range(0, len(pieces), words)]


def _frame(
    record: RecordedRequest,
    delta: Mapping[str, str] | None = None,
    *,
    finish_reason: str | None = None,
    **extra: float,
) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return {
        "id": "chatcmpl-test",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": record.body["model"],
        "choices": [choice],
        **extra,
    }


def _usage(record: RecordedRequest, *, completion_tokens: int) -> dict[str, int]:
    """As if every word were a token."""
    prompt_tokens = sum(len(message["content"].split()) for message in record.body["messages"])
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
    }


def _event(frame: Mapping[str, Any]) -> bytes:
    return b"data: " + json.dumps(frame).encode() + b"\n\n"


async def _hang() -> AsyncIterator[bytes]:
    await asyncio.Event().wait()
    yield b""


async def _later(chunk: bytes, delay_seconds: float) -> AsyncIterator[bytes]:
    await asyncio.sleep(delay_seconds)
    yield chunk


async def _raw_chunks(chunks: Sequence[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
        await asyncio.sleep(0.005)  # so that each arrives as a chunk of its own


class StreamedReply(Response):
    """A body sent as it comes, which notices at once when the client leaves, also while nothing is being sent.

    `ConnectionAbortedError` from the chunks breaks the connection off: uvicorn does so for a body without end.
    """

    def __init__(
        self,
        record: RecordedRequest,
        chunks: AsyncIterator[bytes],
        *,
        status: int | None = 200,
        media_type: str = "text/event-stream",
    ) -> None:
        super().__init__(media_type=media_type)
        del self.headers["content-length"]
        self._record = record
        self._chunks = chunks
        self._status = status
        """`None`: not even a status line is sent."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sending = asyncio.ensure_future(self._send(send))
        leaving = asyncio.ensure_future(_disconnected(receive))
        try:
            await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
            if not sending.done():
                self._record.closed_early_at = time.monotonic()
                self._record.closed_early.set()
        finally:
            for task in (sending, leaving):
                task.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)

    async def _send(self, send: Send) -> None:
        if self._status is not None:
            await send({"type": "http.response.start", "status": self._status, "headers": self.raw_headers})
        async for chunk in self._chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _from_text(text: str, kind: Any) -> Any:
    if kind is bool:
        return text.lower() in ("1", "true", "yes")
    chosen = next((option for option in get_args(kind) if option is not type(None)), kind)
    return chosen(text)


def main() -> None:
    parser = argparse.ArgumentParser(description="An OpenAI-compatible endpoint without a model.")
    parser.add_argument("--port", type=int, default=9999)
    with serve_model_endpoint(port=parser.parse_args().port) as endpoint:
        print(f"Answering at {endpoint.base_url}; Ctrl-C stops it.")
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
