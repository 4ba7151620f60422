"""Includes of every dialect, replaced by the text of the files they name.

`--8<-- "x.md"` (pymdownx), `<<< @/x.js{2-3}` and `<!--@include: ./x.md-->` (VitePress), ``{* x.py ln[1:3] *}`` and
`{!> x.py !}` (FastAPI, mdx-include), `{% include-markdown "x.md" %}` (MkDocs), ```` ```{include} x.md ```` and
`{literalinclude}` (MyST), `{{% readfile "x.md" %}}` (Hugo), `import X from './_x.mdx'` with `<X />` (MDX).
"""

import posixpath
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from server.documents.decoding import decode
from server.documents.document import Source
from server.documents.fences import fenced, info_of
from server.documents.file_parts import (
    NoSuchPart,
    between,
    heading_section,
    in_ranges,
    region,
    snippet_section,
    without_front_matter,
    without_marks,
)
from server.documents.lines import LEAD, CodeLines, Line, Problems
from server.documents.myst import read_options
from server.documents.partials import Partials
from server.errors import DocumentUnreadable

_SNIPPET = re.compile(r"(?P<lead>.*?)(?P<escape>;*)-+8<-+[ \t]+(?P<quote>[\"'])(?P<path>.+?)(?P=quote)[ \t]*")
_SNIPPET_BLOCK = re.compile(r"(?P<lead>[ \t]*)-+8<-+[ \t]*")
_CODE_FILE = re.compile(
    rf"(?P<lead>{LEAD})<<<[ \t]*(?P<path>[^\s{{\[#][^{{\[#]*)(?:#(?P<region>[\w*.-]+))?[ \t]*"
    r"(?:\{(?P<meta>[^{}]*)\})?[ \t]*(?:\[(?P<title>[^\[\]]*)\])?[ \t]*"
)
_COMMENT = re.compile(
    r"(?P<lead>.*?)<!--[ \t]*@include:[ \t]*(?P<path>[^\s{#<>]+)(?:#(?P<region>[^\s{}<>]+?))?[ \t]*"
    r"(?:\{(?P<ranges>[\d,-]*)\})?[ \t]*-->(?P<rest>.*)"
)
_MACRO = re.compile(
    r"(?P<lead>[ \t]*)\{(?:\*|!>?)[ \t]*(?P<path>[^\s{}*!\[\]]+)[ \t]*(?P<rest>[^{}\n]*?)[ \t]*[*!]\}[ \t]*"
)
_MACRO_LINES = re.compile(r"\bln\[([\d:,\- ]+)\]|\[ln:?[ \t]*([\d:,\- ]+)\]")
_MACRO_TITLE = re.compile(r"\btitle\[([^\[\]]*)\]")
_JINJA = re.compile(
    r"(?P<lead>[ \t]*)\{%-?\s*include(?:-markdown)?\s+[\"'](?P<path>[^\"']+)[\"'](?P<rest>[^%]*)-?%\}\s*"
)
_JINJA_OPTION = re.compile(r"(start|end)=[\"']([^\"']+)[\"']")
_SHORTCODE = re.compile(
    r"(?P<lead>[ \t]*)\{\{[<%]\s*(?P<name>readfile|read-file|include|include-md|include_md|md-include|code_sample|codenew"
    r"|code-include|snippet-file)\s+(?P<rest>[^<>%]*?)/?\s*[>%]\}\}\s*"
)
_SHORTCODE_PATH = re.compile(r"(?:file|path|src|f)\s*=\s*[\"'`]([^\"'`]+)[\"'`]|^[\"'`]([^\"'`]+)[\"'`]")
_SHORTCODE_LANGUAGE = re.compile(r"(?:lang|language|code)\s*=\s*[\"'`]([^\"'`]+)[\"'`]")
_DIRECTIVE = re.compile(
    rf"(?P<lead>{LEAD})(?P<marks>`{{3,}}+|~{{3,}}+|:{{3,}}+)[ \t]*\{{(?P<name>include|literalinclude)\}}[ \t]*(?P<path>\S+)[ \t]*"
)
_HINT = re.compile(r"8<-|@include|<<<|\{[*!]|\{%|\{\{[<%]|include\}")
_PARTIAL_HINT = re.compile(_HINT.pattern + "|<[A-Z]")
_MAX_DEPTH = 10
_LINE_MAX_CHARS = 2_000  # A guess; no include is longer.
_MAX_CHARS = 10_000_000  # As much as a file may have by default.
_LANGUAGES = {
    "py": "python",
    "yml": "yaml",
    "rs": "rust",
    "rb": "ruby",
    "htm": "html",
    "md": "markdown",
    "mjs": "js",
    "cjs": "js",
    "mts": "ts",
    "cts": "ts",
}


