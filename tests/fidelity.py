"""How much of what a reader of the sources would see is found in the stored sections.

    python -m tests.fidelity DOCS --framework starlight

Knows nothing of the parsers. What is visible in a source is told by a few crude rules (`visible_words`): the text
without front matter, imports, comments, tags and addresses, with text-like attributes, and code as it stands.
"""

import argparse
import html
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from server.documents.document import Problem, Source
from server.documents.formats import format_of
from server.documents.sections import split_sections
from server.documents.sites.profiles import GITHUB
from server.errors import DocumentUnreadable
from server.tokens import count_tokens

_WORD = re.compile(r"[^\W_]+")
_FRONT_MATTER = re.compile(r"\A(---|\+\+\+)[ \t]*\n.*?\n\1[ \t]*(?:\n|\Z)", re.DOTALL)
_FENCE = re.compile(
    r"^(?P<lead>[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)*)(?P<marks>`{3,}|~{3,})(?P<info>[^`\n]*)\n", re.MULTILINE
)
_FENCE_TITLE = re.compile(r"""(?:title|filename|caption)=["']([^"']+)["']|\s\[([^\]]+)\]""")
_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->|\{/\*.*?\*/\}", re.DOTALL)
_STATEMENT = re.compile(
    r"^(?:import|export)\s[^\n]*(?:from\s|[\"'({=;])[^\n]*(?:\n(?=[ \t}\])])[^\n]*)*", re.MULTILINE
)
_TEXT_PROPS = (
    "title|label|heading|summary|description|caption|alt|text|subtitle|tagline|placeholder|question|answer|tooltip"
)
_ATTRIBUTE = re.compile(
    rf"""(?<![\w:@-])(?:{_TEXT_PROPS})\s*=\s*(?:"([^"]*)"|'([^']*)'|\{{\s*["'`]([^"'`]*)["'`]\s*\}})"""
)
_TAG = re.compile(
    r"""</?[A-Za-z][\w.:-]*(?:\s+(?:"[^"]*"|'[^']*'|\{(?:[^{}]|\{[^{}]*\})*\}|[^"'{}<>])*)?/?>|</?>"""
)
_RAW = re.compile(r"<(script|style|svg)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_TARGET = re.compile(
    r"(?<=\])\((?:[^()\n]|\([^()\n]*\))*\)|(?<=\])\[[^\[\]\n]*\]|^\s*\[[^\]^\n]+\]:[ \t]*\S+", re.MULTILINE
)
_LINK_TITLE = re.compile(r"""\]\(\s*\S+\s+["']([^"'\n]+)["']\s*\)""")
_ADDRESS = re.compile(r"(?:https?://|mailto:|www\.)[^\s<>)\]\"'`]+")
_CONTAINER = re.compile(
    r"^(?P<lead>[ \t>]*)(?::{3,}|!!!|\?\?\?\+?|/{3,})[ \t]*\{?(?:[\w-]+)?\}?[ \t]*\|?", re.MULTILINE
)
_ALERT = re.compile(r"^[ \t>]*\[![\w-]+\]", re.MULTILINE)
_INCLUDE = re.compile(r"^[ \t]*(?:<<<|-+8<-+|\{\*|\{!)[^\n]*$|<!--@[^\n]*-->", re.MULTILINE)
_MADE_FROM_CODE = re.compile(r"^:::[ \t]+(?=\w+\.[\w.]+$)([^\n]*)(?:\n(?:[ \t]+[^\n]*)?)*", re.MULTILINE)
_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_ATTRIBUTE_LIST = re.compile(r"\{:?[ \t]*[.#:][^{}\n]*\}|(?<=[)\]`*\ue000 ])\{[ \t]*[\w-]+=[^{}\n]*\}")
_EXPRESSION = re.compile(r"""(?<!\\)\{(?:[^{}"'`\n]|"[^"\n]*"|'[^'\n]*')*\}""")
_ROLE = re.compile(r"\{[a-zA-Z][\w:+.-]*\}(?=`)")
_SHORTCODE = re.compile(r"\{\{[<%](?!/\*).*?[>%]\}\}", re.DOTALL)
_SHORTCODE_TEXT = re.compile(
    r"""(?:\b(?:title|caption|alt|text|header|summary)=)"([^"]+)"|(?<![=\w])"([^"=]* [^"=]*)\""""
)
_HIGHLIGHT = re.compile(r"\{\{[<%] highlight .*?[>%]\}\}(.*?)\{\{[<%] /highlight [>%]\}\}", re.DOTALL)
_DIRECTIVE = re.compile(
    r"^(?P<marks>[`:]{3,})\{(?P<name>[\w:-]+)\}[ \t]*(?P<argument>.*)\n(?P<options>(?::[\w-]+:.*\n)*)",
    re.MULTILINE,
)
_DIRECTIVE_END = re.compile(r"^[`:]{3,}[ \t]*$", re.MULTILINE)
_TEXT_OPTION = re.compile(r"^:(?:caption|alt|title):(.*)$", re.MULTILINE)
_NO_TEXT_ARGUMENT = ("code-block", "figure", "literalinclude", "include", "toctree", "tab-set")
_MYST_MARK = re.compile(r"^\([\w-]+\)=$|^%.*$|^\+\+\+$|(?<=\{toctree\}).*", re.MULTILINE)
_TITLED_ROLE = re.compile(r"(\{[\w:]+\}`[^`<]*)<[^`>]*>`")
_SNIPPET_BLOCK = re.compile(r"^-+8<-+\n.*?^-+8<-+$", re.DOTALL | re.MULTILINE)
_ICON = re.compile(r":(?:material|octicons|fontawesome|simple)-[\w-]+:")
_TABLE_OF_CONTENTS = re.compile(r"^\s*\[\[?_?toc_?\]?\]\s*$", re.MULTILINE | re.IGNORECASE)


