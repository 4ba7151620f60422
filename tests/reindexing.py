"""A reindex as the command does it, without its words, and a folder that is worth one."""

from pathlib import Path
from typing import Any

from server.database.locks import the_only_reindex
from server.database.pool import open_owner_connection, prepare_connection
from server.ingest.embedding import opened_embedder
from server.ingest.reindex import reindex
from server.ingest.reindex_plan import ReindexPlan, make_plan
from server.settings import Settings
from tests.model_endpoint import ModelEndpoint

KEY = "sk-very-secret"


def settings_for(endpoint: ModelEndpoint, database_url: str, **changes: Any) -> Settings:
    """The built-in embedder, unless `embedding_model` says otherwise, and an endpoint for any other."""
    return Settings(
        **{
            "database_url": database_url,
            "embedding_base_url": endpoint.base_url,
            "embedding_api_key": KEY,
            "embedding_retries": 0,
            **changes,
        }
    )


async def reindex_to(target: Settings) -> ReindexPlan:
    """Changes the live vectors to those of the settings' model; returns what was to be done."""
    assert target.database_url is not None
    async with open_owner_connection(target.database_url.get_secret_value()) as connection:
        await prepare_connection(connection)
        async with the_only_reindex(connection), opened_embedder(target) as embedder:
            plan = await make_plan(connection, embedder, target, on_progress=lambda progress: None)
            if plan.is_needed:
                await reindex(
                    connection, plan, embedder=embedder, settings=target, on_progress=lambda progress: None
                )
    return plan


def write_pages(folder: Path, numbers: range) -> None:
    folder.mkdir(exist_ok=True)
    for number in numbers:
        (folder / f"{number}.md").write_text(f"# Page {number}\n\n{text_of(number)}\n")


def text_of(number: int) -> str:
    return f"The zeppelin of number {number} has its own hangar, built long ago."
