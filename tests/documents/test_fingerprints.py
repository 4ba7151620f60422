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


def test_one_character_makes_little_difference_where_no_spaces_are_written() -> None:
    text = "通过设置环境变量可以在不修改代码的情况下更改服务器的行为部署之前请检查配置文件并且确保数据库" * 3
    changed = text.replace("行为", "表现", 1)
    assert differing_bits(text, changed) <= 16
    assert differing_bits(text, "程序读取外部参数然后按照顺序执行每一步骤并输出结果供用户下载") > 64
