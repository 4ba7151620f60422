"""What the commands print: a bar per phase on a terminal, one line per phase elsewhere."""

import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self

import orjson
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from server.ingest.corpus import is_web_address
from server.ingest.outcome import Outcome, Trouble
from server.ingest.progress import Progress as PhaseProgress
from server.ingest.summary import cost
from server.records import Hit, Job, Match, PastPublication, Site
from server.settings import Settings

console = Console(highlight=False, soft_wrap=True)
error_console = Console(stderr=True, highlight=False, soft_wrap=True)

_PATHS_MAX: Final = 20  # of a dry run; --json has them all
_FLAWS_MAX: Final = 20
_COMMIT_CHARS: Final = 12


class ProgressBars:
    """Shows the phases of an ingest or a reindex on stderr; call it with each `Progress`."""

    def __init__(self) -> None:
        self._bars = Progress(
            TextColumn("{task.description:<10}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[unit]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=error_console,
            disable=not error_console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}
        self._started: dict[str, float] = {}
        self._told: set[PhaseProgress] = set()

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bars.stop()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leaves the terminal to a question."""
        self._bars.stop()
        try:
            yield
        finally:
            self._bars.start()

    def __call__(self, progress: PhaseProgress) -> None:
        if progress.phase not in self._tasks:
            self._tasks[progress.phase] = self._bars.add_task(
                progress.phase, total=progress.total, unit=progress.unit
            )
            self._started[progress.phase] = time.monotonic()
        self._bars.update(self._tasks[progress.phase], completed=progress.done, total=progress.total)
        if self._bars.disable and progress.done == progress.total and progress not in self._told:
            self._told.add(progress)
            seconds = time.monotonic() - self._started[progress.phase]
            unit = progress.unit.removesuffix("s") if progress.total == 1 else progress.unit
            error_console.print(f"{progress.phase}: {progress.total:,} {unit} in {seconds:.1f} s")


@contextmanager
def progress_bar(name: str, *, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on stderr, where that is a terminal; call what it gives with the steps done since the last call."""
    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    is_hidden = total == 0 or not error_console.is_terminal
    with Progress(*columns, console=error_console, disable=is_hidden, transient=True) as bars:
        task = bars.add_task(name, total=total)
        yield lambda steps: bars.advance(task, steps)


def tell_outcome(outcome: Outcome) -> None:
    """What a run did, would do or has read, and what it cost, on stdout; `tell_troubles` tells the rest."""
    if outcome.status == "checked":
        pages, sections = counted(outcome.pages_total, "page"), counted(outcome.sections_total, "section")
        console.print(f"{pages}, {sections} read in {_time(outcome)}.")
    elif outcome.status == "planned":
        _tell_planned(outcome)
    else:
        console.print(
            f"{counted(outcome.pages_written, 'page')} written, {outcome.pages_removed:,} removed, "
            f"{outcome.pages_unchanged:,} unchanged; {counted(outcome.windows_embedded, 'window')} embedded. "
            f"Generation {outcome.generation} has {counted(outcome.pages_total, 'page')} "
            f"and {counted(outcome.sections_total, 'section')}."
        )
        console.print(
            f"{counted(outcome.sections_written, 'section')} written, "
            f"{counted(outcome.windows_reused, 'window')} reused. "
            f"Cost: {cost(outcome)}. Time: {_time(outcome)}."
        )


def _tell_planned(outcome: Outcome) -> None:
    marked = [
        *(f"+ {path}" for path in outcome.added_paths),
        *(f"~ {path}" for path in outcome.changed_paths),
        *(f"- {path}" for path in outcome.removed_paths),
    ]
    for line in marked[:_PATHS_MAX]:
        console.print(f"  {one_line(line)}", markup=False, emoji=False)
    if len(marked) > _PATHS_MAX:
        console.print(f"  … and {len(marked) - _PATHS_MAX} more")
    console.print(
        f"{counted(outcome.pages_written, 'page')} would be written ({outcome.pages_added:,} new), "
        f"{outcome.pages_removed:,} removed, {outcome.pages_unchanged:,} unchanged; "
        f"{counted(outcome.windows_embedded, 'window')} embedded, {outcome.windows_reused:,} reused. "
        f"Cost: {cost(outcome)}."
    )
    if outcome.needs_allow_removals:
        console.print("A run would stop before it removes so many pages: see --allow-removals.")


def counted(count: int | None, noun: str) -> str:
    """A number with its noun, `1 page`, `1,431 pages`; `None` counts as 0."""
    return f"{count or 0:,} {noun}{'' if count == 1 else 's'}"


def _time(outcome: Outcome) -> str:
    return f"{outcome.seconds:.1f} s"


def tell_troubles(outcome: Outcome) -> None:
    """What could not be read, and what of the pages is missing or could not be understood, on stderr.

    Each file that fails is named. Flaws come by the hundred when one folder of examples is missing.
    """
    for flaw in outcome.flaws[:_FLAWS_MAX]:
        _tell_trouble("[yellow]flaw:[/yellow]", flaw)
    if len(outcome.flaws) > _FLAWS_MAX:
        options = "--json" if is_web_address(outcome.docs) else "--check --json"
        left = counted(len(outcome.flaws) - _FLAWS_MAX, "flaw")
        error_console.print(f"… and {left} more: `lectern ingest {options}` lists all.", markup=False)
    for failure in outcome.failures:
        _tell_trouble("[red]not ingested:[/red]", failure)


def _tell_trouble(kind: str, trouble: Trouble) -> None:
    error_console.print(f"{kind} {escape(one_line(f'{trouble.place} {trouble.reason}'))}", emoji=False)


def tell_publications(publications: Sequence[PastPublication]) -> None:
    """One line per publication."""
    for one in publications:
        changed = f"{one.pages_written:,} written, {one.pages_removed:,} removed"
        state = f"{counted(one.pages_total, 'page')}, {counted(one.sections_total, 'section')}"
        commit = (one.source_commit or "-")[:_COMMIT_CHARS]
        console.print(
            f"{one.generation:>6}  {one.published_at:%Y-%m-%d %H:%M:%S}  {one_line(commit):<{_COMMIT_CHARS}}  "
            f"{changed}; {counted(one.windows_embedded, 'window')} embedded; {state}",
            markup=False,
            emoji=False,
        )


def tell_jobs(jobs: Sequence[Job], *, is_json: bool) -> None:
    """One line per job, and a second one for what went wrong; or a JSON object per line."""
    for job in jobs:
        if is_json:
            console.print(orjson.dumps(job).decode(), markup=False)
            continue
        counts = [
            f"{count} {name.removeprefix('pages_')}"
            for name, count in job.outcome.items()
            if isinstance(count, int) and count
        ]
        tried = f" (tried {job.attempts} times)" if job.attempts > 1 else ""
        when = f"{job.created_at:%Y-%m-%d %H:%M:%S}"
        line = f"{job.id:>6}  {when}  {job.kind:<8}{job.state:<8}{', '.join(counts)}{tried}"
        console.print(line.rstrip(), markup=False)
        if job.reason is not None:
            console.print(f"        {without_escapes(job.reason)}", markup=False)


def tell_serving(url: str, site: Site, settings: Settings) -> None:
    """Where the server is, what it knows and who answers."""
    completer = settings.resolved_completion_model
    console.print(f"\nLectern answers at [bold]{url}[/bold]")
    console.print(f"  knows      {counted(site.page_count, 'page')}, {counted(site.section_count, 'section')}")
    console.print(f"  embedder   {site.embedding_model}")
    console.print(f"  completer  {completer}")
    if completer == "local/extractive":
        console.print("             quotes the best passages; for written answers set OPENAI_API_KEY=… (or")
        console.print(
            "             LECTERN_COMPLETION_BASE_URL=… and LECTERN_COMPLETION_MODEL=openai/…) and start again"
        )
    console.print("  stop with Ctrl-C\n")


def without_escapes(text: str) -> str:
    """Text of a page or a model as a terminal may show it: no escape sequences."""
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) != "Cc")


