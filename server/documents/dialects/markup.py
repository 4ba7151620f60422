"""A page's text → its pieces: plain text, code, tags with their partners, values of expressions.

One class, longer than others here: all of it moves one place through one text.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from server.documents.dialects.element_names import LABELS, RAW, TEXTS, VOID
from server.documents.dialects.javascript import STRING, Braces
from server.documents.dialects.lines import CODE_GOES_ON, LEAD, Line, Problems
from server.documents.dialects.literals import UNKNOWN, names_in, read_literal, shown
from server.documents.dialects.pieces import CodeRows, Element, Piece, Raw, Span, Text, Value, pair
from server.documents.dialects.statements import exported_values, is_esm, statements_end
from server.documents.dialects.tags import Tag, read_shortcode, read_tag
from server.documents.headings import is_anchor_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Which marks mean something besides Markdown."""

    has_expressions: bool = False
    """MDX: `{…}`, imports and exports, and no indented code."""
    has_interpolations: bool = False
    """Vue: `{{ … }}`."""
    has_templates: bool = False
    """Jinja, as MkDocs' macros: `{{ … }}` on pages with `{% … %}`."""
    names: Mapping[str, Any]
    """Values that expressions may name, such as `frontmatter.title`."""


@dataclass(frozen=True, slots=True)
class Markup:
    pieces: list[Piece]
    exports: dict[str, Any]


_SPECIAL = re.compile(r"[<\\]|\{[{%]|`+")
_SPECIAL_IN_MDX = re.compile(r"[<{\\]|`+|\$\$?")
_LEAD = re.compile(LEAD)
_LINE_END = re.compile(r"[ \t]*+(?:\n|\Z|<)")
_SPACE = re.compile(r"[ \t]*+")
_HEADING_ID = re.compile(r"\{\s*(?:#|/\*)[^{}\n]*\}[ \t]*$", re.MULTILINE)
_UNDERLINE = re.compile(r"[ \t]*(?:=+|-+)[ \t]*")
_AUTOLINK = re.compile(r"<(?:[A-Za-z][A-Za-z0-9+.-]{1,31}:[^<>\s]*+|[\w.+-]{1,60}@[\w.-]++)>")
_NAMED = re.compile(r"[A-Za-z_$>]|/[A-Za-z_$>]")
_MATH = re.compile(r"\$(?=[^\s$])([^$\n]*+)(?<=\S)\$(?!\d)")
_BRACE_OR_ESCAPE = re.compile(r"[{}\\]")
_IN_CODE = re.compile(r"""["'`]|/\*|<(?=[A-Za-z>])""")
_BEFORE_ELEMENT = re.compile(r"(?:[(,?:\[{=&|>;]|\breturn)\s*$")
_TEXT_KEYS = "|".join(map(re.escape, (*LABELS, *TEXTS)))
_BEFORE_SHOWN = re.compile(rf"""(?:\?|&&|\|\||=>|["'`)>}}]\s*:|\b(?:{_TEXT_KEYS})["']?\s*:)\s*$""")
_CODE_SHORTCODES = frozenset({"highlight", "code", "mermaid", "codeblock"})
_LOOK_BACK_CHARS = 60
_PROSE = re.compile(r"\n[ \t]*(?:\n|#{1,6} |```|:::|<!--)")
# Guesses far above real pages.
_MAX_NESTED = 30
_STATEMENTS_MAX_FAILURES = 3
_STATEMENT_MAX_CHARS = 2_000
_INTERPOLATION_MAX_CHARS = 1_000
_LITERAL_MAX_CHARS = 20_000
_PATIENCE = 20  # How many times the length of a text may be spent on marks that turn out to be text.


