"""A page in any Markdown dialect → plain Markdown lines, what its metadata says, and what could not be had."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.documents.dialects.containers import ContainerReader
from server.documents.dialects.includes import Includer
from server.documents.dialects.lines import Problems, numbered, without_indented_code
from server.documents.dialects.literals import names_in
from server.documents.dialects.markup import MarkupReader, Rules
from server.documents.dialects.rendering import Renderer
from server.documents.document import Problem, Source

_META_NAMES = ("frontmatter", "frontMatter", "metadata", "meta")
_MDX_FRAMEWORKS = frozenset({"docusaurus", "mintlify"})
"""Whose `.md` is MDX too."""


@dataclass(frozen=True, slots=True)
class Reading:
    lines: list[str]
    exports: dict[str, Any]
    """The exported metadata."""
    problems: tuple[Problem, ...]


def is_mdx(source: Source) -> bool:
    return source.name.suffix.lower() == ".mdx" or source.profile.name in _MDX_FRAMEWORKS


def read_dialect(source: Source, text: str, *, first_line: int, meta: Mapping[str, Any], is_mdx: bool) -> Reading:
    """The text below the front matter, which starts on `first_line`, as Markdown that any reader knows."""
    framework = source.profile.name
    problems = Problems()
    includer = Includer(source, problems, is_mdx=is_mdx)
    lines = numbered(text.split("\n"), first=first_line)
    names = _names(meta, includer.raw_texts(lines) if is_mdx and "raw" in text else {})
    lines = includer.expand(lines)
    lines = ContainerReader(framework=framework, is_mdx=is_mdx, problems=problems).lines(lines)
    rules = Rules(
        has_expressions=is_mdx,
        has_interpolations=framework == "vitepress" and not is_mdx,
        has_templates=framework == "mkdocs",
        names=names,
    )
    markup = MarkupReader(lines, rules, problems).read()
    for name, value in names_in(markup.exports).items():
        names.setdefault(name, value)
    rendered = Renderer(framework=framework, names=names, is_mdx=is_mdx).lines(markup.pieces)
    if is_mdx:
        rendered = without_indented_code(rendered)
    exported: dict[str, Any] = {}
    for name in _META_NAMES:
        value = markup.exports.get(name)
        exported.update(value if isinstance(value, dict) else {})
    return Reading(rendered, exported, problems.in_order())


def _names(meta: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    """What expressions may name: the front matter under the names that frameworks give it, and imported texts."""
    names: dict[str, Any] = dict(texts)
    for prefix in ("frontmatter.", "frontMatter.", "meta.", "metadata.", "page."):
        names.update(names_in(meta, prefix))
    for key in ("substitutions", "myst_substitutions"):
        stated = (
            meta.get(key) or (meta.get("myst") or {}).get(key)
            if isinstance(meta.get("myst") or {}, dict)
            else None
        )
        if isinstance(stated, Mapping):
            names.update(names_in(stated))
    return names
