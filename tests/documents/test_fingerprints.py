import pytest

from server.documents.fingerprints import BITS, fingerprint

WORDS = [f"word{number}" for number in range(600)]


def differing_bits(one: str, other: str) -> int:
    bits = int.from_bytes(fingerprint(one)) ^ int.from_bytes(fingerprint(other))
    return bits.bit_count()


def test_white_space_case_and_punctuation_make_no_difference() -> None:
    assert differing_bits("One two, three four!", "one  TWO\nthree (four)") == 0


@pytest.mark.parametrize("changed", [0, 5, 20, 60, 600])
def test_half_of_the_bits_differ_where_no_sequence_is_shared(changed: int) -> None:
    every = len(WORDS) // changed if changed else len(WORDS) + 1
    other = [f"other{number}" if number % every == 1 else word for number, word in enumerate(WORDS)]
    shared = set(zip(WORDS, WORDS[1:], WORDS[2:], strict=False)) & set(
        zip(other, other[1:], other[2:], strict=False)
    )
    total = 2 * (len(WORDS) - 2) - len(shared)
    expected = BITS * (1 - len(shared) / total) / 2
    assert abs(differing_bits(" ".join(WORDS), " ".join(other)) - expected) <= 3 * 8  # three standard deviations


@pytest.mark.parametrize(("one", "other"), [("lock", "unlock"), ("one two three", "two three four"), ("", "one")])
def test_different_short_texts_differ_in_about_half_of_the_bits(one: str, other: str) -> None:
    assert abs(differing_bits(one, other) - BITS / 2) < 3 * 8
