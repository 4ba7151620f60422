"""docutils' parser with Sphinx's directives and roles, and without docutils' global registries.

docutils keeps directives and roles in dictionaries of the process, so `.. role::` of one page would be another's
too. Here the parser's states ask `rst_directive_names` and `rst_roles`. And it is bounded: docutils' time grows
squared with the length of a paragraph, the width of a table, and the number of lists among other blocks.
"""

import re
from types import SimpleNamespace
from typing import Any, Final

from docutils import nodes
from docutils.parsers.rst import Parser, states
from docutils.parsers.rst.tableparser import GridTableParser, SimpleTableParser, TableMarkupError

from server.documents.sphinx.directive_names import directive_class
from server.documents.sphinx.page import RstPage, page_of, placed
from server.documents.sphinx.roles import role_nodes

# Guesses far above real pages, except that a real paragraph may be longer: it is then kept without its markup.
_PARAGRAPH_MAX_CHARS: Final = 10_000
_TABLE_MAX_WIDTH: Final = 2_000


class SphinxParser(Parser):
    def __init__(self, page: RstPage | None = None) -> None:
        super().__init__(inliner=_Inliner(page) if page else None)
        self.state_classes = _STATES


class _Inliner(states.Inliner):
    def __init__(self, page: RstPage) -> None:
        super().__init__()
        self._page = page
        self._unended: set[re.Pattern[str]] = set()

    def init_customizations(self, settings: Any) -> None:
        super().init_customizations(settings)
        self.implicit_dispatch = []  # a bare address is as good as a link; docutils recurses for each

    def parse(
        self, text: str, lineno: int, memo: Any, parent: nodes.Element
    ) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        self._unended.clear()
        if len(text) <= _PARAGRAPH_MAX_CHARS:
            result: tuple[list[nodes.Node], list[nodes.system_message]] = super().parse(text, lineno, memo, parent)
            return result
        reason = f"a paragraph has {len(text):,} characters: its links and emphasis are kept as they stand."
        source, line = memo.reporter.get_source_and_line(lineno)
        self._page.note(placed(reason, self._page, source=source, line=line))
        return [nodes.Text(text)], []

    def inline_obj(
        self,
        match: re.Match[str],
        lineno: int,
        end_pattern: re.Pattern[str],
        nodeclass: Any,
        restore_backslashes: bool = False,
    ) -> Any:
        """As docutils', but an end that was not found once is not looked for again in the same paragraph."""
        if end_pattern in self._unended:
            end = match.end("start")
            return match.string[:end], [], match.string[end:], [], ""
        found = super().inline_obj(match, lineno, end_pattern, nodeclass, restore_backslashes)
        if found[3]:
            self._unended.add(end_pattern)
        return found

    def interpreted_or_phrase_ref(self, match: re.Match[str], lineno: int) -> Any:
        """Likewise, for backquotes."""
        end_pattern: re.Pattern[str] = self.patterns.interpreted_or_phrase_ref
        end = match.end("backquote")
        if end_pattern in self._unended:
            return match.string[:end], [], match.string[end:], []
        found = super().interpreted_or_phrase_ref(match, lineno)
        if found[3] and found[2] == match.string[end:]:
            self._unended.add(end_pattern)
        return found

    def interpreted(
        self,
        rawsource: str,  # noqa: ARG002
        text: str,
        role: str,
        lineno: int,  # noqa: ARG002
    ) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        return role_nodes(role, text, self._page), []

    dispatch: dict[str, Any] = {  # noqa: RUF012  by docutils
        **states.Inliner.dispatch,
        "`": interpreted_or_phrase_ref,
    }


# docutils builds its patterns from the strings of exactly the class it is used as.
for _name, _value in vars(states.Inliner).items():
    if isinstance(_value, str) and not _name.startswith("__"):
        setattr(_Inliner, _name, _value)


class _GridTable(GridTableParser):
    def setup(self, block: Any) -> None:
        _check_width(block)
        super().setup(block)


class _SimpleTable(SimpleTableParser):
    def setup(self, block: Any) -> None:
        _check_width(block)
        super().setup(block)


def _check_width(block: Any) -> None:
    if any(len(line) > _TABLE_MAX_WIDTH for line in block):
        raise TableMarkupError(f"It is over {_TABLE_MAX_WIDTH:,} characters wide.")


class _OwnDirectives(states.RSTState):
    """Mixed into each of docutils' states."""

    nested_sm_cache: list[Any] = []  # noqa: RUF012  docutils' own is shared with other users of docutils

    def __init__(self, state_machine: Any, debug: bool = False) -> None:
        super().__init__(state_machine, debug)
        self.nested_sm_kwargs = {"state_classes": _STATES, "initial_state": "Body"}

    def runtime_init(self) -> None:
        """Called for every block that is made of blocks."""
        super().runtime_init()
        page_of(self.document).check_time()

    def nest_line_block_lines(self, block: nodes.line_block) -> None:
        """As docutils', which stumbles over a complaint among the lines."""
        children: list[Any] = block.children
        for child in children:
            if not hasattr(child, "indent"):
                child.indent = 0
        docutils: Any = super()
        docutils.nest_line_block_lines(block)

    def grid_table_top(self, match: Any, context: Any, next_state: Any) -> Any:
        own: Any = self
        return own.table_top(match, context, next_state, own.isolate_grid_table, _GridTable)

    def simple_table_top(self, match: Any, context: Any, next_state: Any) -> Any:
        own: Any = self
        return own.table_top(match, context, next_state, own.isolate_simple_table, _SimpleTable)

    def directive(self, match: re.Match[str], **option_presets: Any) -> Any:
        name = match[1]
        own: Any = self
        return own.run_directive(directive_class(name), match, name, option_presets)


def _own_explicit() -> Any:
    """`Body.explicit`, whose table of constructs names the method for directives itself."""
    explicit = states.Body.explicit
    constructs = [
        (_OwnDirectives.directive if method is states.Body.directive else method, pattern)
        for method, pattern in explicit.constructs
    ]
    return SimpleNamespace(patterns=explicit.patterns, constructs=constructs)


def _own_states() -> tuple[type[states.RSTState], ...]:
    explicit = _own_explicit()
    return tuple(
        type(state.__name__, (_OwnDirectives, state), {"explicit": explicit}) for state in states.state_classes
    )


_STATES: Final = _own_states()


def forget_last_document() -> None:
    """docutils' cache of state machines holds on to the document they last worked on."""
    _OwnDirectives.nested_sm_cache.clear()
