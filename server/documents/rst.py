"""reStructuredText → what it says, as docutils reads it and Sphinx shows it, without Sphinx."""

import copy
from functools import cache
from optparse import Values
from typing import Any, Final

from docutils import frontend, nodes, utils
from docutils.transforms import references

from server.documents.decoding import decode
from server.documents.document import Document, Source
from server.documents.sphinx.markdown_writer import RstMarkdown
from server.documents.sphinx.page import RstPage, problem_of
from server.documents.sphinx.parser import SphinxParser, forget_last_document
from server.errors import DocumentUnreadable

_ERROR: Final = 3  # docutils' levels: warnings are about style, errors about text that is not understood
_TRANSFORMS: Final = (
    references.AnonymousHyperlinks,
    references.IndirectHyperlinks,
    references.Footnotes,
    references.ExternalTargets,
)


def parse(source: Source) -> Document:
    """Raises `DocumentUnreadable` for what is no text or is nested too deeply to be followed.

    Anchors are those docutils gives, which are Sphinx's; the profile's slugger is not asked.
    """
    page = RstPage(source)
    try:
        tree = _tree(decode(source.content), page)
        writer = RstMarkdown(tree, page)
        writer.write()
    except DocumentUnreadable:
        raise
    except RecursionError:
        raise DocumentUnreadable(
            "has markup that is nested too deeply to be read (about 50 levels): flatten it."
        ) from None
    except Exception as error:  # docutils asserts and indexes its way through what it did not foresee
        reason = f"{type(error).__name__}: {error}"[:200]
        raise DocumentUnreadable(f"docutils cannot read it ({reason}): simplify what is unusual in it.") from error
    finally:
        forget_last_document()
    meta = page.meta | writer.docinfo
    title = meta.pop("title", None)
    return writer.lines.document(
        title=title if isinstance(title, str) and title.strip() else writer.title,
        meta=meta,
        problems=sorted(page.problems, key=lambda problem: problem.line or 0),
    )


def _tree(text: str, page: RstPage) -> nodes.document:
    tree = utils.new_document(str(page.source.name), _settings(page))
    tree.reporter.attach_observer(lambda message: _note(message, page))
    SphinxParser(page).parse(text, tree)
    tree.reporter.detach_observer(tree.reporter.observers[-1])  # an unknown target loses no text
    tree.transformer.add_transforms(_TRANSFORMS)
    tree.transformer.apply_transforms()
    return tree


def _settings(page: RstPage) -> Values:
    settings = copy.copy(_default_settings())
    settings.page = page
    return settings


@cache
def _default_settings() -> Values:
    settings: Values = frontend.get_default_settings(SphinxParser)
    chosen: dict[str, Any] = {
        "auto_id_prefix": "id",  # Sphinx's
        "file_insertion_enabled": False,
        "halt_level": 5,
        "line_length_limit": 1 << 40,  # beyond it docutils drops the whole document
        "raw_enabled": False,
        "report_level": 5,
        "syntax_highlight": "none",
        "warning_stream": False,
    }
    for name, value in chosen.items():
        setattr(settings, name, value)
    return settings


def _note(message: nodes.system_message, page: RstPage) -> None:
    if message["level"] >= _ERROR:
        page.note(problem_of(message, page))
