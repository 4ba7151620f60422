"""What an embedder learns of a corpus before it embeds it."""

import asyncio
from collections.abc import Sequence
from typing import Final

import asyncpg

from server.database.calls import get_embedding_model
from server.documents.windows import make_windows
from server.errors import DocumentUnreadable
from server.ingest.parsing import PageParser
from server.ingest.sources import SourceFile, read_content
from server.models.embeddings import Embedder
from server.records import TokenWeights
from server.settings import Settings

# At most. A guess: some 2,000 windows, which fix the frequency of every token that is frequent enough to be
# weighed down (p near 1e-3) to a few per cent.
_SAMPLE_PAGES: Final = 300


async def choose_token_weights(
    connection: asyncpg.Connection,
    files: Sequence[SourceFile],
    *,
    embedder: Embedder,
    parser: PageParser,
    settings: Settings,
    has_pushed_pages: bool,
) -> TokenWeights | None:
    """The recorded weights, or new ones when there are none or the site has grown or shrunk by half.

    `None` when the embedder wants to know nothing of a corpus. New weights mean new vectors for every page; beside
    pushed pages, which are not in the corpus, those there are stay until the workers renew them for all pages.
    """
    recorded = (await get_embedding_model(connection)).token_weights
    if has_pushed_pages:
        return recorded
    if recorded is not None and is_about_as_large(len(files), recorded.page_count):
        return recorded
    weights = await asyncio.to_thread(_learn, files, embedder, parser, settings)
    return None if weights is None else TokenWeights(weights=weights, page_count=len(files))


def is_about_as_large(page_count: int, recorded_page_count: int) -> bool:
    """Whether a corpus has neither grown nor shrunk by half."""
    return recorded_page_count / 2 < page_count < recorded_page_count * 3 / 2


def _learn(
    files: Sequence[SourceFile], embedder: Embedder, parser: PageParser, settings: Settings
) -> bytes | None:
    if not embedder.learns_token_weights:
        return None
    texts: list[str] = []
    at_hand = [file for file in files if not file.is_unmodified]
    for file in at_hand[:: -(-len(at_hand) // _SAMPLE_PAGES) or 1]:
        try:
            page = parser.parse(file, read_content(file, max_bytes=settings.file_max_bytes)).page
        except DocumentUnreadable:
            continue  # told when its turn comes
        texts += [window.text for window in make_windows(page, window_chars=settings.resolved_window_chars)]
    return embedder.learn_token_weights(texts)
