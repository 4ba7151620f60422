"""An answer outlives its page, its connection and its element; and ends where the reader ends it."""

import asyncio
import re

import pytest
from playwright.async_api import Page, Route, async_playwright, expect

from tests.browser.asking import QUESTION, Answering, answer_state, ask, follow_up, hold
from tests.browser.conftest import find_browser
from tests.browser.docs_site import DocsSite
from tests.browser.test_opening import tag
from tests.model_endpoint import Knobs

ASKED = re.compile(r"/v1/answers\??$")
HEAR = """() => {
  window.heard = [];
  for (const name of ["ask", "answer", "error"]) {
    addEventListener(`lectern-${name}`, ({ type }) => window.heard.push(type));
  }
}"""
WORDS = " ".join(f"word-{number}" for number in range(80))


@pytest.fixture
def answering(served: Answering) -> Answering:
    served.endpoint.start_afresh()
    served.endpoint.knobs = Knobs(answer=WORDS, delta_delay_seconds=0.02)
    return served


async def reopen(page: Page) -> None:
    await page.evaluate("document.querySelector('lectern-search').open()")


async def test_a_reload_goes_on_to_the_exact_text(page: Page, answering: Answering) -> None:
    await ask(page, answering.url)
    await expect(page.locator(".prose")).to_contain_text("word-9")
    await page.reload()
    await reopen(page)
    await answer_state(page, "writing")
    await answer_state(page, "done")
    assert WORDS == await page.locator(".prose").inner_text()
    assert 1 == len(answering.endpoint.requests)


async def test_a_conversation_is_there_again_and_goes_on(page: Page, answering: Answering) -> None:
    answering.endpoint.knobs = Knobs(answer="Yes [1].", rewriting="What then?")
    await ask(page, answering.url)
    await answer_state(page, "done")
    await follow_up(page, "And then?")
    await expect(page.locator(".turn")).to_have_count(2)
    await answer_state(page, "done")
    told = "addEventListener('lectern-answer', () => window.told = true)"
    await page.goto(f"{answering.url}/pages/guides/bulbs")
    await page.goto(answering.url)
    await page.evaluate(told)
    await reopen(page)
    await expect(page.locator(".turn[data-state=done]")).to_have_count(2)
    assert await page.evaluate("window.told") is None
    await follow_up(page, "And after that?")
    await expect(page.locator(".turn")).to_have_count(3)
    await answer_state(page, "done")
    assert 2 == sum(request.is_rewriting for request in answering.endpoint.requests)


@pytest.mark.parametrize("arrives", [True, False], ids=["arrived", "got-lost"])
async def test_a_question_that_got_no_reply_is_asked_on_the_next_page(
    page: Page, answering: Answering, arrives: bool
) -> None:
    """And paid for once."""
    held = asyncio.Event()

    async def hold_first(route: Route) -> None:
        if held.is_set():
            await route.continue_()
        elif arrives:
            await route.fetch()
        held.set()

    await page.route(ASKED, hold_first)
    await ask(page, answering.url)
    await held.wait()
    await page.goto(f"{answering.url}/pages/guides/bulbs")
    await page.evaluate(HEAR)
    await reopen(page)
    await answer_state(page, "done")
    assert [QUESTION] == await page.locator(".turn h2").all_inner_texts()
    assert WORDS == await page.locator(".prose").inner_text()
    assert ["lectern-ask", "lectern-answer"] == await page.evaluate("heard")
    assert 1 == len(answering.endpoint.requests)


async def test_a_question_that_was_stopped_before_its_reply_is_not_asked_again(
    page: Page, answering: Answering
) -> None:
    await page.route(ASKED, lambda _route: None)
    await ask(page, answering.url)
    await answer_state(page, "thinking")
    await page.locator(".stop").click()
    await answer_state(page, "stopped")
    await page.reload()
    await reopen(page)
    await expect(page.locator("lectern-search [role=combobox]:visible")).to_be_focused()


async def test_a_page_is_told_once_of_an_answer_that_ended_on_it(page: Page, answering: Answering) -> None:
    await ask(page, answering.url)
    await answer_state(page, "writing")
    told = []
    for path in ("/pages/guides/bulbs", "/", "/"):
        await page.goto(f"{answering.url}{path}")
        await page.evaluate(HEAR)
        await reopen(page)
        await answer_state(page, "done")
        told.append(await page.evaluate("heard"))
    assert [["lectern-answer"], [], []] == told


async def test_what_the_server_has_forgotten_drops_out(page: Page, answering: Answering) -> None:
    answering.endpoint.knobs = Knobs(answer="Yes [1].")
    await ask(page, answering.url)
    await answer_state(page, "done")
    await page.evaluate("""() => {
      const [key] = Object.keys(sessionStorage).filter((key) => sessionStorage[key].includes('"turns"'));
      const memory = JSON.parse(sessionStorage.getItem(key));
      memory.turns.unshift({ id: "AAAAAAAAAAAAAAAAAAAAAA", query: "Forgotten" });
      sessionStorage.setItem(key, JSON.stringify(memory));
    }""")
    await page.reload()
    await reopen(page)
    await expect(page.get_by_role("heading", name=QUESTION)).to_be_visible()
    await expect(page.locator(".turn")).to_have_count(1)
    await answer_state(page, "done")


