import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.documents.document import CodeBlock, Document, Heading
from server.documents.notebook import parse
from server.errors import DocumentUnreadable
from tests.documents.sources import source_of


def read(*cells: dict[str, Any], **notebook: Any) -> Document:
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells} | notebook
    return parse(source_of(json.dumps(content), name="page.ipynb"))


def markdown(source: str | list[str], **metadata: Any) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": metadata, "source": source}


def code(source: str, *outputs: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": metadata, "source": source, "outputs": outputs}


def stream(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def test_cells_become_markdown_code_and_outputs() -> None:
    document = read(
        markdown(["# Lamps\n", "\n", "Light."]),
        code(
            "lamp.on()", {"output_type": "execute_result", "data": {"text/plain": ["True"], "image/png": "iVBO"}}
        ),
        markdown("## Lamps"),
        metadata={"language_info": {"name": "julia"}},
    )
    assert document.title == "Lamps"
    assert document.lines == (
        "# Lamps",
        "",
        "Light.",
        "",
        "```julia",
        "lamp.on()",
        "```",
        "",
        "```text",
        "True",
        "```",
        "",
        "## Lamps",
    )
    assert document.blocks == (
        Heading(1, "Lamps", "lamps", 0, 1),
        CodeBlock(4, 7),
        CodeBlock(8, 11),
        Heading(2, "Lamps", "lamps-1", 12, 13),
    )


def test_each_cell_is_a_text_of_its_own() -> None:
    document = read(markdown("~~~~ py\nopen"), markdown("---\n\n# Title"), markdown("\r\n# A\rb"))
    assert document.lines == ("~~~~ py", "open", "~~~~", "", "---", "", "# Title", "", "# A", "b")
    assert document.title == "Title"


def test_front_matter_stands_in_the_first_cell_only() -> None:
    raw = {"cell_type": "raw", "metadata": {}, "source": "---\ntitle: Stated\nlang: en\n---"}
    document = read(raw, markdown("---\nno: front: matter\n---"), {**raw, "source": "<b>"})
    assert ("Stated", {"lang": "en"}) == (document.title, document.meta)
    assert document.lines[-3:] == ("```text", "<b>", "```")
    assert read(markdown("# Shown"), metadata={"title": "Of the notebook"}).title == "Of the notebook"


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (code("a", stream("b")), ["a", "b"]),
        (code("a", stream("b"), tags=["remove-cell"]), []),
        (code("a", stream("b"), nbsphinx="hidden"), []),
        (code("a", stream("b"), tags=["remove-input"]), ["b"]),
        (code("a", stream("b"), tags=["remove_output"]), ["a"]),
        (code("a", stream("b"), tags=["hide-input", "hide-output"]), ["a", "b"]),
        (code("#| echo: false\na", stream("b")), ["b"]),
        (code("#| include: false\na", stream("b")), []),
        (markdown("a", tags=["remove-cell"]), []),
        (code("a", stream("1%\r50%\rdone\n\x1b[31mred\x1b[0m")), ["a", "done", "red"]),
        (code("a", {"output_type": "display_data", "data": {"text/plain": "<Figure size 1x1>"}}), ["a"]),
        (code("a", {"output_type": "error", "ename": "ValueError", "evalue": "no"}), ["a", "ValueError: no"]),
        (code("a", {"output_type": "display_data", "data": {"text/html": "<p>"}}), ["a"]),
    ],
)
def test_what_the_site_leaves_out_is_left_out(cell: dict[str, Any], shown: list[str]) -> None:
    assert shown == [line for line in read(cell).lines if line and not line.startswith("```")]


def test_long_outputs_are_cut_and_say_so() -> None:
    lines = read(code("a", stream("x" * 5_000))).lines
    assert lines[-3:] == ("x" * 1_000 + "…", "(4,000 more characters of output)", "```")


def test_format_3_is_read() -> None:
    cells = [
        {"cell_type": "heading", "level": 2, "source": ["Old"]},
        {
            "cell_type": "code",
            "language": "python",
            "input": "x",
            "outputs": [{"output_type": "pyout", "text": "1"}],
        },
    ]
    document = read(nbformat=3, cells=None, worksheets=[{"cells": cells}])
    assert ("## Old", "", "```python", "x", "```", "", "```text", "1", "```") == document.lines


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{}", "is not a Jupyter notebook: it has no `nbformat`."),
        ("[1]", "is not a Jupyter notebook"),
        ('{"nbformat": 4,\n"cells": [', "Line 2: is not JSON: Expecting value."),
        ("[" * 100_000, "is JSON that is nested too deeply to be read."),
        ("1" * 10_000, "cannot be read: Exceeds the limit"),
        ("\0", "Line 1: looks like a binary file"),
    ],
)
def test_what_is_no_notebook_says_why(content: str, message: str) -> None:
    with pytest.raises(DocumentUnreadable, match=message):
        parse(source_of(content, name="a.ipynb"))


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["code", "---\n", "```"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["cells", "cell_type", "source", "outputs", "metadata", "tags", "data", "text/plain"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.dictionaries(st.sampled_from(["cell_type", "source", "outputs", "metadata", "level"]), _JSON)),
    _JSON,
)
def test_any_notebook_is_read(cells: list[Any], metadata: Any) -> None:
    content = {"nbformat": 4, "metadata": metadata, "cells": [{"cell_type": "markdown", **cell} for cell in cells]}
    try:
        document = parse(source_of(json.dumps(content), name="a.ipynb"))
    except DocumentUnreadable:
        return
    assert all(block.end <= len(document.lines) for block in document.blocks)
