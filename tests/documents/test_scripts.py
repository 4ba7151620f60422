from server.documents.scripts import characters, clauses, is_mostly_paired, pairs, wide_share


def test_a_letter_has_its_vowels_and_marks() -> None:
    assert ["ตั้", "ง", "ค่า", "เริ่", "ม"] == characters("ตั้งค่าเริ่ม")
    assert ["ផ្ដើ", "ម"] == characters("ផ្ដើម")
    assert ["部", "署"] == characters("部署")


def test_a_single_character_is_a_pair_of_its_own() -> None:
    assert ["键"] == pairs("键")
    assert ["环境", "境变"] == pairs("环境变")


def test_a_quoted_word_makes_no_sentence_chinese() -> None:
    assert is_mostly_paired("使用 Docker 部署")
    assert not is_mostly_paired("Write 你好 on the lamp.")
    assert not is_mostly_paired("")


def test_thai_is_cut_at_spaces_and_english_is_not() -> None:
    assert ["หลอดไฟ", "ใหม่ API"] == clauses("หลอดไฟ ใหม่ API")
    assert ["A lamp"] == clauses("A lamp")


def test_chinese_japanese_and_korean_are_wide() -> None:
    assert [0.0, 1.0, 0.5, 0.0] == [wide_share(text) for text in ("lamp", "灯ランプ램프", "ab灯灯", "หลอด")]