def visible_words(text: str, *, is_mdx: bool, framework: str = "github") -> Counter[str]:
    """The words of a source that its page shows, each as often as it does."""
    text = _FRONT_MATTER.sub("", text.replace("\r\n", "\n").removeprefix("\ufeff"))
    if framework == "sphinx":
        text = _without_directives(text)
    elif framework == "hugo":
        text = _SHORTCODE.sub(_shortcode_text, _HIGHLIGHT.sub(r"```\n\1\n```", text))
    elif framework == "mkdocs":
        text = _ICON.sub("", _SNIPPET_BLOCK.sub("", text))
    words: Counter[str] = Counter()
    prose: list[str] = []
    for part, is_code in _parts(text):
        if is_code:
            words.update(_WORD.findall(part))
        else:
            prose.append(part)
    rest = _RAW.sub(" ", _COMMENT.sub(" ", "\n\n".join(prose)))
    rest = _MADE_FROM_CODE.sub(r"\1\n", rest)
    rest = _TABLE_OF_CONTENTS.sub("", _INCLUDE.sub("", _STATEMENT.sub("", rest) if is_mdx else rest))
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[2])
        return f" \ue000{len(kept) - 1}\ue000 "

    rest = "\n\n".join(_SPAN.sub(keep, paragraph) for paragraph in _ROLE.sub("", rest).split("\n\n"))
    if not is_mdx and framework in ("mkdocs", "vitepress"):
        rest = _TEMPLATE.sub(" ", rest)
    texts = [
        text for found in _TAG.finditer(rest) for attribute in _ATTRIBUTE.findall(found[0]) for text in attribute
    ]
    texts += _LINK_TITLE.findall(rest)
    rest = _TAG.sub(" ", re.sub(r"</?su[bp]>", "", rest))
    rest = _TARGET.sub(" ", rest)
    rest = _ALERT.sub("", _CONTAINER.sub(r"\g<lead>", rest))
    rest = _ATTRIBUTE_LIST.sub(" ", rest)
    if is_mdx:
        rest = _EXPRESSION.sub(" ", _EXPRESSION.sub(" ", rest))
    rest = re.sub("\ue000(\\d+)\ue000", lambda found: kept[int(found[1])], " ".join((rest, *texts)))
    words.update(_WORD.findall(html.unescape(_ADDRESS.sub(" ", rest))))
    return words


