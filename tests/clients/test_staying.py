"""What clients do besides reading: those that never close, those that look at another tab, those with headers."""

import asyncio
from dataclasses import replace

import pytest
from playwright.async_api import Page

from tests.clients.clients import CLIENTS, Client
from tests.clients.days import ANSWER, BRISK_KNOBS, GOOD_KNOBS, new_query
from tests.clients.formats import ONE_SHOT, Reading
from tests.clients.jobs import Job, Outcome, make_job, outcome_of
from tests.clients.running import run_in_browser, run_in_node
from tests.clients.visits import Lectern

LEAVE_THE_TAB = "Object.defineProperty(document, 'hidden', { value: true, configurable: true })"
RETURN_TO_THE_TAB = "delete document.hidden"
TELL_THE_PAGE = "document.dispatchEvent(new Event('visibilitychange'))"

NPM_EVENT_SOURCES = [
    client for client in CLIENTS if client.package.startswith("eventsource") and client.returns_in
]
(FETCH_EVENT_SOURCE,) = [client for client in CLIENTS if client.javascript == "fetch_event_source"]

pytestmark = pytest.mark.asyncio(loop_scope="session")


def make_one_shot_job(lectern: Lectern) -> Job:
    return make_job(ONE_SHOT, line_url=lectern.url, query=new_query(), chat="")


@pytest.mark.parametrize("client", NPM_EVENT_SOURCES, ids=lambda client: client.package)
async def test_a_client_that_does_not_close_comes_back_once_and_is_sent_away(
    lectern: Lectern, client: Client
) -> None:
    lectern.endpoint.knobs = GOOD_KNOBS
    job = replace(make_one_shot_job(lectern), stays=True)
    (told,) = await run_in_node(client, [job])
    assert Outcome(ended="given up", reading=Reading(ANSWER)) == outcome_of(told, ONE_SHOT)
    assert [200, 204] == lectern.statuses
    assert told["events"][-1]["id"] == lectern.visits[1].headers["last-event-id"]
    assert 1 == len(lectern.endpoint.requests)


async def test_a_reader_who_looks_at_another_tab_reads_on(page: Page, docs_url: str, lectern: Lectern) -> None:
    lectern.endpoint.knobs = BRISK_KNOBS
    reading = asyncio.create_task(run_in_browser(page, docs_url, FETCH_EVENT_SOURCE, [make_one_shot_job(lectern)]))
    while not lectern.endpoint.requests or not lectern.endpoint.requests[0].first_delta_at:
        await asyncio.sleep(0.01)
    await page.evaluate(f"{LEAVE_THE_TAB}; {TELL_THE_PAGE}")
    await asyncio.sleep(0.3)
    await page.evaluate(f"{RETURN_TO_THE_TAB}; {TELL_THE_PAGE}")
    (told,) = await reading
    assert Outcome(ended="done", reading=Reading(ANSWER)) == outcome_of(told, ONE_SHOT)
    assert [200, 200] == lectern.statuses
    assert 1 == len(lectern.endpoint.requests)


async def test_the_toolkits_headers_pass_the_preflight(page: Page, docs_url: str, lectern: Lectern) -> None:
    job = replace(make_one_shot_job(lectern), headers={"apikey": "public"})
    await run_in_browser(page, docs_url, FETCH_EVENT_SOURCE, [job])
    preflight, asking = lectern.visits
    assert ("OPTIONS", 200) == (preflight.method, preflight.status)
    assert "apikey" in preflight.headers["access-control-request-headers"]
    assert (docs_url, "public") == (asking.headers["origin"], asking.headers["apikey"])
