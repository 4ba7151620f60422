"""An OpenAI-compatible endpoint: the client for it, and its failures in our words.

Keys never show: messages name settings and the host, and whatever the endpoint says is rid of the key first.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx2
import openai
from pydantic import SecretStr

from server.errors import ModelRateLimited, ModelRefused, ModelTimeout, ModelUnavailable, Outage, SettingsInvalid
from server.models.aiohttp_transport import AiohttpTransport

_OPENAI = "https://api.openai.com/v1"
_CONNECT_TIMEOUT_SECONDS = 5.0  # the SDK's own default
_QUOTE_MAX_CHARS = 300  # a guess: enough for what providers say, too little for a whole HTML page


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a model is, and by which settings we got there."""

    purpose: Literal["embedding", "completion", "rerank"]
    model: str
    """Without `openai/`."""
    base_url: str | None
    """`None` is OpenAI's own."""
    api_key: SecretStr | None

    @property
    def host(self) -> str:
        """Name and port; never what stands before an `@`."""
        return urlsplit(self.base_url or _OPENAI).netloc.rpartition("@")[2]

    @property
    def is_openai(self) -> bool:
        return self.host.endswith(".openai.com")

    def setting(self, name: str) -> str:
        return f"LECTERN_{self.purpose.upper()}_{name}"

    @property
    def key_settings(self) -> str:
        """Where its key may come from; OpenAI has no rerankers, so theirs does not fall back to its name."""
        own = self.setting("API_KEY")
        return own if self.purpose == "rerank" else f"{own} or OPENAI_API_KEY"

    def quote(self, said: object) -> str:
        """What the endpoint said, on one line, cut short, without the key."""
        text = " ".join(str(said).split())
        if self.api_key and (key := self.api_key.get_secret_value().strip()):
            text = text.replace(key, "…")
        return text if len(text) <= _QUOTE_MAX_CHARS else f"{text[:_QUOTE_MAX_CHARS]}…"


def make_client(
    endpoint: Endpoint, *, retries: int, timeout_seconds: float, waits_out_rate_limits: bool
) -> openai.AsyncOpenAI:
    """A client that tries `1 + retries` times (connection errors, time-outs, 429, 5xx), with the SDK's backoff.

    `waits_out_rate_limits` obeys a 429 and its `Retry-After` (up to two minutes); without, a 429 is final.
    Raises `SettingsInvalid` when there is neither key nor base URL, or one of them cannot be right.
    """
    _check_base_url(endpoint)
    hooks = {} if waits_out_rate_limits else {"response": [_make_rate_limit_final]}
    return openai.AsyncOpenAI(
        api_key=_find_key(endpoint),
        base_url=endpoint.base_url or _OPENAI,
        timeout=httpx2.Timeout(timeout_seconds, connect=_CONNECT_TIMEOUT_SECONDS),
        max_retries=retries,
        http_client=openai.DefaultAsyncHttpxClient(transport=AiohttpTransport(), event_hooks=hooks),
    )


@contextmanager
def translated_errors(endpoint: Endpoint) -> Iterator[None]:
    """Whatever the client raises inside, as one of the model `Outage`s."""
    try:
        yield
    except (openai.APIError, httpx2.HTTPError) as error:
        raise explain_failure(error, endpoint) from error


def explain_failure(error: openai.APIError | httpx2.HTTPError, endpoint: Endpoint) -> Outage:
    cause = error.__cause__ or error if isinstance(error, openai.APIError) else error
    match error:
        case openai.APIStatusError():
            return explain_status(error.status_code, error.body, endpoint=endpoint)
        case openai.APITimeoutError() | httpx2.TimeoutException() if not isinstance(cause, httpx2.ConnectTimeout):
            return ModelTimeout(f"{endpoint.host} did not answer in time: is it overloaded?")
        case openai.APIConnectionError():
            return ModelUnavailable(
                f"{endpoint.host} cannot be reached ({endpoint.quote(cause) or type(cause).__name__}): "
                f"is it running, and is {endpoint.setting('BASE_URL')} right?"
            )
        case _:
            return ModelUnavailable(f"{endpoint.host} broke off in mid-answer ({endpoint.quote(cause)}).")


def explain_status(status: int, said: object, *, endpoint: Endpoint) -> Outage:
    """The error for an HTTP status (or an in-stream error's code) and the error object that came with it."""
    host, message = endpoint.host, endpoint.quote(_find_message(said))
    match status:
        case 401:  # whose message quotes a part of the key
            return ModelRefused(f"{host} refused the key: check {endpoint.key_settings}.")
        case 403:
            return ModelRefused(
                f"{host} refused the key: check {endpoint.key_settings}, and what the key may do ({message})."
            )
        case 404:
            return ModelRefused(
                f"{host} does not know the model {endpoint.model!r}: check {endpoint.setting('MODEL')} "
                f"and {endpoint.setting('BASE_URL')} ({message})."
            )
        case 408:
            return ModelTimeout(f"{host} gave up waiting: {message}")
        case 429:
            return ModelRateLimited(f"{host} limits our requests, or the account's quota is used up: {message}")
        case _ if status >= 500:
            return ModelUnavailable(f"{host} failed ({status}): {message}")
        case _:
            return ModelRefused(f"{host} did not accept the request ({status}): {message}")


def explain_error_object(said: object, endpoint: Endpoint) -> Outage:
    """The error for an `error` object in a stream, which has no status: its code or type stand in."""
    return explain_status(_guess_status(said), said, endpoint=endpoint)


def _guess_status(said: object) -> int:
    if not isinstance(said, dict):
        return 500
    code = said.get("code") or said.get("status")
    if str(code).isdecimal() and 400 <= int(str(code)) <= 599:
        return int(str(code))
    names = f"{code} {said.get('type')}"
    if "rate_limit" in names or "quota" in names:
        return 429
    return 400 if "invalid_request" in names else 500


def _find_message(said: object) -> object:
    """The sentence in an error object: OpenAI's `message`, FastAPI's `detail`, Ollama's bare `error`."""
    if not isinstance(said, dict):
        return said or "no reason given"
    for key in ("message", "detail", "error"):
        if said.get(key):
            return _find_message(said[key])
    return said or "no reason given"


def _check_base_url(endpoint: Endpoint) -> None:
    if endpoint.base_url and not endpoint.base_url.startswith(("http://", "https://")):
        name = endpoint.setting("BASE_URL")
        raise SettingsInvalid(f"{name} is {endpoint.base_url!r}: it must start with http:// or https://.")


def _find_key(endpoint: Endpoint) -> str:
    key = endpoint.api_key.get_secret_value().strip() if endpoint.api_key else ""
    name = endpoint.setting("API_KEY")
    if not key and not endpoint.base_url:
        raise SettingsInvalid(
            f"{endpoint.setting('MODEL')} is 'openai/{endpoint.model}', which needs a key: set {name} or "
            f"OPENAI_API_KEY; or set {endpoint.setting('BASE_URL')} to a server that needs none."
        )
    # Such a key fails later, in an HTTP library whose error message quotes the whole header.
    if not key.isascii() or (key and not key.isprintable()) or " " in key:
        raise SettingsInvalid(f"{name} holds a character that no key has (a line end, a blank, an accent).")
    return key or "no-key"  # the SDK insists on one; servers without keys ignore it


async def _make_rate_limit_final(response: Any) -> None:
    if response.status_code == 429:
        response.headers["x-should-retry"] = "false"  # which the SDK obeys
