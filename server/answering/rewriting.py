"""A later query of a conversation is made to stand alone: by the completer, or from words where that cannot."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from server.answering.conversations import concatenate, make_rewriting_prompt, read_rewritten, within_budget
from server.events import Delta, Finished, Usage
from server.models.completions import Completer
from server.records import Exchange, Prompt
from server.settings import Settings

# Room for a preface. A model that goes on is not doing what it was asked to.
_REPLY_QUERIES_MAX = 4


async def make_stand_alone(
    query: str, history: Sequence[Exchange], *, completer: Completer, settings: Settings
) -> tuple[str, Usage | None]:
    """The query as a question of its own, and what a model took for that; without history the query itself.

    Raises one of the model `Outage`s; a reply that makes no sense is none. Cancelling closes the model's request.
    """
    if not history:
        return query, None
    # In a thread: the first call reads the tokenizer's ranks, during which other readers' deltas would wait.
    read = await asyncio.to_thread(within_budget, history, budget_tokens=settings.history_budget_tokens)
    max_chars = settings.query_max_chars
    if not read or not completer.rewrites:
        return concatenate(query, read, max_chars=max_chars), None
    prompt = make_rewriting_prompt(query, read, site_name=settings.site_name)
    reply, usage = await _ask(completer, prompt, max_chars=_REPLY_QUERIES_MAX * max_chars)
    return read_rewritten(reply, query=query, history=read, max_chars=max_chars), usage


async def with_usage(
    events: AsyncGenerator[Delta | Finished, None], spent: Usage | None
) -> AsyncGenerator[Delta | Finished, None]:
    """The same events, the usage of the last one with what was spent before added, as far as both are known."""
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Finished) and event.usage and spent:
                event = replace(event, usage=_sum(spent, event.usage))
            yield event


async def _ask(completer: Completer, prompt: Prompt, *, max_chars: int) -> tuple[str, Usage | None]:
    """A model's reply, and what it took; the beginning of an endless one, and the model is stopped."""
    pieces: list[str] = []
    async with aclosing(completer.complete(prompt)) as events:
        async for event in events:
            if isinstance(event, Finished):
                return "".join(pieces), event.usage
            pieces.append(event.text)
            if sum(map(len, pieces)) > max_chars:
                break
    return "".join(pieces), None


def _sum(one: Usage, other: Usage) -> Usage:
    return Usage(
        one.prompt_tokens + other.prompt_tokens,
        one.completion_tokens + other.completion_tokens,
        is_estimate=one.is_estimate or other.is_estimate,
    )
