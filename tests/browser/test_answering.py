"""One question and its answer: how it comes, what it shows, what can be done with it, and what when none comes."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Request, Route, expect

from server.confidence import Levels
from server.database.calls import set_calibration
from server.database.pool import open_owner_connection, prepare_connection
from server.settings import Settings
from tests.browser.asking import QUESTION, Answering, answer_state, ask, serve_answers
from tests.browser.axe import violations
from tests.conftest import SITE_FOLDER, cloned_database, ingest_folder
from tests.levels import calibration, levels
from tests.model_endpoint import Knobs

ANSWER = """\
Switch the lamp off and let the bulb **cool for ten minutes** [1].

```toml
colour_temperature = 2700
```

| Colour | Kelvin |
| --- | --- |
| Warm white | 2,700 |

## When it flickers

1. Turn it anticlockwise [1][2].
"""

HOSTILE = """\
<script>window.hurt = 1</script> <img src=x onerror="window.hurt = 1"> [1]

[click](javascript:window.hurt=1) [data](data:text/html,<script>window.hurt=1</script>) \u202egnp.exe

![x](javascript:window.hurt=1) <iframe srcdoc="<script>parent.hurt = 1</script>"></iframe>

<javascript:window.hurt=1> [a]: javascript:window.hurt=1 "t"
"""

HEAR = """() => {
  const box = document.querySelector("lectern-search");
  window.heard = [];
  window.told = [];
  for (const name of ["ask", "answer", "error", "rate"]) {
    box.addEventListener(`lectern-${name}`, ({ type, detail }) => window.told.push([type, detail]));
  }
  box.open().then(() => {
    const live = box.shadowRoot.querySelector("[role=status]");
    new MutationObserver(() => window.heard.push(live.textContent)).observe(live, { childList: true });
  });
}"""


@pytest.fixture
def answering(served: Answering) -> Answering:
    served.endpoint.start_afresh()
    served.endpoint.knobs.answer = ANSWER
    return served


async def test_what_happens_is_said_and_no_token_is(page: Page, answering: Answering) -> None:
    answering.endpoint.knobs.delta_delay_seconds = 0.02
    await page.goto(answering.url)
    await page.evaluate(HEAR)
    await expect(page.locator("lectern-search [role=combobox]:visible")).to_be_focused()
    await page.keyboard.type(QUESTION)
    await page.keyboard.press("Enter")
    await answer_state(page, "writing")
    await expect(page.locator(".prose")).to_have_attribute("aria-busy", "true")
    await answer_state(page, "done")
    await expect(page.locator(".prose")).to_have_attribute("aria-busy", "false")
    await expect(page.locator("lectern-search [role=status]")).to_contain_text("Answer complete")  # a moment later
    heard = [text for text in await page.evaluate("heard") if text and "section" not in text]
    assert ["Thinking…", "Answer complete, 8 sources"] == heard
    asked, answered = await page.evaluate("told")
    assert ("lectern-ask", QUESTION, {"query", "id", "conversation"}) == (
        asked[0],
        asked[1]["query"],
        set(asked[1]),
    )
    assert (ANSWER.strip(), 8) == (answered[1]["text"].strip(), len(answered[1]["sources"]))


async def test_why_an_answer_is_short_is_said(page: Page, answering: Answering) -> None:
    answering.endpoint.knobs.finish_reason = "length"
    await ask(page, answering.url)
    await expect(page.locator("lectern-search [role=status]")).to_have_text("The answer was cut at its limit.")


async def test_the_text_is_followed_only_by_who_is_at_its_end(page: Page, answering: Answering) -> None:
    answering.endpoint.knobs = Knobs(answer="A line of some words.\n\n" * 30, delta_delay_seconds=0.02)
    await ask(page, answering.url)
    body = page.get_by_role("region", name="Conversation")
    while await body.evaluate("body => body.scrollTop") < 100:
        assert "done" != await page.locator(".answer").get_attribute("data-state")
    await body.evaluate("body => body.scrollTop = 50")
    await answer_state(page, "done")
    assert 50 == await body.evaluate("body => body.scrollTop")


async def test_what_comes_in_one_piece_is_read_from_its_question_on(page: Page, answering: Answering) -> None:
    answering.endpoint.knobs = Knobs(answer="A line of some words.\n\n" * 60)
    await ask(page, answering.url)
    await answer_state(page, "done")
    await expect(page.locator(".answer h2")).to_be_in_viewport()
    body = page.get_by_role("region", name="Conversation")
    assert await body.evaluate("body => body.scrollTop") < 20


async def test_what_can_be_done_with_a_stopped_answer_is_in_sight(page: Page, answering: Answering) -> None:
    answering.endpoint.knobs = Knobs(answer="A line of some words.\n\n" * 100, delta_delay_seconds=0.02)
    await ask(page, answering.url)
    body = page.get_by_role("region", name="Conversation")
    await page.wait_for_function("body => body.scrollTop > 300", arg=await body.element_handle())
    await page.keyboard.press("Escape")
    await answer_state(page, "stopped")
    await expect(page.get_by_role("button", name="Ask again")).to_be_in_viewport(ratio=1)


async def test_a_citation_shows_its_source_under_the_pointer_and_with_the_focus(
    page: Page, answering: Answering
) -> None:
    await ask(page, answering.url)
    await answer_state(page, "done")
    peek, citation = page.locator(".peek"), page.locator(".citation").first
    await expect(citation).to_have_accessible_name("1: Bulbs › Changing the bulb")
    await citation.hover()
    await expect(peek).to_contain_text("1: Bulbs › Changing the bulb")
    await peek.hover()
    await expect(peek).to_contain_text("let the bulb cool for ten minutes")
    await page.keyboard.press("Escape")
    await expect(peek).to_be_hidden()
    await page.mouse.move(5, 5)
    await page.get_by_role("region", name="Conversation").focus()
    await page.keyboard.press("Tab")
    await expect(citation).to_be_focused()
    await expect(peek).to_be_visible()
    assert [] == await violations(page)
    await page.keyboard.press("Tab")
    await expect(peek.get_by_role("link")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(peek).to_be_hidden()
    await expect(page.locator("dialog")).to_be_visible()


async def test_escape_closes_the_search_at_once_after_a_citation_had_the_focus(
    page: Page, answering: Answering
) -> None:
    await ask(page, answering.url)
    await answer_state(page, "done")
    await page.locator(".citation").first.focus()
    await expect(page.locator(".peek")).to_be_visible()
    await page.keyboard.press("Control+k")
    await expect(page.locator("lectern-search [role=combobox]:visible")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog")).to_be_hidden()


async def test_a_touched_citation_shows_its_source_and_stays(browser: Browser, answering: Answering) -> None:
    context = await browser.new_context(has_touch=True, viewport={"width": 390, "height": 844})
    page = await context.new_page()
    await ask(page, answering.url)
    await answer_state(page, "done")
    await page.locator(".citation").first.tap()
    await expect(page.locator(".peek")).to_be_visible()
    await page.locator(".peek a").tap()
    await page.wait_for_url("**/pages/guides/bulbs#changing-the-bulb")
    await context.close()


async def test_what_is_copied(page: Page, answering: Answering) -> None:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await ask(page, f"{answering.url}/?a=b&ask=x#there")
    await answer_state(page, "done")

    async def copied(selector: str) -> str:
        await page.locator(selector).click()
        await expect(page.locator(selector)).to_have_text("Copied")
        text: str = await page.evaluate("navigator.clipboard.readText()")
        return text

    assert "colour_temperature = 2700" == (await copied("[data-copy]")).strip()
    page_url = f"{answering.url}/pages/guides/bulbs"
    links = f"[1]: {page_url}#changing-the-bulb\n[2]: "
    text, _, definitions = (await copied(".copy")).partition("\n\n[1]: ")
    assert (ANSWER.strip(), True) == (text, f"[1]: {definitions}".startswith(links))
    shared = urlsplit(await copied(".share"))
    assert ({"a": ["b"], "ask": [QUESTION]}, "") == (parse_qs(shared.query), shared.fragment)


async def test_escape_stops_then_goes_back_then_closes(page: Page, answering: Answering) -> None:
    answering.endpoint.knobs = Knobs(answer="word " * 500, delta_delay_seconds=0.02)
    await ask(page, answering.url)
    await answer_state(page, "writing")
    await page.keyboard.press("Escape")
    await answer_state(page, "stopped")
    assert await asyncio.to_thread(answering.endpoint.requests[0].closed_early.wait, 5)
    await expect(page.locator(".turn > .note")).to_have_text("Stopped")
    await page.keyboard.press("Escape")
    await expect(page.locator("lectern-search [role=combobox]:visible")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog")).to_be_hidden()


async def test_the_focus_stays_in_the_box_when_a_control_goes(page: Page, answering: Answering) -> None:
    answering.endpoint.knobs = Knobs(answer="word " * 500, delta_delay_seconds=0.02)
    await ask(page, answering.url)
    await answer_state(page, "writing")
    await page.locator(".stop").focus()
    await page.keyboard.press("Enter")
    await answer_state(page, "stopped")
    await expect(page.get_by_role("region", name="Conversation")).to_be_focused()


@pytest.mark.parametrize(
    ("knobs", "sentence"),
    [
        (Knobs(status=500), "cannot be reached right now"),
        (Knobs(status=429), "Too many questions"),
        (Knobs(answer=ANSWER, cut_after_deltas=5), "cannot be reached right now"),
    ],
    ids=["down", "limited", "cut"],
)
async def test_without_an_answer_there_are_sections(
    page: Page, answering: Answering, knobs: Knobs, sentence: str
) -> None:
    answering.endpoint.knobs = knobs
    await ask(page, answering.url)
    await answer_state(page, "error")
    await expect(page.locator(".trouble p")).to_contain_text(sentence)
    await expect(page.locator(".card")).to_have_count(8)
    # The sentence has its place, and is not part of the text too.
    await expect(page.locator(".prose")).not_to_contain_text(sentence)
    assert [] == await violations(page)
    answering.endpoint.knobs = Knobs(answer=ANSWER)
    await page.locator(".retry").focus()
    await page.keyboard.press("Enter")
    await answer_state(page, "done")


async def test_who_is_limited_is_told_when_to_come_back(page: Page, answering: Answering) -> None:
    async def refuse(route: Route) -> None:
        error = {"error": {"code": "rate_limited", "message": "One at a time."}}
        await route.fulfill(status=429, headers={"Retry-After": "20"}, json=error)

    await page.route(re.compile(r"/v1/answers\??$"), refuse)
    await ask(page, answering.url)
    await expect(page.locator(".trouble p")).to_have_text("One at a time. Try again in 20 seconds.")
    await expect(page.locator(".card").first).to_be_visible()


async def test_what_the_server_refuses_is_told_in_its_words(page: Page, answering: Answering) -> None:
    await ask(page, answering.url, "why? " * 300)
    await expect(page.locator(".trouble p")).to_contain_text("1,499 characters, and 1,000 are allowed")
    await page.locator(".edit").click()
    await expect(page.locator("lectern-search [role=combobox]:visible")).to_be_focused()


async def test_without_a_connection_the_hits_stay(page: Page, answering: Answering) -> None:
    await page.goto(answering.url)
    await page.keyboard.press("/")
    await expect(page.locator("lectern-search [role=combobox]:visible")).to_be_focused()
    await page.keyboard.type("pairing fails")
    await expect(page.locator("lectern-search").get_by_role("option").nth(1)).to_contain_text("When pairing fails")
    await page.context.set_offline(True)
    await page.keyboard.press("Home")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".trouble p")).to_contain_text("offline", timeout=15_000)
    await expect(page.locator(".card").first).to_contain_text("When pairing fails")
    await page.context.set_offline(False)
    await page.locator(".retry").click()
    await answer_state(page, "done")


REFUSING: Levels = levels(none_below=99.0, none_below_similarity=99.0)


@pytest_asyncio.fixture(loop_scope="session")
async def refusing(postgres_url: str) -> AsyncIterator[Answering]:
    async with cloned_database(postgres_url) as database_url:
        await ingest_folder(SITE_FOLDER, Settings(database_url=database_url))
        async with open_owner_connection(database_url) as owner:
            await prepare_connection(owner)
            await set_calibration(owner, calibration(REFUSING))
        with serve_answers(database_url) as answering:
            yield answering


async def test_a_refused_question_gets_the_nearest_sections_once(page: Page, refusing: Answering) -> None:
    await ask(page, refusing.url)
    await answer_state(page, "done")
    await expect(page.locator(".prose")).to_have_text("I could not find anything about this in Lumen.")
    await expect(page.get_by_role("heading", name="Nearest sections")).to_be_visible()
    await expect(page.locator(".card .excerpt").first).to_be_visible()
    await expect(page.locator(".turn").get_by_text("Bulbs › Changing the bulb")).to_have_count(1)


async def test_an_answer_is_rated(page: Page, answering: Answering) -> None:
    ratings: list[dict[str, str | None]] = []

    async def store(route: Route, request: Request) -> None:
        ratings.append(json.loads(request.post_data or ""))
        await route.fulfill(status=204)

    await page.route(re.compile(r"/feedback\??$"), store)
    await page.goto(answering.url)
    await page.evaluate(HEAR)
    await page.evaluate("question => document.querySelector('lectern-search').ask(question)", QUESTION)
    await answer_state(page, "done")
    up, down = (
        page.get_by_role("button", name="Helpful", exact=True),
        page.get_by_role("button", name="Not helpful"),
    )
    await up.click()
    await expect(up).to_have_attribute("aria-pressed", "true")
    await expect(page.locator(".feedback .note")).to_have_text("Thank you.")
    await down.focus()
    await page.keyboard.press("Enter")
    await expect(up).to_have_attribute("aria-pressed", "false")
    assert [] == await violations(page)
    await page.keyboard.press("Tab")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Tab")
    await page.keyboard.type("It is 2025 now.")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(down).to_be_focused()
    await expect(page.get_by_text("What was wrong?")).to_be_hidden()
    await down.click()
    await expect(down).to_have_attribute("aria-pressed", "false")
    told = {"rating": "down", "reason": "outdated", "comment": "It is 2025 now."}
    assert [{"rating": "up"}, {"rating": "down"}, told, {"rating": None}] == ratings
    events = [detail for name, detail in await page.evaluate("told") if name == "lectern-rate"]
    assert told == {name: value for name, value in events[2].items() if name != "id"}


async def test_a_rating_that_was_not_sent_is_sent_by_the_same_key_again(page: Page, answering: Answering) -> None:
    ratings: list[dict[str, str | None]] = []

    async def fail_second(route: Route, request: Request) -> None:
        ratings.append(json.loads(request.post_data or ""))
        await route.fulfill(status=503 if len(ratings) == 2 else 204)

    await page.route(re.compile(r"/feedback\??$"), fail_second)
    await ask(page, answering.url)
    await answer_state(page, "done")
    await page.locator(".down").click()
    await page.get_by_label("Outdated").check()
    await page.locator(".feedback .action").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".feedback .note")).to_contain_text("cannot be reached")
    await page.keyboard.press("Enter")
    await expect(page.locator(".feedback .note")).to_have_text("Thank you.")
    await expect(page.locator(".feedback form")).to_be_hidden()
    await expect(page.locator(".down")).to_be_focused()
    told = {"rating": "down", "reason": "outdated", "comment": ""}
    assert [{"rating": "down"}, told, told] == ratings


async def test_hostile_output_executes_nothing(page: Page, answering: Answering) -> None:
    answering.endpoint.knobs.answer = HOSTILE
    await ask(page, answering.url)
    await answer_state(page, "done")
    assert await page.evaluate("window.hurt") is None
    await expect(page.locator(".prose :is(script, img, iframe)")).to_have_count(0)
    await expect(page.locator(".prose a:not(.citation)")).to_have_count(0)
    await page.locator(".citation").first.hover()
    await expect(page.locator(".peek script")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("direction", "width"), [("ltr", 1280), ("rtl", 390)])
async def test_axe_finds_nothing_wrong(
    browser: Browser, answering: Answering, theme: str, direction: str, width: int
) -> None:
    answering.endpoint.knobs.delta_delay_seconds = 0.02
    context = await browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if theme == "dark" else "light"
    )
    page = await context.new_page()
    await page.goto(answering.url)
    await page.evaluate("direction => document.documentElement.dir = direction", direction)
    await page.evaluate("question => document.querySelector('lectern-search').ask(question)", QUESTION)
    await expect(page.locator(".prose strong")).to_be_visible()
    assert [] == await violations(page)
    await answer_state(page, "done")
    assert [] == await violations(page)
    await page.locator(".down").click()
    await page.locator(".prose table").hover()
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert [] == await violations(page)
    await context.close()
