"""One address → what the site answers, politely and within limits."""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version
from types import TracebackType
from typing import Final, Self
from urllib.parse import urljoin, urlsplit

import httpx2

from server.errors import IngestFailed
from server.settings import Settings

_MAX_REDIRECTS: Final = 10  # as the Fetch standard's 20, halved
_MAX_WAIT_SECONDS: Final = 120.0  # a site that wants us to wait longer is left for the next run
_FIRST_BACKOFF_SECONDS: Final = 0.5
_WAITED_FOR: Final = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
_FOUND: Final = frozenset({200, 203, 304})
_GONE: Final = frozenset({404, 410, 451})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


Wants = Callable[[str, str], bool]
"""Gets an address and the content type found there."""


class FetchFailed(IngestFailed):
    """The page could not be had; `str(error)` goes on from its address."""


class SiteLeft(FetchFailed):
    """It is somewhere else now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    url: str
    """Where it was found in the end."""
    status: int
    content_type: str
    """Without parameters, lower case."""
    charset: str | None
    body: bytes | None
    """`None` when it was not wanted."""
    validators: dict[str, str]
    robots: str
    """The header `X-Robots-Tag`."""

    @property
    def is_gone(self) -> bool:
        """Whether there is nothing, or nothing for us."""
        return self.status in _GONE


class Pace:
    """Lets requests begin one after the other, with a pause between them; a site may ask for a longer one."""

    def __init__(self, pause_seconds: float) -> None:
        self.pause_seconds = pause_seconds
        self._next_at = 0.0

    async def wait(self) -> None:
        loop = asyncio.get_running_loop()
        begins_at = max(loop.time(), self._next_at)
        self._next_at = begins_at + self.pause_seconds
        if begins_at > loop.time():
            await asyncio.sleep(begins_at - loop.time())

    def hold(self, seconds: float) -> None:
        """No request begins before that."""
        self._next_at = max(self._next_at, asyncio.get_running_loop().time() + seconds)


class Fetcher:
    """An HTTP client for one site. Sends no cookies, follows redirects within the site, keeps to the pace."""

    def __init__(self, settings: Settings, *, is_site: Callable[[str], bool]) -> None:
        self.pace = Pace(settings.crawl_pause_seconds)
        self.allows: Callable[[str], bool] = is_site  # until robots.txt was read
        self._settings = settings
        self.is_site = is_site
        self._client = httpx2.AsyncClient(
            headers=_headers(settings),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # takes none
            follow_redirects=False,
            # No proxy and no .netrc: a password in it is nobody's business here.
            trust_env=False,
            timeout=httpx2.Timeout(settings.crawl_timeout_seconds),
            limits=httpx2.Limits(max_connections=settings.crawl_connections),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def fetch(
        self,
        url: str,
        *,
        max_bytes: int,
        wants: Wants | None = None,
        validators: Mapping[str, str] | None = None,
    ) -> Reply:
        """Tries `1 + crawl_retries` times; the body comes when `wants` holds for the address and content type.

        Raises `FetchFailed` when there is no answer to be had or it is above `max_bytes`, and `SiteLeft` when it
        is on another site.
        """
        passed = {url}
        for _ in range(_MAX_REDIRECTS + 1):
            reply = await self._fetch_patiently(url, max_bytes, wants, validators)
            if isinstance(reply, Reply):
                return reply
            if reply in passed:
                raise FetchFailed(f"is redirected in a circle, by way of {_shown(reply)}.")
            if not self.is_site(reply):
                raise SiteLeft(f"is redirected to another site, {_shown(reply)}: start there if it is yours.")
            if not self.allows(reply):
                raise SiteLeft(f"is redirected to {_shown(reply)}, which robots.txt keeps from us.")
            passed.add(reply)
            url = reply
        raise FetchFailed(f"is redirected over {_MAX_REDIRECTS} times.")

    async def _fetch_patiently(
        self,
        url: str,
        max_bytes: int,
        wants: Wants | None,
        validators: Mapping[str, str] | None,
    ) -> Reply | str:
        """A reply, or the address that we are sent to."""
        reason = ""
        for attempt in range(self._settings.crawl_retries + 1):
            wait_seconds = _FIRST_BACKOFF_SECONDS * 2**attempt * random.uniform(1, 1.5)  # noqa: S311
            await self.pace.wait()
            try:
                async with (
                    asyncio.timeout(self._settings.crawl_timeout_seconds),
                    self._client.stream("GET", url, headers=_conditions(validators)) as response,
                ):
                    if response.status_code not in _WAITED_FOR:
                        return await _read(response, max_bytes, wants)
                    reason = f"answers with status {response.status_code}."
                    asked_seconds = _retry_after(response.headers.get("Retry-After"))
                    if asked_seconds is not None and asked_seconds > _MAX_WAIT_SECONDS:
                        raise FetchFailed(f"{reason[:-1]} and asks us to wait for {asked_seconds:,.0f} seconds.")
                    wait_seconds = asked_seconds if asked_seconds is not None else wait_seconds
                    if response.status_code in (429, 503):
                        self.pace.hold(wait_seconds)
            except TimeoutError:
                reason = f"did not answer whole within {self._settings.crawl_timeout_seconds:g} seconds."
            except httpx2.InvalidURL as error:
                raise FetchFailed(f"is no address: {error}.") from error
            except httpx2.HTTPError as error:
                reason = f"cannot be fetched: {str(error) or type(error).__name__}."
            if attempt < self._settings.crawl_retries:
                await asyncio.sleep(wait_seconds)
        raise FetchFailed(reason)


def _headers(settings: Settings) -> dict[str, str]:
    contact = f" (+{settings.site_url})" if settings.site_url else ""
    headers = {
        "User-Agent": f"Lectern/{version('lectern')}{contact}",
        "Accept": "text/html,application/xhtml+xml,text/markdown,*/*;q=0.5",
        "Accept-Encoding": "gzip",
    }
    if settings.crawl_authorization is not None:
        headers["Authorization"] = settings.crawl_authorization.get_secret_value()
    return headers


def _conditions(validators: Mapping[str, str] | None) -> dict[str, str]:
    names = {"etag": "If-None-Match", "last_modified": "If-Modified-Since"}
    return {header: validators[name] for name, header in names.items() if validators and validators.get(name)}


async def _read(response: httpx2.Response, max_bytes: int, wants: Wants | None) -> Reply | str:
    headers, url = response.headers, str(response.url)
    location = headers.get("Location")
    if response.status_code in _REDIRECTS and location:
        return _target(url, location)
    content_type, _, parameters = headers.get("Content-Type", "").partition(";")
    content_type = content_type.strip().lower()
    if response.status_code not in _FOUND | _GONE:
        raise FetchFailed(f"answers with status {response.status_code}.")
    body = None
    if response.status_code in (200, 203) and (wants is None or wants(url, content_type)):
        body = await _body(response, max_bytes)
    found = {"etag": headers.get("ETag"), "last_modified": headers.get("Last-Modified")}
    return Reply(
        url=url,
        status=response.status_code,
        content_type=content_type,
        charset=_charset(parameters),
        body=body,
        validators={name: value for name, value in found.items() if value and value.isascii()},
        robots=headers.get("X-Robots-Tag", "").lower(),
    )


async def _body(response: httpx2.Response, max_bytes: int) -> bytes:
    """Counted as it comes and unpacked, whatever length the site states."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.aiter_bytes():
        size += len(chunk)
        if size > max_bytes:
            raise FetchFailed(f"has over {max_bytes:,} bytes, the most that is fetched (LECTERN_FILE_MAX_BYTES).")
        chunks.append(chunk)
    return b"".join(chunks)


def _target(url: str, location: str) -> str:
    try:
        return urljoin(url, location).partition("#")[0]
    except ValueError as error:
        raise FetchFailed("is redirected to what is no address.") from error


def _charset(parameters: str) -> str | None:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip(" \"'") or None
    return None


def _retry_after(value: str | None) -> float | None:
    """Seconds from now; the header holds a number or a date."""
    if not value:
        return None
    if value.strip().isdecimal() and len(value) < 10:
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


def _shown(url: str) -> str:
    """Without a query: it may hold a token."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"[:300]
