"""Makes a database ready: migrations, functions, and the vector width of the embedding model."""

import asyncpg

from server.database.calls import get_site, prepare_embedding_model
from server.database.fitness import require_embedding_model
from server.database.locks import alone
from server.database.migrate import migrate
from server.models.embeddings import Embedder
from server.settings import find_folder


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
        if site.embedding_model is None or (replace_embedding_model and site.embedding_model != embedder.model):
            (vector,) = await embedder.embed(["How many numbers has a vector?"])
            await prepare_embedding_model(connection, name=embedder.model, dimensions=len(vector))
        else:
            require_embedding_model(site, embedder.model)
    return applied
