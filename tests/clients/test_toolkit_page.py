"""Chromium's own `EventSource` on a page written for the toolkit, which only changed its host."""

import asyncio
from urllib.parse import urlencode

import pytest
from playwright.async_api import Page

from tests.clients.days import ANSWER, GOOD_KNOBS
from tests.clients.visits import Lectern

CONNECTING, CLOSED = 0, 2

# Longer than the 3 s after which a source that has not closed comes back.
QUIET_SECONDS = 4

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def visit(page: Page, docs_url: str, **parameters: str) -> None:
    """Opens the page and waits until its source has closed, for good."""
    await page.goto(f"{docs_url}/toolkit.html?{urlencode(parameters)}")
    await page.wait_for_function("source.readyState === EventSource.CLOSED")


@pytest.mark.parametrize("path", ["/vector-search", "/functions/v1/vector-search"])
async def test_the_toolkits_own_addresses_answer(page: Page, docs_url: str, lectern: Lectern, path: str) -> None:
    lectern.endpoint.knobs = GOOD_KNOBS
    await visit(page, docs_url, url=lectern.stream_url(path))
    assert ANSWER == await page.evaluate("answer.textContent")
    assert docs_url == lectern.visits[0].headers["origin"]
    assert [200] == lectern.statuses
    assert 1 == len(lectern.endpoint.requests)


async def test_a_page_that_never_closes_comes_back_once_and_is_sent_away(
    page: Page, docs_url: str, lectern: Lectern
) -> None:
    lectern.endpoint.knobs = GOOD_KNOBS
    await visit(page, docs_url, url=lectern.stream_url(), stay="")
    await asyncio.sleep(QUIET_SECONDS)  # that nobody comes can only be waited for
    assert [CONNECTING, CLOSED] == await page.evaluate("statesAtErrors")
    assert ANSWER == await page.evaluate("answer.textContent")
    assert [200, 204] == lectern.statuses
    assert await page.evaluate("lastEventIds.at(-1)") == lectern.visits[1].headers["last-event-id"]
    assert 1 == len(lectern.endpoint.requests)


async def test_a_page_of_an_origin_that_is_not_allowed_reads_nothing(
    page: Page, docs_url: str, guarded_lectern: Lectern
) -> None:
    await visit(page, docs_url, url=guarded_lectern.stream_url())
    assert [CLOSED] == await page.evaluate("statesAtErrors")
    assert "" == await page.evaluate("answer.textContent")
