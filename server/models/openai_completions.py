"""`openai/<name>` answers from any OpenAI-compatible endpoint.

The stream is read as bytes, past the SDK and past httpx2's response: their layers cost most of a relay's CPU.
"""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any, TypeGuard

import httpx2
import openai
import orjson

from server.errors import ModelUnavailable, Outage
from server.events import Delta, Finished, FinishReason, Usage
from server.models.aiohttp_transport import Body
from server.models.completions import Completer
from server.models.event_stream import EventDecoder
from server.models.openai_endpoint import Endpoint, explain_error_object, make_client, translated_errors
from server.models.pacing import Pace
from server.records import Prompt
from server.settings import Settings

# How long to wait for the few bytes behind the last delta. Read to its end, the connection (and its TLS
# handshake) serves the next question, and what the answer took is told there. A guess.
_TAIL_SECONDS = 0.5

# After so much at once nothing is waited for: there may be more already. A model that writes 100 deltas a second
# sends half of it in the longest pause there can be.
_PLENTY_BYTES = 65_536

_HALVES = re.compile("[\ud800-\udfff]")

# No model reads or writes so much.
_TOKENS_MAX = 1_000_000_000


class OpenAICompleter(Completer):
    def __init__(self, settings: Settings) -> None:
        self.model = settings.resolved_completion_model
        self._endpoint = Endpoint(
            purpose="completion",
            model=self.model.removeprefix("openai/"),
            base_url=settings.completion_base_url,
            api_key=settings.completion_api_key,
        )
        # One retry, before the first byte. A reader is waiting: a 429 is told at once, not slept over.
        self._client = make_client(
            self._endpoint,
            retries=1,
            timeout_seconds=settings.answer_timeout_seconds,
            waits_out_rate_limits=False,
        )
        self._temperature = settings.completion_temperature
        self._max_tokens = settings.completion_max_tokens
        self._pace = Pace(settings.coalesce_seconds) if settings.coalesce_seconds else None
        # OpenAI's reasoning models refuse the old name, most compatible servers do not know the new one.
        self._limit_name = "max_completion_tokens" if self._endpoint.is_openai else "max_tokens"

    async def complete(self, prompt: Prompt) -> AsyncGenerator[Delta | Finished, None]:
        answer = AnswerReader(self._endpoint)
        with translated_errors(self._endpoint):
            async with self._open_stream(prompt) as body:
                while not answer.finish_reason and (chunk := await body.read()):
                    for text in answer.feed(chunk):
                        yield Delta(text)
                        # Behind a text only: the first one must not wait for having come after an empty frame.
                        if self._pace and len(chunk) < _PLENTY_BYTES and not answer.finish_reason:
                            await self._pace.pause()
                if answer.finish_reason:
                    await _read_tail(body, answer)
                for text in answer.finish():
                    yield Delta(text)
        if not answer.finish_reason:
            raise ModelUnavailable(
                f"{self._endpoint.host} ended in mid-answer, without saying that it is finished."
            )
        yield Finished(answer.finish_reason, usage=answer.usage)

    async def close(self) -> None:
        await self._client.close()

    @asynccontextmanager
    async def _open_stream(self, prompt: Prompt) -> AsyncIterator[Body]:
        try:
            response = await self._request(prompt)
        except openai.BadRequestError as error:
            # Azure's and other people's deployments of reasoning models, which the host does not tell.
            if self._limit_name != "max_tokens" or "max_completion_tokens" not in str(error.body):
                raise
            self._limit_name = "max_completion_tokens"
            response = await self._request(prompt)
        async with aclosing(response):
            yield response.extensions["body"]

    async def _request(self, prompt: Prompt) -> Any:
        # Not `client.chat.completions.create`, which takes longer to look at the body than the rest to send it.
        return await self._client.post(
            "/chat/completions",
            cast_to=httpx2.Response,
            body=self._make_body(prompt),
            stream=True,
            stream_cls=openai.AsyncStream[Any],
        )

    def _make_body(self, prompt: Prompt) -> dict[str, Any]:
        body = {
            "model": self._endpoint.model,
            "messages": [{"role": m.role, "content": m.content} for m in prompt.messages],
            "stream": True,
            self._limit_name: self._max_tokens,
        }
        if self._temperature is not None:
            body["temperature"] = self._temperature
        if self._endpoint.is_openai:  # other servers refuse options they do not know, or tell it unasked
            body["stream_options"] = {"include_usage": True}
        return body


