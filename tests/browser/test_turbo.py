"""The box on a site that changes its pages with Turbo: followed, shown again out of its cache, and morphed."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.asking import QUESTION, Answering, answer_state, serve_answers
from tests.browser.docs_site import DocsSite
from tests.browser.test_opening import field, tag
from tests.model_endpoint import Knobs

TURBO = Path(__file__).parents[1] / "clients" / "node_modules" / "@hotwired" / "turbo" / "dist"
MORPH = '<meta name="turbo-refresh-method" content="morph">'
WORDS = " ".join(f"word-{number}" for number in range(60))
LINKS = """
  <nav><a href="/">Home</a> <a href="/guides/bulbs">Bulbs</a> <a href="/guides/dimming">Dimming</a></nav>
  <button data-lectern-open>Find</button>
"""

FLOATING, OWN = "", "<lectern-search></lectern-search>"
PERMANENT = "<lectern-search id=search data-turbo-permanent></lectern-search>"

each_box = pytest.mark.parametrize("box", [FLOATING, OWN], ids=["floating", "own"])


@pytest.fixture(scope="module")
def served(docs: DocsSite, site_database_url: str) -> Iterator[Answering]:
    """Its hits lead to the site's own pages."""
    with serve_answers(site_database_url, site_url=docs.url) as answering:
        yield answering


@pytest.fixture
def answering(served: Answering) -> Answering:
    served.endpoint.start_afresh()
    served.endpoint.knobs = Knobs(answer=f"Yes [1]. {WORDS}", delta_delay_seconds=0.02)
    return served


def write(docs: DocsSite, script: str, box: str, *, head: str = "", below: str = "", title: str = "Home") -> str:
    """A site of three pages, which differ in a heading; the address of the first."""
    docs.files["/turbo.js"] = TURBO / "turbo.es2017-esm.js"
    head += f'{script}<script type="module" src="/turbo.js"></script>'
    for path, name in (("/guides/dimming", "Dimming"), ("/guides/bulbs", "Bulbs"), ("/", title)):
        address = docs.write(f"<h2>{name}</h2>{box}{LINKS}{below}", path=path, head=head)
    return address


async def begin(page: Page, address: str) -> None:
    await page.goto(address)
    await page.evaluate("globalThis.isSame = true")


async def shown(page: Page, title: str) -> None:
    """By Turbo, and not as a preview."""
    await expect(page.get_by_role("heading", name=title, exact=True)).to_be_attached()
    await page.wait_for_function("!document.documentElement.matches('[aria-busy], [data-turbo-preview]')")
    assert await page.evaluate("globalThis.isSame")


async def open_box(page: Page) -> None:
    await page.keyboard.press("Control+k")
    await opened(page)


async def opened(page: Page) -> None:
    await expect(page.locator("dialog[open]")).to_have_count(1)
    await expect(field(page)).to_be_focused()


async def close_box(page: Page) -> None:
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog[open]")).to_have_count(0)


async def begin_answer(page: Page) -> None:
    await page.evaluate("question => document.querySelector('lectern-search').ask(question)", QUESTION)
    await expect(page.locator(".prose")).to_contain_text("word-9")


async def answered(page: Page) -> None:
    await answer_state(page, "done")
    await expect(page.get_by_role("dialog").locator(".prose")).to_have_text(f"Yes 1. {WORDS}")


@each_box
@pytest.mark.parametrize("place", ["head", "below"])
async def test_the_key_and_openers_work_after_each_visit(
    page: Page, docs: DocsSite, answering: Answering, box: str, place: str
) -> None:
    script = tag(answering.url)
    await begin(page, write(docs, "", box, **{place: script}))
    for title in ("Bulbs", "Dimming", "Home"):
        await page.get_by_role("link", name=title).click()
        await shown(page, title)
        await expect(page.locator("lectern-search")).to_have_count(1)
    await open_box(page)
    await close_box(page)
    await page.get_by_role("link", name="Bulbs").click()
    await shown(page, "Bulbs")
    await page.get_by_role("button", name="Find").click()
    await opened(page)


