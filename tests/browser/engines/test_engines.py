"""What readers do in Firefox and Safari, from the first key to an answer that outlives its page."""

import pytest

from tests.browser.asking import QUESTION, Answering
from tests.browser.docs_site import DocsSite
from tests.browser.engines.conftest import Embedding
from tests.browser.engines.reader import Reader
from tests.model_endpoint import Knobs

FOCUSED = "(root.activeElement?.getAttribute('part') || root.activeElement?.className) ?? null"
CHOSEN = "all('[aria-selected=true]').map((row) => row.getAttribute('part'))"
WORDS = " ".join(f"word-{number}" for number in range(200))
SLOW = Knobs(answer=WORDS, delta_delay_seconds=0.02)


def ask(reader: Reader, address: str) -> None:
    reader.visit(address)
    reader.press("Control+k")
    reader.sees(FOCUSED, "input")
    reader.type(QUESTION)
    reader.press("Control+Enter")


def test_letters_bring_hits_and_enter_follows_one(reader: Reader, embedded: Embedding) -> None:
    reader.visit(embedded())
    reader.keep("closed")
    reader.press("Control+k")
    reader.sees(FOCUSED, "input")
    reader.sees("one('dialog').matches(':modal')", True)
    reader.type("pairing ")
    reader.sees("one('[role=group] .head')?.textContent.includes('Dimming')", True)
    reader.sees(CHOSEN, ["ask"])
    reader.press("Arrow_Down")
    reader.sees(CHOSEN, ["hit"])
    reader.press("Arrow_Up", "Arrow_Up")
    reader.sees("all('[role=option]').at(-1).ariaSelected", "true")
    reader.press("Home", "Arrow_Down")
    reader.keep("hits")
    assert [] == reader.troubles
    followed = reader.see("one('[aria-selected=true]').href")
    reader.press("Enter")
    reader.waits("location.href", followed)


def test_what_is_typed_before_the_box_is_there_is_kept(reader: Reader, embedded: Embedding) -> None:
    reader.visit(embedded())
    reader.press("Control+k")
    reader.type("pairing")
    reader.sees("one('[part=input]')?.value", "pairing")


@pytest.mark.parametrize("way", ["Escape", "close", "backdrop"])
def test_the_focus_returns_to_where_it_was(reader: Reader, embedded: Embedding, way: str) -> None:
    reader.visit(embedded(body='<p><a href="#here" id="here">here</a></p>'))
    reader.driver.execute_script("document.querySelector('#here').focus()")
    reader.press("Control+k")
    reader.sees(FOCUSED, "input")
    if way == "Escape":
        reader.press("Escape")
    elif way == "close":
        reader.click("[part=close]")
    else:
        reader.click_at(20, 20)
    reader.sees("root.querySelector('dialog').open", False)
    reader.waits("document.activeElement.id", "here")


def test_an_answer_streams_with_its_markdown_and_sources(reader: Reader, embedded: Embedding) -> None:
    ask(reader, embedded())
    reader.sees_state("writing")
    reader.sees_state("done")
    reader.sees(
        "all('.prose > *').map((node) => node.localName)", ["p", "ol", "figure", "div", "h3", "blockquote"]
    )
    assert "E_PAIR_TIMEOUT" == reader.see("one('.prose li code').textContent")
    assert "[lamp]\ncolour_temperature = 2700" == reader.see("one('.prose pre').textContent")
    assert ["1", "2", "1", "3", "2"] == reader.see("all('.prose .citation').map((node) => node.textContent)")
    assert "2,700" == reader.see("one('.prose td[data-align=right]').textContent")
    reader.sees("all('.sources .card').length > 0", True)
    assert ["send"] == reader.see("['stop', 'send', 'status'].filter((name) => one(`.${name}`))")
    reader.keep("answered")


@pytest.mark.parametrize("way", ["pointer", "focus"])
def test_a_citation_shows_its_source_beside_it(reader: Reader, embedded: Embedding, way: str) -> None:
    ask(reader, embedded())
    reader.sees_state("done")
    reader.see("one('.body').scrollTo(0, 0)")
    if way == "pointer":
        reader.point(".citation")
    else:
        reader.see("one('.citation').focus()")
    reader.sees("one('.peek')?.textContent.startsWith(one('.citation').ariaLabel)", True)
    reader.sees("style('.peek').opacity", "1")
    reader.keep(f"peek-{way}")
    peek, citation = reader.see("rect('.peek')"), reader.see("rect('.citation')")
    assert (True, True) == (abs(peek["left"] - citation["left"]) < 10, abs(peek["top"] - citation["bottom"]) < 10)
    reader.press("Escape")
    reader.sees("one('.peek')", None)
    assert reader.see("one('.citation') !== null")


def test_stop_keeps_what_was_written_and_reaches_the_model(
    reader: Reader, embedded: Embedding, answering: Answering
) -> None:
    answering.endpoint.knobs = SLOW
    ask(reader, embedded())
    reader.sees("one('.prose')?.textContent.includes('word-3 ')", True)
    reader.click(".stop")
    reader.sees_state("stopped")
    assert answering.endpoint.requests[0].closed_early.wait(5)
    reader.keep("stopped")


