"""Jupyter notebooks → their Markdown, code, and the beginnings of their outputs.

Read as plain JSON: the nbformat library would bring eleven packages, and refuses notebooks for fields that no
reader sees.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from server.documents.document import CodeBlock, Document, Heading, Source
from server.documents.json_values import read_json
from server.documents.markdown import parse_markdown
from server.documents.markdown_lines import MarkdownLines, with_newlines
from server.documents.sites.slugs import Slugger
from server.errors import DocumentUnreadable

_OUTPUT_MAX_CHARS: Final = 1_000  # A guess: of one cell's outputs; enough to recognise a result or an error by.
_REMOVED: Final = {
    "cell": frozenset({"remove-cell", "remove_cell", "nbsphinx-hidden"}),
    "input": frozenset({"remove-input", "remove_input"}),
    "output": frozenset({"remove-output", "remove_output"}),
}
_QUARTO_OPTION: Final = re.compile(r"#\|\s*([\w-]+)\s*:\s*(\S+)\s*")
_ESCAPE_SEQUENCE: Final = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_OVERWRITTEN: Final = re.compile(r"^[^\n]*\r(?!\n)", re.MULTILINE)  # a progress bar's earlier states
_REPR: Final = re.compile(r"<[^\n]*>")
_FENCE: Final = re.compile(r"[\s>]*(?:`{3,}|~{3,})\s*")


def parse(source: Source) -> Document:
    """Raises `DocumentUnreadable` when it is no notebook. Images, HTML and widgets of outputs are left out."""
    notebook = read_json(source.content)
    if not isinstance(notebook, dict) or not isinstance(notebook.get("nbformat"), int | float):
        raise DocumentUnreadable("is not a Jupyter notebook: it has no `nbformat`.")
    writer = _Notebook(source.profile.make_slugger(), _language(notebook))
    for cell in _cells(notebook):
        writer.cell(cell)
    metadata = _mapping(notebook.get("metadata"))
    title = metadata.get("title") or writer.title
    return writer.lines.document(title=title if isinstance(title, str) else None, meta=writer.meta)


def _language(notebook: dict[str, Any]) -> str:
    metadata = _mapping(notebook.get("metadata"))
    names = (
        _mapping(metadata.get("language_info")).get("name"),
        _mapping(metadata.get("kernelspec")).get("language"),
    )
    return next((name for name in names if isinstance(name, str)), "python")


def _cells(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Of format 4, or of format 3, which has them in worksheets."""
    holders = [notebook, *_list(notebook.get("worksheets"))]
    for holder in holders:
        for cell in _list(_mapping(holder).get("cells")):
            if isinstance(cell, dict):
                yield cell


class _Notebook:
    def __init__(self, slugger: Slugger, language: str) -> None:
        self.lines = MarkdownLines()
        self.title: str | None = None
        self.meta: dict[str, Any] = {}
        self._slugger = slugger
        self._language = language
        self._is_first = True

    def cell(self, cell: dict[str, Any]) -> None:
        removed = _removed(cell)
        if "cell" in removed:
            return
        text = _text(cell.get("source", cell.get("input")))
        match cell.get("cell_type"):
            case "markdown" | "html":
                self._markdown(text)
            case "heading":  # format 3
                self._markdown(f"{'#' * min(6, max(1, _level(cell)))} {' '.join(text.split())}")
            case "code":
                self._code(cell, text, removed)
            case "raw" if self._is_first and text.startswith("---"):  # Quarto's front matter
                self._markdown(text)
            case "raw":
                self.lines.code(text, language="text")
        self._is_first = False

    def _markdown(self, text: str) -> None:
        """Each cell is a text of its own, as Jupyter reads it: an unclosed fence ends with its cell."""
        # `---` is front matter only at the very top.
        text = with_newlines(text)
        document = parse_markdown(text if self._is_first else "\n" + text, self._slugger)
        lines, blocks = list(document.lines), document.blocks
        last = blocks[-1] if blocks else None
        if isinstance(last, CodeBlock) and last.end >= len(lines) and not _FENCE.fullmatch(lines[-1]):
            lines.append(_closing_fence(lines[last.start]))
            blocks = (*blocks[:-1], CodeBlock(last.start, len(lines)))
        self.lines.verbatim(lines, blocks)
        self.meta |= document.meta
        is_titled = self._is_first or any(isinstance(block, Heading) and block.level == 1 for block in blocks)
        if self.title is None and is_titled:
            self.title = document.title

    def _code(self, cell: dict[str, Any], code: str, removed: set[str]) -> None:
        language = cell.get("language")
        if "input" not in removed:
            self.lines.code(code, language=language if isinstance(language, str) else self._language)
        if "output" not in removed:
            self.lines.code(_shortened(_outputs(cell)), language="text")


def _removed(cell: dict[str, Any]) -> set[str]:
    """What the book or site leaves out of a cell; what is only hidden can be unfolded there, and stays."""
    metadata = _mapping(cell.get("metadata"))
    tags = {tag for tag in _list(metadata.get("tags")) if isinstance(tag, str)}
    if metadata.get("nbsphinx") == "hidden":
        tags.add("nbsphinx-hidden")
    removed = {part for part, names in _REMOVED.items() if names & tags}
    return removed | set(_removed_by_quarto(cell))


def _removed_by_quarto(cell: dict[str, Any]) -> Iterator[str]:
    for line in _text(cell.get("source"))[:2000].split("\n"):
        option = _QUARTO_OPTION.fullmatch(line)
        if option is None:
            return
        part = {"include": "cell", "echo": "input", "output": "output"}.get(option[1])
        if part and option[2] == "false":
            yield part


def _outputs(cell: dict[str, Any]) -> Iterator[str]:
    for output in _list(cell.get("outputs")):
        if not isinstance(output, dict):
            continue
        match output.get("output_type"):
            case "stream":
                yield _text(output.get("text"))
            case "error" | "pyerr":
                yield f"{_text(output.get('ename'))}: {_text(output.get('evalue'))}"
            case _:
                text = _text(_mapping(output.get("data")).get("text/plain", output.get("text")))
                yield "" if _REPR.fullmatch(text.strip()) else text  # `<Figure size 640x480 with 1 Axes>`


def _shortened(outputs: Iterator[str]) -> str:
    """The beginning of a cell's outputs, and how much is left out."""
    cleaned = (_OVERWRITTEN.sub("", _ESCAPE_SEQUENCE.sub("", output)).rstrip("\n") for output in outputs)
    text = "\n".join(output for output in cleaned if output.strip())
    if len(text) <= _OUTPUT_MAX_CHARS:
        return text
    return f"{text[:_OUTPUT_MAX_CHARS]}…\n({len(text) - _OUTPUT_MAX_CHARS:,} more characters of output)"


def _text(value: Any) -> str:
    """A string, or its lines in a list."""
    if isinstance(value, list):
        value = "".join(line for line in value if isinstance(line, str))
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""


def _level(cell: dict[str, Any]) -> int:
    level = cell.get("level")
    return level if isinstance(level, int) else 1


def _closing_fence(opening: str) -> str:
    """With what a line that opens a fence is closed."""
    stripped = opening.lstrip(" \t>")
    mark = stripped[:1] if stripped[:1] in ("`", "~") else "`"
    return mark * max(3, len(stripped) - len(stripped.lstrip(mark)))


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
