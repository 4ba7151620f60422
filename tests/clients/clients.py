"""The clients, each with the formats it can read."""

from dataclasses import dataclass
from typing import Any, Final

from tests.clients.curl import read_by_curl
from tests.clients.formats import (
    CHAT,
    COMPLETIONS,
    JSON,
    NAMED,
    ONE_SHOT,
    TEXT,
    UI,
    UI_TEXT,
    WHOLE_CHAT,
    WHOLE_COMPLETIONS,
    Format,
)
from tests.clients.python_programs import Program, read_by_httpx_sse, read_by_openai

GETS: Final = (ONE_SHOT, NAMED)
EVENT_STREAMS: Final = (*GETS, CHAT, COMPLETIONS, UI)
OPENAI: Final = (CHAT, WHOLE_CHAT, COMPLETIONS, WHOLE_COMPLETIONS)
AI_SDK: Final = (UI, UI_TEXT)


@dataclass(frozen=True, kw_only=True)
class Client:
    name: str
    formats: tuple[Format, ...]
    returns_in: tuple[Format, ...] = ()
    """Where it comes back by itself after a lost connection, or when its page tells it to."""
    reloads: bool = False
    """Whether coming back may also be the doing of a page that was loaded anew."""
    program: Program | None = None
    javascript: str = ""
    """A module in `javascript/`."""
    package: str = ""
    """What the module is given: its name on npm here; empty: what the browser has itself."""
    in_browser: bool = False


def in_browser(name: str, javascript: str, package: str, formats: tuple[Format, ...], **rest: Any) -> Client:
    return Client(name=name, javascript=javascript, package=package, formats=formats, in_browser=True, **rest)


def in_node(name: str, javascript: str, package: str, formats: tuple[Format, ...], **rest: Any) -> Client:
    return Client(name=name, javascript=javascript, package=package, formats=formats, **rest)


def ai_sdk(name: str, package: str) -> Client:
    return in_browser(name, "ai", package, AI_SDK, returns_in=(UI,), reloads=True)


CLIENTS: Final = (
    in_browser("`EventSource` in Chromium", "event_source", "", GETS, returns_in=GETS),
    Client(
        name="`eventsource` 4", javascript="event_source", package="eventsource", formats=GETS, returns_in=GETS
    ),
    Client(
        name="`eventsource` 5", javascript="event_source", package="eventsource-5", formats=GETS, returns_in=GETS
    ),
    in_browser(
        "`@microsoft/fetch-event-source` 2",
        "fetch_event_source",
        "@microsoft/fetch-event-source",
        EVENT_STREAMS,
        returns_in=GETS,
    ),
    in_browser("`sse.js` 0.6", "sse_js", "sse.js-0", EVENT_STREAMS),
    in_browser("`sse.js` 2", "sse_js", "sse.js", EVENT_STREAMS, returns_in=GETS),
    in_node("`eventsource-parser` 4", "eventsource_parser", "eventsource-parser", EVENT_STREAMS),
    in_node("`openai` 7 on npm", "openai", "openai", OPENAI),
    Client(name="`openai` 3 in Python", program=read_by_openai, formats=OPENAI),
    ai_sdk("`ai` 5.0.0", "ai-5-0-0"),
    ai_sdk("`ai` 5", "ai-5"),
    ai_sdk("`ai` 6", "ai-6"),
    ai_sdk("`ai` 7", "ai-7"),
    Client(name="`httpx-sse` 0.4", program=read_by_httpx_sse, formats=EVENT_STREAMS),
    Client(name="`curl`", program=read_by_curl, formats=(*EVENT_STREAMS, UI_TEXT, JSON, TEXT)),
)
