"""The box stays small: limits of what a reader's browser loads, as it is sent."""

from tests.static.sizes import box_bytes, language_bytes, loader_bytes

KILOBYTE = 1024


def test_an_idle_page_loads_three_kilobytes() -> None:
    assert loader_bytes() <= 3 * KILOBYTE


def test_all_that_a_reader_loads_is_twenty_kilobytes() -> None:
    assert loader_bytes() + box_bytes() + language_bytes()["en"] <= 20 * KILOBYTE


def test_other_languages_are_hardly_larger() -> None:
    assert max(language_bytes().values()) <= 1.5 * KILOBYTE
