"""The box on sites of others: their policies, their looks, the ways they change pages."""

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.browser.asking import hold
from tests.browser.docs_site import DocsSite
from tests.browser.test_opening import BOX, QUESTION, field, load, tag

PHONE = ViewportSize(width=390, height=844)
TRUSTED_TYPES = "require-trusted-types-for 'script'; trusted-types 'none'"


async def answered(page: Page) -> None:
    await expect(page.locator(".answer")).to_have_attribute("data-state", "done")


@pytest.mark.parametrize("allowed", ["nonce", "host"])
async def test_a_strict_policy_needs_no_exception(page: Page, docs: DocsSite, site_url: str, allowed: str) -> None:
    sources = {"nonce": "'nonce-c2VjcmV0'", "host": site_url}[allowed]
    policy = f"default-src 'self'; script-src {sources}; connect-src {site_url}; {TRUSTED_TYPES}"
    docs.headers = {"Content-Security-Policy": policy}
    try:
        await page.goto(docs.write(head=tag(site_url, 'nonce="c2VjcmV0"'), root='lang="de"'))
        await page.keyboard.press("Control+k")
        await expect(page.get_by_role("combobox", name="Suchen oder fragen…")).to_be_focused()
        await page.keyboard.type(QUESTION)
        await page.keyboard.press("Enter")
        await answered(page)
    finally:
        docs.headers = {}


@pytest.mark.parametrize("position", ["dialog", "panel", "inline"])
async def test_the_page_is_usable_beside_a_panel_and_a_field(
    page: Page, docs: DocsSite, site_url: str, position: str
) -> None:
    # A header like this one would hold a fixed element in itself.
    body = (
        "<header style='backdrop-filter: blur(4px); overflow: hidden; height: 400px'>"
        f"<lectern-search position={position}></lectern-search><button>here</button></header>"
    )
    await page.emulate_media(reduced_motion="reduce")  # a panel that slides in is not there at once
    await page.goto(docs.write(body, head=tag(site_url)))
    await page.get_by_role("button", name="here").focus()
    await page.keyboard.press("Control+k")
    await expect(field(page)).to_be_focused()
    box = await page.get_by_role("dialog").bounding_box()
    assert box is not None
    if position == "panel":
        assert (840, 0, 440, 720) == (box["x"], box["y"], box["width"], box["height"])
    elif position == "inline":
        await expect(page.get_by_role("button", name="Search or ask")).to_be_hidden()
    is_modal = await page.get_by_role("dialog").evaluate("(dialog) => dialog.matches(':modal')")
    assert (position == "dialog") is is_modal
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_role("button", name="here")).to_be_focused()


async def test_links_are_followed_beside_a_panel_and_in_place_of_a_dialog(
    page: Page, docs: DocsSite, site_url: str
) -> None:
    for position, count in [("panel", 1), ("dialog", 0)]:
        await page.goto(docs.write(f"<lectern-search position={position}></lectern-search>", head=tag(site_url)))
        await page.keyboard.press("Control+k")
        await expect(field(page)).to_be_focused()
        await page.get_by_role("dialog").evaluate("""(dialog) => {
          const link = document.createElement("a");
          link.href = "#there";
          dialog.append(link);
          link.click();
        }""")
        await expect(page.get_by_role("dialog")).to_have_count(count)
        assert page.url.endswith("#there")


async def test_a_phone_shows_the_box_on_all_that_its_keyboard_leaves(
    browser: Browser, docs: DocsSite, site_url: str
) -> None:
    page = await browser.new_page(viewport=PHONE, has_touch=True, is_mobile=True)
    body = "<lectern-search position=panel></lectern-search>"
    await page.goto(docs.write(body, head=tag(site_url), root='lang="en" dir="rtl"'))
    await page.get_by_role("button", name="Search or ask").tap()
    await expect(field(page)).to_be_focused()
    dialog = page.get_by_role("dialog")
    assert {"x": 0, "y": 0, **PHONE} == await dialog.bounding_box()
    await page.evaluate("""() => {
      Object.defineProperties(visualViewport, { height: { value: 500 }, offsetTop: { value: 40 } });
      visualViewport.dispatchEvent(new Event("resize"));
    }""")
    assert {"x": 0, "y": 40, "width": 390, "height": 500} == await dialog.bounding_box()
    assert "rtl" == await field(page).evaluate("(field) => getComputedStyle(field).direction")
    await page.close()


@pytest.mark.parametrize(
    ("root", "head", "system", "is_dark"),
    [
        ("", "", "dark", False),
        ("", "<style>:root { color-scheme: light dark }</style>", "dark", True),
        ("", "<style>:root { color-scheme: dark }</style>", "light", True),
        ('data-theme="dark"', "", "light", True),
    ],
)
async def test_light_and_dark_come_from_the_page_or_an_attribute(
    browser: Browser, docs: DocsSite, site_url: str, root: str, head: str, system: str, is_dark: bool
) -> None:
    page = await browser.new_page(color_scheme="dark" if system == "dark" else "light")
    await page.goto(docs.write(head=head + tag(site_url, root)))
    await page.keyboard.press("Control+k")
    await expect(field(page)).to_be_focused()
    expected = "rgb(22, 23, 25)" if is_dark else "rgb(255, 255, 255)"
    await expect(page.get_by_role("dialog")).to_have_css("background-color", expected)
    await page.close()


