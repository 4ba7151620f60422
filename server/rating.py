"""The command `lectern feedback`: what readers said of answers."""

from collections import Counter
from typing import Final

import click
import orjson

from server.database.answers import get_feedback
from server.database.pool import database_url, open_owner_connection, prepare_connection
from server.records import RatedQuestion
from server.settings import Settings
from server.terminal import console, error_console, one_line

_COMMENTS_MAX: Final = 3  # of a question; --json has them all
_SHOWN_CHARS: Final = 200  # of a comment or an answer


async def list_feedback(
    settings: Settings, *, is_down: bool, days: float | None, count: int, as_json: bool
) -> None:
    """Prints the rated questions, worst first."""
    async with database_url(settings) as url, open_owner_connection(url) as connection:
        await prepare_connection(connection)
        questions = await get_feedback(connection, days=days, is_down=is_down, count=count)
    for question in questions:
        if as_json:
            click.echo(orjson.dumps(question))
        else:
            _tell(question)
    if not questions:
        error_console.print("No answer was rated, as far as was asked for.")


def _tell(question: RatedQuestion) -> None:
    lines = [f"{question.down_count:>4} down {question.up_count:>4} up  {one_line(question.query)}"]
    reasons = Counter(rating["reason"] for rating in question.ratings if rating["reason"])
    if reasons:
        lines.append(", ".join(f"{reason} {number}" for reason, number in reasons.most_common()))
    comments = [rating for rating in question.ratings if rating["comment"]]
    lines += (
        f"{one['rated_at'][:10]} {one['rating']}: “{_beginning(one['comment'])}”"
        for one in comments[:_COMMENTS_MAX]
    )
    if len(comments) > _COMMENTS_MAX:
        lines.append(f"… and {len(comments) - _COMMENTS_MAX} more comments")
    lines.append(f"answered: {_beginning(question.answer)}")
    console.print("\n        ".join(lines), markup=False, emoji=False)


def _beginning(text: str) -> str:
    text = one_line(text)
    return text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}…"
