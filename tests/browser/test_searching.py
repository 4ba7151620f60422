"""The searching half of the box: what stands in it, how it is used, what it says when a search fails."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Request, expect

from tests.browser.axe import violations

SEARCH = re.compile(r"/v1/search\?")
QUESTIONS = ["How do I change the bulb?", "How do I return a lamp?"]


async def open_box(page: Page, url: str) -> None:
    await page.goto(url)
    await page.keyboard.press("Control+k")
    await expect(page.locator("lectern-search [role=combobox]:visible")).to_be_focused()


async def reopen(page: Page) -> None:
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await page.keyboard.press("Control+k")
    await expect(page.locator("lectern-search [role=combobox]:visible")).to_be_focused()


async def suggest(page: Page) -> None:
    """Takes effect when the field is emptied next."""
    await page.evaluate("all => { document.querySelector('lectern-search').suggestions = all }", QUESTIONS)


def follow_in_page(page: Page) -> Any:
    """Takes clicks on links away from the browser, as the router of a site does, and notes where they lead."""
    return page.evaluate("""() => {
      globalThis.followed = [];
      addEventListener("click", (event) => {
        const link = event.composedPath().find((node) => node.localName === "a");
        if (!link || event.ctrlKey) return;
        event.preventDefault();
        followed.push(link.href);
      });
    }""")


def queries_of(page: Page) -> list[str]:
    """Grows with each search."""
    queries: list[str] = []

    def note(request: Request) -> None:
        if SEARCH.search(request.url):
            queries.append(request.url.rpartition("query=")[2].partition("&")[0])

    page.on("request", note)
    return queries


def hit(path: str, heading: str = "", **more: Any) -> dict[str, Any]:
    url = f"/pages{path}#{heading}" if heading else f"/pages{path}"
    ranges: dict[str, Any] = {"ranges": [], "title_ranges": [], "heading_ranges": []}
    return {
        "path": path,
        "title": path[1:].title(),
        "heading": heading,
        "url": url,
        "excerpt": "…",
        **ranges,
        **more,
    }


def rows(page: Page) -> Any:
    return page.locator("lectern-search").get_by_role("option")


async def selected(page: Page) -> int:
    """The place of the row that screen readers are told of; it has to be the one that looks so."""
    found: list[int] = await page.get_by_role("listbox").evaluate("""(list) => {
      const rows = [...list.querySelectorAll("[role=option]")];
      const named = list.getRootNode().querySelector("input").getAttribute("aria-activedescendant");
      const looks = rows.findIndex((row) => row.ariaSelected === "true");
      return [looks, rows.findIndex((row) => row.id === named)];
    }""")
    assert found[0] == found[1]
    return found[0]


async def test_hits_stand_below_their_page_with_the_words_marked(page: Page, site_url: str) -> None:
    await open_box(page, site_url)
    await page.keyboard.type("pairing fails")
    await expect(rows(page).first).to_have_text("Ask: “pairing fails”")
    group = page.get_by_role("group", name="Dimming")
    section = group.get_by_role("option", name="When pairing fails")
    await expect(section.locator(".head mark")).to_have_text(["pairing", "fails"])
    await expect(section.locator(".excerpt")).to_contain_text("E_PAIR_TIMEOUT")
    assert await section.get_attribute("href") == f"{site_url}/pages/guides/dimming#pairing-trouble"
    assert await section.get_attribute("target") is None


async def test_pages_come_in_the_order_of_their_best_hit_and_lead_their_sections(
    page: Page, site_url: str
) -> None:
    hits = [
        hit("/lamps", "Cord", heading_path=["Lamps", "Repair", "Cord"]),
        hit("/bulbs", "Bulbs"),
        hit("/lamps", title_ranges=[[0, 5]]),
        hit("/bulbs", "Colour"),
    ]
    await page.route(SEARCH, lambda route: route.fulfill(json={"confidence": None, "hits": hits}))
    await open_box(page, site_url)
    await page.keyboard.type("lamps")
    await expect(page.locator("[part=hit] .head")).to_have_text(["Lamps", "Repair › Cord", "Bulbs", "Colour"])
    await expect(page.get_by_role("group", name="Lamps").get_by_role("option")).to_have_count(2)


async def test_arrows_wrap_and_home_and_end_go_to_the_ends(page: Page, site_url: str) -> None:
    await open_box(page, site_url)
    await page.keyboard.type("lamp ")
    await expect(rows(page).nth(2)).to_be_visible()
    last = await rows(page).count() - 1
    places = []
    for key in ("ArrowUp", "ArrowDown", "ArrowDown", "End", "Home"):
        await page.keyboard.press(key)
        places.append(await selected(page))
    assert [last, 0, 1, last, 0] == places
    await page.keyboard.press("Home")  # of the text, now
    await page.keyboard.type("a ")
    await expect(page.locator("lectern-search [role=combobox]:visible")).to_have_value("a lamp ")


async def test_enter_follows_a_hit_where_a_router_sees_it(page: Page, site_url: str) -> None:
    await open_box(page, site_url)
    await follow_in_page(page)
    await page.keyboard.type("pairing fails")
    await expect(page.locator("lectern-search").get_by_role("option", name="When pairing fails")).to_be_visible()
    await page.keyboard.press("ArrowDown")
    chosen = await page.locator("[aria-selected=true]").get_attribute("href")
    await page.keyboard.press("Enter")
    await reopen(page)
    assert [chosen] == await page.evaluate("followed")
    await expect(page.locator("lectern-search [role=combobox]:visible")).to_have_value("pairing fails")


async def test_a_click_follows_and_one_with_ctrl_leaves_the_box_open(page: Page, site_url: str) -> None:
    await open_box(page, site_url)
    await page.keyboard.type("pairing fails")
    section = page.locator("lectern-search").get_by_role("option", name="When pairing fails")
    await section.hover()
    await expect(section).to_have_attribute("aria-selected", "true")
    async with page.context.expect_page() as opened:
        await section.click(modifiers=["Control"])
    await (await opened.value).close()
    await expect(page.locator("lectern-search [role=combobox]:visible")).to_be_focused()
    await section.click()
    await page.wait_for_url("**/pages/guides/dimming#pairing-trouble")


async def test_ctrl_enter_asks_whatever_is_chosen(page: Page, site_url: str) -> None:
    await open_box(page, site_url)
    await page.keyboard.type("pairing fails")
    await expect(rows(page).nth(1)).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".answer h2")).to_have_text("pairing fails")


async def test_enter_in_a_composition_chooses_a_word(page: Page, site_url: str) -> None:
    await open_box(page, site_url)
    keys = await page.context.new_cdp_session(page)
    text = {"text": "らんぷ", "selectionStart": 3, "selectionEnd": 3}
    await keys.send("Input.imeSetComposition", text)
    await expect(rows(page).first).to_contain_text("らんぷ")
    enter = {"type": "rawKeyDown", "key": "Enter", "code": "Enter"}
    await keys.send("Input.dispatchKeyEvent", {**enter, "windowsVirtualKeyCode": 229})
    await keys.send("Input.insertText", {"text": "ランプ"})
    # Safari's order: the composition is over when its key comes.
    await keys.send("Input.dispatchKeyEvent", {**enter, "windowsVirtualKeyCode": 229})
    await expect(rows(page).first).to_contain_text("ランプ")
    await expect(page.locator(".answer")).to_be_hidden()
    await page.keyboard.press("Enter")
    await expect(page.locator(".answer h2")).to_have_text("ランプ")


async def test_an_overtaken_search_is_cancelled_and_old_hits_stay_until_new_ones_come(
    page: Page, site_url: str
) -> None:
    await open_box(page, site_url)
    await page.keyboard.type("pairing ")
    await expect(page.get_by_role("group", name="Dimming")).to_be_visible()
    hits = await page.locator("[part=hit]").all_text_contents()
    overtaken = re.compile("query=pairing.r")
    await page.route(overtaken, lambda route: None)  # never answered
    async with page.expect_request(overtaken):
        await page.keyboard.type("r")
    await expect(rows(page).first).to_contain_text("pairing r")
    assert hits == await page.locator("[part=hit]").all_text_contents()
    async with page.expect_event("requestfailed", lambda request: bool(overtaken.search(request.url))):
        await page.locator("lectern-search [role=combobox]:visible").fill("receipt ")
    await expect(page.locator("lectern-search").get_by_role("group").first).to_contain_text("Returns")


async def test_going_back_to_a_query_asks_nothing(page: Page, site_url: str) -> None:
    queries = queries_of(page)
    await open_box(page, site_url)
    field = page.locator("lectern-search [role=combobox]:visible")
    for query, name in (("pairing ", "Dimming"), ("receipt ", "Returns"), ("pairing ", "Dimming")):
        await field.fill(query)
        await expect(page.locator("lectern-search").get_by_role("group").first).to_contain_text(name)
    await page.wait_for_timeout(700)  # the long pause is over by then; that nothing happens sends no event
    assert ["pairing+", "receipt+"] == queries


async def test_the_count_is_told_once_the_reader_has_paused(page: Page, site_url: str) -> None:
    await open_box(page, site_url)
    status = page.locator("lectern-search [role=status]")
    await status.evaluate("""(status) => {
      globalThis.told = [];
      new MutationObserver(() => told.push(status.textContent)).observe(status, { childList: true });
    }""")
    await page.keyboard.type("lamp ", delay=100)  # a search for each letter
    await expect(status).to_have_text(re.compile(r"^\d+ sections found$"))
    assert 1 == len(await page.evaluate("told"))


async def test_what_was_asked_and_followed_is_remembered_until_it_is_cleared(page: Page, site_url: str) -> None:
    await open_box(page, site_url)
    await suggest(page)
    await follow_in_page(page)
    await page.keyboard.type("pairing ")
    await expect(rows(page).nth(1)).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await reopen(page)
    await page.locator("lectern-search [role=combobox]:visible").fill("")
    suggested = page.get_by_role("group", name="Suggested").get_by_role("option")
    await expect(suggested).to_have_text(QUESTIONS)
    await suggested.first.click()
    await expect(page.locator(".answer h2")).to_have_text(QUESTIONS[0])
    await page.reload()
    await page.keyboard.press("Control+k")
    recent = page.get_by_role("group", name="Recent").get_by_role("option")
    await expect(recent).to_have_text([QUESTIONS[0], "pairing", "Clear"])
    await recent.nth(1).click()
    await expect(page.locator("lectern-search [role=combobox]:visible")).to_have_value("pairing")
    await expect(page.get_by_role("group", name="Dimming")).to_be_visible()
    await page.locator("lectern-search [role=combobox]:visible").fill("")
    await recent.last.click()
    await expect(recent).to_have_count(0)
    await expect(page.locator("lectern-search [role=combobox]:visible")).to_be_focused()


async def test_enter_asks_what_was_pasted_where_a_recent_query_stood_first(page: Page, site_url: str) -> None:
    await open_box(page, site_url)
    await page.keyboard.type("pairing ")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".answer")).to_have_attribute("data-state", "done")
    await page.get_by_role("button", name="Back to search").click()
    await page.locator("lectern-search [role=combobox]:visible").fill("")
    await expect(rows(page)).to_have_text(["pairing", "pairing", "Clear"])  # the first leads to the answer
    await page.route(SEARCH, lambda route: route.fulfill(json={"confidence": None, "hits": []}))
    await page.keyboard.insert_text("lamps")  # at once, as from the clipboard or an input method
    await expect(page.get_by_text("No section matches")).to_be_visible()
    assert await selected(page) == 0
    await page.keyboard.press("Enter")
    await expect(page.locator(".answer h2")).to_have_text("lamps")


async def test_without_a_store_nothing_is_remembered_and_nothing_fails(page: Page, site_url: str) -> None:
    await page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('refused') } })"
    )
    await open_box(page, site_url)
    await page.keyboard.type("pairing")
    await page.keyboard.press("Enter")
    await expect(page.locator(".answer h2")).to_have_text("pairing")


@pytest.mark.parametrize(("status", "said"), [(429, "Too many searches"), (500, "cannot be reached")])
async def test_trouble_is_said_and_the_search_goes_on(page: Page, site_url: str, status: int, said: str) -> None:
    headers = {"Retry-After": "1"}
    await page.route(SEARCH, lambda route: route.fulfill(status=status, headers=headers, json={"error": {}}))
    await open_box(page, site_url)
    await page.keyboard.type("pairing ")
    await expect(page.locator(".note").first).to_contain_text(said)
    await expect(rows(page).first).to_have_text("Ask: “pairing”")
    await page.unroute(SEARCH)
    await expect(page.get_by_role("group", name="Dimming")).to_be_visible()
    await expect(page.locator(".note").first).to_be_empty()


async def test_a_key_of_another_site_is_named_as_the_trouble(page: Page, site_url: str) -> None:
    await page.goto(site_url)
    await page.locator("lectern-search").evaluate("box => box.setAttribute('site', 'pk_of_another')")
    await page.keyboard.press("Control+k")
    await page.locator("lectern-search [role=combobox]:visible").fill("pairing ")
    await expect(page.locator(".note").first).to_contain_text("`data-site` of the script's tag")
    await expect(rows(page)).to_have_text(["Ask: “pairing”"])


async def test_a_device_that_is_connected_again_searches_again(page: Page, site_url: str) -> None:
    first = (
        page.locator("lectern-search").get_by_role("group").first
    )  # a small site: every page is found for every query
    await open_box(page, site_url)
    await page.keyboard.type("receipt ")
    await expect(first).to_contain_text("Returns")
    await page.context.set_offline(True)
    await page.locator("lectern-search [role=combobox]:visible").fill("pairing ")
    await expect(page.locator(".note").first).to_contain_text("cannot be reached")
    await expect(first).to_contain_text("Returns")
    await page.context.set_offline(False)
    await expect(first).to_contain_text("Dimming")
    await expect(page.locator(".note").first).to_be_empty()


LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True},
    "rtl": {},
}


@pytest.mark.parametrize("look", LOOKS)
async def test_axe_finds_nothing_wrong(browser: Browser, site_url: str, look: str) -> None:
    context = await browser.new_context(**LOOKS[look])
    page = await context.new_page()
    await open_box(page, site_url)
    if look == "rtl":
        await page.evaluate("() => { document.documentElement.dir = 'rtl' }")
    field = page.locator("lectern-search [role=combobox]:visible")
    found = {"empty": await violations(page)}
    await suggest(page)
    await field.fill("pairing ")
    await expect(page.get_by_role("group", name="Dimming")).to_be_visible()
    found["hits"] = await violations(page)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if look == "phone":
        heights = await rows(page).evaluate_all("(rows) => rows.map((row) => row.offsetHeight)")
        assert [] == [height for height in heights if height < 44]
    await field.press("Enter")
    await page.locator("[part=back]").click()
    await field.fill("")
    await expect(page.get_by_role("group", name="Recent")).to_be_visible()
    found["recent"] = await violations(page)
    await page.route(SEARCH, lambda route: route.fulfill(json={"confidence": None, "hits": []}))
    await field.fill("nothing")
    await expect(page.locator(".note").first).to_contain_text("No section")
    found["no hits"] = await violations(page)
    await page.route(SEARCH, lambda route: route.abort())
    await field.fill("trouble")
    await expect(page.locator(".note").first).to_contain_text("cannot be reached")
    found["trouble"] = await violations(page)
    await context.close()
    assert {state: [] for state in found} == found
