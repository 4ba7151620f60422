"""Which directive of reStructuredText is read as what."""

from typing import Final

from docutils.parsers.rst import Directive
from docutils.parsers.rst.directives.body import LineBlock, ParsedLiteral
from docutils.parsers.rst.directives.misc import Replace, Unicode

from server.documents.sphinx.directives import (
    Admonition,
    Block,
    Class,
    Code,
    CodeTab,
    Content,
    Diagram,
    Figure,
    Generated,
    Glossary,
    Hidden,
    Image,
    ListTable,
    Math,
    Meta,
    Object,
    Only,
    PageTitle,
    Raw,
    Role,
    Table,
    Titled,
    Unknown,
    VersionChange,
)
from server.documents.sphinx.files import CsvTable, Include, LiteralInclude


def directive_class(name: str) -> type[Directive]:
    """By its name as it is written; of a domain's (`py:function`) the last part where the whole is unknown."""
    lowered = name.lower()
    return _CLASSES.get(lowered) or _CLASSES.get(lowered.rpartition(":")[2]) or Unknown


def _named(directive: type[Directive], names: str) -> dict[str, type[Directive]]:
    return dict.fromkeys(names.split(), directive)


_CLASSES: Final[dict[str, type[Directive]]] = {
    **_named(
        Admonition,
        "attention caution danger error hint important note tip warning seealso",
    ),
    **_named(
        Titled,
        "admonition tab tab-item group-tab card dropdown topic sidebar grid-item-card details collapse centered "
        "rubric button-link button-ref versionhistory",
    ),
    **_named(
        Content,
        "grid grid-item card-carousel container rst-class cssclass module currentmodule program",
    ),
    **_named(Block, "tabs tab-set tab-set-code compound hlist acks epigraph highlights pull-quote header footer"),
    **_named(VersionChange, "versionadded versionchanged deprecated versionremoved"),
    **_named(
        Code,
        "code code-block sourcecode doctest testcode testoutput ipython jupyter-execute prompt productionlist",
    ),
    **_named(Diagram, "mermaid graphviz digraph graph uml plantuml blockdiag seqdiag"),
    **_named(CodeTab, "code-tab"),
    **_named(Math, "math"),
    **_named(
        Object,
        "function method classmethod staticmethod attribute property data exception decorator decoratormethod "
        "object describe option cmdoption envvar confval setting macro struct union enum enumerator member var "
        "type concept directive directive:option py:class cpp:class js:class js:module c:type cpp:type",
    ),
    **_named(
        Generated,
        "automodule autoclass autofunction automethod autoattribute autodata autoexception autodecorator "
        "autoproperty autosummary autoapimodule autoapiclass autopydantic_model autopydantic_settings argparse "
        "click typer program-output command-output runcmd doxygenfile doxygenclass doxygenfunction doxygenstruct "
        "doxygenenum doxygentypedef doxygendefine doxygengroup jsonschema openapi redoc autoflask exec "
        "gallery minigallery nbgallery bibliography footbibliography changelog",
    ),
    **_named(
        Hidden,
        "toctree contents sectnum section-numbering index highlight tabularcolumns default-role sectionauthor "
        "codeauthor moduleauthor todo todolist testsetup testcleanup target-notes "
        "date canonical namespace cpp:namespace c:namespace",
    ),
    **_named(Only, "only"),
    **_named(Raw, "raw"),
    **_named(Meta, "meta"),
    **_named(PageTitle, "title"),
    **_named(Role, "role"),
    **_named(Image, "image"),
    **_named(Figure, "figure"),
    **_named(Include, "include"),
    **_named(LiteralInclude, "literalinclude"),
    **_named(CsvTable, "csv-table"),
    "class": Class,
    "glossary": Glossary,
    "line-block": LineBlock,
    "table": Table,
    "list-table": ListTable,
    "parsed-literal": ParsedLiteral,
    "replace": Replace,
    "unicode": Unicode,
}