class Unavailable(Exception):
    """A file, or the part of it that was asked for, cannot be had; the text says why."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an include stands."""

    name: PurePosixPath
    chain: tuple[str, ...]
    number: int


class Includer:
    """Replaces the includes of one page."""

    def __init__(self, source: Source, problems: Problems, *, is_mdx: bool) -> None:
        self._source = source
        self._problems = problems
        self._is_mdx = is_mdx
        self._has_snippets = source.profile.name == "mintlify"
        self._chars = 0
        self._partials = Partials()
        self._steps: Sequence[Callable[[str, _Place], list[str] | None]] = (
            self._snippet,
            self._code_file,
            self._comment,
            self._macro,
            self._jinja,
            self._shortcode,
        )

    def expand(self, lines: Sequence[Line]) -> list[Line]:
        chain = (str(self._source.name),)
        return self._expanded(lines, self._source.name, chain)

    def raw_texts(self, lines: Sequence[Line]) -> dict[str, str]:
        """The files that are imported as text (`?raw`, `raw-loader!`), by the name they are imported as."""
        texts: dict[str, str] = {}
        for name, path, number in self._partials.raw_imports(lines):
            place = _Place(self._source.name, (), number)
            try:
                texts[name] = "\n".join(self._read(path, place)[1])
            except Unavailable as error:
                self._problems.add(number, f"`{name}` is imported as text, and {error}")
        return texts

    def _expanded(self, lines: Sequence[Line], name: PurePosixPath, chain: tuple[str, ...]) -> list[Line]:
        partials = self._partials.imported(lines) if self._is_mdx else {}
        hint = _PARTIAL_HINT if partials or (self._is_mdx and self._has_snippets) else _HINT
        if not any(hint.search(line.text) for line in lines):
            return list(lines)
        code = CodeLines(has_indented_code=not self._is_mdx)
        found: list[Line] = []
        rest = iter(range(len(lines)))
        for row in rest:
            line = lines[row]
            place = _Place(name, chain, line.number)
            if not hint.search(line.text):
                code.takes(line.text)
                found.append(line)
                continue
            texts, taken = self._replaced(lines, row, place, partials, in_code=code.is_in_fence)
            if texts is None:
                code.takes(line.text)
                found.append(line)
                continue
            for _ in range(taken - 1):
                next(rest, None)
            found += [Line(text, line.number) for text in texts]
        return found

    def _replaced(
        self, lines: Sequence[Line], row: int, place: _Place, partials: dict[str, str], *, in_code: bool
    ) -> tuple[list[str] | None, int]:
        """What stands for the lines from `row` on, and how many lines those are; `None` for no include."""
        text = lines[row].text
        if in_code:
            return self._in_code(text, place), 1
        if "include}" in text and not self._is_mdx and _DIRECTIVE.fullmatch(text):
            return self._directive(lines, row, place)
        if "8<-" in text and _SNIPPET_BLOCK.fullmatch(text):
            return self._snippet_block(lines, row, place)
        for step in self._steps:
            texts = step(text, place)
            if texts is not None:
                return texts, 1
        return self._partial(lines, row, place, partials)

    def _in_code(self, text: str, place: _Place) -> list[str] | None:
        """In a code block only what is replaced before Markdown is read."""
        texts = self._snippet(text, place)
        return self._macro_in_code(text, place) if texts is None else texts

    # Files

    def _read(self, path: str, place: _Place) -> tuple[PurePosixPath, list[str]]:
        """The file that a path means there, and its lines; raises `Unavailable`."""
        if re.match(r"[a-z]+://", path):
            raise Unavailable(f"{path} is on the network: put a copy into the project.")
        if self._chars > _MAX_CHARS:
            raise Unavailable(f"{path} makes the page longer than {_MAX_CHARS:,} characters: include less.")
        for candidate in _candidates(path, place.name):
            try:
                text = decode(self._source.read_file(candidate))
            except DocumentUnreadable:
                continue
            self._chars += len(text)
            return candidate, text.removesuffix("\n").split("\n")
        raise Unavailable(f"{path} cannot be read: put the file into the project, or remove the include.")

    def _included(
        self,
        path: str,
        place: _Place,
        *,
        part: Callable[[list[str]], list[str]] = list,
        lead: str = "",
        is_markdown: bool = True,
    ) -> list[str]:
        """The lines of a file or of a part of it, with its own includes replaced; none when it cannot be had."""
        try:
            name, lines = self._read(path, place)
            if str(name) in place.chain or len(place.chain) > _MAX_DEPTH:
                way = " → ".join((*place.chain, str(name)))
                raise Unavailable(f"{path} includes itself ({way}): remove one of the includes.")
            lines = part(lines)
        except NoSuchPart as error:
            self._problems.add(place.number, f"includes {path}, but {error}: correct the include.")
            return []
        except Unavailable as error:
            self._problems.add(place.number, f"includes a file that is missing: {error}")
            return []
        if is_markdown:
            numbered = [Line(line, place.number) for line in without_front_matter(lines)]
            lines = [line.text for line in self._expanded(numbered, name, (*place.chain, str(name)))]
        return [lead + line if line else line for line in lines]

    # Dialects

    def _snippet(self, text: str, place: _Place) -> list[str] | None:
        found = _SNIPPET.fullmatch(text) if "8<-" in text and len(text) < _LINE_MAX_CHARS else None
        if found is None:
            return None
        if found["escape"]:
            return [text.replace(";", "", 1)]
        return self._snippet_file(found["path"], found["lead"], place)

    def _snippet_file(self, path: str, lead: str, place: _Place) -> list[str]:
        path, _, asked = path.partition(":") if "://" not in path else (path, "", "")

        def part(lines: list[str]) -> list[str]:
            if not asked:
                return without_marks(lines)
            if re.fullmatch(r"[\d:,\- ]+", asked):
                return without_marks(in_ranges(lines, asked))
            return snippet_section(lines, asked)

        return self._included(path.strip(), place, part=part, lead=lead)

    def _snippet_block(self, lines: Sequence[Line], row: int, place: _Place) -> tuple[list[str] | None, int]:
        end = next(
            (n for n in range(row + 1, min(row + 200, len(lines))) if _SNIPPET_BLOCK.fullmatch(lines[n].text)), 0
        )
        if not end:
            self._problems.add(place.number, "`--8<--` is never closed: add a second one below the files.")
            return None, 1
        lead = lines[row].text[: len(lines[row].text) - len(lines[row].text.lstrip())]
        texts: list[str] = []
        for line in lines[row + 1 : end]:
            path = line.text.strip().strip("\"'")
            if path and not path.startswith(";"):
                texts += self._snippet_file(path, lead, place)
        return texts, end - row + 1

    def _code_file(self, text: str, place: _Place) -> list[str] | None:
        found = _CODE_FILE.fullmatch(text) if "<<<" in text and len(text) < _LINE_MAX_CHARS else None
        if found is None:
            return None
        name = found["region"]
        meta = (found["meta"] or "").split()
        language = next((word.split(":")[0] for word in meta if not re.fullmatch(r"[\d,-]+", word)), "")
        return self._code(
            found["path"].strip(),
            place,
            part=(lambda lines: region(lines, name)) if name else list,
            lead=found["lead"],
            language=language,
            title=found["title"] or "",
        )

    def _code(
        self,
        path: str,
        place: _Place,
        *,
        part: Callable[[list[str]], list[str]] = list,
        lead: str = "",
        language: str = "",
        title: str = "",
    ) -> list[str]:
        lines = without_marks(self._included(path, place, part=part, is_markdown=False))
        if not lines:
            return []
        suffix = PurePosixPath(path).suffix.lstrip(".").lower()
        code = fenced("\n".join(lines), info_of(language or _LANGUAGES.get(suffix, suffix), title))
        below = re.sub(r"[^>\s]", " ", lead)
        return [(lead if number == 0 else below) + line for number, line in enumerate(code)]

    def _comment(self, text: str, place: _Place) -> list[str] | None:
        found = _COMMENT.fullmatch(text) if "@include" in text and len(text) < _LINE_MAX_CHARS else None
        if found is None:
            return None

        def part(lines: list[str]) -> list[str]:
            if found["region"]:
                try:
                    lines = region(lines, found["region"])
                except NoSuchPart:
                    lines = heading_section(without_front_matter(lines), found["region"])
            return in_ranges(lines, (found["ranges"] or "").replace(",", ":"))

        lead = found["lead"]
        texts = self._included(found["path"], place, part=part, lead=lead if not lead.strip() else "")
        before = [lead] if lead.strip() else []
        return [*before, *texts, *([found["rest"]] if found["rest"].strip() else [])]

    def _macro(self, text: str, place: _Place) -> list[str] | None:
        found = _MACRO.fullmatch(text) if ("{*" in text or "{!" in text) and len(text) < _LINE_MAX_CHARS else None
        if found is None or self._is_mdx or ("." not in found["path"]):
            return None
        return self._code(
            found["path"],
            place,
            part=_macro_part(found["rest"]),
            lead=found["lead"],
            title=title[1] if (title := _MACRO_TITLE.search(found["rest"])) else "",
        )

    def _macro_in_code(self, text: str, place: _Place) -> list[str] | None:
        found = (
            _MACRO.fullmatch(text) if "{!" in text and not self._is_mdx and len(text) < _LINE_MAX_CHARS else None
        )
        if found is None or "." not in found["path"]:
            return None
        return self._included(found["path"], place, part=_macro_part(found["rest"]), is_markdown=False)

    def _jinja(self, text: str, place: _Place) -> list[str] | None:
        found = (
            _JINJA.fullmatch(text) if "{%" in text and not self._is_mdx and len(text) < _LINE_MAX_CHARS else None
        )
        if found is None:
            return None
        names = {"start": "start-after", "end": "end-before"}
        options = {names[name]: value for name, value in _JINJA_OPTION.findall(found["rest"])}
        return self._included(found["path"], place, part=lambda lines: between(lines, options), lead=found["lead"])

    def _shortcode(self, text: str, place: _Place) -> list[str] | None:
        found = _SHORTCODE.fullmatch(text) if "{{" in text and len(text) < _LINE_MAX_CHARS else None
        path = _SHORTCODE_PATH.search(found["rest"]) if found else None
        if found is None or path is None:
            return None
        language = _SHORTCODE_LANGUAGE.search(found["rest"])
        name = path[1] or path[2]
        if found["name"].startswith("code") or (language and language[1] != "false"):
            stated = language[1] if language and language[1] != "true" else ""
            return self._code(name, place, lead=found["lead"], language=stated, title=name)
        return self._included(name, place, lead=found["lead"])

    def _directive(self, lines: Sequence[Line], row: int, place: _Place) -> tuple[list[str] | None, int]:
        found = _DIRECTIVE.fullmatch(lines[row].text)
        if found is None:
            return None, 1
        below = [line.text.strip() for line in lines[row + 1 : row + 60]]
        options, _ = read_options(below)
        taken = next((n + 2 for n, text in enumerate(below) if text == found["marks"]), 1)
        is_code = found["name"] == "literalinclude" or "literal" in options or "code" in options
        if not is_code:
            texts = self._included(
                found["path"], place, part=lambda lines: between(lines, options), lead=found["lead"]
            )
            return texts, taken
        language = options.get("language") or options.get("code") or options.get("lang") or ""
        code = self._code(
            found["path"],
            place,
            part=lambda lines: between(lines, options),
            lead=found["lead"],
            language=language,
            title=options.get("caption", ""),
        )
        return code, taken

    def _partial(
        self, lines: Sequence[Line], row: int, place: _Place, partials: dict[str, str]
    ) -> tuple[list[str] | None, int]:
        use = self._partials.use(lines, row, partials) if self._is_mdx else None
        if use is None:
            return None, 1
        texts = self._included(use.path, place)
        return use.replaced(texts), use.line_count


def _macro_part(rest: str) -> Callable[[list[str]], list[str]]:
    asked = _MACRO_LINES.search(rest)
    ranges = (asked[1] or asked[2]) if asked else ""
    return lambda lines: in_ranges(lines, ranges)


def _candidates(path: str, page: PurePosixPath) -> list[PurePosixPath]:
    """Where a path may lead: from the page's folder, the ingested folder, or the folders above it."""
    bare = re.sub(r"^(?:@site/|@/|~/|@docs/|/)", "", path.strip())
    is_rooted = bare != path.strip()
    folders = ["", "..", "../..", "../src", "snippets", "../includes"]
    if not is_rooted:
        folders.insert(0, str(page.parent))
    found = (PurePosixPath(posixpath.normpath(posixpath.join(folder, bare))) for folder in folders)
    return list(dict.fromkeys(found))
