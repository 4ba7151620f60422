"""The path of a question: match → prompt → complete. It walks from room to room and never turns back."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from server.answering.caution import refusal, with_caution
from server.answering.limits import within_limits
from server.answering.prompt import make_prompt
from server.answering.retrieval import Retriever
from server.answering.sources import make_sources
from server.confidence import Confidence
from server.errors import LecternError, ModelTimeout
from server.events import Delta, Event, Finished, SourcesFound
from server.models.completions import Completer
from server.records import Match
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

    async def answer(self, query: str, *, filter: Mapping[str, Any]) -> AsyncGenerator[Event, None]:
        """`SourcesFound`, deltas, `Finished`; trouble is `Finished("error", problem)` and never raised.

        Closing the iterator, or cancelling the task that reads it, closes the request to the model.
        """
        sources_told = False
        try:
            matches, confidence = await self._match(query, filter)
            sources = make_sources(matches, query, site_url=self._settings.site_url)
            is_refusal = not matches or confidence == self._settings.refuse
            yield SourcesFound(sources, confidence, is_refusal=is_refusal, query=query, matches=tuple(matches))
            sources_told = True
            if is_refusal:
                yield Delta(refusal(sources, site_name=self._settings.site_name))
                yield Finished("stop")
                return
            prompt = make_prompt(query, matches, site_name=self._settings.site_name)
            completion = within_limits(self._completer.complete(prompt), self._settings)
            async with aclosing(with_caution(completion, confidence)) as events:
                async for event in events:
                    yield event
        except LecternError as problem:
            logger.error("A query was not answered (%s): %s", problem.code, problem)
            if not sources_told:
                yield SourcesFound((), None)
            yield Finished("error", problem)
        except Exception as error:
            logger.exception("A query was not answered")
            if not sources_told:
                yield SourcesFound((), None)
            yield Finished("error", LecternError(str(error)))

    async def _match(self, query: str, filter: Mapping[str, Any]) -> tuple[list[Match], Confidence]:
        limit_seconds = self._settings.first_delta_timeout_seconds
        try:
            async with asyncio.timeout(limit_seconds):
                matches = await self._retriever.match(
                    query,
                    count=self._settings.match_count,
                    budget_tokens=self._settings.context_budget_tokens,
                    filter=filter,
                    rerank=True,
                )
                return matches, await self._retriever.judge(matches)
        except TimeoutError as error:
            raise ModelTimeout(
                f"Finding sections took over {limit_seconds:g} s (LECTERN_FIRST_DELTA_TIMEOUT_SECONDS)."
            ) from error
