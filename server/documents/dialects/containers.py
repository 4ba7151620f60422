"""Containers of every dialect (`:::`, `!!!`, `///`, `===`, `> [!TIP]`, MyST) → labels above their text."""

import re
from collections.abc import Callable, Sequence

from server.documents.dialects.container_marks import (
    ABBREVIATION,
    ALERT,
    BANGS,
    BRACED,
    COLON_NAME,
    COLONS,
    DEFINITION,
    DIRECTIVE_FENCE,
    DOTTED,
    LEAF_DIRECTIVE,
    MAY_BE_CONTAINER,
    QUOTE,
    SILENT_NAMES,
    SLASH_NAME,
    SLASH_OPTION,
    SLASHES,
    TAB,
    TABLE_OF_CONTENTS,
    VITEPRESS_TAB,
    Container,
    attributes_of,
    container_label,
    ends,
)
from server.documents.dialects.labels import label_of
from server.documents.dialects.lines import (
    CODE_BEGINS,
    CODE_GOES_ON,
    CodeLines,
    Line,
    Problems,
    indentation,
    is_blank,
    without_indentation,
)
from server.documents.dialects.myst import DIRECTIVE, Directive, read_options, target_of, toctree_entries

_MARKER_CHARS = re.compile(r"[^>\s]")
_MAX_DEPTH = 100  # A guess far above real pages.
_MADE_FROM_CODE = "{} is written from code when the site is built: ingest the built page for its text."
_INDENT = 4
_OPTIONS_MAX_LINES = 60


