"""Includes of every dialect, replaced by the text of the files they name."""

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from server.documents.decoding import decode
from server.documents.dialects import include_forms
from server.documents.dialects.fences import fenced, info_of
from server.documents.dialects.file_parts import NoSuchPart, without_front_matter, without_marks
from server.documents.dialects.include_forms import SNIPPET_BLOCK, Include, snippet_file
from server.documents.dialects.lines import CodeLines, Line, Problems
from server.documents.dialects.partials import Partials
from server.documents.document import Source
from server.errors import DocumentUnreadable

_HINT = re.compile(r"8<-|@include|<<<|\{[*!]|\{%|\{\{[<%]|include\}")
_PARTIAL_HINT = re.compile(_HINT.pattern + "|<[A-Z]")
_MARKER_CHARS = re.compile(r"[^>\s]")
# Guesses far above real pages.
_MAX_DEPTH = 10
_BLOCK_MAX_LINES = 200
_OPTIONS_MAX_LINES = 60
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
    """A file cannot be had; the text says why."""


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

    def expand(self, lines: Sequence[Line]) -> list[Line]:
        return self._expanded(lines, self._source.name, (str(self._source.name),))

    def raw_texts(self, lines: Sequence[Line]) -> dict[str, str]:
        """The files that are imported as text (`?raw`, `raw-loader!`), by the name they are imported as."""
        texts: dict[str, str] = {}
        for name, path, number in self._partials.raw_imports(lines):
            try:
                texts[name] = "\n".join(self._read(path, self._source.name)[1])
            except Unavailable as error:
                self._problems.add(number, f"`{name}` is imported as the text of {error}")
        return texts

    def _expanded(self, lines: Sequence[Line], name: PurePosixPath, chain: tuple[str, ...]) -> list[Line]:
        partials = self._partials.imported(lines) if self._is_mdx else {}
        hint = _PARTIAL_HINT if partials or (self._is_mdx and self._has_snippets) else _HINT
        if not any(hint.search(line.text) for line in lines):
            return list(lines)
        code = CodeLines(has_indented_code=not self._is_mdx)
        found: list[Line] = []
        rows = iter(range(len(lines)))
        for row in rows:
            line = lines[row]
            texts: list[str] | None = None
            if hint.search(line.text):
                place = _Place(name, chain, line.number)
                if code.is_in_fence:
                    texts, taken = self._in_code(line.text, place), 1
                else:
                    texts, taken = self._replaced(lines[row : row + _BLOCK_MAX_LINES], place, partials)
            if texts is None:
                code.takes(line.text)
                found.append(line)
                continue
            found += [Line(text, line.number) for text in texts]
            for _ in range(taken - 1):
                next(rows, None)
        return found

    def _in_code(self, text: str, place: _Place) -> list[str] | None:
        """In a code block only what is replaced before Markdown is read."""
        include = include_forms.snippet(text)
        if include is None and not self._is_mdx:
            include = include_forms.macro_in_code(text)
        if isinstance(include, Include):
            return self._included(include, place, is_markdown=False)
        return None if include is None else [include]

    def _replaced(
        self, lines: Sequence[Line], place: _Place, partials: dict[str, str]
    ) -> tuple[list[str] | None, int]:
        """What stands for the first of the lines and some more, and how many; `None` for no include."""
        text = lines[0].text
        if "8<-" in text and SNIPPET_BLOCK.fullmatch(text):
            return self._snippet_block(lines, place)
        escaped = include = include_forms.snippet(text)
        if isinstance(escaped, str):
            return [escaped], 1
        taken = 1
        if not self._is_mdx and (
            stated := include_forms.directive([line.text for line in lines[:_OPTIONS_MAX_LINES]])
        ):
            include, taken = stated
        if not isinstance(include, Include):
            include = include_forms.line_form(text)
        if include is None or (self._is_mdx and text.lstrip().startswith("{")):
            return self._partial(lines, place, partials)
        return self._stands_for(include, place), taken

    def _stands_for(self, include: Include, place: _Place) -> list[str]:
        if include.is_code:
            return self._code(include, place)
        around = [[text] if text.strip() else [] for text in (include.before, include.after)]
        return [*around[0], *self._included(include, place), *around[1]]

    def _snippet_block(self, lines: Sequence[Line], place: _Place) -> tuple[list[str] | None, int]:
        ends = (number for number, line in enumerate(lines[1:], 1) if SNIPPET_BLOCK.fullmatch(line.text))
        end = next(ends, 0)
        if not end:
            self._problems.add(place.number, "`--8<--` is never closed: add a second one below the files.")
            return None, 1
        opening = lines[0].text
        lead = opening[: len(opening) - len(opening.lstrip())]
        paths = (line.text.strip().strip("\"'") for line in lines[1:end])
        included = (self._included(snippet_file(p, lead), place) for p in paths if p and not p.startswith(";"))
        return [text for texts in included for text in texts], end + 1

    def _partial(
        self, lines: Sequence[Line], place: _Place, partials: dict[str, str]
    ) -> tuple[list[str] | None, int]:
        use = self._partials.use(lines, partials) if self._is_mdx else None
        if use is None:
            return None, 1
        return use.replaced(self._included(Include(path=use.path), place)), use.line_count

    def _included(self, include: Include, place: _Place, *, is_markdown: bool = True) -> list[str]:
        """The lines that an include asks for, their own includes replaced; none and a problem without the file."""
        try:
            name, lines = self._read(include.path, place.name)
            if str(name) in place.chain or len(place.chain) > _MAX_DEPTH:
                way = " → ".join((*place.chain, str(name)))
                raise Unavailable(f"{include.path}, which includes itself ({way}): remove one of the includes.")
            lines = include.part(lines)
        except NoSuchPart as error:
            self._problems.add(place.number, f"includes {include.path}, but {error}: correct the include.")
            return []
        except Unavailable as error:
            self._problems.add(place.number, f"includes {error}")
            return []
        if is_markdown:
            numbered = [Line(line, place.number) for line in without_front_matter(lines)]
            lines = [line.text for line in self._expanded(numbered, name, (*place.chain, str(name)))]
        return [include.lead + line if line else line for line in lines]

    def _code(self, include: Include, place: _Place) -> list[str]:
        bare = Include(path=include.path, part=include.part)
        lines = without_marks(self._included(bare, place, is_markdown=False))
        if not lines:
            return []
        suffix = PurePosixPath(include.path).suffix.lstrip(".").lower()
        language = include.language or _LANGUAGES.get(suffix, suffix)
        opening, *rest = fenced("\n".join(lines), info_of(language, include.title))
        below = _MARKER_CHARS.sub(" ", include.lead)
        return [include.lead + opening, *(below + line for line in rest)]

    def _read(self, path: str, page: PurePosixPath) -> tuple[PurePosixPath, list[str]]:
        """The file that a path means on a page, and its lines; raises `Unavailable`."""
        if re.match(r"[a-z]+://", path):
            raise Unavailable(f"{path}, which is on the network: put a copy into the project.")
        if self._chars > _MAX_CHARS:
            raise Unavailable(f"{path}, which makes the page longer than {_MAX_CHARS:,} characters: include less.")
        for candidate in _candidates(path, page):
            try:
                text = decode(self._source.read_file(candidate))
            except DocumentUnreadable:
                continue
            self._chars += len(text)
            return candidate, text.removesuffix("\n").split("\n")
        raise Unavailable(f"{path}, which cannot be read: put the file into the project, or remove the include.")


def _candidates(path: str, page: PurePosixPath) -> list[PurePosixPath]:
    """Where a path may lead: from the page's folder, the ingested folder, or the folders above it."""
    bare = re.sub(r"^(?:@site/|@/|~/|@docs/|/)", "", path.strip())
    is_rooted = bare != path.strip()
    folders = ["", "..", "../..", "../src", "snippets", "../includes"]
    if not is_rooted:
        folders.insert(0, str(page.parent))
    found = (PurePosixPath(posixpath.normpath(posixpath.join(folder, bare))) for folder in folders)
    return list(dict.fromkeys(found))
