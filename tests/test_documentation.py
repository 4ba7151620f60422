"""The documentation against the code.

python -m tests.test_documentation    prints the rows of the settings tables
"""

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path, PurePosixPath

import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from server.cli import lectern
from server.documents.document import Heading
from server.documents.markdown import parse
from server.settings import Settings
from tests.documents.sources import source_of

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("**/*.md")))

# Where a command begins: on a line of its own, behind assignments and a folder.
TYPED = r"^(?:[A-Z_]+=\S+ )*(?:\S+/)?"

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def settings_rows() -> list[str]:
    """One table row per setting: name, default, description."""
    return [
        f"| `{name_of(name, field)}` | {shown_default(field.default)} | {escaped(field.description)} |"
        for name, field in Settings.model_fields.items()
    ]


def name_of(name: str, field: FieldInfo) -> str:
    return str(field.validation_alias or f"LECTERN_{name.upper()}")


def escaped(text: str | None) -> str:
    return (text or "").replace("|", r"\|")


def shown_default(value: object) -> str:
    if value in (None, "", ()):
        return "unset"
    return f"`{', '.join(value)}`" if isinstance(value, tuple) else f"`{value}`"


def test_the_documentation_is_read_without_a_flaw() -> None:
    result = CliRunner().invoke(lectern, ["ingest", "--check", "--strict", str(ROOT / "docs")])
    assert (result.exit_code, "flaw" in result.output) == (0, False)


@pytest.mark.parametrize("name", ["README.md", "docs/configuration.md"])
def test_the_settings_table_is_the_codes(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    assert settings_rows() == [line for line in lines if line.startswith(("| `LECTERN_", "| `OPENAI_"))]


def test_no_default_is_a_secret() -> None:
    defaults = [field.default for field in Settings.model_fields.values()]
    assert [] == [default for default in defaults if isinstance(default, SecretStr)]


@each_page
def test_every_setting_named_exists(page: Path) -> None:
    known = {f"LECTERN_{name.upper()}" for name in Settings.model_fields}
    assert set() == set(re.findall(r"LECTERN_[A-Z_]*[A-Z]", page.read_text())) - known


@each_page
def test_every_internal_link_lands(page: Path) -> None:
    assert [] == [target for target in link_targets(page) if not lands(page, target)]


@each_page
def test_every_make_target_and_command_exists(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    code = "\n".join(code_in(page))
    assert set() == set(re.findall(TYPED + r"make ([a-z]+)", code, re.MULTILINE)) - targets
    assert set() == set(re.findall(TYPED + r"lectern ([a-z-]+)", code, re.MULTILINE)) - set(lectern.commands)


@each_page
def test_every_option_of_a_command_exists(page: Path) -> None:
    given = re.findall(TYPED + r"lectern ([a-z-]+).*?(--[a-z-]+)", "\n".join(code_in(page)), re.MULTILINE)
    known = {(name, option) for name, command in lectern.commands.items() for option in options_of(command.params)}
    assert set() == set(given) - known


def options_of(parameters: Sequence[object]) -> Iterator[str]:
    for parameter in parameters:
        yield from getattr(parameter, "opts", ())


def test_every_sentence_in_troubleshooting_is_one_the_code_says() -> None:
    page = (ROOT / "docs" / "troubleshooting.md").read_text()
    sentences = re.findall(r"^#+ `(.+)`$", page, re.MULTILINE)
    assert sentences
    assert [] == [sentence for sentence in sentences if not is_said(sentence)]


def is_said(sentence: str) -> bool:
    return any(sentence in said for said in sentences_of_the_code())


def link_targets(page: Path) -> Iterator[str]:
    """Targets of links and images that do not lead to another host."""
    for token in inline_tokens(page):
        target = str(token.attrs.get("href") or token.attrs.get("src") or "")
        if target and not re.match(r"[a-z]+:", target):
            yield target


def lands(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    file = page.parent / PurePosixPath(path) if path else page
    return file.exists() and (not anchor or anchor in anchors_of(file))


@cache
def anchors_of(page: Path) -> set[str | None]:
    return {block.slug for block in parse(source_of(page.read_text())).blocks if isinstance(block, Heading)}


def code_in(page: Path) -> Iterator[str]:
    for token in MarkdownIt().enable("table").parse(page.read_text()):
        if token.type == "fence":
            yield token.content
        for child in token.children or ():
            if child.type == "code_inline":
                yield child.content


def inline_tokens(page: Path) -> Iterator[Token]:
    for token in MarkdownIt().enable("table").parse(page.read_text()):
        yield from token.children or ()


@cache
def sentences_of_the_code() -> tuple[str, ...]:
    """Every text in `server/`, with `…` for what is put in when it is said."""
    trees = [ast.parse(path.read_text()) for path in sorted((ROOT / "server").glob("**/*.py"))]
    return tuple(text for tree in trees for node in ast.walk(tree) if (text := text_of(node)))


def text_of(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(text_of(part) or "…" for part in parts)
    return ""


if __name__ == "__main__":
    print("\n".join(settings_rows()))
