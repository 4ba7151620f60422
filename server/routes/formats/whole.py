"""An answer as one JSON object: so far, or finished."""

from typing import Any

from server.answering.live import LiveAnswer
from server.events import Finished, SourcesFound
from server.records import AnswerStatus


def whole_answer(answer: LiveAnswer) -> dict[str, Any]:
    body = {
        "id": answer.id,
        "query": answer.query,
        "model": answer.model,
        "created_at": answer.created_at,
        "text": answer.text,
        **told(answer.found),
        "status": status_of(answer.finished),
        "finish_reason": None,
    }
    return body | ending(answer.finished) if answer.finished else body


def told(found: SourcesFound | None) -> dict[str, Any]:
    """What was searched for, if it came to that, and what was found."""
    if found is None:
        return {"searched_query": None, "sources": (), "confidence": None}
    return {"searched_query": found.query or None, "sources": found.sources, "confidence": found.confidence}


def ending(finished: Finished) -> dict[str, Any]:
    """How an answer ended, with `error` when there was trouble."""
    body: dict[str, Any] = {
        "status": status_of(finished),
        "finish_reason": finished.reason,
        "citations": finished.citations,
        "usage": finished.usage,
    }
    if finished.problem:
        body["error"] = finished.problem.told
    return body


def status_of(finished: Finished | None) -> AnswerStatus:
    return finished.status if finished else "running"
