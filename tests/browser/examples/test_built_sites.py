"""The box in the built site of each example, whatever its generator does with the page around it."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.examples.conftest import Site
from tests.commands import run

pytestmark = pytest.mark.examples

WITHOUT_RELOAD = {"docusaurus", "mkdocs", "next", "starlight", "vitepress"}
"""Generators whose links change the page in place, around the same box."""

DARK_SWITCHES = {
    "docusaurus": "button[aria-label*='dark']",
    "mkdocs": "label[title='Switch to dark']",
    "sphinx": ".theme-toggle-content .theme-toggle, .theme-toggle-header .theme-toggle",
    "starlight": "starlight-theme-select select",
    "vitepress": ".VPSwitchAppearance",
}

OWN_SEARCHES = "[type=search], [role=search], [action*=search], .DocSearch, .md-search, site-search"


async def open_box(page: Page, keys: str = "Control+k") -> Locator:
    """Only one opens."""
    await page.keyboard.press(keys)
    return await opened_box(page)


async def opened_box(page: Page) -> Locator:
    dialog = page.locator("dialog[open]")
    await expect(dialog).to_have_count(1)
    await expect(dialog.locator("[part~=input]")).to_be_focused()
    return dialog


async def close_box(page: Page) -> None:
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog[open]")).to_have_count(0)


async def follow_hit(page: Page) -> None:
    dialog = await open_box(page)
    await page.keyboard.type("dimmer")
    await dialog.locator("[part~=hit]", has_text="Pair a dimmer").click()
    await expect(page).to_have_url(re.compile(r"/guides/dimming.*#pair-a-dimmer$"))
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await expect(page.locator("#pair-a-dimmer")).to_be_in_viewport()


def test_every_link_lands_in_the_built_site(site: Site) -> None:
    environment = {"LECTERN_DATABASE_URL": site.database_url, "LECTERN_SITE_URL": site.url}
    result = run(site.folder, "verify-links", "--built", str(site.built), **environment)
    assert (0, "") == (result.returncode, result.stderr), result.stdout


async def test_the_box_stands_where_the_search_was(page: Page) -> None:
    await expect(page.locator("lectern-search [part~=button]:visible")).to_have_count(1)
    await expect(page.locator(OWN_SEARCHES)).to_have_count(0)


async def test_a_hit_leads_to_its_heading(page: Page) -> None:
    await follow_hit(page)


async def test_the_box_is_there_on_every_page(page: Page, site: Site) -> None:
    await open_box(page)
    await close_box(page)
    await page.evaluate("window.box = document.querySelector('lectern-search')")
    await visit_dimming(page)
    assert (site.name in WITHOUT_RELOAD) == await page.evaluate("window.box?.isConnected === true")
    await expect(page.locator("lectern-search")).to_have_count(1)
    await page.locator("[data-lectern-open], lectern-search [part~=button]").first.click()
    await opened_box(page)
    await close_box(page)
    await follow_hit(page)
    assert (site.name in WITHOUT_RELOAD) == await page.evaluate("window.box?.isConnected === true")
    await page.go_back()
    await page.go_back()
    await expect(page.locator("h1")).to_contain_text("Lumen")
    await open_box(page)


async def test_the_page_hears_nothing_of_what_is_typed_into_the_box(page: Page, site: Site) -> None:
    """Sphinx, Material and others have keys of their own, such as `/`, `n` and `p`."""
    dialog = await open_box(page, "/")
    await page.keyboard.type("/ n p s f . ,")
    await expect(dialog.locator("[part~=input]")).to_have_value("/ n p s f . ,")
    assert f"{site.url}/" == page.url


async def test_the_box_is_as_light_or_dark_as_the_site(page: Page, site: Site) -> None:
    await visit_dimming(page)
    assert (False, False) == await darkness(page)
    await switch_to_dark(page, site.name)
    assert (True, True) == await darkness(page)
    await page.go_back()
    await expect(page.locator("h1")).to_contain_text("Lumen")
    assert (True, True) == await darkness(page)


async def visit_dimming(page: Page) -> None:
    await page.locator(":is(main, article) a[href*=dimming]:visible").first.click()
    await expect(page.locator("h1")).to_contain_text("Dimming")


async def switch_to_dark(page: Page, name: str) -> None:
    if name not in DARK_SWITCHES:
        await page.emulate_media(color_scheme="dark")
    elif name == "starlight":
        await page.locator(DARK_SWITCHES[name]).first.select_option("dark")
    else:
        await page.locator(DARK_SWITCHES[name]).locator("visible=true").first.click()


async def darkness(page: Page) -> tuple[bool, bool]:
    """Of the page and of the box on it."""
    box = await open_box(page)
    site_is_dark, box_is_dark = await is_dark(page.locator("body")), await is_dark(box)
    await close_box(page)
    return site_is_dark, box_is_dark


async def is_dark(surface: Locator) -> bool:
    """What stands on it is then light, whatever paints its background."""
    colour = await surface.evaluate("surface => getComputedStyle(surface).color")
    return sum(map(int, re.findall(r"\d+", colour)[:3])) > 3 * 128
