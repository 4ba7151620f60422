"""What a site wants after pushes, when nothing else waits: levels and token weights learnt of its pages."""

import asyncpg

from server.database.calls import get_embedding_model, get_site
from server.database.fitness import with_live_model
from server.database.locks import alone, the_only_reindex
from server.database.publishing import get_stored_pages
from server.database.reindexing import get_reindex
from server.ingest.calibration import renew_calibration
from server.ingest.embedding import embedder_for
from server.ingest.progress import tell_nobody
from server.ingest.reindex import reindex
from server.ingest.reindex_plan import make_plan
from server.ingest.weighing import is_about_as_large
from server.models.embeddings import Embedder
from server.records import EmbeddingModel, Site
from server.settings import Settings


async def settle(connection: asyncpg.Connection, *, embedder: Embedder, settings: Settings) -> None:
    """Learns anew what has been learnt of another site than it is now. Raises as a reindex does."""
    site = await get_site(connection)
    settings = with_live_model(settings, site)
    async with embedder_for(settings, embedder) as live_embedder:
        model = await get_embedding_model(connection)
        is_weighed = not live_embedder.learns_token_weights or _fit(model, site)
        if not is_weighed and await _has_pushed_pages(connection):
            await _weigh_anew(connection, embedder=live_embedder, settings=settings)
            return
        async with alone(connection, is_told=False):
            await renew_calibration(connection, embedder=live_embedder, settings=settings)


def _fit(model: EmbeddingModel, site: Site) -> bool:
    weights = model.token_weights
    if site.page_count == 0:
        return True
    return weights is not None and is_about_as_large(site.page_count, weights.page_count)


async def _has_pushed_pages(connection: asyncpg.Connection) -> bool:
    """Without any, the weights are an ingest's, which goes by the number of files, drafts included."""
    return any(page.is_pushed for page in await get_stored_pages(connection))


async def _weigh_anew(connection: asyncpg.Connection, *, embedder: Embedder, settings: Settings) -> None:
    """Reindexes to the same model: other weights mean other vectors, and this embedder costs nothing but time."""
    async with the_only_reindex(connection):
        if await get_reindex(connection) is not None:
            return  # one that was stopped, maybe to another model: whoever began it goes on or gives up
        plan = await make_plan(connection, embedder, settings, on_progress=tell_nobody)
        if plan.is_needed:
            await reindex(connection, plan, embedder=embedder, settings=settings, on_progress=tell_nobody)
