"""What a client is given to do, and what came of it: the same for every client, in whatever language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson

from tests.clients.formats import Format, Message, Reading


@dataclass(frozen=True, kw_only=True)
class Opening:
    """The request that opens an answer, as `fetch` takes it."""

    url: str
    method: str
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True, kw_only=True)
class Job:
    """One answer to be read; its JSON is what the programs in `javascript/` are given."""

    format: str
    query: str
    chat: str
    base_url: str
    """Ends with `/v1`, for SDKs."""
    url: str
    method: str
    headers: Mapping[str, str]
    body: str | None
    opening: Opening | None
    stops_at: str | None
    """The client stops by itself as soon as it has read this."""
    stops_by_delete: bool
    is_cut: bool
    """Whether the line will break: for clients that come back when the page tells them to."""
    reloads: bool
    """Whether the page is loaded anew before it does."""
    stays: bool = False
    """Whether the page forgets to close what has ended."""


Told = dict[str, Any]
"""What a program says of a job: `events` or, from an SDK, `text` and `problem`; a `refusal`; how it `ended`."""


def make_job(
    format: Format,
    *,
    line_url: str,
    query: str,
    chat: str,
    stops_at: str | None = None,
    stops_by_delete: bool = False,
    is_cut: bool = False,
    reloads: bool = False,
) -> Job:
    url = f"{line_url}{format.path}"
    body = orjson.dumps(format.body(query, chat)).decode() if format.body else None
    headers = {"Accept": format.accept} if format.accept else {}
    opening = None
    if body is None:
        url = f"{url}?{urlencode({'query': query})}"
    else:
        headers["Content-Type"] = "application/json"
    if format.opens and body:
        opening = Opening(url=url, method="POST", headers=headers, body=body)
        headers, body = {}, None
    return Job(
        format=format.name,
        query=query,
        chat=chat,
        base_url=f"{line_url}/v1",
        url=url,
        method="GET" if body is None else "POST",
        headers=headers,
        body=body,
        opening=opening,
        stops_at=stops_at,
        stops_by_delete=stops_by_delete,
        is_cut=is_cut,
        reloads=reloads,
    )


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """`ended`: "done" with the last event, "left" by its own stop, else what the client found."""

    ended: str
    reading: Reading | None = None
    """`None` where a page that trusts every message would have stumbled."""
    refusal: str | None = None
    """The body of a status that is no success."""


def outcome_of(told: Told, format: Format) -> Outcome:
    """From what a program printed: events, or what an SDK had made of them already."""
    ended = str(told["ended"])
    if "text" in told:
        return Outcome(ended=ended, reading=Reading(told["text"], told["problem"]))
    refusal = told.get("refusal")
    messages = [Message(event=event["event"], data=event["data"]) for event in told.get("events", ())]
    return Outcome(
        ended=ended,
        reading=_read(format, messages),
        refusal=refusal["body"] if refusal else None,
    )


def _read(format: Format, messages: Sequence[Message]) -> Reading | None:
    if format.read is None:
        return None
    try:
        return format.read(messages)
    except (ValueError, KeyError, TypeError, IndexError, AssertionError):
        return None
