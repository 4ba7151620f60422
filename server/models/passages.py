"""Markdown of a section in, the passages one can quote from it out: sentences and list items, pure.

Only the block structure is parsed; inline Markdown stays as its author wrote it, but for what means nothing
outside its page: targets of relative links, images, tags, footnote marks.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from server.documents.scripts import clauses, is_paired

_CODE_MAX_LINES = 20  # a guess: longer code is better read on its page
_PASSAGE_CHARS = range(12, 601)  # shorter says nothing, longer is no sentence; both guesses
_SHORT_CHARS = range(6, 12)  # a Chinese sentence may be that short; a guess too
_CLAUSES_CHARS = 120  # a guess: so much of a paragraph without full stops is quoted at once

# Lines that are no prose: MkDocs `///`, `!!!`, `{* … *}`; VitePress and Starlight `:::`, `<<<`; MDX imports.
_DIRECTIVE = re.compile(
    r"""^\s*(?:/{3}|:{3}|!{3}|\?{3}|<<<|\{\*|\[!\w+\]|\{/\*|import .* from ["']).*$""",
    re.MULTILINE,
)
_CODE_SPAN = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_IMAGE = re.compile(r"!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])")
_LINK = re.compile(
    r"\[((?:[^\[\]]|\[[^\]]*\])*)\](?:\(([^()\s]*(?:\([^()]*\)[^()\s]*)?)(?:\s+[^)]*)?\)|\[[^\]]*\])"
)
_TAG = re.compile(r"</?[A-Za-z][\w.-]*(?:\s[^<>]*)?/?>|<!--.*?-->", re.DOTALL)
# `[1]` would read as one of the answer's own citations.
_FOOTNOTE = re.compile(r"\[\^[^\]]+\]|\[\d+\]")
_HIDDEN = re.compile("\x00(\\d+)\x00")
_SENTENCE_END = re.compile(
    r"(?:(?<=[.!?])|(?<=[.!?][\"'”’)*_])|(?<=[.!?]\*\*))"
    r"(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\betc\.)(?<!\bvs\.)(?<!\bcf\.)"
    r"\s+(?=[\"'“‘(\[*_]*(?:[^\Wa-z_]|\x00))"
    r"|(?:(?<=[。！？｡])|(?<=[。！？][」』”’）)]))(?![」』”’）)])"
    r"|(?<=[।॥។៕။])\s*"  # Hindi, Khmer, Burmese
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    text: str
    """One line of inline Markdown."""
    block: int
    """Passages with the same number are sentences of one paragraph or list item."""
    is_item: bool
    code: str = ""
    """The short fenced code block right behind it, fences included."""


def read_passages(markdown: str) -> list[Passage]:
    """A section's passages, in its order. Tables, headings and code without a sentence before it give none."""
    passages: list[Passage] = []
    previous = ""
    item_depth = 0
    for i, token in enumerate(_load_parser().parse(markdown)):
        item_depth += token.nesting if token.type.startswith("list_item_") else 0
        if token.type == "inline" and previous == "paragraph_open":
            passages += (
                Passage(text=sentence, block=i, is_item=item_depth > 0)
                for sentence in split_sentences(token.content)
            )
        elif token.type == "fence" and previous in ("paragraph_close", "bullet_list_close", "ordered_list_close"):
            _append_code(passages, token)
        previous = token.type
    return passages


def split_sentences(paragraph: str) -> Iterator[str]:
    """Inline Markdown to its sentences, never cut inside a code span or link."""
    hidden: list[str] = []

    def hide(text: str) -> str:
        hidden.append(text)
        return f"\x00{len(hidden) - 1}\x00"

    def hide_link(link: re.Match[str]) -> str:
        is_absolute = (link[2] or "").startswith(("https://", "http://"))
        return hide(link[0]) if is_absolute else link[1]

    def show(text: str) -> str:
        # A link's text may hold a code span, which was hidden first.
        while _HIDDEN.search(text):
            text = _HIDDEN.sub(lambda mark: hidden[int(mark[1])], text)
        return text

    text = _DIRECTIVE.sub("", paragraph.replace("\x00", ""))
    text = _CODE_SPAN.sub(lambda span: hide(span[0]), text)
    text = _FOOTNOTE.sub("", _LINK.sub(hide_link, _TAG.sub("", _IMAGE.sub("", text))))
    for part in _SENTENCE_END.split(" ".join(text.split())):
        for clause in _joined_clauses(part.strip()):
            sentence = show(_close_emphasis(clause))
            if _is_quotable(sentence):
                yield sentence


def _joined_clauses(sentence: str) -> Iterator[str]:
    """A sentence, or of scripts without full stops as many of its clauses at a time as are quoted at once."""
    joined, *others = clauses(sentence)
    for clause in others:
        if len(joined) + 1 + len(clause) > _CLAUSES_CHARS:
            yield joined
            joined = clause
        else:
            joined += " " + clause
    yield joined


def _is_quotable(sentence: str) -> bool:
    return len(sentence) in _PASSAGE_CHARS or (len(sentence) in _SHORT_CHARS and is_paired(sentence))


def _close_emphasis(sentence: str) -> str:
    """A sentence cut out of `**two. Sentences**` has half a pair of asterisks, which nobody wants to see."""
    return sentence.replace("**", "") if sentence.count("**") % 2 else sentence


def _append_code(passages: list[Passage], fence: Token) -> None:
    if not passages or fence.content.count("\n") > _CODE_MAX_LINES or not fence.content.strip():
        return
    # Annotations behind the language (`{1-3} title="…"`) are the site generator's.
    language = (fence.info.split() or [""])[0].partition("{")[0]
    code = f"{fence.markup}{language}\n{fence.content.rstrip()}\n{fence.markup}"
    passages[-1] = replace(passages[-1], code=code)


@cache
def _load_parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table").disable("inline")
