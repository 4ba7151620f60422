"""Citations and links hold, whatever a model writes and however it comes in pieces."""

import random
import re
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.answering.citations import HELD_MAX_CHARS, CitationCheck, checked
from server.errors import ModelUnavailable
from server.events import Citations, Delta, Finished
from server.records import Source
from tests.answering.link_oracle import links_elsewhere
from tests.answering.test_caution import source
from tests.documents.cases import load_cases

SITE = "https://docs.example.com"
SOURCES = (
    replace(source(1), url=f"{SITE}/lamps#bulbs"),
    replace(source(2), url=f"{SITE}/cords"),
    replace(source(3), url="https://other.example/Page one"),
)

_MARKS = (
    "[ ] ( ) [1] [9] [^1] [0] [1,~9] [a] [a](https://evil.example) [a](/ok) [9](https://evil.example) ![ ! "
    "](https://evil.example) ](/ok) ](javascript:x) (https://evil.example) [x]:~ [x]:~https://evil.example [x]:¶ "
    "` `` ``` ~~~ ```¶ ¶```¶ ```py¶ ¶~~~```¶ ¶ ¶¶ ~ ~~ ~~~~ > >~ -~ ¶-~ 1.~ 2.~ 10.~ + * ** _ # | |-|-| --- : ' "
    '" https:// http:// ftp:// https://evil.example https://docs.example.com https://docs.example.com/x '
    "//evil.example www. .evil.example @evil.example ht tp ttps:// h w ww < > "
    '<https://evil.example> <https://docs.example.com> <javascript:x> <b> <div> </div> <!-- --> <pre> <a~href="//evil.example"> <x~y=" '
    "\\ & &#104; &#58; &amp; a b word é 。 . , ; 3 \t"
)
_PIECES = st.sampled_from(_MARKS.split(" ")).map(
    lambda piece: piece if piece == "~~~" else piece.replace("~", " ").replace("¶", "\n")
)
_TEXTS = st.lists(_PIECES, max_size=40).map("".join)


def check(pieces: Sequence[str], *, site_url: str = SITE) -> tuple[str, Citations]:
    citations = CitationCheck(SOURCES, site_url=site_url)
    shown = "".join([citations.feed(piece) for piece in pieces]) + citations.finish()
    return shown, citations.report


def told(report: Citations) -> str:
    cited = ", ".join(map(str, report.cited)) or "none"
    return f"cited {cited}; removed {report.removed_citations} citations, {report.removed_links} links"


def cut(text: str, seed: int) -> list[str]:
    rng = random.Random(seed)
    pieces = []
    while text:
        length = rng.choice((1, 2, 5, 30))
        pieces.append(text[:length])
        text = text[length:]
    return pieces


@pytest.mark.parametrize(("text", "expected"), load_cases("citations", beside=__file__))
def test_what_refers_to_nothing_is_taken_out_and_counted(text: str, expected: str) -> None:
    shown, report = check([text])
    assert expected == f"{shown}\n{told(report)}"
    assert (shown, report) == check(list(text))


@settings(max_examples=1_500, deadline=None)
@given(_TEXTS, st.integers())
def test_the_cut_into_pieces_makes_no_difference(text: str, seed: int) -> None:
    assert check([text]) == check(cut(text, seed))


@settings(max_examples=1_000, deadline=None)
@given(_TEXTS)
def test_no_renderer_finds_a_link_elsewhere(text: str) -> None:
    assert [] == links_elsewhere(check([text])[0], site=SITE)


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_characters="[]<&!`~\\/\r|:", exclude_categories=["Cs"])))
def test_plain_text_comes_out_as_it_is(text: str) -> None:
    text = re.sub(r"(?i)www\.|^[ >*+\-\d.)]+", "", text, flags=re.MULTILINE)
    assert (text, Citations()) == check(cut(text, 1))


@settings(max_examples=300, deadline=None)
@given(_TEXTS, st.integers(), st.integers(1, 400))
def test_not_more_is_held_back_than_the_bound(text: str, seed: int, times: int) -> None:
    citations = CitationCheck(SOURCES, site_url=SITE)
    for piece in cut(text * times, seed):
        citations.feed(piece)
        assert len(citations._held) <= HELD_MAX_CHARS


