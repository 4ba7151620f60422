"""A first question file, made from what is published, to be edited by hand."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import asyncpg
import yaml

from server.database.calls import get_sections_sample
from server.documents.probes import Probe, make_probes
from server.errors import EvaluationInvalid
from server.evaluation.places import Place

# Many sections give no probe: generic headings, code only. A guess that was enough on five sites.
_SECTIONS_PER_QUESTION: Final = 8
_SECTION_MIN_CHARS: Final = 80  # A guess: below, there is little to ask about.

_HEADER: Final = """\
# Questions to this documentation, and where their answers stand.
#
# Made by `lectern eval --generate` from headings and sentences, which are easier than what readers ask. Edit it:
#   - Reword each question as a reader would ask it, without looking at the page. Best of all, put in real
#     questions from your support channel or search log.
#   - Add to `relevant` every page (/guides/auth) or section (/guides/auth#sessions) that answers the question.
#   - Remove what nobody would ask.
#   - An entry may also say what its answer has to be:
#       must_cite: [/guides/auth#sessions]   # places the answer cites
#       must_contain: ["30 minutes"]         # texts in it, small or capital letters alike
#       must_refuse: true                    # for questions your pages do not answer; needs no `relevant`
#       filter: {version: v2}                # asked with this filter on front matter
#       id: sessions                         # keeps its place in comparisons when the question is reworded
# Then run `lectern eval` with this file.

"""


def require_new_file(path: Path) -> None:
    """Raises `EvaluationInvalid` when there is something at the path: it may have been edited."""
    if path.exists():
        raise EvaluationInvalid(f"{path} exists, and nothing is overwritten: give another name or move it away.")


async def make_first_questions(connection: asyncpg.Connection, *, count: int) -> str:
    """The text of a question file with at most `count` questions, spread over the pages.

    Raises `EvaluationInvalid` when the published pages give no question.
    """
    sections = await get_sections_sample(
        connection, section_count=_SECTIONS_PER_QUESTION * count, min_content_length=_SECTION_MIN_CHARS
    )
    probes = make_probes(sections, count=count)
    if not probes:
        raise EvaluationInvalid(
            "The published pages give no question: ingest pages with headings and sentences first."
        )
    return _HEADER + _entries(probes)


def _entries(probes: Sequence[Probe]) -> str:
    entries = ({"question": probe.text, "relevant": [str(Place(probe.path, probe.slug))]} for probe in probes)
    return "\n".join(yaml.safe_dump([entry], allow_unicode=True, sort_keys=False, width=110) for entry in entries)
