"""Pages made of given sections and vectors, for tests below the ingest."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any
from uuid import uuid4

import asyncpg
import numpy as np

from server.database.calls import Vector
from server.database.publishing import keep_embeddings, publish, stage_pages
from server.documents.fingerprints import fingerprint
from server.records import Page, PageSection, Publication, Window

DIMENSIONS = 256


def direction(*weights: float) -> Vector:
    """A unit vector with these weights along the first axes."""
    vector = np.zeros(DIMENSIONS, dtype=np.float32)
    vector[: len(weights)] = weights
    return vector / np.linalg.norm(vector)


def section(
    heading: str, content: str = "Some text that is long enough.", *, token_count: int = 10
) -> PageSection:
    return PageSection(
        heading=heading,
        heading_path=(heading,),
        slug=heading.lower().replace(" ", "-"),
        content=content,
        token_count=token_count,
        fingerprint=fingerprint(f"{heading}\n{content}"),
    )


def page(path: str, *sections: PageSection, meta: Mapping[str, Any] | None = None, checksum: str = "1") -> Page:
    return Page(
        path=path,
        url=path,
        title=path.rsplit("/", 1)[-1] or "Home",
        meta=meta or {},
        type="markdown",
        source=f"{path[1:]}.md",
        checksum=checksum,
        parsed_with="",
        sections=sections,
    )


async def publish_pages(
    connection: asyncpg.Connection,
    pages: Sequence[Page],
    vectors: Sequence[Vector] | None = None,
    *,
    removed_paths: Sequence[str] = (),
) -> Publication:
    """Publishes pages, one window per section, in their order; without vectors all point one way."""
    windows = [
        Window(page_path=one.path, section_position=place, position=0, text="")
        for one in pages
        for place in range(len(one.sections))
    ]
    embeddings = np.array(vectors if vectors is not None else [direction(1)] * len(windows))
    run = uuid4()
    identities = [blake2b(embedding.tobytes(), digest_size=16).digest() for embedding in embeddings]
    await keep_embeddings(connection, identities, embeddings)
    await stage_pages(connection, run, pages=pages, windows=windows, identities=identities)
    return await publish(connection, run, removed_paths=removed_paths)
