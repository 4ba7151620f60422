"""What networks, servers, tabs and readers do in the middle of an answer, and what the box then shows."""

import asyncio
import json
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.asking import QUESTION, Answering, answer_state, ask, serve_answers
from tests.clients.proxy import Cut, line_to
from tests.commands import run
from tests.conftest import cloned_database
from tests.model_endpoint import Knobs, serve_model_endpoint
from tests.processes import server

OTHER = "How do I pair a dimmer?"
WORDS = " ".join(f"word-{number}" for number in range(60))


@pytest.fixture(scope="module")
def served(site_database_url: str) -> Iterator[Answering]:
    with serve_answers(site_database_url, cache_seconds=60) as answering:
        yield answering


@pytest.fixture
def answering(served: Answering) -> Answering:
    served.endpoint.start_afresh()
    served.endpoint.knobs = Knobs(answer=WORDS, delta_delay_seconds=0.02)
    return served


async def shown(page: Page) -> str:
    await answer_state(page, "done")
    return await page.locator(".prose").inner_text()


async def test_who_was_offline_reads_on_when_back(page: Page, answering: Answering) -> None:
    """Chromium leaves open connections alone when it is told to be offline, so the line breaks besides."""
    async with line_to(answering.url, Cut(behind=b"word-20")) as line:
        await ask(page, line.url, "Offline?")
        await expect(page.locator(".prose")).to_contain_text("word-1")
        await page.context.set_offline(True)
        await expect(page.locator(".status")).to_have_text("Connection lost, trying again…")
        assert "word-1 " in await page.locator(".prose").inner_text()
        await page.context.set_offline(False)
        assert WORDS == await shown(page)
    assert 1 == len(answering.endpoint.requests)


async def test_a_hidden_tab_misses_nothing(page: Page, answering: Answering) -> None:
    """Frozen, as browsers do with tabs in the background: no script and no timer runs in it."""
    await ask(page, answering.url, "Hidden?")
    await expect(page.locator(".prose")).to_contain_text("word-1")
    browser = await page.context.new_cdp_session(page)
    await browser.send("Page.setWebLifecycleState", {"state": "frozen"})
    await asyncio.to_thread(answering.endpoint.requests[0].closed_early.wait, 0.5)
    await browser.send("Page.setWebLifecycleState", {"state": "active"})
    assert WORDS == await shown(page)
    assert 1 == len(answering.endpoint.requests)


async def test_two_tabs_ask_different_questions(page: Page, answering: Answering) -> None:
    other = await page.context.new_page()
    answering.endpoint.knobs_by_query[OTHER] = Knobs(answer="Hold it for five seconds.", delta_delay_seconds=0.05)
    await ask(page, answering.url, "Different?")
    await ask(other, answering.url, OTHER)
    assert "Hold it for five seconds." == await shown(other)
    assert WORDS == await shown(page)
    for tab, question in ((page, "Different?"), (other, OTHER)):
        await tab.reload()
        await answer_state(tab, "done")
        await expect(tab.locator(".turn h2")).to_have_text([question])


async def test_two_tabs_share_an_answer_and_one_that_stops_stops_no_other(
    page: Page, answering: Answering
) -> None:
    other = await page.context.new_page()
    await ask(page, answering.url, "Equal?")
    await answer_state(page, "writing")
    await ask(other, answering.url, "Equal?")
    await answer_state(other, "writing")
    await other.locator(".stop").click()
    await answer_state(other, "stopped")
    assert WORDS == await shown(page)
    assert 1 == len(answering.endpoint.requests)


async def test_a_reload_opens_the_box_where_it_was(page: Page, answering: Answering) -> None:
    await ask(page, answering.url, "Reload?")
    await expect(page.locator(".prose")).to_contain_text("word-1")
    await page.reload()
    await expect(page.get_by_role("dialog")).to_be_visible()
    assert WORDS == await shown(page)
    assert 1 == len(answering.endpoint.requests)


async def test_the_back_button_comes_back_to_the_answer(page: Page, answering: Answering) -> None:
    answering.endpoint.knobs.answer = f"See [1]. {WORDS}"
    await ask(page, answering.url, QUESTION)
    await page.locator(".citation").click()
    await page.wait_for_url("**/pages/guides/bulbs#changing-the-bulb")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.go_back()
    await expect(page.get_by_role("dialog")).to_be_visible()
    assert f"See 1. {WORDS}" == await shown(page)
    await page.go_forward()
    await page.wait_for_url("**/pages/guides/bulbs#changing-the-bulb")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert 1 == len(answering.endpoint.requests)


@pytest.mark.soak
async def test_a_server_that_restarts_keeps_what_was_stored(browser: Browser, site_database_url: str) -> None:
    page = await browser.new_page()
    with serve_model_endpoint() as endpoint:
        endpoint.knobs = Knobs(answer=WORDS, delta_delay_seconds=0.05)
        with server(site_database_url, endpoint, shutdown_grace_seconds=0) as stopped:
            await ask(page, stopped.url)
            await expect(page.locator(".prose")).to_contain_text("word-9")
            stopped.stop(signal.SIGTERM)
            await asyncio.to_thread(stopped.ended)
        with server(site_database_url, endpoint, port=urlsplit(stopped.url).port):
            await answer_state(page, "error")
            await expect(page.locator(".trouble h3")).to_have_text("The answer broke off")
            kept = await page.locator(".prose").inner_text()
            assert (True, True) == (WORDS.startswith(kept), kept.startswith("word-0"))
            await page.reload()
            await answer_state(page, "error")
            assert kept == await page.locator(".prose").inner_text()
            endpoint.knobs.delta_delay_seconds = 0
            await page.locator(".retry").click()
            assert WORDS == await shown(page)
    await page.close()


async def test_what_a_reader_says_is_listed(page: Page, postgres_url: str, tmp_path: Path) -> None:
    async with cloned_database(postgres_url) as database_url:
        with serve_answers(database_url) as answering:
            await ask(page, answering.url)
            answer = await shown(page)
            await page.get_by_role("button", name="Not helpful").click()
            await page.get_by_label("Outdated").check()
            await page.get_by_label("What would have helped?").fill("It is 2026 now.")
            await page.locator(".feedback .action").click()
            await expect(page.locator(".feedback .note")).to_have_text("Thank you.")
            told = await asyncio.to_thread(run, tmp_path, "feedback", "--json", LECTERN_DATABASE_URL=database_url)
    rated = json.loads(told.stdout)
    rating = rated["ratings"][0]
    assert (QUESTION, answer, 1) == (rated["query"], rated["answer"], rated["down_count"])
    assert ("down", "outdated", "It is 2026 now.") == (rating["rating"], rating["reason"], rating["comment"])
