"""The page a newcomer sees: ask, watch the text grow, click a source."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from server.app import create_app
from server.settings import Settings
from tests.conftest import SITE_FOLDER, ingest_folder
from tests.model_endpoint import Knobs, ModelEndpoint, serve_model_endpoint
from tests.serving import serve_in_thread

QUESTION = "How do I change the bulb?"
SCREENSHOTS = Path(__file__).parents[1] / "screenshots"

ANSWER = """\
Switch the lamp off and let the bulb **cool for ten minutes** [1].

1. Turn it anticlockwise.
2. Screw the new one in by hand [1].

```toml
[lamp]
colour_temperature = 2700
```

| Colour | Kelvin |
| --- | --- |
| Warm white | 2,700 |
"""

HOSTILE = """\
<script>window.hurt = 1</script> <img src=x onerror="window.hurt = 1">

[click](javascript:window.hurt=1) [data](data:text/html,<script>window.hurt=1</script>)

```html
<script>window.hurt = 1</script>
"""


@pytest.fixture
def endpoint() -> Iterator[ModelEndpoint]:
    with serve_model_endpoint() as endpoint:
        endpoint.knobs.answer = ANSWER
        yield endpoint


@pytest.fixture
def url(endpoint: ModelEndpoint, site_database_url: str) -> Iterator[str]:
    settings = Settings(
        database_url=site_database_url,
        site_name="Lumen",
        completion_model="openai/test",
        completion_base_url=endpoint.base_url,
        completion_api_key="sk-test",
    )
    with serve_in_thread(create_app(settings)) as url:
        yield url


async def ask(page: Page, url: str, question: str = QUESTION) -> None:
    await page.goto(url)
    await page.keyboard.press("Control+k")
    await expect(page.locator("lectern-search [role=combobox]:visible")).to_be_focused()
    await page.keyboard.type(question)
    await page.keyboard.press("Enter")


async def answer_state(page: Page, state: str) -> None:
    await expect(page.locator(".answer")).to_have_attribute("data-state", state, timeout=10_000)


async def test_a_question_is_asked_the_text_grows_and_a_source_is_opened(
    page: Page, url: str, endpoint: ModelEndpoint
) -> None:
    endpoint.knobs.delta_delay_seconds = 0.03
    await ask(page, url)
    await expect(page.locator(".prose")).to_contain_text("Switch")
    early = await page.locator(".prose").inner_text()
    await answer_state(page, "done")
    late = await page.locator(".prose").inner_text()
    assert len(early) < len(late)
    await expect(page.locator(".prose strong")).to_have_text("cool for ten minutes")
    await expect(page.locator(".prose ol li")).to_have_count(2)
    await expect(page.locator(".prose pre code")).to_contain_text("colour_temperature = 2700")
    await expect(page.locator(".prose table td").first).to_have_text("Warm white")
    await expect(page.locator(".citation").first).to_have_text("1")
    await page.locator(".card").first.click()
    await page.wait_for_url(f"{url}/pages/guides/bulbs#changing-the-bulb")
    await expect(page.locator("section:target")).to_contain_text("Switch the lamp off")
    assert len(endpoint.requests) == 1


async def test_hits_come_while_typing_and_lead_to_their_section(page: Page, url: str) -> None:
    await page.goto(url)
    await page.keyboard.press("/")
    await expect(page.locator("lectern-search [role=combobox]:visible")).to_be_focused()
    await page.keyboard.type("pairing fails")
    rows = page.locator("[role=option]")
    await expect(rows.first).to_contain_text("pairing fails")
    await expect(rows.nth(1)).to_contain_text("When pairing fails")
    await expect(page.locator("[role=status]")).not_to_be_empty()


@pytest_asyncio.fixture(loop_scope="session")
async def paid_url(endpoint: ModelEndpoint, empty_database_url: str) -> AsyncIterator[str]:
    """A server whose embedder is asked over HTTP."""
    settings = Settings(
        database_url=empty_database_url,
        embedding_model="openai/test",
        embedding_base_url=endpoint.base_url,
        embedding_api_key="sk-test",
    )
    await ingest_folder(SITE_FOLDER, settings)
    endpoint.requests.clear()
    with serve_in_thread(create_app(settings)) as url:
        yield url


async def test_a_paid_embedder_is_asked_once_the_reader_has_paused(
    page: Page, paid_url: str, endpoint: ModelEndpoint
) -> None:
    searches: list[str] = []
    page.on("request", lambda request: searches.extend([request.url] if "/v1/search" in request.url else []))
    await page.goto(paid_url)
    await page.keyboard.press("/")
    await expect(page.locator("lectern-search [role=combobox]:visible")).to_be_focused()
    async with page.expect_response(lambda response: "paused=1" in response.url):
        await page.keyboard.type("pairing fails")
    await expect(page.locator("[role=option]").nth(1)).to_contain_text("When pairing fails")
    assert [False, True] == ["paused=1" in url for url in (searches[0], searches[-1])]
    assert ["pairing fails"] == [text for request in endpoint.requests for text in request.body["input"]]


async def test_a_built_in_embedder_is_not_asked_twice(page: Page, url: str) -> None:
    searches: list[str] = []
    page.on("request", lambda request: searches.extend([request.url] if "/v1/search" in request.url else []))
    await page.goto(url)
    await page.keyboard.press("/")
    await expect(page.locator("lectern-search [role=combobox]:visible")).to_be_focused()
    await page.keyboard.type("pairing fails ")
    await expect(page.locator("[role=option]").nth(1)).to_contain_text("When pairing fails")
    await page.wait_for_timeout(1000)  # the long pause is over by then; that nothing happens sends no event
    queries = [url.rpartition("query=")[2].partition("&")[0] for url in searches]
    assert 1 == queries.count("pairing+fails+")  # a slow machine may search for its beginning too


async def test_trouble_is_told_and_asking_again_works(page: Page, url: str, endpoint: ModelEndpoint) -> None:
    endpoint.knobs = Knobs(status=500)
    await ask(page, url)
    await answer_state(page, "error")
    await expect(page.locator(".trouble")).to_contain_text("cannot be reached right now")
    await expect(page.locator(".card").first).to_be_visible()
    endpoint.knobs = Knobs(answer=ANSWER)
    await page.locator(".retry").click()
    await answer_state(page, "done")


async def test_asking_again_asks_the_model_again(page: Page, url: str, endpoint: ModelEndpoint) -> None:
    await ask(page, url)
    await answer_state(page, "done")
    endpoint.knobs.answer = "Another answer [1]."
    await page.locator(".again").click()
    await expect(page.locator(".prose")).to_contain_text("Another answer")
    await answer_state(page, "done")
    assert 2 == len(endpoint.requests)


async def test_a_broken_stream_keeps_what_was_written(page: Page, url: str, endpoint: ModelEndpoint) -> None:
    endpoint.knobs.cut_after_deltas = 5
    await ask(page, url)
    await answer_state(page, "error")
    await expect(page.locator(".prose")).to_contain_text("Switch the lamp off")


async def test_stopping_reaches_the_model(page: Page, url: str, endpoint: ModelEndpoint) -> None:
    endpoint.knobs = Knobs(answer="word " * 1000, delta_delay_seconds=0.01)
    await ask(page, url)
    await answer_state(page, "writing")
    await page.locator(".stop").click()
    await answer_state(page, "stopped")
    assert await asyncio.to_thread(endpoint.requests[0].closed_early.wait, 5)


async def test_hostile_output_executes_nothing(page: Page, url: str, endpoint: ModelEndpoint) -> None:
    endpoint.knobs.answer = HOSTILE
    await ask(page, url)
    await answer_state(page, "done")
    assert await page.evaluate("window.hurt") is None
    await expect(page.locator(".prose script, .prose img")).to_have_count(0)
    await expect(page.locator(".prose a[href^='javascript'], .prose a[href^='data']")).to_have_count(0)
    await expect(page.locator(".prose")).to_contain_text("<script>window.hurt = 1</script>")


async def test_the_box_works_on_another_site(page: Page, url: str) -> None:
    html = (
        f'<!doctype html><title>Docs</title><script type="module" src="{url}/widget.js"></script>'
        "<lectern-search></lectern-search>"
    )

    async def docs(request: Request) -> HTMLResponse:
        return HTMLResponse(html)

    with serve_in_thread(Starlette(routes=[Route("/", docs)])) as docs_url:
        await page.goto(docs_url)
        await page.locator("lectern-search").click()
        await expect(page.locator("lectern-search [role=combobox]:visible")).to_be_focused()
        await page.keyboard.type(QUESTION)
        await page.keyboard.press("Enter")
        await answer_state(page, "done")
        card = page.locator(".card").first
        assert await card.get_attribute("href") == f"{url}/pages/guides/bulbs#changing-the-bulb"


async def test_what_is_chosen_becomes_the_box_and_the_snippet(page: Page, url: str) -> None:
    await page.goto(url)
    snippet = page.locator(".snippet code")
    await expect(snippet).to_contain_text(f'src="{url}/widget.js"')
    await page.get_by_text("Dark", exact=True).click()
    await page.get_by_label("Position").select_option("panel")
    await page.get_by_label("Language").select_option("de")
    await expect(snippet).to_contain_text('data-theme="dark" data-position="panel" data-language="de"')
    box = page.locator("lectern-search")
    await expect(box).to_have_attribute("position", "panel")
    dark = "getComputedStyle(document.querySelector('lectern-search')).colorScheme"
    assert ["dark", "dark"] == [await page.evaluate(of) for of in (dark, dark.replace("lectern-search", "html"))]


async def test_the_events_are_listed_as_they_arrive(page: Page, url: str, endpoint: ModelEndpoint) -> None:
    endpoint.knobs.delta_delay_seconds = 0.02
    await ask(page, url)
    events = page.locator(".events tbody tr")
    await expect(events.nth(1)).to_contain_text("delta")
    assert await page.locator(".answer").get_attribute("data-state") == "writing"
    await expect(events.last).to_contain_text("[DONE]", timeout=10_000)
    names = await page.locator(".events td:nth-child(2)").all_inner_texts()
    assert ["sources", "delta", "answer", ""] == list(dict.fromkeys(names))
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("name", "width", "height"), [("wide", 1280, 800), ("phone", 390, 844)])
async def test_nothing_overflows_and_a_screenshot_is_taken(
    browser: Browser, url: str, endpoint: ModelEndpoint, theme: str, name: str, width: int, height: int
) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    context = await browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if theme == "dark" else "light"
    )
    page = await context.new_page()
    await page.goto(url)
    await expect(page.get_by_role("contentinfo")).to_contain_text("4 pages")
    await page.screenshot(path=SCREENSHOTS / f"page-{name}-{theme}.png")
    await ask(page, url)
    await answer_state(page, "done")
    await page.screenshot(path=SCREENSHOTS / f"answer-{name}-{theme}.png")
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await context.close()
