"""A reader with a stopwatch: asks over a bare socket, because an HTTP client takes a millisecond for itself."""

import asyncio
import time
from urllib.parse import quote, urlsplit


async def search(url: str, query: str) -> float:
    """Seconds of one `GET /v1/search`, from the request to its last byte, on a connection that is open already."""
    address = urlsplit(url)
    answer, connection = await asyncio.open_connection(address.hostname, address.port)
    try:
        started = time.monotonic()
        connection.write(
            f"GET /v1/search?query={quote(query)} HTTP/1.1\r\nHost: {address.netloc}\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        said = await answer.read()
        seconds = time.monotonic() - started
    finally:
        connection.close()
    if not said.startswith(b"HTTP/1.1 200 "):
        raise RuntimeError(f"The search for {query!r} failed: {said[:300]!r}")
    return seconds
