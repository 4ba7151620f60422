"""Markdown → what it says: a cheap pass for excerpts and embeddings, not a renderer.

Linear in the text: a repeat is possessive (`*+`) wherever what follows it could match the same characters.
"""

import html
import re

_FENCE = re.compile(r"^[ \t>]*+(?:(?:[-*+]|\d{1,9}[.)])[ \t]++)?(`{3,}|~{3,})([^`\n]*)$", re.MULTILINE)
_FENCE_TITLE = re.compile(r"""title=["']([^"'\n]+)["']|\[([^\[\]\n]+)\]""")
_BACKTICKS = re.compile(r"(?<!\\)(`++)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")

# Lines that draw rather than say: rules, table rules, link definitions, snippet includes, ends of containers.
_DRAWN_LINE = re.compile(
    r"^[ \t>]*+(?:[|:+=*_\- \t]{3,}+|\[(?!\^)[^\[\]\n]+\]:[ \t]*\S.*|<<<.*|[:/]{3,}[ \t]*)(?:\n|\Z)", re.MULTILINE
)
_QUOTE = re.compile(r"^[ \t]*+>[> \t]*+(?:\[![A-Za-z]+\])?", re.MULTILINE)
# `:::tip[Title]`, `::: tip Title`, `/// tip | Title`, `!!! tip "Title"` leave their title.
_CONTAINER = re.compile(
    r"^[ \t]*+(?:(?::{3,}|!{3}|\?{3}\+?)[ \t]*+[\w-]++(?:\[([^\[\]\n]*)\])?|/{3}[ \t]*+[\w-]++[ \t]*+\|?)[ \t]*",
    re.MULTILINE,
)
_BULLET = re.compile(r"^[ \t]*+(?:[-*+][ \t]++(?:\[[ xX]\][ \t])?|\#{1,6}[ \t]++)", re.MULTILINE)
_TABLE_ROW = re.compile(r"^[ \t]*+\|.*$", re.MULTILINE)

_TARGET = r"\((?:[^()\n]|\([^()\n]*+\)){0,2000}+\)"
_IMAGE = re.compile(r"!\[([^\[\]]*+)\]" + _TARGET)
_LINK = re.compile(r"\[((?:[^\[\]]|\[[^\[\]]*+\]){0,1000}+)\](?:" + _TARGET + r"|\[[^\[\]\n]*+\])")
_FOOTNOTE_TEXT = re.compile(r"^[ \t]*+\[\^[^\[\]\s]++\]:[ \t]*+", re.MULTILINE)
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]++\]")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]++)>")
_TAG = re.compile(r"</?(?:[A-Za-z][^<>\n]*+(?:\n[^<>\n]++)*+\n?)?>")
_ATTRIBUTES = re.compile(r"\{:?[ \t]*+[#.:][^{}\n]*+\}")
_EMPHASIS = re.compile(r"\*+|_+|~~")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]\w{1,31});")
_COMMENTS = (("<!--", "-->"), ("{/*", "*/}"), ("{*", "*}"))

_BLANKS = re.compile(r"[ \t]*+\n(?:[ \t]*+\n)+")
_SPACES = re.compile(r"[ \t]{2,}+|[ \t]+$", re.MULTILINE)

# Private-use characters stand for code and for escaped punctuation while the marks around them are removed.
_SHELF_MARK = "\ue000"
_SHELVED = re.compile(_SHELF_MARK + r"(\d+)" + _SHELF_MARK)
_ESCAPED_FROM = 0xE100
_PRIVATE_USE = re.compile("[\ue000\ue100-\ue17f]")


def plain_text(markdown: str) -> str:
    """Markdown → its words and its code, line ends and blank lines kept; no marks, tags, comments or targets."""
    shelf: list[str] = []
    markdown = markdown if markdown.isascii() else _PRIVATE_USE.sub("", markdown)
    text = _without_comments(_shelve_spans(_shelve_fences(markdown, shelf), shelf))
    text = _without_inline_marks(_without_line_marks(_without_tags(_shelve_escapes(text))))
    if "\\" in markdown:
        text = text.translate(_UNESCAPED)
    text = _BLANKS.sub("\n\n", _SPACES.sub(" ", text))
    return _SHELVED.sub(lambda mark: shelf[int(mark[1])], text).strip()


def _shelve_escapes(text: str) -> str:
    return _ESCAPE.sub(lambda escape: chr(_ESCAPED_FROM + ord(escape[1])), text) if "\\" in text else text


