import pytest

from server.evaluation.places import Place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("/guides/auth", Place("/guides/auth")),
        (" guides/auth/ ", Place("/guides/auth")),
        ("guides/auth#sessions", Place("/guides/auth", "sessions")),
        ("guides/auth/index#sessions", Place("/guides/auth", "sessions")),
        ("guides/auth.md", Place("/guides/auth")),
        ("api/lamp.on", Place("/api/lamp.on")),
        ("/", Place("/")),
        ("/c%23/50%25#a%25", Place("/c#/50%", "a%")),
    ],
)
def test_a_place_is_read_as_the_ingest_makes_paths(text: str, place: Place) -> None:
    assert place == Place.parse(text)


@pytest.mark.parametrize("place", [Place("/"), Place("/c#/50%", "a%"), Place("/a b", "ü")])
def test_a_place_written_is_read_again(place: Place) -> None:
    assert place == Place.parse(str(place))


def test_a_page_holds_its_sections() -> None:
    section = Place("/a", "b")
    assert [True, True, False, False] == [
        Place("/a").holds(section),
        section.holds(section),
        section.holds(Place("/a")),
        Place("/a", "c").holds(section),
    ]
