import pytest

from server.answering.queries import clean_query
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