async def test_forced_colours_show_the_chosen_row(browser: Browser, docs: DocsSite, site_url: str) -> None:
    page = await browser.new_page(forced_colors="active")
    await page.goto(docs.write(head=tag(site_url)))
    await page.keyboard.press("Control+k")
    await expect(field(page)).to_be_focused()
    await page.keyboard.type("lamp")
    await expect(page.locator("[aria-selected=true]")).to_have_css("outline-style", "solid")
    await expect(page.locator("[aria-selected=false]").first).to_have_css("outline-style", "none")
    await page.close()


async def test_a_site_that_swaps_its_body_keeps_the_floating_element_as_open_as_it_was(
    page: Page, docs: DocsSite, site_url: str
) -> None:
    await page.goto(docs.write(head=tag(site_url)) + f"?ask={QUESTION}")
    await answered(page)
    swap = """() => {
      const before = document.body.cloneNode(true); // as Turbo keeps it for Back
      const body = document.createElement("body");
      body.textContent = "Another page";
      document.body.replaceWith(body);
      return new Promise((resolve) => setTimeout(() => resolve(globalThis.before = before)));
    }"""
    await page.evaluate(swap)
    await expect(page.locator("body > lectern-search[floating]")).to_have_count(1)
    await expect(page.get_by_role("dialog")).to_contain_text("anticlockwise")
    await page.evaluate("document.body.replaceWith(globalThis.before)")
    await expect(page.locator("lectern-search")).to_have_count(1)
    await expect(page.get_by_role("dialog")).to_contain_text("anticlockwise")
    await page.evaluate("document.querySelector('lectern-search').close()")
    await page.evaluate(swap)
    await expect(page.locator("body > lectern-search[floating]")).to_have_count(1)
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_an_element_that_is_moved_stays_open_and_one_that_is_replaced_opens_again(
    page: Page, docs: DocsSite, site_url: str
) -> None:
    body = "<header><lectern-search></lectern-search></header><footer></footer>"
    await page.goto(docs.write(body, head=tag(site_url)) + f"?ask={QUESTION}")
    await answered(page)
    move = "document.querySelector('footer').append(document.querySelector('lectern-search'))"
    await page.evaluate(move)
    await expect(page.get_by_role("dialog")).to_have_count(1)
    assert await page.get_by_role("dialog").evaluate("(dialog) => dialog.matches(':modal')")
    replace = """document.querySelector("lectern-search").replaceWith(document.createElement("lectern-search"))"""
    await page.evaluate(replace)
    await expect(page.get_by_role("dialog")).to_have_count(1)
    await expect(page.locator(".answer")).to_contain_text("anticlockwise")
    await page.keyboard.press("Escape")
    await expect(page.locator("lectern-search")).to_have_count(1)


async def test_an_element_that_comes_late_takes_the_floating_ones_place(
    page: Page, docs: DocsSite, site_url: str
) -> None:
    await page.goto(docs.write(head=tag(site_url)))
    await expect(page.locator("lectern-search[floating]")).to_have_count(1)
    await page.evaluate("document.querySelector('main').append(document.createElement('lectern-search'))")
    await expect(page.locator("main lectern-search")).to_have_count(1)
    await expect(page.locator("lectern-search[floating]")).to_have_count(0)
    await page.evaluate("document.querySelector('main').remove()")
    await expect(page.locator("lectern-search[floating]")).to_have_count(1)


async def test_view_transitions_go_on_with_an_open_box(page: Page, docs: DocsSite, site_url: str) -> None:
    await page.goto(docs.write(head=tag(site_url)))
    await page.keyboard.press("Control+k")
    await expect(field(page)).to_be_focused()
    await page.evaluate(
        "document.startViewTransition(() => document.querySelector('main').append('more')).finished"
    )
    await expect(page.get_by_role("dialog")).to_be_visible()


async def test_repeated_words_are_told_again(page: Page, docs: DocsSite, site_url: str) -> None:
    await page.goto(docs.write("<lectern-search></lectern-search>", head=tag(site_url)))
    await load(page)
    await page.keyboard.press("Control+k")
    await page.evaluate("""() => {
      const region = document.querySelector("lectern-search").shadowRoot.querySelector("[role=status]");
      globalThis.told = [];
      new MutationObserver(() => told.push(region.textContent)).observe(region, { childList: true });
    }""")
    for _ in range(2):
        await field(page).fill("")
        await field(page).fill("lamp")
        count = "globalThis.told.filter(Boolean).length"
        await page.wait_for_function(f"{count} > (globalThis.before ?? 0)")
        await page.evaluate(f"globalThis.before = {count}")
    told = [text for text in await page.evaluate("told") if text]
    assert told[0] == told[-1]
    assert 2 == len(told)


async def test_an_app_that_mounts_its_element_late_asks_what_the_address_does(
    page: Page, docs: DocsSite, site_url: str
) -> None:
    arrives = await hold(page, BOX)
    async with page.expect_request(BOX):
        await page.goto(docs.write(head=tag(site_url)) + f"?ask={QUESTION}")
    await page.evaluate("document.body.append(document.createElement('lectern-search'))")
    await expect(page.locator("lectern-search")).to_have_count(1)
    arrives.set()
    await expect(page.locator(".answer h2")).to_have_text(QUESTION)
    await answered(page)
