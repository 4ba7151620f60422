"""Reads an event stream to the letter, without forgiving anything."""

from dataclasses import dataclass
from typing import Any

import httpx
import orjson


@dataclass(frozen=True)
class Asked:
    """A whole event stream as it came."""

    response: httpx.Response
    raw: bytes

    @property
    def events(self) -> list[dict[str, str]]:
        return read_events(self.raw)

    @property
    def frames(self) -> list[dict[str, Any]]:
        """The JSON frames before `[DONE]`."""
        assert self.events[-1]["data"] == "[DONE]"
        return [orjson.loads(event["data"]) for event in self.events[:-1]]

    @property
    def text(self) -> str:
        return "".join(frame["choices"][0]["text"] for frame in self.frames)


def read_events(raw: bytes) -> list[dict[str, str]]:
    """One dictionary of fields per event; a field that comes twice is an error."""
    return [_fields(block) for block in raw.decode().split("\n\n")[:-1]]


def _fields(block: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for line in block.split("\n"):
        if line.startswith(":"):
            continue
        name, _, value = line.partition(": ")
        assert name not in fields
        fields[name] = value
    return fields


async def ask(url: str, query: str, *, path: str = "/v1/query", **parameters: str) -> Asked:
    async with httpx.AsyncClient(timeout=30) as client:
        response = await client.get(
            url + path, params={"query": query, **parameters}, headers={"Accept": "text/event-stream"}
        )
    return Asked(response, response.content)
