"""Whether a prepared database fits the configured models."""

from server.errors import DatabaseUnfit
from server.records import Site


def require_embedding_model(site: Site, configured: str) -> None:
    """Raises `DatabaseUnfit` unless the database was prepared with the configured model."""
    if site.embedding_model is None:
        raise DatabaseUnfit("The database is not prepared for an embedding model: run `lectern migrate`.")
    if site.embedding_model != configured:
        raise DatabaseUnfit(
            f"The vectors in this database were made with {site.embedding_model} "
            f"({site.embedding_dimensions} numbers each), and LECTERN_EMBEDDING_MODEL is {configured}: set it "
            "back, or run `lectern migrate --replace-embedding-model`, which removes all pages, and ingest again."
        )
