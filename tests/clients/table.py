"""The table in docs/clients.md."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).parents[2] / "docs" / "clients.md"
HEAD: Final = "| client | format |"


def cells() -> Iterator[tuple[tuple[str, str, str], str]]:
    """Client, format and column of each, and what it says."""
    head, _, *rows = (HEAD + PAGE.read_text().partition(HEAD)[2].partition("\n\n")[0]).splitlines()
    _, _, *columns = split(head)
    for row in rows:
        client, format, *found = split(row)
        for column, cell in zip(columns, found, strict=True):
            yield (client, format, column), cell


def split(row: str) -> list[str]:
    return row.removeprefix("| ").removesuffix(" |").split(" | ")


def rows_of(client: str) -> list[str]:
    return [line for line in PAGE.read_text().splitlines() if line.startswith(f"| {client} |")]


def write_rows(rows: Sequence[str], *, order: Sequence[str]) -> None:
    """Puts a client's rows where its old ones were; clients stand in their order."""
    lines = PAGE.read_text().splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(HEAD)) + 2
    end = next((n for n, line in enumerate(lines[start:], start) if not line.startswith("|")), len(lines))
    new = {split(row)[0] for row in rows}
    table = [row for row in lines[start:end] if split(row)[0] not in new and split(row)[0] in order]
    table = sorted([*table, *rows], key=lambda row: order.index(split(row)[0]))
    PAGE.write_text("\n".join([*lines[:start], *table, *lines[end:]]) + "\n")
