from collections.abc import Sequence

import asyncpg
import numpy as np

from server.answering.retrieval import Retriever
from server.database.calls import Vector
from server.database.pool import open_database
from server.evaluation.places import Place
from server.evaluation.questions import Question
from server.evaluation.ranking import Mode, Ranker
from server.models.embeddings import Embedder
from server.models.reranking import Reranker
from server.settings import Settings
from tests.pages import direction, page, publish_pages, section


class OneWay(Embedder):
    """Whatever is asked points one way."""

    model = "local/wordllama"

    async def embed(self, texts: Sequence[str]) -> Vector:
        return np.array([direction(1)] * len(texts))


async def test_each_mode_asks_its_legs_only(
    owner: asyncpg.Connection, database_url: str, settings: Settings
) -> None:
    await publish_pages(
        owner,
        [
            page("/words", section("Lamps", "How the bulb of a lamp is changed.")),
            page("/meaning", section("Other", "Something that says it otherwise.")),
            page(
                "/late",
                *(section(f"More {number}", "Something else that is said here too.") for number in range(12)),
            ),
        ],
        [direction(0, 1), direction(1), *[direction(1, 1)] * 12],
    )
    question = Question(id="q", text="bulb", filter={})
    async with open_database(database_url, settings) as database:
        ranker = Ranker(Retriever(database, OneWay(), settings))
        found = {mode: await ranker.rank(question, mode) for mode in Mode}
    assert (Place("/words", "lamps"),) == found[Mode.KEYWORDS].sections
    assert ("/meaning", "/late", "/words") == found[Mode.SIMILARITY].pages
    assert 5 == len(found[Mode.SIMILARITY].sections)
    assert ("/meaning", "/words", "/late") == found[Mode.BOTH].pages


async def test_a_reranker_decides_the_order_in_its_own_mode_only(
    owner: asyncpg.Connection, database_url: str, settings: Settings
) -> None:
    class Backwards(Reranker):
        async def rerank(self, query: str, texts: Sequence[str]) -> list[float]:
            return [float(place) for place in range(len(texts))]

        async def close(self) -> None:
            pass

    await publish_pages(
        owner, [page("/near", section("Near")), page("/far", section("Far"))], [direction(1), direction(1, 1)]
    )
    question = Question(id="q", text="anything", filter={})
    async with open_database(database_url, settings) as database:
        ranker = Ranker(Retriever(database, OneWay(), settings, reranker=Backwards()))
        found = {mode: (await ranker.rank(question, mode)).pages for mode in (Mode.BOTH, Mode.RERANKED)}
    assert {Mode.BOTH: ("/near", "/far"), Mode.RERANKED: ("/far", "/near")} == found