class AnswerReader:
    """Bytes of a completion stream in, texts out; pure, so that any server's stream can be replayed in a test.

    Once the answer is complete, nothing but its usage is read: not a text, and no error is one any more.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self.finish_reason: FinishReason | None = None
        """`None` until the stream says that the answer is complete."""
        self.usage: Usage | None = None
        """`None` until the stream tells it, which not every server does."""
        self._endpoint = endpoint
        self._decoder = EventDecoder()
        self._cuts_characters = False
        self._half = ""
        """Of a character whose other half has not come yet."""

    def feed(self, chunk: bytes) -> Iterator[str]:
        """At most one text: all that this chunk completes."""
        return self._join(self._decoder.feed(chunk))

    def finish(self) -> Iterator[str]:
        return self._join(self._decoder.finish())

    def _join(self, events: Sequence[bytes]) -> Iterator[str]:
        texts: list[str] = []
        trouble = None
        for data in events:
            try:
                texts.append(self._read(data))
            except Outage as error:
                trouble = error
                break
        text = "".join(texts)
        if self._cuts_characters:
            text, self._half = join_halves(self._half + text)
        if text:
            yield text
        if trouble:
            raise trouble

    def _read(self, data: bytes) -> str:
        if data.strip() == b"[DONE]":
            self.finish_reason = self.finish_reason or "stop"
            return ""
        try:
            frame = self._parse(data)
        except ValueError as error:
            if self.finish_reason:
                return ""
            host, said = self._endpoint.host, self._endpoint.quote(data.decode(errors="replace"))
            raise ModelUnavailable(f"{host} sent an event that is not JSON: {said}") from error
        self.usage = read_usage(frame) or self.usage
        if self.finish_reason:
            return ""
        if error_object := find_error(frame):
            raise explain_error_object(error_object, self._endpoint)
        text, self.finish_reason = read_frame(frame)
        return text

    def _parse(self, data: bytes) -> Any:
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError:
            frame = json.loads(data)  # takes halves of characters, as servers in JavaScript may send
            self._cuts_characters = True
            return frame


def join_halves(text: str) -> tuple[str, str]:
    """The text with its halves of characters joined, and one at its end whose other half may be to come."""
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    whole = joined[:-1] if "\ud800" <= joined[-1:] <= "\udbff" else joined
    return _HALVES.sub("\ufffd", whole), joined[len(whole) :]


def find_error(frame: Any) -> Any:
    """The error object of a frame, or `None`. vLLM sends it bare, with `"object": "error"`."""
    if not isinstance(frame, dict):
        return None
    return frame.get("error") or (frame if frame.get("object") == "error" else None)


def read_frame(frame: Any) -> tuple[str, FinishReason | None]:
    """The text of a frame (often none) and why the answer ends with it, `None` when it goes on.

    Without choices are Azure's first frame and usage reports; without content the role's and the last one;
    with `text` in place of `delta` those of legacy completions.
    """
    choices = frame.get("choices") if isinstance(frame, dict) else None
    if not choices:
        return "", None
    choice = choices[0]
    text = (choice.get("delta") or {}).get("content") or choice.get("text")
    reason = choice.get("finish_reason")
    return text if isinstance(text, str) else "", _read_finish_reason(reason)


def read_usage(frame: Any) -> Usage | None:
    """What a frame tells of tokens; most tell nothing, some servers' all tell what it is so far."""
    usage = frame.get("usage") if isinstance(frame, dict) else None
    if not isinstance(usage, dict):
        return None
    prompt, completion = usage.get("prompt_tokens"), usage.get("completion_tokens")
    return Usage(prompt, completion) if _is_count(prompt) and _is_count(completion) else None


def _is_count(number: object) -> TypeGuard[int]:
    """Whether it can be meant; what the database has no room for would keep other answers out of it as well."""
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= _TOKENS_MAX


def _read_finish_reason(reason: object) -> FinishReason | None:
    if not reason:
        return None
    if reason in ("length", "content_filter"):
        return reason
    return "stop"  # also servers' own words: `eos`, `tool_calls`, `end_turn`


async def _read_tail(body: Body, answer: AnswerReader) -> None:
    """Read to the end of a response whose answer is complete; nothing that goes wrong here matters any more."""
    try:
        async with asyncio.timeout(_TAIL_SECONDS):
            while chunk := await body.read():
                list(answer.feed(chunk))
    except (TimeoutError, httpx2.HTTPError):
        return
