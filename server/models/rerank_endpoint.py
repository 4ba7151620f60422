"""Reranking by any endpoint that answers `POST …/rerank`; what they share, and where they differ.

1. Only `model`, `query` and `documents` are sent. All of Cohere (v1, v2), Jina, Voyage, vLLM and llama.cpp then
   score every document, and Cohere refuses names it does not know (422), such as Voyage's `top_k`.
2. Text Embeddings Inference calls the documents `texts` and answers 422 without them. It is then asked in its
   own words, from the first refusal on.
3. The scores come as `results` (Voyage: `data`; Text Embeddings Inference: a bare list) of objects with `index`
   and `relevance_score` (Text Embeddings Inference: `score`), in any order.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx2
import openai
import orjson
from pydantic import SecretStr

from server.errors import ModelTimeout, ModelUnavailable
from server.models.openai_endpoint import Endpoint, make_client, translated_errors
from server.models.reranking import Reranker


class EndpointReranker(Reranker):
    def __init__(self, model: str, base_url: str, *, api_key: SecretStr | None, timeout_seconds: float) -> None:
        self.model = model
        self._endpoint = Endpoint(
            purpose="rerank",
            model=model,
            base_url=base_url.rstrip("/").removesuffix("/rerank"),  # some providers name the whole address
            api_key=api_key,
        )
        self._timeout_seconds = timeout_seconds
        # No retries: a reader waits, and without scores the fused order is good enough.
        self._client = make_client(
            self._endpoint, retries=0, timeout_seconds=timeout_seconds, waits_out_rate_limits=False
        )
        self._wants_texts = False

    async def rerank(self, query: str, texts: Sequence[str]) -> list[float]:
        try:
            # The client's own limit is one for each read, and an answer may trickle.
            async with asyncio.timeout(self._timeout_seconds):
                with translated_errors(self._endpoint):
                    body = await self._ask(query, texts)
        except (TimeoutError, ModelTimeout) as error:
            raise ModelTimeout(
                f"{self._endpoint.host} did not rerank within {self._timeout_seconds:g} s "
                "(LECTERN_RERANK_TIMEOUT_SECONDS)."
            ) from error
        try:
            return read_scores(body, count=len(texts))
        except ValueError as error:
            raise ModelUnavailable(
                f"{self._endpoint.host} gave no usable scores for {self.model!r}: "
                f"{self._endpoint.quote(error)}. Is it a reranker?"
            ) from error

    async def close(self) -> None:
        await self._client.close()

    async def _ask(self, query: str, texts: Sequence[str]) -> bytes:
        if not self._wants_texts:
            try:
                return await self._post({"model": self.model, "query": query, "documents": list(texts)})
            except openai.UnprocessableEntityError as error:
                if "`texts`" not in str(error.body):
                    raise
        body = await self._post({"query": query, "texts": list(texts), "truncate": True})
        self._wants_texts = True
        return body

    async def _post(self, body: dict[str, Any]) -> bytes:
        response: Any = await self._client.post("/rerank", cast_to=httpx2.Response, body=body)
        return await response.aread()  # type: ignore[no-any-return]


def read_scores(body: bytes, *, count: int) -> list[float]:
    """A rerank response to `count` scores, in the order of `index`.

    Raises `ValueError` for anything else: a text without a score, a score that is no number. (The parser
    refuses infinite ones and NaN.)
    """
    answer = orjson.loads(body)
    entries = answer.get("results") or answer.get("data") if isinstance(answer, dict) else answer
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError("the answer has no list `results`")
    scores = {
        entry["index"]: entry.get("relevance_score", entry.get("score"))
        for entry in entries
        if isinstance(entry.get("index"), int)
    }
    if sorted(scores) != list(range(count)):
        raise ValueError(f"{len(scores)} scores for {count} texts")
    if not all(isinstance(score, int | float) for score in scores.values()):
        raise ValueError("a score that is no number")
    return [float(scores[i]) for i in range(count)]
