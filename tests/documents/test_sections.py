import pytest

from server.documents.markdown import parse
from server.documents.sections import split_sections
from server.records import PageSection
from server.tokens import count_tokens
from tests.documents.cases import load_cases
from tests.documents.sources import source_of


def count_words(text: str) -> int:
    return len(text.split())


def sections_of(text: str, *, max_tokens: int = 8) -> tuple[PageSection, ...]:
    document = parse(source_of(text))
    return split_sections(document, title=document.title or "T", max_tokens=max_tokens, count_tokens=count_words)


@pytest.mark.parametrize(("text", "expected"), load_cases("sections"))
def test_a_page_is_split_at_its_headings(text: str, expected: str) -> None:
    assert expected == "\n".join(
        f"= {section.heading} [{' > '.join(section.heading_path)}] #{section.slug}\n{section.content}"
        for section in sections_of(text)
    )


def test_sections_know_their_tokens() -> None:
    assert [section.token_count for section in sections_of("# T\n\na b c\n\n## B\n\nd e\n")] == [3, 2]


def test_parts_of_a_long_section_lose_nothing() -> None:
    words = [f"word{n}" for n in range(2000)]
    prose = "\n\n".join(" ".join(words[start : start + 7]) for start in range(0, len(words), 7))
    sections = sections_of(f"# T\n\n{prose}\n", max_tokens=50)
    assert words == " ".join(section.content for section in sections).split()
    assert [section.token_count for section in sections if section.token_count > 50] == []


@pytest.mark.parametrize("char", ["x", " x", "漢", "👩‍👩‍👧", "[", " "])
def test_one_endless_line_becomes_parts_that_fit(char: str) -> None:
    document = parse(source_of("# T\n\n" + char * (300_000 // len(char)) + "x"))
    sections = split_sections(document, title="T", max_tokens=800, count_tokens=count_tokens)
    assert [section.token_count for section in sections if section.token_count > 800] == []


def test_an_endless_line_of_code_is_cut_and_fenced() -> None:
    sections = sections_of("# T\n\n```txt title='x'\n" + "a " * 100 + "\n```\n", max_tokens=20)
    assert [s.content for s in sections if not s.content.startswith('```txt title="x"\na')] == []
    assert [s.content for s in sections if not s.content.endswith("\n```")] == []
    assert sum(section.content.split().count("a") for section in sections) == 100
    assert [s.token_count for s in sections if s.token_count > 20] == []


def test_an_unclosed_fence_is_cut_and_closed() -> None:
    sections = sections_of("# T\n\n~~~~\n" + "a b c\n" * 30, max_tokens=10)
    assert {("~~~~", "~~~~")} == {(s.content.split("\n")[0], s.content.split("\n")[-1]) for s in sections}


def test_ten_thousand_headings_have_ten_thousand_slugs() -> None:
    sections = sections_of("# x\n\ny\n\n" * 10_000)
    assert len({section.slug for section in sections}) == 10_000
