import time

import pytest

from server.documents.plain_text import plain_text
from tests.documents.cases import load_cases


@pytest.mark.parametrize(("markdown", "expected"), load_cases("plain_text"))
def test_markdown_becomes_what_it_says(markdown: str, expected: str) -> None:
    assert expected == plain_text(markdown)


def test_private_use_characters_do_not_bring_code_back() -> None:
    assert plain_text("\ue0000\ue000 `a`") == "0 a"


@pytest.mark.parametrize(
    "hostile",
    ["[", "[a](", "[a](b(c)", "![x", "<a ", "<!--", "*a ", "_", "`` ` ", "- ", "> ", "|", "\\", "&", "{.", " "],
)
def test_hostile_text_takes_linear_time(hostile: str) -> None:
    # Measured: at most 0.4 s. A quadratic pattern takes minutes, so this limit is no race with the machine.
    started = time.process_time()
    plain_text(hostile * (500_000 // len(hostile)) + "x")
    assert time.process_time() - started < 10
