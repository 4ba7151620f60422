"""A reader of an event stream that goes wherever the answer is, as an `EventSource` does."""

from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from tests.frames import read_events


@dataclass
class Reader:
    """What one reader has, over any number of connections."""

    path: str = ""
    """Of the stream."""
    text: str = ""
    last_event_id: str | None = None
    events: list[dict[str, str]] = field(default_factory=list)

    async def read(self, client: httpx.AsyncClient, url: str, *, chars: int | None = None) -> int:
        """Connects, reads to the end or until it has so many characters, and leaves; the status.

        Raises `httpx.TransportError` where the connection is cut; what came before it is kept.
        """
        headers = {"Accept": "text/event-stream"}
        if self.last_event_id:
            headers["Last-Event-ID"] = self.last_event_id
        rest = ""
        async with client.stream("GET", url + self.path, headers=headers) as response:
            async for chunk in response.aiter_text():
                rest = self.take(rest + chunk)
                if chars is not None and len(self.text) >= chars:
                    break
        return response.status_code

    @property
    def is_done(self) -> bool:
        return bool(self.events) and self.events[-1]["data"] == "[DONE]"

    @property
    def ending(self) -> Any:
        """What the last event before `[DONE]` says."""
        assert self.is_done
        return orjson.loads(self.events[-2]["data"])

    def take(self, raw: str) -> str:
        """The events of a piece of a stream; what is left of it, because more has to come."""
        whole, end, rest = raw.rpartition("\n\n")
        for event in read_events((whole + end).encode()):
            self._take(event)
        return rest

    def _take(self, event: dict[str, str]) -> None:
        self.events.append(event)
        self.last_event_id = event.get("id", self.last_event_id)
        if event["data"] == "[DONE]":
            return
        body = orjson.loads(event["data"])
        if event.get("event") == "delta":
            self.text += body["text"]
        elif "choices" in body:
            self.text += body["choices"][0]["text"]


async def post(client: httpx.AsyncClient, url: str, query: str, **more: Any) -> dict[str, Any]:
    """A question, asked; what came back."""
    response = await client.post(f"{url}/v1/answers", json={"query": query, **more})
    assert 201 == response.status_code, response.text
    body: dict[str, Any] = response.json()
    return body
