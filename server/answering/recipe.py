"""What decides an answer beside the question and the pages; answers of another recipe are not given again."""

import hashlib
from typing import Final

import orjson

from server.answering.prompt import RULES
from server.settings import Settings

_SETTINGS: Final = (
    "site_name",
    "site_url",
    "resolved_completion_model",
    "completion_base_url",
    "completion_temperature",
    "completion_max_tokens",
    "embedding_model",
    "match_count",
    "context_budget_tokens",
    "ranking",
    "rerank_model",
    "rerank_base_url",
    "rerank_count",
    "rerank_document_chars",
    "refuse",
)


def recipe(settings: Settings) -> bytes:
    """SHA-256 of the prompt's rules and of every setting that an answer depends on."""
    parts = [RULES, *(getattr(settings, name) for name in _SETTINGS)]
    return hashlib.sha256(orjson.dumps(parts)).digest()
