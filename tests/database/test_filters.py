"""A filter never starves the semantic leg: at 100,000 sections, however little it keeps."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import asyncpg
import numpy as np
import pytest
from numpy.typing import NDArray
from pgvector import HalfVector

from server.database.calls import Vector
from server.database.pool import open_owner_connection, prepare_connection
from tests.conftest import cloned_database
from tests.pages import DIMENSIONS

SECTIONS = 100_000
CLUSTERS = 1_000
QUERIES = 50
WANTED = 10


class Cloud:
    """Unit vectors in clusters, as texts about the same things are, and queries near some of the clusters."""

    def __init__(self) -> None:
        self._chance = np.random.default_rng(2026)
        # Close to each other, as the vectors of one model and one subject are: half of each centre is common.
        centres = self._chance.standard_normal((CLUSTERS, DIMENSIONS)) + self._chance.standard_normal(DIMENSIONS)
        self._centres = centres.astype(np.float32)
        self.sections = self._near(self._chance.integers(CLUSTERS, size=SECTIONS))
        # As precise as they are stored, so that the order by them is the one to be found.
        self.sections = self.sections.astype(np.float16).astype(np.float32)
        self.queries = self._near(self._chance.integers(CLUSTERS, size=QUERIES))

    def nearest(self, query: Vector, kept: NDArray[np.bool_]) -> set[str]:
        """The paths of the wanted number of sections, by looking at all of them."""
        similarities = np.where(kept, self.sections @ query, -np.inf)
        return {f"/{place}" for place in np.argpartition(-similarities, WANTED)[:WANTED]}

    def _near(self, clusters: NDArray[np.int64]) -> Vector:
        spread = self._chance.standard_normal((len(clusters), DIMENSIONS)).astype(np.float32)
        vectors = self._centres[clusters] + spread
        unit: Vector = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


@pytest.fixture(scope="module")
def cloud() -> Cloud:
    return Cloud()


@pytest.fixture(scope="module")
def filled_url(postgres_url: str, cloud: Cloud) -> Iterator[str]:
    """A database with the cloud's sections, one a page, so that no limit per page plays a part."""
    with asyncio.Runner() as runner:
        database = filled_database(postgres_url, cloud)
        yield runner.run(database.__aenter__())
        runner.run(database.__aexit__(None, None, None))


@asynccontextmanager
async def filled_database(postgres_url: str, cloud: Cloud) -> AsyncIterator[str]:
    async with cloned_database(postgres_url) as url:
        async with open_owner_connection(url) as connection:
            await prepare_connection(connection)
            await fill(connection, cloud)
        yield url


async def fill(connection: asyncpg.Connection, cloud: Cloud) -> None:
    """As a publish leaves the tables, but for the keyword index; the vector index is built afterwards."""
    await connection.execute("drop index docs.section_window_embedding")
    await connection.execute(
        """
        insert into docs.page (site_id, path, title, checksum, meta, type, source)
        select
          site.id, '/' || place, 'Page', '',
          jsonb_build_object('thousandth', place % 1000, 'twentieth', place % 20), '', ''
        from docs.site, generate_series(0, $1 - 1) as place
        order by place
        """,
        SECTIONS,
    )
    await connection.execute(
        """
        insert into docs.page_section (page_id, position, heading, heading_path, content, token_count)
        select page.id, 0, 'Section', '{}', md5(page.path), 10
        from docs.page
        order by page.id
        """
    )
    first_id = await connection.fetchval("select min(id) from docs.page_section")
    await connection.copy_records_to_table(
        "section_window",
        schema_name="docs",
        columns=["section_id", "position", "embedding"],
        records=[(first_id + place, 0, HalfVector(vector)) for place, vector in enumerate(cloud.sections)],
    )
    await connection.execute("select docs.build_window_index()")
    await connection.execute("analyze docs.page, docs.page_section, docs.section_window")


@pytest.mark.parametrize(("name", "parts"), [("thousandth", 1000), ("twentieth", 20)], ids=["0.1 %", "5 %"])
async def test_a_filter_costs_no_recall(filled_url: str, cloud: Cloud, name: str, parts: int) -> None:
    kept = np.arange(SECTIONS) % parts == 7
    found = 0
    async with open_owner_connection(filled_url) as connection:
        await prepare_connection(connection)
        for query in cloud.queries:
            rows = await connection.fetch(
                "select path from docs.match_page_sections($1, -1, $2, 0, filter => $3)", query, WANTED, {name: 7}
            )
            found += len({row["path"] for row in rows} & cloud.nearest(query, kept))
    assert found / (WANTED * QUERIES) >= 0.95
