"""Pieces that the sections of an API have in common."""

import re
from collections.abc import Sequence
from typing import Any, Final

import orjson

from server.documents.document import CodeBlock
from server.documents.markdown import parse_markdown
from server.documents.markdown_lines import MarkdownLines, code_span, escaped, one_line, with_newlines
from server.documents.rest_api.references import items, mapping, text
from server.documents.sites.slugs import GitHubSlugger
from server.errors import DocumentUnreadable

_EXAMPLE_MAX_CHARS: Final = 4_000  # A guess: of one example; the rest of it repeats its shape.
_VALUES_MAX_COUNT: Final = 1_000  # Guesses, too.
_VALUE_MAX_CHARS: Final = 300
_SIZE_MAX_CHARS: Final = 50_000_000
_HEADING_LINE: Final = re.compile(r"^ {0,3}#{1,6}[ \t]+(.*?)[ \t#]*$")


class ApiSections:
    """Writes headings with anchors of their own, and what descriptions say."""

    def __init__(self) -> None:
        self.lines = MarkdownLines()
        self._slugs: dict[str, int] = {}
        self._slugger = GitHubSlugger()
        self._cells_chars = 0

    def heading(self, level: int, heading: str, slug: str | None) -> None:
        self.check_size()
        wanted = slug or self._slugger.slug(one_line(heading))
        self.lines.heading(level, heading, self._free(wanted))

    def _free(self, slug: str) -> str:
        first = slug
        while slug in self._slugs:
            self._slugs[first] += 1
            slug = f"{first}-{self._slugs[first]}"
        self._slugs[slug] = 0
        return slug

    def markdown(self, value: Any) -> None:
        """A description, which is Markdown by the specification; its headings become labels of this section."""
        source = with_newlines(text(value))
        if not source:
            return
        # Behind a blank line `---` is a rule, not front matter.
        document = parse_markdown("\n" + source, GitHubSlugger())
        code = [block for block in document.blocks if isinstance(block, CodeBlock)]
        in_code = {number for block in code for number in range(block.start, block.end)}
        lines = [
            line if number in in_code else _HEADING_LINE.sub(r"**\1**", line)
            for number, line in enumerate(document.lines)
        ]
        self.lines.verbatim(lines, code)

    def cell(self, value: Any) -> str:
        """A description in a table."""
        return one_line(text(value))

    def label(self, name: str) -> None:
        self.lines.paragraph(f"**{escaped(name)}**")

    def external(self, holder: dict[str, Any]) -> None:
        docs = mapping(holder.get("externalDocs"))
        if url := text(docs.get("url")):
            self.lines.paragraph(f"{escaped(text(docs.get('description')))} {escaped(url)}")

    def example(self, title: str, value: Any) -> None:
        """An example as JSON, or as the text it is; its beginning when it is long."""
        if isinstance(value, str):
            shown, language = value, "text"
        else:
            option = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS
            shown, language = _as_json(value, option), "json"
        if len(shown) > _EXAMPLE_MAX_CHARS:
            shown = f"{shown[:_EXAMPLE_MAX_CHARS]}…\n({len(shown) - _EXAMPLE_MAX_CHARS:,} more characters)"
        self.lines.code(shown, language=language, title=title)

    def check_size(self, cells: Sequence[str] = ()) -> None:
        """Raises `DocumentUnreadable` for a small file whose references make much of it."""
        self._cells_chars += sum(map(len, cells))
        if self.lines.chars + self._cells_chars > _SIZE_MAX_CHARS:
            raise DocumentUnreadable(
                f"comes to over {_SIZE_MAX_CHARS:,} characters, as many operations share a large part: split it."
            )


def shown_values(values: Any) -> str:
    """An enumeration's values in one line."""
    shown = [shown_value(value) for value in items(values)[:_VALUES_MAX_COUNT]]
    left_out = len(items(values)) - len(shown)
    return ", ".join(shown) + (f" and {left_out:,} more" if left_out else "")


def shown_value(value: Any) -> str:
    return code_span((value if isinstance(value, str) and value else _as_json(value, 0))[:_VALUE_MAX_CHARS])


def _as_json(value: Any, option: int) -> str:
    try:
        return orjson.dumps(value, option=option).decode()
    except orjson.JSONEncodeError:  # a number of more than 64 bits, half a surrogate pair
        return repr(value)
