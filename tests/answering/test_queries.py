import pytest

from server.answering.queries import clean_query, same_question
from server.errors import RequestInvalid


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("  How do\n I\tstart?  ", "How do I start?"),
        ("どうやって始めますか？", "どうやって始めますか？"),
        ("كيف أبدأ؟", "كيف أبدأ؟"),
        ("🚀🚀", "🚀🚀"),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
    ],
)
def test_white_space_is_folded_and_every_script_accepted(raw: str, expected: str) -> None:
    assert expected == clean_query(raw, max_chars=1000)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", "is empty"),
        (" \n\t ", "is empty"),
        ("a\0b", "control characters"),
        ("a\x1bb", "control characters"),
        ("x" * 1001, "has 1,001 characters, and 1,000 are allowed"),
    ],
)
def test_what_is_no_query_is_refused_with_its_reason(raw: str, reason: str) -> None:
    with pytest.raises(RequestInvalid, match=reason) as caught:
        clean_query(raw, max_chars=1000)
    assert str(caught.value) == caught.value.reader_text


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("How do I start?", "how do i START", True),
        ("Comment faire ?", "comment faire", True),
        ("How do I start", "How do I start?!…", True),
        ("どうすれば？", "どうすれば?", True),
        ("Is it C++?", "is it c++", True),
        ("What is (React)?", "What is (React)", True),
        ("What does -v do?", "What does -V do?", False),
        ("strftime %d", "strftime %D", False),
        ("Kotlin !!", "Kotlin", False),
        ("Kotlin !!", "Kotlin !", False),
        ("Swift !", "Swift ?", False),
        ("?", "!", False),
    ],
)
def test_equal_questions_are_told_apart_from_nearly_equal_ones(one: str, other: str, expected: bool) -> None:
    assert expected == (same_question(one, {}, recipe=b"") == same_question(other, {}, recipe=b""))
