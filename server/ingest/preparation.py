"""Makes a database ready: migrations, functions, and the vector width of the embedding model."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg

from server.database.calls import get_site, prepare_embedding_model
from server.database.fitness import require_embedding_model
from server.database.locks import alone
from server.database.migrate import migrate
from server.database.pool import database_url, open_owner_connection
from server.errors import LecternError
from server.ingest.embedding import make_ingest_embedder
from server.models.embeddings import Embedder
from server.records import Site
from server.settings import Settings, find_folder


@asynccontextmanager
async def opened_for_ingest(settings: Settings) -> AsyncIterator[tuple[asyncpg.Connection, Embedder]]:
    """The owner's connection and the configured embedder, closed with the context."""
    # The built-in embedder reads its weights while the embedded Postgres starts.
    making = asyncio.ensure_future(asyncio.to_thread(make_ingest_embedder, settings))
    try:
        async with database_url(settings) as url, open_owner_connection(url) as connection:
            yield connection, await making
    finally:
        with suppress(LecternError):
            await (await making).close()


async def prepare_database(
    connection: asyncpg.Connection, embedder: Embedder, *, replace_embedding_model: bool = False
) -> list[str]:
    """Brings a database to this version; returns the SQL files applied, empty when it was there already.

    Asks the embedder for one vector when the database has no model recorded, to learn its width. Raises
    `DatabaseUnfit` when another model is recorded, unless it is to be replaced, which removes every page.
    """
    applied = await migrate(connection, find_folder("sql"))
    async with alone(connection):
        site = await get_site(connection)
        if site.embedding_model is None or (replace_embedding_model and _is_another(embedder, site)):
            await prepare_embedding_model(
                connection,
                name=embedder.model,
                dimensions=await count_dimensions(embedder),
                requested_dimensions=embedder.requested_dimensions,
            )
        else:
            require_embedding_model(site, embedder.model, embedder.requested_dimensions)
    return applied


async def count_dimensions(embedder: Embedder) -> int:
    """The width of its vectors, at the price of one short text."""
    (vector,) = await embedder.embed(["How many numbers has a vector?"])
    return len(vector)


def _is_another(embedder: Embedder, site: Site) -> bool:
    is_as_wide = embedder.requested_dimensions in (None, site.embedding_dimensions)
    return embedder.model != site.embedding_model or not is_as_wide
