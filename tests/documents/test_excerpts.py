import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.documents.excerpts import Excerpt, make_excerpt
from tests.documents.cases import load_cases


def mark(excerpt: Excerpt) -> str:
    """The text with its ranges in «», cut as JavaScript's `slice` cuts."""
    units = excerpt.text.encode("utf-16-le")
    shown, position = "", 0
    for start, end in excerpt.ranges:
        before, word = units[2 * position : 2 * start], units[2 * start : 2 * end]
        shown += f"{before.decode('utf-16-le')}«{word.decode('utf-16-le')}»"
        position = end
    return shown + units[2 * position :].decode("utf-16-le")


@pytest.mark.parametrize(("query_and_content", "expected"), load_cases("excerpts"))
def test_an_excerpt_shows_the_words_of_the_query(query_and_content: str, expected: str) -> None:
    query, content = query_and_content.split("\n", 1)
    assert expected == mark(make_excerpt(content, query, max_chars=75))


_WORDS = st.lists(
    st.sampled_from(["keys", "🚀", "認証設定", "e\u0301", "👩‍👩‍👧", "**a**", "signing", ".", "\n\n", "x" * 50])
)


@settings(max_examples=200, deadline=None)
@given(_WORDS, st.integers(1, 60))
def test_an_excerpt_is_short_enough_and_its_ranges_are_apart(words: list[str], max_chars: int) -> None:
    excerpt = make_excerpt(" ".join(words), "signing keys 認証 🚀", max_chars=max_chars)
    edges = [edge for place in excerpt.ranges for edge in place]
    assert len(excerpt.text) <= max(3, max_chars)
    assert sorted(set(edges)) == edges
    mark(excerpt)  # fails when a range cuts a surrogate pair


def test_an_emoji_is_not_torn_apart() -> None:
    family = "👩‍👩‍👧"
    excerpt = make_excerpt(family * 20, "x", max_chars=13)
    assert Excerpt(family * 2 + "…", ()) == excerpt
