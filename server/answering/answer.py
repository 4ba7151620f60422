"""The path of a question: stand alone → match → prompt → complete. It walks on and never turns back."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from server.answering.caution import refusal, with_caution
from server.answering.citations import checked
from server.answering.limits import within_first_delta, within_limits
from server.answering.prompt import make_prompt
from server.answering.retrieval import Retriever
from server.answering.rewriting import make_stand_alone, with_usage
from server.answering.sources import make_sources
from server.confidence import Confidence
from server.errors import LecternError, NotFound
from server.events import Delta, Event, Finished, SourcesFound, Usage
from server.models.completions import Completer
from server.records import Exchange, Match, Source
from server.settings import Settings

logger = logging.getLogger(__name__)


class Answering:
    """Answers queries; holds nothing of any of them."""

    def __init__(self, retriever: Retriever, completer: Completer, settings: Settings) -> None:
        self._retriever = retriever
        self._completer = completer
        self._settings = settings

    @property
    def model(self) -> str:
        return self._completer.model

    async def answer(
        self, query: str, *, filter: Mapping[str, Any], history: Sequence[Exchange] = ()
    ) -> AsyncGenerator[Event, None]:
        """`SourcesFound`, deltas, `Finished`; trouble is `Finished("error", problem)` and never raised.

        With a history, oldest first, the query is made to stand alone; the rest of the path knows that one only.
        Closing the iterator, or cancelling the task that reads it, closes the request to the model.
        """
        sources_told = False
        spent: Usage | None = None
        begun = asyncio.get_running_loop().time()
        try:
            async with within_first_delta("Making the question stand alone", self._settings, since=begun):
                query, spent = await make_stand_alone(
                    query, history, completer=self._completer, settings=self._settings
                )
            async with within_first_delta("Finding sections", self._settings, since=begun):
                matches, confidence = await self._match(query, filter)
            sources = make_sources(matches, query, site_url=self._settings.site_url)
            is_refusal = not matches or confidence == self._settings.refuse
            yield SourcesFound(sources, confidence, is_refusal=is_refusal, query=query, matches=tuple(matches))
            sources_told = True
            if is_refusal:
                yield Delta(refusal(sources, site_name=self._settings.site_name))
                yield Finished("stop", usage=spent)
                return
            told = self._complete(query, matches, sources, confidence=confidence, spent=spent)
            async with aclosing(told) as events:
                async for event in events:
                    yield event
            return
        except Exception as error:  # noqa: BLE001 - it is logged there
            problem = as_problem(error)
        if not sources_told:
            yield SourcesFound((), None, query=query)
        yield Finished("error", problem, usage=spent)

    async def _match(self, query: str, filter: Mapping[str, Any]) -> tuple[list[Match], Confidence]:
        matches = await self._retriever.match(
            query,
            count=self._settings.match_count,
            budget_tokens=self._settings.context_budget_tokens,
            filter=filter,
            rerank=True,
        )
        return matches, await self._retriever.judge(matches)

    def _complete(
        self,
        query: str,
        matches: Sequence[Match],
        sources: Sequence[Source],
        *,
        confidence: Confidence,
        spent: Usage | None,
    ) -> AsyncGenerator[Delta | Finished, None]:
        """What the completer says, as a reader gets it. Each wrapper closes what it wraps."""
        prompt = make_prompt(query, matches, site_name=self._settings.site_name)
        events = within_limits(self._completer.complete(prompt), self._settings)
        events = with_usage(events, spent)
        events = checked(events, sources, site_url=self._settings.site_url)
        return with_caution(events, confidence)


def as_problem(error: Exception) -> LecternError:
    """What ended an answer, as the reader is told of it; the owner is, but for what a reader can mend."""
    match error:
        case NotFound():  # the reader's conversation
            return error
        case LecternError():
            logger.error("A query was not answered (%s): %s", error.code, error)
            return error
    logger.error("A query was not answered", exc_info=error)
    return LecternError(str(error))
