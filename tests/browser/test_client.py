"""The client without the box, in a page: what a network and a server do in the middle of an answer."""

import asyncio
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from server.errors import AnswerInterrupted
from tests.browser.asking import Answering, serve_answers
from tests.clients.proxy import Cut, line_to
from tests.model_endpoint import Knobs, ModelEndpoint
from tests.processes import server

QUESTION = "How do I change the bulb?"
ANSWER = "Unplug the lamp first [1]. Grüße, 日本語 🙂 und danach die Birne. " * 4

FOLLOW = """async (id) => {
  const { createClient } = await import("/static/client.js");
  const client = createClient({ endpoint: location.href });
  globalThis.answer = id ? client.resume(id) : client.ask("How do I change the bulb?");
  globalThis.events = [];
  (async () => {
    for await (const event of answer) events.push(event);
  })();
}"""

TOLD = """() => ({
  id: answer.id, text: answer.text, types: events.map(({ type }) => type).filter((type) => type !== "text"),
  pieces: events.map(({ text }) => text ?? "").join(""),
  reason: events.at(-1).reason, code: events.at(-1).trouble?.code,
})"""


@pytest.fixture
def served(site_database_url: str) -> Iterator[Answering]:
    """Anew for each test: an answer that one leaves running would be joined by the next."""
    with serve_answers(site_database_url) as answering:
        answering.endpoint.knobs = Knobs(answer=ANSWER, delta_delay_seconds=0.02)
        yield answering


async def follow(page: Page, url: str, id: str = "") -> None:
    await page.goto(url)
    await page.evaluate(FOLLOW, id)


async def has(page: Page, type: str) -> None:
    await page.wait_for_function("type => events.some((event) => event.type === type)", arg=type, timeout=10_000)


async def told(page: Page) -> Any:
    """All that the page has heard, at the end."""
    await has(page, "done")
    return await page.evaluate(TOLD)


async def test_a_dropped_connection_goes_on_to_the_letter(page: Page, url: str, endpoint: ModelEndpoint) -> None:
    async with line_to(url, Cut(behind="Grüße, 日".encode()[:-1])) as line:
        await follow(page, line.url)
        heard = await told(page)
    assert (ANSWER.strip(), ANSWER.strip()) == (heard["text"].strip(), heard["pieces"].strip())
    assert ["asked", "sources", "done"] == heard["types"]
    assert (1, 1) == (len(endpoint.requests), line.requests.count("POST /v1/answers"))


async def test_who_was_offline_goes_on_when_back(page: Page, url: str, endpoint: ModelEndpoint) -> None:
    """Chromium leaves open connections alone when it is told to be offline, so the line breaks besides."""
    endpoint.knobs.answer = written = f"{ANSWER}Ende. {ANSWER}"
    async with line_to(url, Cut(behind=b"Ende")) as line:
        await follow(page, line.url)
        await has(page, "text")
        await page.context.set_offline(True)
        await has(page, "lost")
        await page.context.set_offline(False)
        heard = await told(page)
    assert (written.strip(), "stop") == (heard["text"].strip(), heard["reason"])


async def test_stopping_and_leaving_the_page_at_once_reaches_the_model(
    page: Page, url: str, endpoint: ModelEndpoint
) -> None:
    endpoint.knobs.answer = ANSWER * 20
    await follow(page, url)
    await has(page, "text")
    await page.evaluate("() => { answer.stop(); location.href = 'about:blank'; }")
    assert await asyncio.to_thread(endpoint.requests[0].closed_early.wait, 5)


async def test_a_restart_in_mid_answer_keeps_what_was_stored(
    browser: Browser, site_database_url: str, url: str, endpoint: ModelEndpoint
) -> None:
    endpoint.knobs.answer = ANSWER * 20
    page = await browser.new_page()
    with server(site_database_url, endpoint, shutdown_grace_seconds=0) as stopped:
        await follow(page, stopped.url)
        await has(page, "text")
        stopped.stop(signal.SIGTERM)
        heard = await told(page)
        await asyncio.to_thread(stopped.ended)
    assert ("error", AnswerInterrupted.code) == (heard["reason"], heard["code"])
    assert (ANSWER * 20).startswith(heard["text"])
    await follow(page, url, heard["id"])
    resumed = await told(page)
    await page.close()
    assert ("error", AnswerInterrupted.code) == (resumed["reason"], resumed["code"])
    assert heard["text"] == resumed["text"]
