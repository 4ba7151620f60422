"""A server that answers with the test endpoint's words, and a reader who asks it in the box."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page, Route, expect

from server.app import create_app
from server.settings import Settings
from tests.model_endpoint import ModelEndpoint, serve_model_endpoint
from tests.serving import serve_in_thread

QUESTION = "How do I change the bulb?"


@dataclass(frozen=True)
class Answering:
    url: str
    endpoint: ModelEndpoint


@contextmanager
def serve_answers(database_url: str, **changes: Any) -> Iterator[Answering]:
    """Every question asks the model: nothing is answered twice, unless `changes` has `cache_seconds`."""
    with serve_model_endpoint() as endpoint:
        given = {
            "database_url": database_url,
            "site_name": "Lumen",
            "cache_seconds": 0,
            "completion_model": "openai/test",
            "completion_base_url": endpoint.base_url,
            "completion_api_key": "sk-test",
            **changes,
        }
        settings = Settings(**given)
        with serve_in_thread(create_app(settings)) as url:
            yield Answering(url, endpoint)


async def ask(page: Page, url: str, question: str = QUESTION) -> None:
    await page.goto(url)
    await page.evaluate("question => document.querySelector('lectern-search').ask(question)", question)


async def follow_up(page: Page, question: str) -> None:
    await page.get_by_label("Ask a follow-up…").fill(question)
    await page.keyboard.press("Enter")


async def answer_state(page: Page, state: str) -> None:
    await expect(page.locator(".answer")).to_have_attribute("data-state", state, timeout=10_000)


async def hold(page: Page, address: re.Pattern[str]) -> asyncio.Event:
    """Requests for it wait for the event."""
    released = asyncio.Event()

    async def wait(route: Route) -> None:
        await released.wait()
        await route.continue_()

    await page.route(address, wait)
    return released