def test_a_reload_in_mid_answer_goes_on_to_the_exact_text(
    reader: Reader, embedded: Embedding, answering: Answering
) -> None:
    answering.endpoint.knobs = SLOW
    ask(reader, embedded())
    reader.sees("one('.prose')?.textContent.includes('word-9 ')", True)
    reader.driver.refresh()
    reader.sees_state("writing")
    reader.sees("one('.body').scrollHeight - one('.body').clientHeight - one('.body').scrollTop < 40", True)
    reader.sees_state("done")
    assert WORDS == reader.see("one('.prose').textContent")
    assert 1 == len(answering.endpoint.requests)


def test_back_shows_the_answer_that_was_open(reader: Reader, embedded: Embedding, docs: DocsSite) -> None:
    ask(reader, embedded())
    reader.sees_state("done")
    reader.driver.get(docs.write("<h1>Elsewhere</h1>", path="/elsewhere"))
    reader.driver.back()
    reader.sees_state("done")
    reader.sees("one('.prose td[data-align=right]').textContent", "2,700")


def test_a_follow_up_grows_in_its_field_and_is_answered(reader: Reader, embedded: Embedding) -> None:
    ask(reader, embedded())
    reader.sees_state("done")
    reader.click(".foot textarea")
    before = reader.see("rect('.foot textarea').height")
    reader.type("And then?")
    reader.press("Shift+Enter")
    reader.type("And after that?")
    reader.keep("follow-up")
    after = reader.see("rect('.foot textarea').height")
    assert (after > before) is reader.see("CSS.supports('field-sizing', 'content')")  # else it scrolls
    reader.press("Enter")
    reader.sees("all('.turn').length", 2)
    reader.sees_state("done")


LIGHT, DARK = "rgb(255, 255, 255)", "rgb(22, 23, 25)"


@pytest.mark.parametrize(("theme", "expected"), [("light", LIGHT), ("dark", DARK)])
def test_light_and_dark(reader: Reader, embedded: Embedding, theme: str, expected: str) -> None:
    ask(reader, embedded(f"data-theme={theme}"))
    reader.sees_state("done")
    reader.sees("style('dialog').backgroundColor", expected)
    reader.keep(f"answered-{theme}")
    reader.press("Escape")
    reader.type("bulb ")
    reader.sees("all('[part=hit]').length > 0", True)
    reader.keep(f"hits-{theme}")


@pytest.mark.parametrize("width", [1280, 390])
def test_arabic_goes_from_right_to_left(reader: Reader, embedded: Embedding, width: int) -> None:
    ask(reader, embedded(root='lang="ar" dir="rtl"'))
    reader.driver.set_window_size(width, 844)
    reader.sees_state("done")
    back, close = reader.see("rect('[part=back]')"), reader.see("rect('.answer [part=close]')")
    assert back["left"] > close["right"]
    assert "-1 1" == reader.see("style('[part=back] svg').scale")
    reader.keep(f"rtl-{width}")
    reader.see("one('.body').scrollTo(0, 0)")
    reader.point(".citation")
    reader.sees("style('.peek').opacity", "1")
    reader.keep(f"rtl-peek-{width}")


@pytest.mark.parametrize("position", ["dialog", "panel", "inline"])
def test_a_small_window_is_filled(reader: Reader, embedded: Embedding, position: str) -> None:
    reader.visit(embedded(body=f"<lectern-search position={position}></lectern-search>"))
    reader.driver.set_window_size(390, 844)
    size = [0, 0, *reader.see("[document.documentElement.clientWidth, innerHeight]")]
    reader.press("Control+k")
    reader.sees(FOCUSED, "input")
    reader.sees("(({x, y, width, height}) => [x, y, width, height].map(Math.round))(rect('dialog'))", size)
    reader.type("bulb ")
    reader.sees("all('[part=hit]').length > 0", True)
    reader.keep(f"small-hits-{position}")
    reader.press("Control+Enter")
    reader.sees_state("done")
    reader.keep(f"small-answered-{position}")


@pytest.mark.parametrize("position", ["panel", "inline"])
def test_beside_a_panel_and_a_field_the_page_stays_usable(
    reader: Reader, embedded: Embedding, position: str
) -> None:
    reader.visit(
        embedded(body=f'<button id="here">here</button><lectern-search position={position}></lectern-search>')
    )
    reader.driver.execute_script("document.querySelector('#here').focus()")
    reader.press("Control+k")
    reader.sees(FOCUSED, "input")
    reader.type("pairing ")
    reader.sees("all('[part=hit]').length > 0", True)
    reader.keep(position)
    assert reader.see("one('dialog').matches(':modal')") is False
    reader.press("Escape")
    reader.sees("one('dialog')", None)
    reader.waits("document.activeElement.id", "here")