def _without_tags(text: str) -> str:
    """Before the line marks: a component's last `>` may stand on a line of its own, like a quote's."""
    return _TAG.sub("", _AUTOLINK.sub(r"\1", text)) if "<" in text else text


def _without_line_marks(text: str) -> str:
    text = _DRAWN_LINE.sub("", text)
    if ">" in text:
        text = _QUOTE.sub("", text)
    text = _BULLET.sub("", _CONTAINER.sub(r"\1", text))
    return _TABLE_ROW.sub(lambda row: row[0].replace("|", " ").strip(), text) if "|" in text else text


def _without_inline_marks(text: str) -> str:
    if "[" in text:
        text = _LINK.sub(r"\1", _IMAGE.sub(r"\1", _FOOTNOTE.sub("", _FOOTNOTE_TEXT.sub("", text))))
    if "{" in text:
        text = _ATTRIBUTES.sub("", text)
    text = _EMPHASIS.sub(_without_emphasis, text)
    if "&" in text:
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    return text


def _without_emphasis(mark: re.Match[str]) -> str:
    """Nothing for a mark that opens or closes emphasis: `2*3`, `snake_case` and a lone ` * ` stay.

    A function, because the same rules as look-arounds are tried at every character: a third of an excerpt's time.
    """
    run = mark[0]
    before, after = mark.string[mark.start() - 1 : mark.start()], mark.string[mark.end() : mark.end() + 1]
    if run == "*" or run[0] == "_":
        reaches_on = _is_word(after) if run[0] == "_" else bool(after.strip())
        opens = reaches_on and not _is_word(before)
        closes = bool(before.strip()) and not _is_word(after)
    else:
        opens, closes = bool(after.strip()), bool(before.strip())
    return "" if opens or closes else run


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


_UNESCAPED = {_ESCAPED_FROM + code: chr(code) for code in range(128)}


def _put(shelf: list[str], code: str) -> str:
    shelf.append(code)
    return f"{_SHELF_MARK}{len(shelf) - 1}{_SHELF_MARK}"


def _shelve_fences(text: str, shelf: list[str]) -> str:
    """Fenced blocks are put aside, after the file name their first line may give."""
    kept: list[str] = []
    position = 0
    opened: re.Match[str] | None = None
    for fence in _FENCE.finditer(text):
        if opened is None:
            title = _FENCE_TITLE.search(fence[2])
            kept += (text[position : fence.start()], f"{title[1] or title[2]}\n" if title else "")
            opened = fence
        elif fence[1].startswith(opened[1]) and not fence[2].strip():
            kept.append(_put(shelf, text[opened.end() + 1 : fence.start()].rstrip("\n")))
            position = fence.end()
            opened = None
    kept.append(_put(shelf, text[opened.end() + 1 :]) if opened else text[position:])
    return "".join(kept)


def _shelve_spans(text: str, shelf: list[str]) -> str:
    """Code spans are put aside; a run of backticks without an equal one after it is text."""
    pieces = _BACKTICKS.split(text)
    if len(pieces) == 1:
        return text
    closings = _next_equals(pieces)
    kept: list[str] = []
    index = 0
    while index < len(pieces):
        closing = closings.get(index)
        if closing is None:
            kept.append(pieces[index])
            index += 1
        else:
            kept.append(_put(shelf, "".join(pieces[index + 1 : closing]).strip()))
            index = closing + 1
    return "".join(kept)


def _next_equals(pieces: list[str]) -> dict[int, int]:
    """For each run of backticks (at the odd places) the place of the next run of its length."""
    following: dict[str, int] = {}
    found: dict[int, int] = {}
    for index in range(len(pieces) - 2, 0, -2):
        run = pieces[index]
        if run in following:
            found[index] = following[run]
        following[run] = index
    return found


def _without_comments(text: str) -> str:
    for opening, closing in _COMMENTS:
        text = _without_between(text, opening, closing)
    return text


def _without_between(text: str, opening: str, closing: str) -> str:
    start = text.find(opening)
    if start < 0:
        return text
    kept: list[str] = []
    position = 0
    while start >= 0:
        end = text.find(closing, start + len(opening))
        if end < 0:
            break
        kept.append(text[position:start])
        position = end + len(closing)
        start = text.find(opening, position)
    return "".join(kept) + text[position:]