def test_words_are_shown_at_once() -> None:
    citations = CitationCheck(SOURCES, site_url=SITE)
    pieces = [
        "The",
        " house",
        " what",
        " follows",
        " to",
        " the",
        " while",
        " wide",
        " fan",
        " (as",
        " told",
        ").",
    ]
    assert pieces == [citations.feed(piece) for piece in pieces]


@pytest.mark.parametrize(
    ("text", "shown_before"),
    [
        ("See [the lamps](/lamps) now", "See"),
        ("See [1", "See"),
        ("See h", "See "),
        ("See https://docs.example.com/la", "See "),
        ("a <b>", "a "),
        ("So `a[", "So `a"),
        ("Wow!", "Wow"),
        ("*Hi* \\", "*Hi* "),
    ],
)
def test_only_what_is_undecided_is_held_back(text: str, shown_before: str) -> None:
    citations = CitationCheck(SOURCES, site_url=SITE)
    held = text.removesuffix(") now").removesuffix(">")
    assert shown_before == citations.feed(held)
    assert text == shown_before + citations.feed(text.removeprefix(held)) + citations.finish()


@pytest.mark.parametrize(
    ("target", "is_kept"),
    [
        ("https://docs.example.com/anything", True),
        ("https://DOCS.example.com/cords/", True),
        ("https://other.example/Page%20one/#part", True),
        ("https://other.example/elsewhere", True),
        ("/pages/lamps#bulbs", True),
        ("lamps.md", True),
        ("#bulbs", True),
        ("https://evil.example/lamps", False),
        ("http://docs.example.com/lamps", False),
        ("//docs.example.com/lamps", False),
        ("mailto:a@b.example", False),
    ],
)
def test_without_an_address_of_the_site_the_sources_say_where_it_is(target: str, is_kept: bool) -> None:
    shown, report = check([f"[a]({target})"], site_url="")
    assert (f"[a]({target})" if is_kept else "a", 1 - is_kept) == (shown, report.removed_links)


@pytest.mark.parametrize("target", ["https://other.example/page%20One", "https://other.example"])
def test_on_another_site_only_the_sources_own_pages_are_ours(target: str) -> None:
    assert "a" == check([f"[a]({target})"])[0]


@pytest.mark.parametrize(
    "hostile",
    [
        "[", "[a", "![[", "](", "[x](", "[a](b \"", "[a](\\(", "[](x:)", "[9]", "[1,", "[x]: a\n", "[`", "`[",
        "`", "`a ``b ", "` [\n", "http", "http ", "https://x", "//", "<", "<a ", "<https:", "&#", "\\", "> ", "- a\n",
        " ", "\t\n", "|-", "~", "\r",
    ],
)  # fmt: skip
def test_hostile_text_takes_linear_time(hostile: str) -> None:
    text = hostile * (100_000 // len(hostile))
    before = time.perf_counter()
    check([text])
    check([text[i : i + 5] for i in range(0, 25_000, 5)])
    assert time.perf_counter() - before < 5  # 0.2 s on an idle core; quadratic time would be minutes


async def events(*texts: str, trouble: Exception | None = None) -> AsyncGenerator[Delta | Finished, None]:
    for text in texts:
        yield Delta(text)
    if trouble:
        raise trouble
    yield Finished("stop")


async def test_what_is_held_back_comes_before_the_end_and_the_report_with_it() -> None:
    told = [event async for event in checked(events("Hi [1", "] [9", "] [a"), SOURCES, site_url=SITE)]
    finished = Finished("stop", citations=Citations((1,), removed_citations=1))
    assert [Delta("Hi"), Delta(" [1]"), Delta(" [a"), finished] == told


async def test_in_trouble_what_was_held_back_is_told_first() -> None:
    reading = checked(events("Hi [a", trouble=ModelUnavailable("gone")), SOURCES, site_url=SITE)
    told = [await anext(reading), await anext(reading)]
    with pytest.raises(ModelUnavailable):
        await anext(reading)
    assert [Delta("Hi"), Delta(" [a")] == told


async def test_leaving_closes_the_events() -> None:
    upstream = events("Hi", "there")
    reading = checked(upstream, SOURCES, site_url=SITE)
    assert Delta("Hi") == await anext(reading)
    await reading.aclose()
    with pytest.raises(StopAsyncIteration):
        await anext(upstream)


def test_numbers_need_a_source() -> None:
    sources: tuple[Source, ...] = ()
    citations = CitationCheck(sources, site_url="")
    assert "Nothing." == citations.feed("Nothing [1].") + citations.finish()
