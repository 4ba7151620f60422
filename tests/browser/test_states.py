"""Every state in every look: nothing that axe-core finds wrong, nothing wider than the screen, a screenshot."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.asking import Answering, serve_answers
from tests.browser.axe import violations
from tests.browser.docs_site import DocsSite
from tests.browser.states import LOOKS, Stage, Walk, all_states, pages, positions, troubles
from tests.browser.test_answering import refusing as refusing  # a fixture
from tests.browser.test_demo import SCREENSHOTS

NARROW = "() => document.documentElement.scrollWidth <= innerWidth"

Faults = Callable[..., Awaitable[dict[str, list[str]]]]


@pytest.fixture(scope="module")
def answering(site_database_url: str) -> Iterator[Answering]:
    suggested = ("How do I change the bulb?", "How do I return a lamp?")
    with serve_answers(site_database_url, suggested_questions=suggested) as answering:
        yield answering


@pytest_asyncio.fixture(loop_scope="session")
async def faults(
    browser: Browser, answering: Answering, refusing: Answering, docs: DocsSite
) -> AsyncIterator[Faults]:
    async def walk(look: str, *walks: Walk, takes_screenshots: bool = False) -> dict[str, list[str]]:
        """What is wrong, by state."""
        found = {}
        context = await browser.new_context(**LOOKS[look])
        page = await context.new_page()
        root = 'lang="ar" dir="rtl"' if look.endswith("rtl") else 'lang="en"'
        root += ' style="color-scheme: light dark"'
        stage = Stage(answering, refusing, docs, root)
        for states in walks:
            async for state in states(page, stage):
                if takes_screenshots:
                    await page.screenshot(path=SCREENSHOTS / f"{state}-{look}.png", animations="disabled")
                found[state] = await violations(page)
                if not await page.evaluate(NARROW):
                    found[state].append("wider than the screen")
        await context.close()
        assert found
        return {state: wrong for state, wrong in found.items() if wrong}

    yield walk


@pytest.mark.parametrize("walk", [pages, troubles, positions])
async def test_axe_finds_nothing_wrong(faults: Faults, walk: Walk) -> None:
    """In the states that the tests of the search and of the answer do not come to."""
    assert {} == await faults("wide-dark", walk)


@pytest.mark.soak
@pytest.mark.parametrize("look", LOOKS)
async def test_axe_finds_nothing_wrong_anywhere(faults: Faults, look: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    assert {} == await faults(look, all_states, takes_screenshots=True)
