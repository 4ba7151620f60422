import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.documents.stretches import cut_text
from tests.documents.cases import load_cases


@pytest.mark.parametrize(("text", "expected"), load_cases("stretches"))
def test_text_is_cut_where_a_reader_would_pause(text: str, expected: str) -> None:
    assert expected == "|".join(cut_text(text, max_chars=30))


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="ab .\n。"), st.integers(1, 20))
def test_stretches_are_short_enough_and_lose_nothing(text: str, max_chars: int) -> None:
    stretches = list(cut_text(text, max_chars=max_chars))
    assert text == "".join(stretches)
    assert [stretch for stretch in stretches if not 1 <= len(stretch) <= max_chars] == []