class MarkupReader:
    """Reads one text once, from left to right, in time that grows with its length."""

    def __init__(self, lines: Sequence[Line], rules: Rules, problems: Problems) -> None:
        self._lines = lines
        self._text = "\n".join(line.text for line in lines)
        self._ends = _line_ends(lines)
        self._rules = rules
        self._problems = problems
        self._names = dict(rules.names)
        self._exports: dict[str, Any] = {}
        self._pieces: list[Piece] = []
        self._braces = Braces(self._text)
        self._special = _SPECIAL_IN_MDX if rules.has_expressions else _SPECIAL
        self._has_templates = rules.has_templates and "{%" in self._text
        self._patience = _PATIENCE * len(self._text) + 10_000
        self._found: dict[str, int] = {}
        self._runs: dict[int, int] | None = None
        self._blank_lines: list[int] | None = None
        self._clean_until = 0
        self._failed_statements = 0
        # Expressions that hold elements: [where each ends, how many of its elements are open].
        self._nested: list[list[int]] = []

    def read(self) -> Markup:
        may_be_esm = self._rules.has_expressions
        position, row, size = 0, 0, len(self._text)
        while position < size:
            while self._ends[row] < position:
                row += 1
            line = self._lines[row]
            end = self._ends[row]
            if self._is_in_code:
                position = self._to_next_element(position)
            elif position > end - len(line.text) or self._nested:
                position = self._line(position, end, is_heading=line.text.startswith("#"))
            elif line.code or ("<" in line.text and is_anchor_line(line.text)):
                self._keep(line)
                position = end + 1
            elif may_be_esm and is_esm(line.text):
                position = self._statements(position)
            else:
                may_be_esm = self._rules.has_expressions and not line.text.strip()
                self._clean_until = position
                position = self._line(position, end, is_heading=line.text.startswith("#"))
        pair(self._pieces, is_strict=self._rules.has_expressions, problems=self._problems, number=self._number)
        return Markup(self._pieces, self._exports)

    # Lines

    def _row(self, position: int) -> int:
        return bisect_left(self._ends, position)

    def _number(self, position: int) -> int:
        return self._lines[self._row(position)].number

    def _keep(self, line: Line) -> None:
        """Code, and the anchors above a heading that give it its address."""
        last = self._pieces[-1] if self._pieces else None
        if not line.code:
            self._pieces.append(Text(line.text + "\n"))
        elif line.code == CODE_GOES_ON and isinstance(last, CodeRows):
            last.lines.append(line.text)
        else:
            self._pieces.append(CodeRows([line.text]))

    def _line(self, position: int, end: int, *, is_heading: bool = False) -> int:
        """Reads on to the end of the line, or of the expression, or behind what reaches further."""
        limit = min(end + 1, len(self._text))
        depth = len(self._nested)
        if self._nested:
            limit = min(limit, self._nested[-1][0])
        start = position
        while found := self._special.search(self._text, position, limit):
            after = self._at_mark(found, start, is_heading=is_heading)
            if after < 0:
                position = min(found.end() + (found[0] == "\\"), limit)
                continue
            start = position = after
            if after >= limit or len(self._nested) != depth or self._is_in_code:
                return self._leave(after)
        self._add(start, limit)
        return self._leave(limit)

    def _at_mark(self, found: re.Match[str], start: int, *, is_heading: bool) -> int:
        """Adds what starts at a mark, after the text before it, and returns where it ends; −1 when it is text."""
        position = found.start()
        match found[0][0]:
            case "`":
                closing = self._closing_run(position)
                return self._span(start, position, closing + len(found[0])) if closing >= 0 else -1
            case "<":
                return self._at_angle(position, start)
            case "$":
                return self._math(found, start)
            case "{":
                if (is_heading or self._is_underlined(position)) and _HEADING_ID.match(self._text, position):
                    return -1
                if self._rules.has_expressions:
                    return self._expression(position, start)
                return self._at_braces(position, start)
        return -1

    def _is_underlined(self, position: int) -> bool:
        """Whether the next line makes this one a heading."""
        row = self._row(position) + 1
        return row < len(self._lines) and _UNDERLINE.fullmatch(self._lines[row].text) is not None

    def _add(self, start: int, end: int) -> None:
        if start < end:
            self._pieces.append(Text(self._text[start:end]))

    def _span(self, start: int, position: int, end: int) -> int:
        self._add(start, position)
        self._pieces.append(Span(self._text[position:end]))
        return end

    def _literally(self, start: int, position: int, reason: str) -> int:
        """A mark that starts nothing stays visible, and is reported."""
        if reason:
            self._problems.add(self._number(position), reason)
        self._add(start, position)
        self._pieces.append(Value(self._text[position]))
        return position + 1

    def _find(self, mark: str, position: int) -> int:
        """As `str.find`, but a mark that is far away or missing is looked for once."""
        known = self._found.get(mark, -1)
        if known < position:
            found = self._text.find(mark, position)
            self._found[mark] = known = found if found >= 0 else len(self._text)
        return known if known < len(self._text) else -1

    def _paragraph_end(self, position: int) -> int:
        if self._blank_lines is None:
            ends = zip(self._ends, self._lines, strict=True)
            self._blank_lines = [end for end, line in ends if not line.text.strip()]
        place = bisect_right(self._blank_lines, position)
        return self._blank_lines[place] if place < len(self._blank_lines) else len(self._text)

    def _closing_run(self, start: int) -> int:
        """The backticks that end the code span which starts here, in the same paragraph."""
        if self._runs is None:
            self._runs = _equal_runs(self._text)
        closing = self._runs.get(start, -1)
        return closing if closing < self._paragraph_end(start) else -1

    def _math(self, found: re.Match[str], start: int) -> int:
        if found[0] == "$":
            inline = _MATH.match(self._text, found.start())
            has_braces = inline is not None and _BRACE_OR_ESCAPE.search(inline[1])
            return self._span(start, found.start(), inline.end()) if inline and has_braces else -1
        end = self._find("$$", found.end())
        if not 0 <= end < self._paragraph_end(found.end()):
            return -1
        return self._span(start, found.start(), end + 2)

    # Tags

    def _at_angle(self, position: int, start: int) -> int:
        text = self._text
        if text.startswith("<!--", position):
            return self._comment(position, start)
        if autolink := _AUTOLINK.match(text, position):
            return self._span(start, position, autolink.end())
        if not _NAMED.match(text, position + 1):
            return -1
        tag = read_tag(text, position, self._braces) if self._patience > 0 else None
        if tag is None:
            line_end = self._find("\n", position)
            self._patience -= 200 + (max(0, line_end - position) if line_end >= 0 else 0)
            reason = (
                "`<` starts a tag that is not complete (are its quotes and braces closed?): its text is kept. "
                "Complete it, or write `\\<`."
            )
            return self._literally(start, position, reason if self._rules.has_expressions else "")
        if self._has_templates or self._rules.has_interpolations:
            for name in [name for name, value in tag.attributes.items() if value and "{{" in value]:
                del tag.attributes[name]
        self._add(start, position)
        if (
            not (tag.is_closing or tag.is_single)
            and (tag.html or tag.name.lower() in ("script", "style"))
            and tag.name.lower() in RAW
        ):
            return self._raw(tag)
        return self._tag(tag)

    def _comment(self, position: int, start: int) -> int:
        end = self._find("-->", position + 2)
        if end < 0:
            return self._literally(start, position, "`<!--` is never closed: its text is kept. Add `-->`.")
        self._add(start, position)
        after = _SPACE.match(self._text, end + 3) if self._is_clean(position) else None
        return after.end() if after else end + 3

    def _tag(self, tag: Tag) -> int:
        element = Element(tag, self._text[tag.start : tag.end])
        element.opens_line = self._is_clean(tag.start)
        if element.opens_line:
            self._clean_until = tag.end
        element.ends_line = _LINE_END.match(self._text, tag.end) is not None
        self._pieces.append(element)
        if self._nested and tag.is_closing:
            self._nested[-1][1] = max(0, self._nested[-1][1] - 1)
        elif self._nested and not tag.is_single and tag.html not in VOID:
            self._nested[-1][1] += 1
        return tag.end

    def _is_clean(self, position: int) -> bool:
        row = self._row(position)
        start = self._ends[row] - len(self._lines[row].text)
        space = _LEAD if self._clean_until <= start else _SPACE
        lead = space.match(self._text, max(self._clean_until, start))
        return lead is not None and lead.end() >= position

    def _raw(self, tag: Tag) -> int:
        """An element whose content is no Markdown, up to its end tag."""
        name = tag.name.lower()
        end = self._find(f"</{tag.name}", tag.end)
        close = self._find(">", end) if end >= 0 else -1
        if close < 0:
            return self._tag(tag)
        if name not in ("script", "style", "head", "svg", "canvas", "object"):
            self._pieces.append(Raw(tag, self._text[tag.end : end]))
        return close + 1

    # Braces

    def _at_braces(self, position: int, start: int) -> int:
        if self._text.startswith(("{{</*", "{{%/*"), position):
            return self._shown_shortcode(position, start)
        if shortcode := read_shortcode(self._text, position):
            self._add(start, position)
            return self._shortcode(shortcode)
        if self._text.startswith("{%", position):
            end = self._find("%}", position) if self._has_templates else -1
            if end < 0:
                return -1
            self._add(start, position)
            return end + 2
        end = self._find("}}", position)
        if not 0 <= end < min(self._paragraph_end(position), position + _INTERPOLATION_MAX_CHARS):
            return -1
        value = read_literal(self._text[position + 2 : end].strip().removeprefix("$"), self._names)
        if value is UNKNOWN and not (self._rules.has_interpolations or self._has_templates):
            return -1
        if value is UNKNOWN and self._has_templates and self._patience > 0:
            self._problems.add(
                None, "holds `{{ … }}` that is filled in when the site is built: ingest the built page."
            )
        self._add(start, position)
        self._pieces.append(Value(shown(value)))
        return end + 2

    def _shown_shortcode(self, position: int, start: int) -> int:
        """`{{</* name */>}}` shows `{{< name >}}`."""
        end = self._find("}}", position)
        if end < 0:
            return -1
        self._add(start, position)
        self._pieces.append(Value(self._text[position : end + 2].replace("/*", "").replace("*/", "")))
        return end + 2

    def _shortcode(self, tag: Tag) -> int:
        if tag.name == "param":
            name = tag.text("0", "name")
            value = next(
                (self._names[n] for n in (f"page.{name}", f"page.params.{name}") if n in self._names), None
            )
            if value is None:
                reason = f"`{{{{< param {name} >}}}}` is filled in when the site is built: ingest the built page."
                self._problems.add(self._number(tag.start), reason)
            self._pieces.append(Value(shown(value)))
            return tag.end
        if tag.name in _CODE_SHORTCODES and self._patience > 0 and not (tag.is_closing or tag.is_single):
            closing = re.compile(rf"\{{\{{[<%]\s*/\s*{tag.name}\s*[>%]\}}\}}").search(self._text, tag.end)
            if closing:
                self._pieces.append(Raw(tag, self._text[tag.end : closing.start()]))
                return closing.end()
            self._patience -= len(self._text)
        return self._tag(tag)

    def _expression(self, position: int, start: int) -> int:
        end = self._braces.end(position)
        is_flow = bool(self._nested) or self._is_clean(position)
        if end < 0 or (not is_flow and end > self._paragraph_end(position)) or len(self._nested) >= _MAX_NESTED:
            return self._literally(
                start, position, "`{` is never closed: its text is kept. Close it, or write `\\{`."
            )
        if self._patience <= 0 or (not self._nested and self._swallows_prose(position, end)):
            self._patience -= end - position
            return self._literally(
                start, position, "`{` is closed far below: its text is kept. Close it sooner, or write `\\{`."
            )
        self._add(start, position)
        inner = self._text[position + 1 : end]
        value = read_literal(inner, self._names) if len(inner) < _LITERAL_MAX_CHARS else UNKNOWN
        if value is not UNKNOWN:
            self._pieces.append(Value(shown(value)))
            return end + 1
        self._nested.append([end, 0])
        return self._leave(position + 1)

    def _swallows_prose(self, position: int, end: int) -> bool:
        """Whether what looks like code reaches over paragraphs, and holds neither elements nor comments."""
        if not _PROSE.search(self._text, position, end):
            return False
        inner = self._text[position + 1 : end].strip()
        return "/>" not in inner and "</" not in inner and not inner.startswith(("/*", "`"))

    @property
    def _is_in_code(self) -> bool:
        return bool(self._nested) and self._nested[-1][1] == 0

    def _leave(self, position: int) -> int:
        """Behind the ends of the expressions that end here."""
        while self._nested and position >= self._nested[-1][0]:
            position = max(position, self._nested.pop()[0] + 1)
            if self._pieces and isinstance(self._pieces[-1], Element):
                self._pieces.append(Text(" "))
        return position

    def _to_next_element(self, position: int) -> int:
        """From a place in an expression to behind its next tag, or behind its end; keeps strings that show."""
        end = self._nested[-1][0]
        while found := _IN_CODE.search(self._text, position, end):
            position = found.end()
            before = self._text[max(0, found.start() - _LOOK_BACK_CHARS) : found.start()]
            if found[0] == "<":
                tag = read_tag(self._text, found.start(), self._braces) if _BEFORE_ELEMENT.search(before) else None
                if tag and tag.end <= end and not tag.is_closing:
                    return self._leave(self._tag(tag))
            elif found[0] == "/*":
                closing = self._find("*/", position)
                position = closing + 2 if 0 <= closing < end else position
            else:
                position = self._string(found, end, is_shown=_BEFORE_SHOWN.search(before) is not None)
        return self._leave(end)

    def _string(self, found: re.Match[str], end: int, *, is_shown: bool) -> int:
        string = STRING.match(self._text, found.start(), end)
        if string is None:
            return found.end()
        if is_shown:
            self._pieces.append(Value(f" {shown(read_literal(string[0], self._names))} "))
        return string.end()

    # Imports and exports

    def _statements(self, position: int) -> int:
        has_failed = self._failed_statements >= _STATEMENTS_MAX_FAILURES
        limit = min(len(self._text), position + _STATEMENT_MAX_CHARS) if has_failed else len(self._text)
        end = statements_end(self._text, position, limit)
        if end < 0:
            self._failed_statements += 1
            reason = "an import or export is never completed: its text is kept. Close its brackets and quotes."
            self._problems.add(self._number(position), reason)
            line_end = self._find("\n", position)
            end = line_end + 1 if line_end >= 0 else len(self._text)
            self._add(position, end)
            return end
        values = exported_values(self._text[position:end])
        self._exports.update(values)
        self._names.update(names_in(values))
        return end


def _line_ends(lines: Sequence[Line]) -> list[int]:
    return list(accumulate((len(line.text) + 1 for line in lines), initial=-1))[1:]


def _equal_runs(text: str) -> dict[int, int]:
    """Where each run of backticks starts → where the next run of its length does."""
    following: dict[int, int] = {}
    found: dict[int, int] = {}
    for run in reversed(list(re.finditer(r"`+", text))):
        length = run.end() - run.start()
        if length in following:
            found[run.start()] = following[length]
        following[length] = run.start()
    return found
