"""MDX partials: `import Install from './_install.mdx'` with `<Install />`, and files imported as text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.documents.dialects.javascript import Braces
from server.documents.dialects.lines import CodeLines, Line
from server.documents.dialects.literals import UNKNOWN, read_literal
from server.documents.dialects.statements import is_esm, statements_end
from server.documents.dialects.tags import Expression, Tag, read_tag

_IMPORT = re.compile(r"""import\s+([A-Z]\w*)\s+from\s+["']([^"'\n]+\.mdx?)(?:\?[^"']*)?["']""")
_RAW_IMPORT = re.compile(
    r"""import\s+([A-Za-z_$]\w*)\s+from\s+["'](?:(!!raw-loader!|!!raw-loader\?[^!]*!)([^"'\n]+)|([^"'\n]+)\?raw)["']"""
)
_TAG = re.compile(r"<(?P<name>[A-Z]\w*)(?=[\s/>]|$)")
_PROP = re.compile(r"\{\s*props\.(\w+)\s*\}")
_TAG_MAX_LINES = 30  # A guess; a partial has few props.


@dataclass(frozen=True, slots=True)
class Use:
    """`<Install version="2" />` in its lines."""

    path: str
    tag: Tag
    before: str
    after: str
    line_count: int

    def replaced(self, texts: Sequence[str]) -> list[str]:
        """The partial's lines where the tag stood, its `{props.…}` filled in."""
        filled = [_PROP.sub(self._prop, text) if "props." in text else text for text in texts]
        statements, filled = _parted(filled)
        if self.before.strip() or self.after.strip():
            said = " ".join(text.strip() for text in filled if text.strip())
            return [self.before + said + self.after]
        return ["", *statements, "", *(self.before + text if text else text for text in filled), ""]

    def _prop(self, found: re.Match[str]) -> str:
        value = self.tag.attributes.get(found[1])
        if isinstance(value, Expression):
            literal = read_literal(value)
            return "" if literal is UNKNOWN else str(literal)
        return value or ""


def _parted(lines: list[str]) -> tuple[list[str], list[str]]:
    """The imports and exports of a partial, which stand at the left margin wherever it is used, and its text."""
    text = "\n".join(lines) + "\n"
    statements: list[str] = []
    while is_esm(text.lstrip("\n")):
        text = text.lstrip("\n")
        end = statements_end(text, 0, len(text))
        if end <= 0:
            break
        statements += text[:end].split("\n")
        text = text[end:]
    return statements, text.strip("\n").split("\n")


class Partials:
    def imported(self, lines: Sequence[Line]) -> dict[str, str]:
        """The names that Markdown files are imported as, with their paths."""
        found = (_IMPORT.match(line.text) for line in lines if line.text.startswith("import"))
        return {imported[1]: imported[2] for imported in found if imported}

    def raw_imports(self, lines: Sequence[Line]) -> Iterator[tuple[str, str, int]]:
        code = CodeLines(has_indented_code=False)
        for line in lines:
            if not code.takes(line.text) and line.text.startswith("import"):
                found = _RAW_IMPORT.match(line.text)
                if found:
                    yield found[1], found[3] or found[4], line.number

    def use(self, lines: Sequence[Line], paths: dict[str, str]) -> Use | None:
        """The first use of a partial on the first line, whose tag may go on below."""
        text = lines[0].text
        for found in _TAG.finditer(text):
            if found["name"] not in paths and found["name"] != "Snippet":
                continue
            if text.count("`", 0, found.start()) % 2:
                continue
            count = 1
            if ">" not in text[found.start() :]:
                below = (n for n, line in enumerate(lines[1:_TAG_MAX_LINES], 2) if ">" in line.text)
                count = next(below, 1)
                text = "\n".join(line.text for line in lines[:count])
            tag = read_tag(text, found.start(), Braces(text))
            path = paths.get(found["name"]) or (tag.text("file") if tag else "")
            if tag is None or not path:
                return None
            after = re.sub(rf"^\s*</{tag.name}\s*>", "", text[tag.end :])
            return Use(path, tag, text[: tag.start], after, count)
        return None