class ContainerReader:
    """Reads one page's lines once; blocks and their content keep their order and their line numbers."""

    def __init__(self, *, framework: str, is_mdx: bool, problems: Problems) -> None:
        self._framework = framework
        self._is_mdx = is_mdx
        self._problems = problems
        self._open: list[Container] = []
        self._out: list[Line] = []
        self._code = CodeLines(has_indented_code=not is_mdx, with_comments=True)
        self._steps: dict[str, Callable[[Line], bool]] = {
            ":": self._colons,
            "!": self._bangs,
            "?": self._bangs,
            "=": self._tab,
            "/": self._slashes,
            "[": self._alert_or_contents,
            "$": self._alert_or_contents,
            "%": self._myst_comment,
        }

    def lines(self, lines: Sequence[Line]) -> list[Line]:
        texts = [line.text for line in lines]
        skip = 0
        for place, line in enumerate(lines):
            if skip:
                skip -= 1
                continue
            text = self._inside(line.text)
            top = self._open[-1] if self._open else None
            if top and top.closing and not ends(text, top):
                self._out.append(Line(text, line.number, CODE_GOES_ON))
                continue
            if top and top.may_have_options:
                top.may_have_options = SLASH_OPTION.fullmatch(text) is not None
                if top.may_have_options:
                    continue
            if top and top.name == "options" and not is_blank(text):
                continue
            in_toctree = top is not None and top.name == "toctree"
            goes_on = self._code.is_in_fence
            if self._is_code(text):
                kind = 0 if self._code.is_in_comment else CODE_GOES_ON if goes_on else CODE_BEGINS
                self._out.append(Line(text, line.number, kind))
            elif not (in_toctree or MAY_BE_CONTAINER.match(text)):
                self._out.append(Line(text, line.number))
            else:
                skip = self._line(Line(text, line.number), texts, place)
        self._close_to(0)
        return self._out

    def _is_code(self, text: str) -> bool:
        top = self._open[-1] if self._open else None
        if top and top.closing:
            return False
        if not self._code.is_in_fence and ("```" in text or "~~~" in text):
            if DIRECTIVE_FENCE.fullmatch(text) and not self._is_mdx:
                return False
            if any(opened.kind == "fence" and ends(text, opened) for opened in self._open):
                return False
        return self._code.takes(text)

    # Where lines belong

    def _inside(self, text: str) -> str:
        """A line without what the open containers put before it; closes those it is no longer in."""
        for place, opened in enumerate(self._open):
            if opened.kind == "indent" and not is_blank(text):
                if indentation(text) < opened.columns:
                    self._close_to(place)
                    return text
                text = without_indentation(text, _INDENT if opened.name != ":" else opened.columns)
            elif opened.kind == "quote":
                if not text.lstrip(" \t").startswith(">"):
                    self._close_to(place)
                    return text
                text = opened.lead + QUOTE.sub("", text, count=1)
        return text

    def _close_to(self, count: int) -> None:
        if len(self._open) <= count:
            return
        while len(self._open) > count:
            opened = self._open.pop()
            if opened.kind in ("indent", "quote"):
                self._code.leave_fence()
            elif opened.kind == "fence":
                if opened.closing:
                    self._out.append(Line(opened.closing, opened.line, CODE_GOES_ON))
                self._problems.add(
                    opened.line, f"`{opened.marks}{{{opened.name}}}` is never closed: add `{opened.marks}`."
                )
            else:
                name = f" {opened.name}" if opened.name else ""
                self._problems.add(
                    opened.line, f"`{opened.marks}{name}` is never closed: its text is kept. Add `{opened.marks}`."
                )
        self._blank()

    def _blank(self) -> None:
        if self._out and not is_blank(self._out[-1].text):
            self._out.append(Line("", self._out[-1].number))

    def _says(self, line: Line, lead: str, texts: Sequence[str]) -> None:
        """Paragraphs, the first behind the bullets that the container stood behind."""
        prefix = lead
        for text in filter(None, texts):
            if not lead.strip() or prefix != lead:
                self._blank()
            self._out.append(Line(prefix + text, line.number))
            prefix = _MARKER_CHARS.sub(" ", lead)
            self._out.append(Line(prefix.rstrip(), line.number))
        if prefix == lead and lead.strip():
            self._out.append(Line(lead, line.number))
        else:
            self._blank()

    # What a line is

    def _line(self, line: Line, texts: Sequence[str], place: int) -> int:
        """Adds what a line outside code leaves, and returns how many lines after it were read with it."""
        bare = line.text.lstrip(" \t>-*+.)0123456789")
        if self._closes(line):
            return 0
        if len(self._open) >= _MAX_DEPTH:
            self._out.append(line)
            return 0
        opening = DIRECTIVE_FENCE.fullmatch(line.text) or COLONS.fullmatch(line.text)
        if opening and DIRECTIVE.fullmatch(opening["rest"]):
            return self._directive(line, opening, texts[place + 1 : place + _OPTIONS_MAX_LINES])
        step = self._steps.get(bare[:1])
        if not (step and step(line)) and not self._rare(line):
            self._out.append(line)
        return 0

    def _closes(self, line: Line) -> bool:
        bare = line.text.strip(" \t>")
        if not bare or bare[0] not in ":/`~" or bare != bare[0] * len(bare) or len(bare) < 3:
            return False
        for place in range(len(self._open) - 1, -1, -1):
            if ends(line.text, self._open[place]):
                opened = self._open[place]
                self._close_to(place + 1)
                self._open.pop()
                if opened.closing:
                    self._out.append(Line(opened.closing, line.number, CODE_GOES_ON))
                self._blank()
                return True
        return bare[0] in ":/"  # closes nothing, and says nothing

    def _colons(self, line: Line) -> bool:
        found = COLONS.fullmatch(line.text)
        if found is None:
            return self._definition(line) or self._leaf(line)
        if not found["rest"]:
            return False
        if not found["rest"].startswith("{") and (dotted := DOTTED.fullmatch(found["rest"])):
            return self._made_from_code(line, found["lead"], dotted[0])
        named = COLON_NAME.fullmatch(found["rest"])
        if named is None:
            return False
        attributes = BRACED.search(named["rest"])
        classes, stated = attributes_of(attributes[1] if attributes else "")
        name = named["name"] or next((c.removeprefix("callout-") for c in classes), "")
        title = named["label"] or stated or BRACED.sub("", named["rest"]).strip(": \t")
        self._says(line, found["lead"], [container_label(name, title)])
        self._open.append(Container("colon", line.number, name, found["marks"]))
        return True

    def _made_from_code(self, line: Line, lead: str, name: str) -> bool:
        """mkdocstrings: `::: package.module`, with options below."""
        self._says(line, lead, [f"`{name}`"])
        self._problems.add(line.number, _MADE_FROM_CODE.format(f"`::: {name}`"))
        self._open.append(Container("indent", line.number, "options", columns=_INDENT))
        return True

    def _bangs(self, line: Line) -> bool:
        found = BANGS.fullmatch(line.text)
        if found is None:
            return False
        title = found["title"]
        label = "" if title == "" else container_label(found["name"], title or "", is_admonition=True)
        self._opens_indented(line, found["lead"], label)
        return True

    def _tab(self, line: Line) -> bool:
        if found := TAB.fullmatch(line.text):
            self._opens_indented(line, found["lead"], label_of(found["title"]))
            return True
        in_tabs = self._open and self._open[-1].kind == "colon" and self._open[-1].name == "tabs"
        if in_tabs and (tab := VITEPRESS_TAB.fullmatch(line.text)):
            self._says(line, "", [label_of(tab["title"].removeprefix("tab ").strip())])
            return True
        return False

    def _opens_indented(self, line: Line, lead: str, label: str) -> None:
        self._says(line, lead, [label])
        columns = indentation(_MARKER_CHARS.sub(" ", lead) + "x") if lead else 0
        self._open.append(Container("indent", line.number, "!", columns=columns + _INDENT))

    def _slashes(self, line: Line) -> bool:
        found = SLASHES.fullmatch(line.text)
        named = SLASH_NAME.fullmatch(found["rest"]) if found else None
        if found is None or named is None:
            return False
        title = (named["title"] or "").strip()
        name = named["name"]
        self._says(line, found["lead"], ["" if name in SILENT_NAMES else container_label(name, title)])
        self._open.append(Container("slash", line.number, name, found["marks"], may_have_options=True))
        return True

    def _alert_or_contents(self, line: Line) -> bool:
        if line.text.strip().lower() in TABLE_OF_CONTENTS:
            return True
        found = ALERT.fullmatch(line.text)
        if found is None:
            return False
        self._says(
            line, found["lead"], [container_label(found["name"], found["title"].strip(), is_admonition=True)]
        )
        self._open.append(Container("quote", line.number, found["name"], lead=found["lead"]))
        return True

    def _myst_comment(self, line: Line) -> bool:
        return self._framework == "sphinx" and line.text.startswith("%")

    def _definition(self, line: Line) -> bool:
        """`: text` below a term."""
        found = DEFINITION.fullmatch(line.text) if not self._is_mdx else None
        if found is None:
            return False
        place = len(self._out) - 1
        if place > 0 and is_blank(self._out[place].text):
            place -= 1
        term = self._out[place] if place >= 0 else None
        if term is None or is_blank(term.text) or term.text.lstrip().startswith(("#", "|", "<", "`", "-")):
            return False
        if place == len(self._out) - 1 and not term.text.startswith((" ", "*")) and self._begins_paragraph(place):
            self._out[place] = Line(label_of(term.text.strip()), term.number)
        self._blank()
        columns = len(found["indent"]) + 1 + len(found["space"])
        self._out.append(Line(found["indent"] + found["text"], line.number))
        self._open.append(Container("indent", line.number, ":", columns=columns if columns <= _INDENT else 2))
        return True

    def _begins_paragraph(self, place: int) -> bool:
        return place == 0 or is_blank(self._out[place - 1].text)

    def _leaf(self, line: Line) -> bool:
        """`::name[label]{title="…"}`."""
        found = LEAF_DIRECTIVE.fullmatch(line.text)
        named = COLON_NAME.fullmatch(found["rest"]) if found else None
        if named is None:
            return False
        attributes = BRACED.search(named["rest"])
        _, stated = attributes_of(attributes[1] if attributes else "")
        self._says(line, "", [named["label"] or "", stated])
        return True

    def _rare(self, line: Line) -> bool:
        text = line.text
        if text.startswith("*[") and (abbreviation := ABBREVIATION.fullmatch(text)):
            self._says(line, "", [f"{abbreviation['term']}: {abbreviation['text']}"])
            return True
        if text.startswith("(") and (target := target_of(text)):
            self._blank()
            self._out.append(Line(f'<a id="{target}"></a>', line.number))
            return True
        in_toctree = self._open and self._open[-1].name == "toctree"
        if in_toctree and not is_blank(text):
            entry = toctree_entries(text)
            self._out.append(Line(entry, line.number))
            return True
        return text.rstrip() == "+++" and self._framework == "sphinx"

    # MyST

    def _directive(self, line: Line, opening: re.Match[str], following: Sequence[str]) -> int:
        options, count = read_options([text.lstrip(" \t>") for text in following])
        found = DIRECTIVE.fullmatch(opening["rest"])
        if found is None:
            return 0
        directive = Directive(found["name"], found["argument"].strip(), options)
        if directive.is_generated:
            what = f"`{{{directive.name}}} {directive.argument}`".replace(" `", "`")
            self._problems.add(
                line.number,
                f"{what} is written from code when the site is built: ingest the built page for its text.",
            )
        lead, marks = opening["lead"], opening["marks"]
        opened = Container("colon" if marks[0] == ":" else "fence", line.number, directive.name, marks)
        if directive.is_code:
            fence = marks.replace(":", "`")
            opened.closing = _MARKER_CHARS.sub(" ", lead) + fence
            self._blank()
            self._out.append(Line(f"{lead}{fence}{directive.fence_info()}", line.number, CODE_BEGINS))
        elif directive.is_silent:
            self._blank()
        else:
            self._says(line, lead, directive.lead())
        self._open.append(opened)
        has_gap = count < len(following) and directive.is_code and is_blank(following[count])
        return count + has_gap
