"""What an answer depends on beside the question and the pages."""

from typing import Any

import pytest

from server.answering.recipe import recipe
from server.settings import Settings


@pytest.mark.parametrize(
    "changes",
    [
        {"site_url": "https://docs.example"},
        {"match_count": 3},
        {"page_weight": 0.1},
        {"refuse": "never"},
        {"rerank_count": 7},
        {"rerank_document_chars": 300},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_changes_an_answer_is_another_recipe(changes: dict[str, Any]) -> None:
    assert recipe(Settings(**changes)) != recipe(Settings())


def test_what_changes_none_is_the_same_recipe() -> None:
    assert recipe(Settings(ping_seconds=1, cache_seconds=1)) == recipe(Settings())
