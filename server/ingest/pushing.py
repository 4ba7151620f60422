"""The path of pushed pages: parse → stage → embed what is missing → publish and end the jobs at once.

Any number of workers parse and embed at the same time; only the publishing waits for others. What they have seen
of the site may have changed until then: that is looked at again, and when it has, they begin anew, which costs
little because the vectors are kept.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg

from server.database.calls import get_embedding_model, get_site
from server.database.fitness import with_live_model
from server.database.jobs import finish_job, get_outdated_paths, set_pushed_paths
from server.database.locks import alone
from server.database.publishing import (
    discard_run,
    drop_unused_embeddings,
    get_stored_pages,
    publish,
    unstage_pages,
)
from server.database.upkeep import tidy_up
from server.errors import JobLost, LecternError
from server.ingest.embedding import Paid, VectorRecipe, WindowEmbedder, embedder_for
from server.ingest.framework import named_profile
from server.ingest.parsing import PageRecipe
from server.ingest.progress import tell_nobody
from server.ingest.pushed_pages import Pushes, Write, read_pushes
from server.ingest.staging import stage
from server.models.embeddings import Embedder
from server.records import EmbeddingModel, HeldJob, Publication, StoredPage
from server.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class PushReport:
    publication: Publication | None
    """`None` when everything was published already."""
    paid: Paid
    failed_jobs: int
    """Those with pages that cannot be read."""


class _Overtaken(Exception):
    """What was published meanwhile is not what this was made for."""


async def push(
    connection: asyncpg.Connection, jobs: Sequence[HeldJob], *, embedder: Embedder, settings: Settings
) -> PushReport:
    """Does the work of jobs that write and remove pages, in one publish, and ends them with it.

    A page that cannot be read fails its job and leaves the others alone. When this raises (`JobLost`, an `Outage`,
    `DatabaseUnfit`, `IngestFailed`) or is cancelled, nothing is published and the jobs are held as before.
    """
    while True:
        with suppress(_Overtaken):
            return await _push(connection, jobs, embedder=embedder, settings=settings)


async def _push(
    connection: asyncpg.Connection, jobs: Sequence[HeldJob], *, embedder: Embedder, settings: Settings
) -> PushReport:
    settings = with_live_model(settings, await get_site(connection))
    async with embedder_for(settings, embedder) as live_embedder:
        run = await _Run.start(connection, jobs, embedder=live_embedder, settings=settings)
        try:
            paid = await run.make()
            publication = await run.publish(paid)
        finally:
            with suppress(LecternError):
                await discard_run(connection, run.id)
    return PushReport(publication=publication, paid=paid, failed_jobs=len(run.pushes.failures))


class _Run:
    """One try to publish some jobs' pages."""

    def __init__(
        self,
        connection: asyncpg.Connection,
        jobs: Sequence[HeldJob],
        pushes: Pushes,
        *,
        model: EmbeddingModel,
        embedder: Embedder,
        settings: Settings,
    ) -> None:
        self.id: UUID = uuid4()
        self._connection = connection
        self._jobs = jobs
        self.pushes = pushes
        self._model = model
        self._recipe = VectorRecipe.of(settings, dimensions=model.dimensions, token_weights=model.token_weights)
        self._embedder = WindowEmbedder(connection, embedder, settings, dimensions=model.dimensions)
        self._settings = settings
        self._written: Mapping[str, Write] = {}

    @classmethod
    async def start(
        cls, connection: asyncpg.Connection, jobs: Sequence[HeldJob], *, embedder: Embedder, settings: Settings
    ) -> "_Run":
        model = await get_embedding_model(connection)
        if model.token_weights is not None:
            embedder = embedder.with_token_weights(model.token_weights.weights)
        profile = named_profile(settings.framework, slug_style=settings.slug_style, url_suffix=settings.url_suffix)
        recipe = PageRecipe.of(settings, profile)
        pushes = await asyncio.to_thread(read_pushes, jobs, recipe, language=settings.language)
        return cls(connection, jobs, pushes, model=model, embedder=embedder, settings=settings)

    async def make(self) -> Paid:
        """Stages what differs from what is published, and embeds it."""
        passed_over = {
            *await get_outdated_paths(self._connection, self.pushes.jobs_by_path),
            *self._unchanged_paths(await get_stored_pages(self._connection)),
        }
        self._written = {path: write for path, write in self.pushes.writes.items() if path not in passed_over}
        pages = [write.page for write in self._written.values()]
        await stage(self._connection, self.id, pages, self._recipe)
        return await self._embedder.embed_staged(self.id, tell_nobody)

    async def publish(self, paid: Paid) -> Publication | None:
        async with alone(self._connection, is_told=False):
            async with self._connection.transaction():
                publication = await self._publish(paid)
            if publication is not None:
                with suppress(LecternError):  # everything is published, and this can as well be done later
                    await tidy_up(self._connection, publication)
                    await drop_unused_embeddings(self._connection, days=self._settings.embedding_keep_days)
        return publication

    async def _publish(self, paid: Paid) -> Publication | None:
        if await get_embedding_model(self._connection) != self._model:
            raise _Overtaken
        stored = await get_stored_pages(self._connection)
        jobs_by_path = self.pushes.jobs_by_path
        outdated = await get_outdated_paths(self._connection, jobs_by_path)
        if self.pushes.writes.keys() - outdated - self._unchanged_paths(stored) - self._written.keys():
            raise _Overtaken  # was published already when it was looked at, and is no more
        await unstage_pages(self._connection, self.id, paths=list(self._written.keys() & outdated))
        written = self._written.keys() - outdated
        removed = (self.pushes.removals.keys() - outdated) & {page.path for page in stored}
        publication = None
        if written or removed:
            publication = await publish(
                self._connection, self.id, removed_paths=sorted(removed), windows_embedded=paid.windows
            )
        await set_pushed_paths(
            self._connection, {path: job for path, job in jobs_by_path.items() if path not in outdated}
        )
        for job in self._jobs:
            told = self.pushes.tell(job, written=written, removed=removed, outdated=outdated)
            if not await finish_job(self._connection, job, **told):
                raise JobLost(f"Another worker has taken over job {job.id}, because this one was too slow.")
        return publication

    def _unchanged_paths(self, stored: Sequence[StoredPage]) -> set[str]:
        return {
            page.path
            for page in stored
            if page.is_pushed
            and page.embedded_with == self._recipe.sha256
            and (write := self.pushes.writes.get(page.path)) is not None
            and (page.checksum, page.parsed_with) == (write.page.checksum, write.page.parsed_with)
        }
