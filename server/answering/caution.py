"""What a reader is told when the sections found may not hold the answer, or do not."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Final

from server.confidence import Confidence
from server.events import Delta, Finished
from server.records import Source

CAUTION: Final = "*I am not sure that the documentation covers this: please check the sources.*\n\n"

_NEAREST_MAX: Final = 3


def refusal(sources: Sequence[Source], *, site_name: str) -> str:
    """That nothing was found, in the first line, and where the nearest there is stands; Markdown."""
    told = f"I could not find anything about this in {site_name}."
    if not sources:
        return told
    nearest = "\n".join(f"- {_name(source)} [{source.number}]" for source in sources[:_NEAREST_MAX])
    return f"{told}\n\nThe nearest there is:\n\n{nearest}"


async def with_caution(
    events: AsyncGenerator[Delta | Finished, None], confidence: Confidence
) -> AsyncGenerator[Delta | Finished, None]:
    """The same events, and a caution before the first text where the confidence is low. Closes `events`."""
    is_due = confidence in ("low", "none")
    async with aclosing(events):
        async for event in events:
            # Not sooner: trouble before the first text is told otherwise than after it.
            if is_due and isinstance(event, Delta):
                yield Delta(CAUTION)
                is_due = False
            yield event


def _name(source: Source) -> str:
    return " › ".join(dict.fromkeys((source.title, source.heading)))
