"""uvicorn, held by our hand: one sentence when a port is taken, a word when it listens, a clean end."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from server.errors import SettingsInvalid
from server.settings import Settings


def listen(settings: Settings) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises `SettingsInvalid` when the address is taken."""
    try:
        listening = socket.create_server((settings.host, settings.port))
    except OSError as error:
        raise SettingsInvalid(
            f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}): "
            "set LECTERN_HOST or LECTERN_PORT to something free."
        ) from error
    # asyncio sets it on sockets of its own making only; without it small writes wait up to 40 ms for an ACK.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


class StoppableServer(uvicorn.Server):
    """Serves until SIGINT or SIGTERM, gives running answers their grace, and returns.

    Meanwhile it listens: who reads an answer may come back for it, who asks is told when to try again, and a load
    balancer sees by `/readyz` that it should look elsewhere. A second signal ends the grace and all waiting.
    """

    def __init__(self, app: ASGIApp, settings: Settings, drain: Callable[[float], Awaitable[None]]) -> None:
        """`drain` is given the grace in seconds."""
        self._drain = drain
        self._grace_seconds = settings.shutdown_grace_seconds
        self._draining: asyncio.Future[None] | None = None
        self._hurrying: asyncio.Future[None] | None = None
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                log_level="warning" if settings.log_level == "info" else settings.log_level,
                # Queries stand in the address, and a reader's question is nobody else's business.
                access_log=settings.log_level == "debug",
                timeout_graceful_shutdown=round(settings.shutdown_grace_seconds) + 2,
            )
        )
        self.on_started: Callable[[], None] = lambda: None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.on_started()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's
        if self._draining is None:
            self._draining = asyncio.ensure_future(self._drain_and_exit(sig))
        else:
            self.force_exit = True
            self._hurrying = asyncio.ensure_future(self._drain(0))

    async def _drain_and_exit(self, sig: int) -> None:
        try:
            await self._drain(self._grace_seconds)
        finally:
            super().handle_exit(sig, None)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """uvicorn raises the signal again when it is done, which would cut short the closing of the rooms."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield  # They stay, so that an impatient second Ctrl-C does not cut short the closing either.
