"""A sync job: the configured documentation, ingested as the command does it."""

from typing import Any

import asyncpg

from server.errors import SettingsInvalid
from server.ingest.progress import tell_nobody
from server.ingest.run import Plan
from server.ingest.sync import ingest
from server.models.embeddings import Embedder
from server.records import HeldJob
from server.settings import Settings

_TOLD_MAX = 100


async def sync(
    connection: asyncpg.Connection, job: HeldJob, *, embedder: Embedder, settings: Settings
) -> dict[str, Any]:
    """What has become of the job, as `finish_job` takes it; raises as an ingest does.

    Everything is published by then: who is killed before the job has ended finds nothing more to do next time.
    """
    if not settings.docs:
        raise SettingsInvalid("There is nothing to ingest: set LECTERN_DOCS.")
    report = await ingest(
        connection,
        settings.docs,
        embedder=embedder,
        settings=settings,
        on_progress=tell_nobody,
        source_commit=job.work.get("commit"),
    )
    outcome = {
        "pages_written": report.publication.pages_written,
        "pages_removed": report.publication.pages_removed,
        "pages_unchanged": report.plan.unchanged_count,
        "failures": [{"path": failure.source, "reason": failure.reason} for failure in report.plan.failures],
        "problems": [
            {"path": flaw.source, "line": flaw.line, "reason": flaw.reason} for flaw in report.plan.flaws
        ][:_TOLD_MAX],
    }
    return {
        "state": "failed" if report.plan.failures else "done",
        "reason": _reason(report.plan),
        "outcome": outcome,
    }


def _reason(plan: Plan) -> str | None:
    if not plan.failures:
        return None
    first = plan.failures[0]
    files = "1 file" if len(plan.failures) == 1 else f"{len(plan.failures)} files"
    return f"{files} cannot be read. {first.source} {first.reason}"