@each_box
async def test_a_hit_is_followed_by_turbo_and_closes_the_box(
    page: Page, docs: DocsSite, answering: Answering, box: str
) -> None:
    await begin(page, write(docs, tag(answering.url), box))
    await open_box(page)
    await page.keyboard.type("pairing fails")
    await page.locator("[part~=hit]", has_text="When pairing fails").first.click()
    await shown(page, "Dimming")
    await expect(page).to_have_url(re.compile("/guides/dimming#pairing-trouble$"))
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await open_box(page)


@each_box
async def test_an_answer_is_written_on_while_turbo_follows_its_source(
    page: Page, docs: DocsSite, answering: Answering, box: str
) -> None:
    await begin(page, write(docs, tag(answering.url), box))
    await begin_answer(page)
    await page.locator(".citation").click()
    await shown(page, "Bulbs")
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await page.keyboard.press("Control+k")
    await answered(page)
    assert [False] == [request.closed_early.is_set() for request in answering.endpoint.requests]


@each_box
async def test_a_panel_stays_open_beside_the_page_that_its_link_leads_to(
    page: Page, docs: DocsSite, answering: Answering, box: str
) -> None:
    await begin(page, write(docs, tag(answering.url, "data-position=panel"), box))
    await begin_answer(page)
    await page.locator(".citation").click()
    await shown(page, "Bulbs")
    await expect(page.locator("dialog:popover-open")).to_have_count(1)
    await answered(page)


@each_box
async def test_back_shows_a_page_out_of_turbos_cache_with_one_box_that_works(
    page: Page, docs: DocsSite, answering: Answering, box: str
) -> None:
    await begin(page, write(docs, tag(answering.url), box))
    await open_box(page)  # what Turbo keeps is a copy of an element that has its box
    await close_box(page)
    await page.get_by_role("link", name="Bulbs").click()
    await shown(page, "Bulbs")
    for go, title in ((page.go_back, "Home"), (page.go_forward, "Bulbs"), (page.go_back, "Home")):
        await go()
        await shown(page, title)
        await expect(page.locator("lectern-search [part=button]:visible")).to_have_count(1)
        await expect(page.locator("lectern-search")).to_have_count(1)
        await open_box(page)
        await close_box(page)


@pytest.mark.parametrize("head", ["", MORPH], ids=["replaced", "morphed"])
@pytest.mark.parametrize("box", [FLOATING, OWN, PERMANENT], ids=["floating", "own", "permanent"])
async def test_a_page_that_comes_anew_keeps_the_open_box(
    page: Page, docs: DocsSite, answering: Answering, box: str, head: str
) -> None:
    await begin(page, write(docs, tag(answering.url), box, head=head))
    await open_box(page)
    await page.keyboard.type("pairing ")
    await refresh(page, write(docs, tag(answering.url), box, head=head, title="Anew"), "Anew")
    await opened(page)
    await page.keyboard.type("fails")
    await expect(field(page)).to_have_value("pairing fails")
    await begin_answer(page)
    await refresh(page, write(docs, tag(answering.url), box, head=head, title="Newer"), "Newer")
    await answered(page)
    await expect(page.locator("lectern-search")).to_have_count(1)


async def refresh(page: Page, address: str, title: str) -> None:
    """As a broadcast has every reader's page do."""
    await page.evaluate("address => Turbo.session.refresh(address)", address)
    await shown(page, title)


async def test_a_permanent_element_is_the_same_on_every_page(
    page: Page, docs: DocsSite, answering: Answering
) -> None:
    await begin(page, write(docs, tag(answering.url), PERMANENT))
    await page.evaluate("globalThis.box = document.querySelector('lectern-search')")
    await begin_answer(page)
    await page.evaluate("Turbo.visit('/guides/bulbs')")
    await shown(page, "Bulbs")
    await answered(page)
    await page.go_back()
    await shown(page, "Home")
    assert await page.evaluate("box === document.querySelector('lectern-search')")
    await answered(page)
