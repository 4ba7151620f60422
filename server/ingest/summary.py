"""An outcome as a page of Markdown: the summary of a job."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from server.ingest.outcome import Outcome, Trouble

# Job summaries may have 1 MiB a step, and nobody reads more lines.
_PATHS_MAX: Final = 50
_TROUBLES_MAX: Final = 200
_TEXT_MAX_CHARS: Final = 500

_HEADLINES: Final = {
    "published": "Documentation published",
    "unchanged": "Documentation unchanged",
    "planned": "What a run would change",
    "checked": "Documentation checked",
    "failed": "Nothing was published",
}


def summarize(outcome: Outcome) -> str:
    """What changed, what it cost, and what is to be mended; ends with an empty line."""
    lines = [f"### {_headline(outcome)}", "", *_figures(outcome), ""]
    if outcome.error is not None:
        lines += [_plain(outcome.error.message), ""]
    if outcome.needs_allow_removals:
        lines += ["More than half of the pages would go: a run stops unless it has `--allow-removals`.", ""]
    lines += _troubles("Not ingested", outcome.failures)
    lines += _troubles("Flaws", outcome.flaws)
    lines += _paths("New", outcome.added_paths)
    lines += _paths("Changed", outcome.changed_paths)
    lines += _paths("Removed", outcome.removed_paths)
    return "\n".join(lines) + "\n"


def _headline(outcome: Outcome) -> str:
    headline = _HEADLINES[outcome.status]
    return f"{headline}, with trouble" if outcome.failures or outcome.flaws else headline


def _figures(outcome: Outcome) -> Iterator[str]:
    rows = {
        "documentation": _code(outcome.docs),
        "generation": _count(outcome.generation),
        "commit": outcome.source_commit and _code(outcome.source_commit),
        "pages": _count(outcome.pages_total),
        "sections": _count(outcome.sections_total),
    }
    if outcome.status in ("published", "unchanged", "planned"):
        rows["pages written"] = f"{outcome.pages_written:,} ({outcome.pages_added:,} new)"
        rows["pages removed"] = _count(outcome.pages_removed)
        rows["pages unchanged"] = _count(outcome.pages_unchanged)
        rows["windows embedded"] = f"{outcome.windows_embedded:,} ({outcome.windows_reused:,} reused)"
        rows["cost"] = cost(outcome)
    rows["time"] = f"{outcome.seconds:.1f} s"
    yield from ("| | |", "|---|---|")
    yield from (f"| {name} | {value} |" for name, value in rows.items() if value)


def cost(outcome: Outcome) -> str:
    """What was embedded, or would be, in tokens and dollars."""
    if not outcome.windows_embedded:
        return "nothing"
    if not outcome.tokens:
        return f"nothing, {outcome.embedding_model} is free"
    tokens = f"{outcome.tokens:,} tokens"
    return tokens if outcome.usd is None else f"{tokens}, {outcome.usd:,.4f} USD"


def _count(number: int | None) -> str | None:
    return None if number is None else f"{number:,}"


def _troubles(name: str, troubles: Sequence[Trouble]) -> Iterator[str]:
    items = [f"{_code(trouble.place)} {_plain(trouble.reason)}" for trouble in troubles[:_TROUBLES_MAX]]
    return _list(name, items, count=len(troubles))


def _paths(name: str, paths: Sequence[str]) -> Iterator[str]:
    if paths:
        yield f"<details><summary>{name}: {len(paths):,}</summary>"
        yield ""
        yield from _list("", [_code(path) for path in paths[:_PATHS_MAX]], count=len(paths))
        yield from ("</details>", "")


def _list(name: str, items: Sequence[str], *, count: int) -> Iterator[str]:
    if not items:
        return
    if name:
        yield from (f"**{name}: {count:,}**", "")
    yield from (f"- {item}" for item in items)
    if count > len(items):
        yield f"- … and {count - len(items):,} more"
    yield ""


def _code(text: str) -> str:
    """Text of unknown origin as a code span, in one line that also fits a table."""
    shown = _one_line(text).replace("|", "¦")
    fence = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    pad = " " if len(fence) > 1 else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _plain(text: str) -> str:
    """Text of unknown origin that is to look as it is."""
    return re.sub(r"([\\`*_\[\]<>&|~#!])", r"\\\1", _one_line(text))


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TEXT_MAX_CHARS else line[:_TEXT_MAX_CHARS] + "…"
