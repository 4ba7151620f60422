from dataclasses import replace

import pytest

from server.documents.probes import Probe, heading_probe, make_probes, sentence_probe
from server.records import PlacedSection


def placed(
    heading: str, content: str = "", *, path: str = "/lamps", title: str = "Lamps", slug: str | None = "here"
) -> PlacedSection:
    return PlacedSection(
        path=path, title=title, heading=heading, heading_path=(heading,), slug=slug, content=content
    )


@pytest.mark.parametrize(
    ("heading", "query"),
    [
        ("Changing the bulb", "How do I change the bulb?"),
        ("Setting up a timer", "How do I set up a timer?"),
        ("2. Install the dimmer", "How do I install the dimmer?"),
        ("Brightness levels", "How do brightness levels work in Lamps?"),
        ("The light of a lamp", "How does the light of a lamp work?"),
        ("Public Base Path", "How does Public Base Path work?"),
        ("How is a lamp lit", "How is a lamp lit?"),
        ("What if it breaks?", "What if it breaks?"),
        ("`lumen.dimmer.reset()`".strip("`"), "What does lumen.dimmer.reset() do?"),
        ("--dry-run", "What does --dry-run do?"),
        ("Could not find the lamp", "What does “Could not find the lamp” mean?"),
        ("🚀 Replacing fuses", "How do I replace fuses?"),
        ("ランプの交換", "ランプの交換"),
        ("使用 Docker 部署", "使用 Docker 部署"),
        ("The word 你好", "How does the word 你好 work?"),
    ],
)
def test_a_heading_is_asked_about_as_a_reader_might(heading: str, query: str) -> None:
    assert Probe(text=query, kind="heading", path="/lamps", slug="here") == heading_probe(placed(heading))


def test_a_heading_in_another_language_is_asked_as_it_stands() -> None:
    section = PlacedSection(
        path="/a", title="A", heading="Lampen tauschen", heading_path=(), slug="b", content="", lang="de"
    )
    assert Probe(text="Lampen tauschen", kind="heading", path="/a", slug="b") == heading_probe(section)
    english = heading_probe(replace(section, heading="Changing lamps", lang="en-GB"))
    assert Probe(text="How do I change lamps?", kind="heading", path="/a", slug="b") == english


def test_a_name_keeps_its_capital() -> None:
    section = placed("Lumen bridges at home", "Pair it with the Lumen app.")
    probe = heading_probe(section)
    assert probe is not None
    assert probe.text == "How do Lumen bridges at home work?"


@pytest.mark.parametrize(
    "heading", ["Overview", "examples:", "v2.3.1", "[1.0.0] - 2026-01-02", "42", "", "x" * 81]
)
def test_a_heading_that_asks_nothing_gives_no_query(heading: str) -> None:
    assert heading_probe(placed(heading)) is None


@pytest.mark.parametrize(
    ("content", "query"),
    [
        (
            "This is new.\n\nHold the **button** of the dimmer for five seconds until the ring blinks blue.",
            "hold the button of the dimmer for five seconds until the ring blinks",
        ),
        (
            "```sh\nlumen run --with all of the lamps you have at home.\n```\n\n"
            "The [lamp](/x) answers the dimmer with two short flashes.",
            "the lamp answers the dimmer with two short flashes",
        ),
        ("ランプの電源を切り、プラグを抜きます。", "ランプの電源を切り、プラグを抜きます"),
        ("使用 Docker 部署应用之前请检查配置。然后重启。", "使用 Docker 部署应用之前请检查配置"),
        ("램프의 전원을 끄고 플러그를 뽑습니다.", "램프의 전원을 끄고 플러그를 뽑습니다"),
        ("ถอดปลั๊กก่อนเปลี่ยนหลอดไฟ แล้วรอให้เย็น", "ถอดปลั๊กก่อนเปลี่ยนหลอดไฟ"),
        (
            "Write the word 你好 on the lamp when your friends come to see it at night.",
            "write the word 你好 on the lamp when your friends come to see it at night",
        ),
    ],
)
def test_a_sentence_gives_its_beginning(content: str, query: str) -> None:
    assert Probe(text=query, kind="sentence", path="/lamps", slug="here") == sentence_probe(placed("A", content))


@pytest.mark.parametrize(
    "content",
    [
        "Too short.",
        "See the pages about lamps and dimmers and bulbs for all the details.",
        "| a | b |\n|---|---|",
        "",
    ],
)
def test_text_without_a_telling_sentence_gives_none(content: str) -> None:
    assert sentence_probe(placed("A", content)) is None


def test_probes_take_turns_and_no_place_twice() -> None:
    sentence = "Every lamp takes a bulb with a thread of the size {}."
    sections = [
        placed("Changing the bulb", sentence.format("E27"), slug="a"),
        placed("Choosing a colour", sentence.format("E14"), slug="b"),
        placed("Choosing a colour", sentence.format("E10"), slug="b"),
        placed("Overview", sentence.format("E5"), slug="c"),
        placed("Overview", "Nothing.", slug="d"),
        placed("Returning a lamp", "Short.", slug="e"),
    ]
    assert [
        ("How do I change the bulb?", "a"),
        ("every lamp takes a bulb with a thread of the size E14", "b"),
        ("every lamp takes a bulb with a thread of the size E5", "c"),
        ("How do I return a lamp?", "e"),
    ] == [(probe.text, probe.slug) for probe in make_probes(sections, count=10)]
    assert ["a", "b"] == [probe.slug for probe in make_probes(sections, count=2)]
