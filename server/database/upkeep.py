"""What Postgres does by itself some minutes after a large publish, done at once."""

from typing import Final

import asyncpg

from server.database.pool import translated_errors
from server.records import Publication

_TABLES: Final = (
    "docs.page",
    "docs.page_section",
    "docs.section_window",
    "docs.page_embedding",
    "docs.lexeme",
    "docs.posting",
    "docs.page_posting",
    "docs.title_word",
    "docs.title_word_rest",
)

# A guess: from here on what a publish leaves behind is felt by readers.
_LARGE_SHARE: Final = 0.1


async def tidy_up(connection: asyncpg.Connection, publication: Publication) -> None:
    """Vacuums and analyses after a publish that changed much of a site; does nothing after a small one.

    Until it is done, the keyword ranking visits the table for every posting (a quarter more time at 100,000
    sections), and windows that are gone fill places in the vector index.
    """
    changed = publication.pages_written + publication.pages_removed
    if changed < _LARGE_SHARE * publication.pages_total:
        return
    with translated_errors():
        await connection.execute(f"vacuum (analyze) {', '.join(_TABLES)}")
