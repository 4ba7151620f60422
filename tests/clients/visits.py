"""Lectern as a client's test holds it: its address, its model, and a book of who came."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.clients.days import new_query
from tests.model_endpoint import ModelEndpoint


@dataclass(kw_only=True)
class Visit:
    """One HTTP request, and what it got."""

    method: str
    headers: Headers
    status: int | None = None


@dataclass
class VisitBook:
    """An ASGI application, with every visit to it written down."""

    app: ASGIApp
    visits: list[Visit] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        visit = Visit(method=scope["method"], headers=Headers(scope=scope))
        self.visits.append(visit)

        async def note_and_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                visit.status = message["status"]
            await send(message)

        await self.app(scope, receive, note_and_send)


@dataclass(frozen=True, kw_only=True)
class Lectern:
    """A running server whose completer is the test endpoint."""

    url: str
    endpoint: ModelEndpoint
    visits: list[Visit]

    def start_afresh(self) -> None:
        self.endpoint.start_afresh()
        self.visits.clear()

    def stream_url(self, path: str = "/v1/query") -> str:
        return f"{self.url}{path}?{urlencode({'query': new_query()})}"

    @property
    def statuses(self) -> list[int | None]:
        """What the visits got, preflights aside."""
        return [visit.status for visit in self.visits if visit.method != "OPTIONS"]