def one_line(text: str) -> str:
    """The same without line ends."""
    return " ".join(without_escapes(text).split())


def tell_sources(sources: Sequence[Hit], explained: Sequence[Match] = ()) -> None:
    """One line per source: its number or rank, where it stands, its address; and why it stands there."""
    for place, source in enumerate(sources, start=1):
        name = source.title if source.heading == source.title else f"{source.title} › {source.heading}"
        console.print(f"[{place}] {without_escapes(name)}", markup=False)
        console.print(f"    {source.url}", markup=False, style="dim")
        if explained:
            _tell_explanation(explained[place - 1])


def _tell_explanation(match: Match) -> None:
    explanation = match.explanation or {}
    legs = (
        ("words", explanation.get("keyword_score"), explanation.get("keyword_rank")),
        ("meaning", explanation.get("similarity"), explanation.get("semantic_rank")),
        ("words of the page", explanation.get("page_keyword_score"), None),
        ("meaning of the page", explanation.get("page_similarity"), None),
    )
    found = [
        f"{name} {value:.2f}" + (f" (rank {rank})" if rank else "")
        for name, value, rank in legs
        if value is not None
    ]
    console.print(f"    score {match.score:.3f}: {', '.join(found)}", markup=False)
    terms = [f"{term['lexeme']} {term['score']:.2f}" for term in explanation.get("terms", ())]
    if terms:
        console.print(without_escapes(f"    terms {', '.join(terms)}"), markup=False)
