"""Markdown text → title, front matter, and the lines that a splitter has to know about."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, html_block
from markdown_it.token import Token
from markdown_it.utils import EnvType

from server.documents.decoding import decode
from server.documents.dialects.reading import is_mdx, read_dialect
from server.documents.document import Block, CodeBlock, Document, Heading, Omission, Source
from server.documents.front_matter import split_front_matter
from server.documents.headings import find_anchor, find_explicit_id, is_anchor_line, read_heading
from server.documents.sites.slugs import Slugger

_FENCE = re.compile(r"\s*(`{3,}|~{3,})(.*)")
_RAW_HTML = re.compile(r"<(?:!|\?|(?:script|pre|style|textarea)[\s>])", re.IGNORECASE)


def parse(source: Source) -> Document:
    """Raises `DocumentUnreadable` for what is no text and for front matter that is no mapping."""
    return parse_dialect(source, is_mdx=is_mdx(source))


def parse_dialect(source: Source, *, is_mdx: bool) -> Document:
    """A page in its site generator's dialect → plain Markdown and what a splitter has to know about it."""
    page = split_front_matter(decode(source.content))
    reading = read_dialect(source, page.body, first_line=page.first_line, meta=page.meta, is_mdx=is_mdx)
    meta = {**reading.exports, **page.meta}
    blocks = _blocks(reading.lines, source.profile.make_slugger(), has_indented_code=not is_mdx)
    return Document(_title(meta.pop("title", None), blocks), meta, tuple(reading.lines), blocks, reading.problems)


def parse_markdown(source: str, slugger: Slugger) -> Document:
    """Plain Markdown, front matter allowed → its blocks, with the anchors that the slugger gives."""
    page = split_front_matter(source)
    lines = page.body.split("\n")
    blocks = _blocks(lines, slugger)
    return Document(_title(page.meta.pop("title", None), blocks), page.meta, tuple(lines), blocks)


def _blocks(lines: Sequence[str], slugger: Slugger, *, has_indented_code: bool = True) -> tuple[Block, ...]:
    env: EnvType = {}
    md = _parser(has_indented_code=has_indented_code)
    tokens = md.parse("\n".join(lines), env)
    return tuple(_Reader(md, env, lines, slugger).blocks(tokens))


_TITLE_MAX_CHARS = 300  # it stands before every window of the page


def _title(stated: Any, blocks: Sequence[Block]) -> str | None:
    if isinstance(stated, str | int | float) and not isinstance(stated, bool) and str(stated).strip():
        return " ".join(str(stated).split())[:_TITLE_MAX_CHARS]
    return next(
        (block.text[:_TITLE_MAX_CHARS] for block in blocks if isinstance(block, Heading) and block.level == 1),
        None,
    )


@cache
def _parser(*, has_indented_code: bool) -> MarkdownIt:
    # Without tables, whose rows hold no headings: a token for each cell of 10 MB was a gigabyte and half the time.
    md = MarkdownIt("commonmark").enable("strikethrough")
    if not has_indented_code:
        md.disable("code")
    md.block.ruler.at("html_block", _html_block_up_to_fence, {"alt": ["paragraph", "reference", "blockquote"]})
    # Headings' inline text is parsed where it is read; all else stays source. Three times as fast.
    md.core.ruler.disable(["inline", "text_join"])
    return md


def _html_block_up_to_fence(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """CommonMark's rule, but a fence ends the block.

    Pages write `<TabItem>` and a fence below it without a blank line and mean a fence. Taken for HTML, the code
    would end at its first blank line and its comments would become headings.
    """
    if not html_block(state, start_line, end_line, silent):
        return False
    token = state.tokens[-1]
    if silent or _RAW_HTML.match(token.content.lstrip()):
        return True
    for offset, line in enumerate(token.content.split("\n")):
        if offset and _FENCE.match(line):
            state.line = start_line + offset
            token.map = [start_line, state.line]
            break
    return True


class _Reader:
    """Walks the tokens of one page once."""

    def __init__(self, md: MarkdownIt, env: EnvType, lines: Sequence[str], slugger: Slugger) -> None:
        self._md = md
        self._env = env
        self._lines = lines
        self._slugger = slugger

    def blocks(self, tokens: Sequence[Token]) -> Iterator[Block]:
        if self._slugger.reserves_ahead:
            self._reserve_ids(tokens)
        for index, token in enumerate(tokens):
            if token.map is None:
                continue
            start, end = token.map
            match token.type:
                case "heading_open":
                    yield from self._heading(token, tokens[index + 1].content)
                case "fence":
                    yield CodeBlock(start, end)
                case "code_block":
                    yield from _fences_within(self._lines, start, end)

    def _reserve_ids(self, tokens: Sequence[Token]) -> None:
        for index, token in enumerate(tokens):
            explicit_id = find_explicit_id(tokens[index + 1].content) if token.type == "heading_open" else None
            if explicit_id:
                self._slugger.reserve(explicit_id)

    def _heading(self, token: Token, source: str) -> Iterator[Block]:
        heading = read_heading(source, self._md, self._env)
        if heading is None or token.map is None:
            return
        start, end = token.map
        level = int(token.tag[1])
        anchor_start = self._anchor_start(start) if token.level == 0 else start
        anchor = heading.anchor or find_anchor("".join(self._lines[anchor_start:start]))
        if heading.explicit_id:
            slug = self._slugger.reserve(heading.explicit_id, level=level)
        else:
            # A renderer makes and numbers its own anchor whether or not there is one beside it.
            made = self._slugger.slug(heading.text, level=level, inline=heading.inline)
            slug = anchor or made
        if token.level > 0:  # in a quote or a list: it has an anchor but heads no section
            return
        if anchor_start < start:
            yield Omission(anchor_start, start)
        yield Heading(level, heading.text, slug or None, start, end)

    def _anchor_start(self, start: int) -> int:
        """Where the anchors right above a heading begin, at most one blank line between; `start` without any."""
        line = start - 1
        if line > 0 and not self._lines[line].strip():
            line -= 1
        found = start
        while line >= 0 and is_anchor_line(self._lines[line]):
            found = line
            line -= 1
        return found


def _fences_within(lines: Sequence[str], start: int, end: int) -> Iterator[CodeBlock]:
    """Fences in lines that CommonMark takes for indented code."""
    opened: tuple[int, str] | None = None
    for number in range(start, end):
        fence = _FENCE.match(lines[number])
        if fence is None:
            continue
        if opened is None:
            opened = (number, fence[1])
        elif fence[1].startswith(opened[1]) and not fence[2].strip():
            yield CodeBlock(opened[0], number + 1)
            opened = None
