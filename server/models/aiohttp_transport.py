"""HTTP of the `openai` client by aiohttp, whose parser is C: httpx2's own takes 30 µs for each chunk of a stream.

Certificates and proxies are found where httpx2 finds them (`SSL_CERT_FILE`, `HTTPS_PROXY`, `NO_PROXY`, …).
"""

from collections.abc import AsyncIterator
from typing import Any, cast
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx2


class AiohttpTransport(httpx2.AsyncBaseTransport):
    """A response's `extensions["body"]` is its `Body`."""

    def __init__(self) -> None:
        self._ssl_context = httpx2.create_ssl_context()  # heeds SSL_CERT_FILE and SSL_CERT_DIR
        self._proxies = getproxies()
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        if url.userinfo:  # which httpx2 has made a header of
            url = url.copy_with(userinfo=b"")
        try:
            response = await self._running_session().request(
                request.method,
                str(url),
                headers=request.headers.multi_items(),
                data=await request.aread() or None,
                allow_redirects=False,
                proxy=self._find_proxy(url),
                timeout=_read_limits(request),
            )
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _as_httpx_error(error) from error
        body = Body(response)
        return httpx2.Response(
            response.status,
            headers=_read_headers(response),
            stream=body,
            request=request,
            extensions={
                "http_version": b"HTTP/1.1",
                "reason_phrase": (response.reason or "").encode(),
                "body": body,
            },
        )

    async def aclose(self) -> None:
        if self._session:
            await self._session.close()

    def _running_session(self) -> aiohttp.ClientSession:
        """Made with the first request, because it belongs to the event loop of that."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, ssl=self._ssl_context), cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._session

    def _find_proxy(self, url: httpx2.URL) -> str | None:
        proxy = self._proxies.get(url.scheme) or self._proxies.get("all")
        if not proxy or proxy_bypass(url.host):
            return None
        if "://" not in proxy:
            return f"http://{proxy}"
        if not proxy.startswith(("http://", "https://")):
            raise httpx2.ProxyError(f"no way to speak to the proxy {proxy.rpartition('@')[2]}")
        return proxy


class Body(httpx2.AsyncByteStream):
    """The bytes of a response."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self._content = response.content

    async def read(self) -> bytes:
        """All that has arrived, as soon as there is something; `b""` is the end. Raises httpx2's errors."""
        try:
            return await self._content.readany()
        except TimeoutError as error:
            raise _as_httpx_error(error) from error
        except aiohttp.ClientError as error:
            if rest := self._read_what_came_before(error):
                return rest
            raise _as_httpx_error(error) from error

    def _read_what_came_before(self, error: aiohttp.ClientError) -> bytes:
        """What nobody has read yet, which aiohttp does not give out any more once a connection has broken."""
        self._content.set_exception(cast(Any, None))
        rest = self._content.read_nowait()
        self._content.set_exception(error)  # for the next read
        return rest

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while chunk := await self.read():
            yield chunk

    async def aclose(self) -> None:
        """Closes the connection at once, unless the response has come to its end: then it may serve another."""
        self._response.close()


def _read_limits(request: httpx2.Request) -> aiohttp.ClientTimeout:
    """What limits one read with httpx2 limits the whole response here: a timer for each read is not cheap."""
    limits = request.extensions.get("timeout", {})
    return aiohttp.ClientTimeout(total=limits.get("read"), connect=limits.get("connect"))


def _read_headers(response: aiohttp.ClientResponse) -> list[tuple[bytes, bytes]]:
    """Without those that tell how a body was packed which aiohttp has unpacked."""
    if "Content-Encoding" not in response.headers:
        return list(response.raw_headers)
    packing = (b"content-encoding", b"content-length")
    return [(name, value) for name, value in response.raw_headers if name.lower() not in packing]


def _as_httpx_error(error: Exception) -> httpx2.HTTPError:
    """Of the errors that the `openai` client and we know, the one that says the same."""
    match error:
        case aiohttp.ConnectionTimeoutError():
            return httpx2.ConnectTimeout("no connection in time")
        case TimeoutError():
            return httpx2.ReadTimeout("no response in time")
        case aiohttp.ClientConnectorError():
            return httpx2.ConnectError(_explain_connecting(error))
        case aiohttp.ClientPayloadError():
            return httpx2.RemoteProtocolError("peer closed connection without sending complete message body")
        case aiohttp.ServerDisconnectedError():
            return httpx2.RemoteProtocolError("Server disconnected without sending a response.")
        case aiohttp.ClientHttpProxyError():
            return httpx2.ProxyError(f"{error.status} {error.message}")
        case _:
            return httpx2.NetworkError(str(error))


def _explain_connecting(error: aiohttp.ClientConnectorError) -> str:
    if isinstance(error, aiohttp.ClientConnectorDNSError | aiohttp.ClientSSLError):
        return str(error.os_error)
    return "All connection attempts failed"  # one for each address of the host, each with a reason of its own
