"""The table in docs/clients.md."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).parents[2] / "docs" / "clients.md"
HEAD: Final = "| client | format |"


def cells() -> Iterator[tuple[tuple[str, str, str], str]]:
    """Client, format and column of each, and what it says."""
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    _, _, *columns = split(next(line for line in lines if line.startswith(HEAD)))
    for line in lines[lines.index(next(line for line in lines if line.startswith(HEAD))) + 1 :]:
        client, format, *found = split(line)
        for column, cell in zip(columns, found, strict=True):
            yield (client, format, column), cell


def split(row: str) -> list[str]:
    return row.removeprefix("| ").removesuffix(" |").split(" | ")


def rows_of(client: str) -> list[str]:
    return [line for line in PAGE.read_text().splitlines() if line.startswith(f"| {client} |")]


def write_rows(client: str, rows: Sequence[str]) -> None:
    """Puts a client's rows where its old ones are, or at the end of the table."""
    lines = PAGE.read_text().splitlines()
    own = [number for number, line in enumerate(lines) if line.startswith(f"| {client} |")]
    start = own[0] if own else end_of_table(lines)
    kept = [line for number, line in enumerate(lines) if number not in own]
    PAGE.write_text("\n".join([*kept[:start], *rows, *kept[start:]]) + "\n")


def end_of_table(lines: Sequence[str]) -> int:
    number = next(number for number, line in enumerate(lines) if line.startswith(HEAD))
    while number < len(lines) and lines[number].startswith("|"):
        number += 1
    return number
