"""An answer as the database keeps it, and back."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from server.answering.live import TROUBLE, LiveAnswer
from server.errors import LecternError
from server.events import Citations, Delta, Finished, SourcesFound, Usage
from server.records import AnswerProgress, Match, Source, StoredAnswer


def revive(stored: StoredAnswer) -> LiveAnswer:
    """The log of an answer that was stored; it goes on where `stored` is running."""
    answer = LiveAnswer(
        stored.id,
        query=stored.query,
        model=stored.model,
        created_at=stored.created_at,
        max_chars=TROUBLE - 1,  # its writer's limit was another's setting
    )
    answer.asked_count = stored.asked_count
    answer.delivered_at = stored.delivered_at
    catch_up(answer, stored)
    return answer


def catch_up(answer: LiveAnswer, stored: StoredAnswer) -> None:
    """Appends what is stored and the log lacks; `stored.text` begins where the log's text ends."""
    if answer.found is None and (found := _found(stored)):
        answer.append(found)
    if stored.text:
        answer.append(Delta(stored.text))
    if stored.status != "running":
        if answer.found is None:
            answer.append(SourcesFound((), None))
        answer.append(_finished(stored))
        # Without a `finished_at` its writer was only taken for gone, and has the last word if it is not.
        answer.first_delta_at, answer.finished_at = stored.first_delta_at, stored.finished_at


def progress(answer: LiveAnswer, *, offset: int, is_found_stored: bool) -> AnswerProgress:
    """What is to be stored of an answer of whose text `offset` characters are."""
    news: dict[str, Any] = {}
    if answer.found and not is_found_stored:
        found = answer.found
        news["found"] = {
            "sources": found.sources,
            "confidence": found.confidence,
            "is_refusal": found.is_refusal,
        }
        news["searched_query"] = found.query
        news["matches"] = tuple(_match(match) for match in found.matches)
    if answer.finished:
        news |= _ending(answer.finished) | {"finished_at": answer.finished_at, "delivered_at": answer.delivered_at}
    return AnswerProgress(
        id=answer.id, offset=offset, text=answer.text_from(offset), first_delta_at=answer.first_delta_at, **news
    )


def _match(match: Match) -> dict[str, Any]:
    return {
        "section_id": match.id,
        "page_id": match.page_id,
        "rank": match.rank,
        "similarity": match.similarity,
        "score": match.score,
        "coverage": match.coverage,
        "token_count": match.token_count,
    }


def _ending(finished: Finished) -> dict[str, Any]:
    problem, usage = finished.problem, finished.usage
    return {
        "status": finished.status,
        "finish_reason": finished.reason,
        "problem": problem.told if problem else None,
        "citations": asdict(finished.citations),
        "prompt_tokens": usage.prompt_tokens if usage else None,
        "completion_tokens": usage.completion_tokens if usage else None,
        "usage_is_estimate": usage.is_estimate if usage else False,
    }


def _found(stored: StoredAnswer) -> SourcesFound | None:
    if stored.found is None:
        return None
    return SourcesFound(
        tuple(_source(source) for source in stored.found["sources"]),
        stored.found["confidence"],
        is_refusal=stored.found["is_refusal"],
        query=stored.searched_query or "",
    )


def _source(fields: dict[str, Any]) -> Source:
    ranges = {name: tuple(tuple(pair) for pair in value) for name, value in fields.items() if "ranges" in name}
    path = tuple(fields.get("heading_path", ()))
    return Source(**{**fields, **ranges, "heading_path": path})


def _finished(stored: StoredAnswer) -> Finished:
    usage = None
    if stored.prompt_tokens is not None and stored.completion_tokens is not None:
        usage = Usage(stored.prompt_tokens, stored.completion_tokens, stored.usage_is_estimate)
    citations = dict(stored.citations or {})
    citations["cited"] = tuple(citations.get("cited", ()))
    return Finished(
        reason=stored.finish_reason or "stop",  # type: ignore[arg-type]  # the database checks no vocabulary
        problem=_problem(stored.problem) if stored.problem else None,
        usage=usage,
        citations=Citations(**citations),
    )


def _problem(told: Any) -> LecternError:
    kind = next((error for error in _all_errors(LecternError) if error.code == told["code"]), LecternError)
    problem = kind(told["message"])
    problem.reader_text = told["message"]
    return problem


def _all_errors(kind: type[LecternError]) -> Iterator[type[LecternError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _all_errors(below)