async def test_a_stopped_answer_stays_stopped(page: Page, answering: Answering) -> None:
    await ask(page, answering.url)
    await answer_state(page, "writing")
    await page.locator(".stop").click()
    await answer_state(page, "stopped")
    await page.reload()
    await reopen(page)
    await answer_state(page, "stopped")
    await expect(page.locator(".prose")).to_contain_text("word-0")


async def test_what_was_typed_before_the_box_was_there_leaves_the_conversation_a_way_back(
    page: Page, answering: Answering
) -> None:
    answering.endpoint.knobs = Knobs(answer="Yes [1].")
    await ask(page, answering.url)
    await answer_state(page, "done")
    held = await hold(page, re.compile(r"/strings/en\.js"))
    await page.goto(f"{answering.url}/pages/guides/bulbs")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("dim")
    held.set()
    field = page.locator("lectern-search [role=combobox]:visible")
    await expect(field).to_have_value("dim")
    await field.fill("")
    await page.get_by_role("group", name="Conversation").get_by_role("option").click()
    await answer_state(page, "done")
    await expect(page.locator(".turn h2")).to_have_text([QUESTION])


@pytest.mark.parametrize("key", ["Escape", "Control+k"])
async def test_an_answer_that_is_shown_again_is_not_stopped(page: Page, answering: Answering, key: str) -> None:
    answering.endpoint.knobs = Knobs(answer="Yes [1].")
    await ask(page, answering.url)
    await answer_state(page, "done")
    await page.goto(f"{answering.url}/pages/guides/bulbs")
    held = await hold(page, re.compile("/events"))
    await reopen(page)
    await expect(page.locator(".turn h2")).to_have_text([QUESTION])
    await expect(page.locator(".stop")).to_be_hidden()
    await page.keyboard.press(key)
    row = page.get_by_role("group", name="Conversation").get_by_role("option")
    await expect(row).to_be_visible()
    held.set()
    await row.click()
    await answer_state(page, "done")
    await expect(page.locator(".prose")).to_have_text("Yes 1.")


async def test_closing_the_box_stops_the_model(page: Page, answering: Answering) -> None:
    await ask(page, answering.url)
    await answer_state(page, "writing")
    await page.locator(".answer [part=close]").click()
    assert await asyncio.to_thread(answering.endpoint.requests[0].closed_early.wait, 5)


async def test_following_a_source_closes_the_box_and_stops_nothing(page: Page, answering: Answering) -> None:
    answering.endpoint.knobs = Knobs(answer=f"Yes [1]. {WORDS}", delta_delay_seconds=0.02)
    await page.goto(answering.url)
    # A client-side router takes the click.
    await page.evaluate("addEventListener('click', (event) => event.preventDefault())")
    await page.evaluate("question => document.querySelector('lectern-search').ask(question)", QUESTION)
    await page.locator(".citation").click()
    await expect(page.locator("dialog")).to_be_hidden()
    await reopen(page)
    await answer_state(page, "done")
    assert f"Yes 1. {WORDS}" == await page.locator(".prose").inner_text()
    assert not answering.endpoint.requests[0].closed_early.is_set()


async def test_an_element_put_elsewhere_goes_on(page: Page, answering: Answering) -> None:
    await ask(page, answering.url)
    await answer_state(page, "writing")
    await page.evaluate("""() => {
      const box = document.querySelector("lectern-search");
      box.remove();
      document.body.append(box);
    }""")
    await reopen(page)
    await answer_state(page, "done")
    assert WORDS == await page.locator(".prose").inner_text()


async def test_a_lost_connection_is_told_until_text_flows_again(page: Page, answering: Answering) -> None:
    answering.endpoint.knobs.first_delta_delay_seconds = 1
    refused: list[str] = []

    async def refuse_thrice(route: Route) -> None:  # what is mended at once is told to nobody
        refused.append(route.request.url)
        await (route.abort() if len(refused) < 4 else route.continue_())

    await page.route("**/events*", refuse_thrice)
    await ask(page, answering.url)
    await expect(page.locator(".status")).to_have_text("Connection lost, trying again…")
    await expect(page.locator(".status")).to_have_text("Writing…")
    await answer_state(page, "done")
    assert WORDS == await page.locator(".prose").inner_text()


async def test_a_page_out_of_the_browsers_cache_has_what_was_asked_since(
    docs: DocsSite, answering: Answering
) -> None:
    answering.endpoint.knobs = Knobs(answer="Yes [1].")
    docs.write(path="/other", head=tag(answering.url))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_browser(),
            args=["--no-sandbox"],
            ignore_default_args=["--disable-back-forward-cache"],
        )
        page = await browser.new_page()
        await ask(page, docs.write(head=tag(answering.url)))
        await answer_state(page, "done")
        await page.evaluate("document.querySelector('lectern-search').close()")
        await page.evaluate("globalThis.isSame = true; location.href = '/other'")
        await page.wait_for_url("**/other")
        await reopen(page)
        await answer_state(page, "done")
        await follow_up(page, "And then?")
        await expect(page.locator(".turn")).to_have_count(2)
        await answer_state(page, "done")
        await page.evaluate("document.querySelector('lectern-search').close()")
        await page.evaluate("history.back()")
        await page.wait_for_function("globalThis.isSame")
        await reopen(page)
        await expect(page.locator(".turn h2")).to_have_text([QUESTION, "And then?"])
        await browser.close()
