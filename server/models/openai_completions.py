"""`openai/<name>` answers from any OpenAI-compatible endpoint.

The stream is read as bytes: the SDK's typed stream costs most of a relay's CPU.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, cast

import httpx2
import openai
import orjson

from server.errors import ModelUnavailable
from server.events import Delta, Finished, FinishReason
from server.models.completions import Completer
from server.models.event_stream import EventDecoder
from server.models.openai_endpoint import Endpoint, explain_error_object, make_client, translated_errors
from server.records import Prompt
from server.settings import Settings

# How long to wait for the few bytes behind the last delta. Read to its end, the connection (and its TLS
# handshake) serves the next question. A guess.
_TAIL_SECONDS = 0.5


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
        # OpenAI's reasoning models refuse the old name, most compatible servers do not know the new one.
        self._limit_name = "max_completion_tokens" if self._endpoint.is_openai else "max_tokens"

    async def complete(self, prompt: Prompt) -> AsyncGenerator[Delta | Finished, None]:
        answer = AnswerReader(self._endpoint)
        with translated_errors(self._endpoint):
            async with self._open_stream(prompt) as response:
                chunks = response.iter_bytes()
                async for chunk in chunks:
                    for text in answer.feed(chunk):
                        yield Delta(text)
                    if answer.finish_reason:
                        break
                else:
                    for text in answer.finish():
                        yield Delta(text)
                if answer.finish_reason:
                    await _read_tail(chunks)
        if not answer.finish_reason:
            raise ModelUnavailable(
                f"{self._endpoint.host} ended in mid-answer, without saying that it is finished."
            )
        yield Finished(answer.finish_reason)

    async def close(self) -> None:
        await self._client.close()

    @asynccontextmanager
    async def _open_stream(self, prompt: Prompt) -> AsyncIterator[openai.AsyncAPIResponse[Any]]:
        async with AsyncExitStack() as stack:
            try:
                response = await stack.enter_async_context(self._request(prompt))
            except openai.BadRequestError as error:
                # Azure's and other people's deployments of reasoning models, which the host does not tell.
                if self._limit_name != "max_tokens" or "max_completion_tokens" not in str(error.body):
                    raise
                self._limit_name = "max_completion_tokens"
                response = await stack.enter_async_context(self._request(prompt))
            yield response

    def _request(self, prompt: Prompt) -> Any:
        options: dict[str, Any] = {self._limit_name: self._max_tokens}
        if self._temperature is not None:
            options["temperature"] = self._temperature
        return self._client.chat.completions.with_streaming_response.create(
            model=self._endpoint.model,
            messages=cast(Any, [{"role": m.role, "content": m.content} for m in prompt.messages]),
            stream=True,
            **options,
        )


class AnswerReader:
    """Bytes of a completion stream in, texts out; pure, so that any server's stream can be replayed in a test."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.finish_reason: FinishReason | None = None
        """`None` until the stream says that the answer is complete."""
        self._endpoint = endpoint
        self._decoder = EventDecoder()

    def feed(self, chunk: bytes) -> Iterator[str]:
        for data in self._decoder.feed(chunk):
            yield from self._read(data)

    def finish(self) -> Iterator[str]:
        for data in self._decoder.finish():
            yield from self._read(data)

    def _read(self, data: bytes) -> Iterator[str]:
        if data.strip() == b"[DONE]":
            self.finish_reason = self.finish_reason or "stop"
            return
        try:
            frame = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            host, said = self._endpoint.host, self._endpoint.quote(data.decode(errors="replace"))
            raise ModelUnavailable(f"{host} sent an event that is not JSON: {said}") from error
        if error_object := find_error(frame):
            raise explain_error_object(error_object, self._endpoint)
        text, finish_reason = read_frame(frame)
        self.finish_reason = finish_reason or self.finish_reason
        if text:
            yield text


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


def _read_finish_reason(reason: object) -> FinishReason | None:
    if not reason:
        return None
    if reason in ("length", "content_filter"):
        return reason
    return "stop"  # also servers' own words: `eos`, `tool_calls`, `end_turn`


async def _read_tail(chunks: AsyncIterator[bytes]) -> None:
    """Read to the end of a response whose answer is complete; nothing that goes wrong here matters any more."""
    try:
        async with asyncio.timeout(_TAIL_SECONDS):
            async for _ in chunks:
                pass
    except (TimeoutError, httpx2.HTTPError):
        return
