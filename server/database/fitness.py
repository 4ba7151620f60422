"""Whether a prepared database fits the configured models."""

from collections.abc import Collection, Iterable

from server.errors import DatabaseUnfit
from server.records import Site
from server.settings import Settings


def require_migrations(known: Iterable[str], applied: Collection[str]) -> None:
    """Raises `DatabaseUnfit` for a database that has not had all of them, because it is older than this version.

    One that has had more is newer, and serves this version for as long as its functions fit.
    """
    for name in known:
        if name not in applied:
            raise DatabaseUnfit(
                f"The database is not prepared for this version (sql/{name} is missing): run `lectern migrate`."
            )


def with_live_model(settings: Settings, site: Site) -> Settings:
    """The settings with the model whose vectors are live, where those of a running reindex are configured.

    Raises `DatabaseUnfit` as `require_embedding_model` does.
    """
    name = require_embedding_model(site, settings.embedding_model, settings.resolved_embedding_dimensions)
    return settings.with_embedding_model(name, site.requested_dimensions)


def require_embedding_model(site: Site, configured: str, dimensions: int | None = None) -> str:
    """The live model's name. Configured may be that model, or the one that a reindex is on the way to.

    `dimensions` of `None` fit any. Raises `DatabaseUnfit` for anything else, and for a database without a model.
    """
    live = require_prepared(site)
    known = ((live, site.embedding_dimensions), (site.next_embedding_model, site.next_embedding_dimensions))
    if any(name == configured and dimensions in (None, width) for name, width in known):
        return live
    if live == configured:
        raise DatabaseUnfit(
            f"The vectors in this database have {site.embedding_dimensions} numbers each, and "
            f"LECTERN_EMBEDDING_DIMENSIONS is {dimensions}: unset it, or run "
            f"`lectern reindex --embedding-dimensions {dimensions}`, during which readers are answered."
        )
    raise DatabaseUnfit(
        f"The vectors in this database were made with {live} ({site.embedding_dimensions} numbers each), and "
        f"LECTERN_EMBEDDING_MODEL is {configured}: set it to {live}; or run "
        f"`lectern reindex --embedding-model {configured}`, during which readers are answered; or run "
        "`lectern migrate --replace-embedding-model`, which removes all pages, and ingest again."
    )


def require_prepared(site: Site) -> str:
    """The live model's name. Raises `DatabaseUnfit` when none is recorded."""
    if site.embedding_model is None:
        raise DatabaseUnfit("The database is not prepared for an embedding model: run `lectern migrate`.")
    return site.embedding_model