def _without_directives(text: str) -> str:
    """MyST's directives without their names and options; code in some is as good as text to count its words."""

    def shown(found: re.Match[str]) -> str:
        argument = "" if found["name"] in _NO_TEXT_ARGUMENT else found["argument"]
        return "\n".join((argument, *_TEXT_OPTION.findall(found["options"]), ""))

    shown_text = _DIRECTIVE_END.sub("", _DIRECTIVE.sub(shown, _TITLED_ROLE.sub(r"\1`", text)))
    return _MYST_MARK.sub("", shown_text)


def _shortcode_text(found: re.Match[str]) -> str:
    return " ".join(text for texts in _SHORTCODE_TEXT.findall(found[0]) for text in texts)


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """Prose and code by turns; a fence's title counts as code."""
    position = 0
    while opening := _FENCE.search(text, position):
        closing = re.compile(rf"^[ \t>]*{opening['marks'][0]}{{{len(opening['marks'])},}}[ \t]*$", re.MULTILINE)
        closed = closing.search(text, opening.end())
        yield text[position : opening.start()] + opening["lead"], False
        title = _FENCE_TITLE.search(opening["info"])
        yield " ".join(filter(None, title.groups())) if title else "", True
        yield text[opening.end() : closed.start() if closed else len(text)], True
        position = closed.end() if closed else len(text)
    yield text[position:], False


@dataclass(frozen=True)
class PageFidelity:
    name: str
    words: int
    missing: Counter[str]
    problems: tuple[Problem, ...]


def measure(source: Source) -> PageFidelity:
    """Which visible words of a page its stored sections lack."""
    page_format = format_of(source.name)
    assert page_format is not None, source.name
    document = page_format.parse(source)
    title = document.title or source.name.stem
    sections = split_sections(document, title=title, max_tokens=800, count_tokens=count_tokens)
    texts = (text for section in sections for text in (section.heading, section.content))
    stored = "\n\n".join((title, *texts, *_headings(document.lines)))
    said = " ".join(part if is_code else _without_targets(part) for part, is_code in _parts(stored))
    found = Counter(_WORD.findall(html.unescape(said)))
    wanted = visible_words(
        source.content.decode(),
        is_mdx=source.name.suffix == ".mdx" or source.profile.name in ("docusaurus", "mintlify"),
        framework=source.profile.name,
    )
    return PageFidelity(str(source.name), wanted.total(), wanted - found, document.problems)


def _without_targets(prose: str) -> str:
    """What addresses say must not make up for words that are missing; titles of links and code spans count."""
    spans = [span[0] for span in _SPAN.finditer(prose)]
    return " ".join((_TARGET.sub(" ", prose), *spans, *_LINK_TITLE.findall(prose)))


def _headings(lines: tuple[str, ...]) -> list[str]:
    """A heading without text below it has no section; its words are in the paths of those under it."""
    return [line for line in lines if line.startswith("#")]


def sources_of(folder: Path, framework: str) -> list[Source]:
    """Every Markdown file below a folder; includes are read from it and from the folder above."""

    def read_file(place: PurePosixPath) -> bytes:
        path = (folder / place).resolve()
        if not path.is_relative_to(folder.parent.resolve()) or not path.is_file():
            raise DocumentUnreadable(f"{place} does not exist.")
        return path.read_bytes()

    profile = replace(GITHUB, name=framework)
    return [
        Source(
            name=PurePosixPath(path.relative_to(folder).as_posix()),
            content=path.read_bytes(),
            profile=profile,
            read_file=read_file,
        )
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".md", ".mdx")
    ]


def share(pages: list[PageFidelity]) -> float:
    return 1 - sum(page.missing.total() for page in pages) / max(1, sum(page.words for page in pages))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fidelity")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--framework", default="github")
    parser.add_argument("--worst", type=int, default=20)
    arguments = parser.parse_args()
    pages = [measure(source) for source in sources_of(arguments.folder, arguments.framework)]
    print(f"{len(pages)} pages, {sum(page.words for page in pages):,} visible words, {share(pages):.4%} found,")
    troubled = [page for page in pages if page.problems]
    print(f"{sum(len(page.problems) for page in troubled)} problems on {len(troubled)} pages")
    for page in sorted(pages, key=lambda page: -page.missing.total())[: arguments.worst]:
        if page.missing:
            missing = " ".join(f"{word}×{count}" for word, count in page.missing.most_common(30))
            print(f"{page.missing.total():5} of {page.words:6} {page.name}: {missing}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
