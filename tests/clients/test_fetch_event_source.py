"""`@microsoft/fetch-event-source` in Chromium, bundled as a site would, on a page of another origin."""

import asyncio
from urllib.parse import urlencode

import pytest
from playwright.async_api import Page

from tests.clients.days import Day, Reading, every_day
from tests.clients.visits import Lectern
from tests.model_endpoint import Knobs

LEAVE_THE_TAB = "Object.defineProperty(document, 'hidden', { value: true, configurable: true })"
RETURN_TO_THE_TAB = "delete document.hidden"
TELL_THE_PAGE = "document.dispatchEvent(new Event('visibilitychange'))"

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def visit(page: Page, docs_url: str, lectern: Lectern) -> None:
    await page.goto(f"{docs_url}/fetch_event_source.html?{urlencode({'url': lectern.stream_url()})}")


@every_day
async def test_the_answer_is_written_and_the_client_ends(
    page: Page, docs_url: str, lectern: Lectern, day: Day
) -> None:
    lectern.endpoint.knobs = day.knobs
    await visit(page, docs_url, lectern)
    # Whatever it trips over ends it neither way: it comes back every second, or every three.
    await page.wait_for_function("ended || troubles.length")
    assert [] == await page.evaluate("troubles")
    assert day.reading == Reading(await page.evaluate("answer.textContent"), await page.evaluate("problem"))
    lectern.assert_asked_once(day)


async def test_the_toolkits_headers_pass_the_preflight(page: Page, docs_url: str, lectern: Lectern) -> None:
    await visit(page, docs_url, lectern)
    await page.wait_for_function("ended")
    preflight, asking = lectern.visits
    assert ("OPTIONS", 200) == (preflight.method, preflight.status)
    assert "apikey" in preflight.headers["access-control-request-headers"]
    assert (docs_url, "public") == (asking.headers["origin"], asking.headers["apikey"])


async def test_a_reader_who_looks_at_another_tab_does_not_ask_again(
    page: Page, docs_url: str, lectern: Lectern
) -> None:
    lectern.endpoint.knobs = Knobs(answer="One two three four five.", hang_after_deltas=3)
    await visit(page, docs_url, lectern)
    await page.wait_for_function("answer.textContent === 'One two three'")
    await page.evaluate(f"{LEAVE_THE_TAB}; {TELL_THE_PAGE}")
    assert await asyncio.to_thread(lectern.endpoint.requests[0].closed_early.wait, 5)
    await page.evaluate(f"{RETURN_TO_THE_TAB}; {TELL_THE_PAGE}")
    await page.wait_for_function("troubles.length")
    assert "One two three" == await page.evaluate("answer.textContent")
    assert [200, 204] == lectern.statuses
    assert 1 == len(lectern.endpoint.requests)
