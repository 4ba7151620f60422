"""Files → parsed pages with their windows, put aside in the database a batch at a time."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

import asyncpg

from server.database.publishing import stage_pages
from server.documents.windows import make_windows
from server.errors import DocumentExcluded, DocumentUnreadable
from server.ingest.embedding import VectorRecipe, batches
from server.ingest.parsing import PageParser
from server.ingest.progress import OnProgress, Progress
from server.ingest.sources import Failure, Flaw, SourceFile, read_content
from server.records import Page, StoredPage

# A guess: large enough for few round trips, small enough that memory does not grow with the folder.
_PAGES_PER_BATCH: Final = 32


class Staging:
    """What one run has parsed."""

    def __init__(
        self,
        connection: asyncpg.Connection,
        run: UUID,
        *,
        parser: PageParser,
        vector_recipe: VectorRecipe,
        file_max_bytes: int,
    ) -> None:
        self._connection = connection
        self._run = run
        self._parser = parser
        self._vector_recipe = vector_recipe
        self._file_max_bytes = file_max_bytes
        self._paths = _Paths()
        self.staged_paths: list[str] = []
        self.section_count = 0
        self.window_count = 0
        self.failures: list[Failure] = []
        self.flaws: list[Flaw] = []

    async def stage(
        self,
        files: Sequence[SourceFile],
        *,
        order: Sequence[SourceFile],
        unchanged: Iterable[StoredPage],
        on_progress: OnProgress,
    ) -> None:
        """Parses and stages some files of a corpus; `order` tells which of two with one path is the page."""
        self._paths = _Paths(order, unchanged)
        done = 0
        on_progress(Progress("Parsing", done, len(files)))
        for batch in batches(files, _PAGES_PER_BATCH):
            pages = await asyncio.to_thread(self._parse, batch)
            self.window_count += await stage(self._connection, self._run, pages, self._vector_recipe)
            self.staged_paths += [page.path for page in pages]
            self.section_count += sum(len(page.sections) for page in pages)
            done += len(batch)
            on_progress(Progress("Parsing", done, len(files)))

    def _parse(self, files: Sequence[SourceFile]) -> list[Page]:
        pages: list[Page] = []
        for file in files:
            try:
                parsed = self._parser.parse(file, read_content(file, max_bytes=self._file_max_bytes))
            except DocumentExcluded:
                continue
            except DocumentUnreadable as error:
                self.failures.append(Failure(file.source, str(error)))
                continue
            self.flaws += [Flaw(file.source, problem.line, problem.reason) for problem in parsed.problems]
            loser = self._paths.settle(parsed.page.path, file.source)
            if loser is not None:
                path = parsed.page.path
                self.failures.append(same_page(loser, path=path, owner=self._paths.owners[path]))
            if loser != file.source:
                pages.append(parsed.page)
        return pages


async def stage(connection: asyncpg.Connection, run: UUID, pages: Sequence[Page], recipe: VectorRecipe) -> int:
    """Puts parsed pages aside with their windows; returns the number of these."""
    windows = [window for page in pages for window in make_windows(page, window_chars=recipe.window_chars)]
    await stage_pages(
        connection,
        run,
        pages=pages,
        windows=windows,
        identities=recipe.identities([window.text for window in windows]),
        embedded_with=recipe.sha256,
    )
    return len(windows)


def same_page(source: str, *, path: str, owner: str) -> Failure:
    """What is told of a file that may not be the page at a path, because its owner is."""
    return Failure(source, f"gives the same page {path} as {owner}.")


class _Paths:
    """Which file is the page at a path: the first in the corpus' order."""

    def __init__(self, order: Sequence[SourceFile] = (), unchanged: Iterable[StoredPage] = ()) -> None:
        self._places = {file.source: place for place, file in enumerate(order)}
        self.owners = {page.path: page.source for page in unchanged}

    def settle(self, path: str, source: str) -> str | None:
        """The file that may not be the page because another one is; `None` where only one wants to be."""
        owner = self.owners.setdefault(path, source)
        if owner == source:
            return None
        if self._places[owner] < self._places[source]:
            return source
        self.owners[path] = source
        return owner
