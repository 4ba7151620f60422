"""One ingest of one corpus: compared, staged, and then published or not."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Self
from uuid import UUID, uuid4

import asyncpg

from server.database.publishing import count_missing_windows, discard_run, get_stored_pages, publish
from server.errors import LecternError
from server.ingest.changes import Changes, compare, removed_paths
from server.ingest.corpus import Corpus, opened_corpus
from server.ingest.embedding import Paid, VectorRecipe, WindowEmbedder
from server.ingest.parsing import PageParser, PageRecipe
from server.ingest.progress import OnProgress, Progress
from server.ingest.sources import Failure, Flaw
from server.ingest.staging import Staging
from server.ingest.weighing import choose_token_weights
from server.models.embeddings import Embedder
from server.records import Publication, Site, StoredPage, TokenWeights
from server.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run is about to do, known before anything is paid for."""

    written_paths: tuple[str, ...]
    added_paths: tuple[str, ...]
    """Those of the written ones that are new."""
    removed_paths: tuple[str, ...]
    unchanged_count: int
    stored_count: int
    """Pages that stand now, without those that were pushed."""
    sections_written: int
    sections_to_embed: int
    windows_written: int
    """Those of the written pages; the ones that are not to be embedded have their vectors already."""
    windows_to_embed: int
    failures: tuple[Failure, ...]
    flaws: tuple[Flaw, ...]

    @property
    def removes_most(self) -> bool:
        """Whether more than half of the pages would go, for which someone has to be asked."""
        return 2 * len(self.removed_paths) > self.stored_count


@asynccontextmanager
async def opened_run(
    connection: asyncpg.Connection,
    docs: str,
    site: Site,
    *,
    embedder: Embedder,
    settings: Settings,
    on_progress: OnProgress,
) -> AsyncIterator["Run"]:
    """A corpus compared with what is published; what the run stages is gone when the context ends."""
    stored = await get_stored_pages(connection)
    known: Iterable[StoredPage] = stored
    async with AsyncExitStack() as stack:
        while True:
            opened = opened_corpus(docs, settings, known=known, on_progress=on_progress)
            corpus = await stack.enter_async_context(opened)
            run = await Run.start(connection, corpus, site, stored, embedder=embedder, settings=settings)
            await run.compare(on_progress)
            if not run.lacks_content:
                break
            known = ()  # pages that were not modified are to be parsed in another way: all are fetched again
        try:
            yield run
        finally:
            with suppress(LecternError):
                await discard_run(connection, run.id)


class Run:
    """One ingest of one corpus, from its comparison to its publication."""

    def __init__(
        self,
        connection: asyncpg.Connection,
        corpus: Corpus,
        stored: Sequence[StoredPage],
        *,
        parser: PageParser,
        embedder: WindowEmbedder,
        vector_recipe: VectorRecipe,
        token_weights: TokenWeights | None,
        settings: Settings,
    ) -> None:
        self.id: UUID = uuid4()
        self.embedder = embedder
        self.stored = stored
        self._connection = connection
        self._corpus = corpus
        self._parser = parser
        self._vector_recipe = vector_recipe
        self._token_weights = token_weights
        self._settings = settings
        self._changes = Changes((), (), ())

    @classmethod
    async def start(
        cls,
        connection: asyncpg.Connection,
        corpus: Corpus,
        site: Site,
        stored: Sequence[StoredPage],
        *,
        embedder: Embedder,
        settings: Settings,
    ) -> Self:
        parser = PageParser(PageRecipe.of(settings, corpus.profile), corpus)
        weights = await choose_token_weights(
            connection,
            corpus.files,
            embedder=embedder,
            parser=parser,
            settings=settings,
            has_pushed_pages=any(page.is_pushed for page in stored),
        )
        if weights is not None:
            embedder = embedder.with_token_weights(weights.weights)
        assert site.embedding_dimensions is not None  # noqa: S101  recorded with the model
        recipe = VectorRecipe.of(settings, dimensions=site.embedding_dimensions, token_weights=weights)
        return cls(
            connection,
            corpus,
            stored,
            parser=parser,
            embedder=WindowEmbedder(connection, embedder, settings, dimensions=recipe.dimensions),
            vector_recipe=recipe,
            token_weights=weights,
            settings=settings,
        )

    async def compare(self, on_progress: OnProgress) -> None:
        total = len(self._corpus.files)
        on_progress(Progress("Reading", 0, total))
        self._changes = await asyncio.to_thread(
            compare,
            self._corpus,
            self.stored,
            parsed_with=self._parser.parsed_with,
            embedded_with=self._vector_recipe.sha256,
            file_max_bytes=self._settings.file_max_bytes,
        )
        on_progress(Progress("Reading", total, total))

    @property
    def lacks_content(self) -> bool:
        """Whether pages are to be parsed that the web server did not send, because it has not modified them."""
        return any(file.is_unmodified for file in self._changes.to_parse)

    async def stage(self, on_progress: OnProgress) -> Plan:
        """Parses what changed and puts it aside; nothing is paid for."""
        await discard_run(self._connection, self.id)  # what runs that died long ago have left
        staging = Staging(
            self._connection,
            self.id,
            parser=self._parser,
            vector_recipe=self._vector_recipe,
            file_max_bytes=self._settings.file_max_bytes,
        )
        if self._changes.to_parse:
            await staging.stage(
                self._changes.to_parse,
                order=self._corpus.files,
                unchanged=self._changes.unchanged,
                on_progress=on_progress,
            )
        return await self._plan(self._changes, staging)

    async def _plan(self, changes: Changes, staging: Staging) -> Plan:
        failures = (*changes.failures, *staging.failures)
        kept = staging.staged_paths + [page.path for page in changes.unchanged]
        windows, sections = await count_missing_windows(self._connection, self.id)
        known = {page.path for page in self.stored}
        return Plan(
            written_paths=tuple(staging.staged_paths),
            added_paths=tuple(path for path in staging.staged_paths if path not in known),
            removed_paths=removed_paths(self.stored, kept=set(kept), failures=failures),
            unchanged_count=len(set(kept)) - len(staging.staged_paths),
            stored_count=sum(not page.is_pushed for page in self.stored),
            sections_written=staging.section_count,
            sections_to_embed=sections,
            windows_written=staging.window_count,
            windows_to_embed=windows,
            failures=failures,
            flaws=tuple(staging.flaws),
        )

    async def publish(
        self, plan: Plan, source_commit: str | None, on_progress: OnProgress
    ) -> tuple[Publication, Paid]:
        """Embeds what is missing and publishes once."""
        paid = await self.embedder.embed_staged(self.id, on_progress)
        on_progress(Progress("Publishing", 0, len(plan.written_paths)))
        publication = await publish(
            self._connection,
            self.id,
            removed_paths=plan.removed_paths,
            token_weights=self._token_weights,
            source_commit=source_commit,
            windows_embedded=paid.windows,
            pages_staged=len(plan.written_paths),
        )
        on_progress(Progress("Publishing", len(plan.written_paths), len(plan.written_paths)))
        return publication, paid
