"""What several directives need of their options, their page, and their nodes."""

from collections.abc import Mapping
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive, directives

from server.documents.sphinx.page import page_of, placed


class AnyOptions(dict[str, Any]):
    """An option specification that knows every option: one that is unknown to us must not cost its block."""

    def __init__(self, known: Mapping[str, Any] | None = None) -> None:
        super().__init__(known or {})

    def __missing__(self, name: str) -> Any:
        return directives.unchanged

    def __bool__(self) -> bool:
        return True  # docutils looks for options only where there is a specification


def literal(code: str, *, language: str, title: str) -> nodes.literal_block:
    return nodes.literal_block(code, code, language=language, caption=title)


def titled(title: str) -> list[nodes.Node]:
    return [nodes.rubric("", title)] if title else []


def note(directive: Directive, reason: str, *, once_for: str | None = None) -> None:
    """A problem at the directive's line; with `once_for` only the first of its kind on the page."""
    source, line = directive.state_machine.get_source_and_line(directive.lineno)
    page = page_of(directive.state.document)
    page.note(placed(reason, page, source=source, line=line), once_for=once_for)
