"""What `ingest_speed` compares with: the script one writes first. One vector and one INSERT for each section.

    python -m benchmarks.naive_ingest DOCS DATA_DIR

The same embedder, Postgres and vector index as Lectern's; no windows, no token counts, no keyword ranking, no
checksums: it does less work, one piece at a time.
"""

import asyncio
import re
import sys
from pathlib import Path

from server.database.embedded import embedded_postgres
from server.database.pool import open_owner_connection, prepare_connection
from server.ingest.sources import find_files
from server.models.wordllama import WordllamaEmbedder

_TABLES = """
    drop schema if exists naive cascade;
    create schema naive;
    create table naive.section (path text not null, content text not null, embedding vector(256) not null);
    create index on naive.section using hnsw (embedding vector_ip_ops);
"""


async def ingest(docs: Path, data_dir: Path) -> None:
    """Needs a data folder that has been migrated: it leaves making a database out of the comparison."""
    embedder = WordllamaEmbedder()
    async with embedded_postgres(data_dir) as url, open_owner_connection(url) as connection:
        await connection.execute(_TABLES)
        await prepare_connection(connection)
        for file in find_files(docs)[0]:
            for section in re.split(r"(?m)^(?=#{1,6} )", file.path.read_text(encoding="utf-8", errors="replace")):
                (vector,) = await embedder.embed([section])
                await connection.execute(
                    "insert into naive.section values ($1, $2, $3)", file.source, section, vector
                )


if __name__ == "__main__":
    asyncio.run(ingest(Path(sys.argv[1]), Path(sys.argv[2])))
