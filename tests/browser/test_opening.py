"""Reaching for the box: what loads when, by which keys, and what becomes of what the reader was doing."""

import re

import pytest
from playwright.async_api import Browser, Locator, Page, Request, expect

from tests.browser.asking import hold
from tests.browser.docs_site import DocsSite

BOX = re.compile(r"/static/.*box\.js")
QUESTION = "How do I change the bulb?"


def tag(url: str, data: str = "") -> str:
    return f'<script type="module" src="{url}/widget.js" {data}></script>'


def field(page: Page) -> Locator:
    return page.locator("lectern-search [role=combobox]:visible")


async def load(page: Page) -> None:
    """Then every box opens at once, or not at all."""
    await page.evaluate("Promise.all([...document.querySelectorAll('lectern-search')].map((each) => each.load()))")


async def is_open(page: Page) -> bool:
    shown: bool = await page.evaluate("""() => [...document.querySelectorAll("lectern-search")].some(
      ({ shadowRoot }) => shadowRoot.querySelector("dialog[open]"))""")
    return shown


async def test_an_idle_page_loads_the_loader_alone(page: Page, docs: DocsSite, site_url: str) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.url.startswith(site_url):
            asked.append(request.url)

    page.on("request", note)
    await page.goto(docs.write(head=tag(site_url)), wait_until="networkidle")
    assert [f"{site_url}/widget.js"] == asked
    await page.get_by_role("button", name="Search or ask").hover()
    await page.wait_for_load_state("networkidle")
    assert [url for url in asked if BOX.search(url)]
    assert [] == [url for url in asked if "/v1/" in url]


@pytest.mark.parametrize("way", ["key", "click", "tab", "link"])
async def test_what_is_typed_before_the_box_is_there_is_kept(
    page: Page, docs: DocsSite, site_url: str, way: str
) -> None:
    arrives = await hold(page, BOX)
    await page.goto(docs.write('<a href="/search" data-lectern-open>Find</a>', head=tag(site_url)))
    await page.evaluate("addEventListener('keydown', ({key}) => (globalThis.seen ??= []).push(key))")
    opener = page.get_by_role("button", name="Search or ask")
    if way == "key":
        await page.keyboard.press("Control+k")
    elif way == "tab":
        await opener.focus()
        await page.keyboard.press("Enter")
    else:
        await (opener if way == "click" else page.get_by_text("Find")).click()
    await page.keyboard.type("pairing ")
    arrives.set()
    await expect(field(page)).to_be_focused()
    await page.keyboard.type("fails")
    await expect(field(page)).to_have_value("pairing fails")
    assert not set("pairng") & set(await page.evaluate("globalThis.seen ?? []"))
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    before = {"key": "body", "click": "lectern-search", "tab": "lectern-search", "link": "a"}[way]
    focused = "body:not(:has(:focus))" if before == "body" else f"{before}:focus"
    await expect(page.locator(focused)).to_be_attached()  # a moment later


# What is pressed, where the focus is, and whether the box opens.
KEYS = [
    ("Control+k", "body", True),
    ("Meta+k", "body", True),
    ("/", "body", True),
    ("Shift+Digit7", "body", False),
    ("Control+Shift+k", "body", False),
    ("Control+Alt+k", "body", False),
    ("Control+Meta+k", "body", False),
    ("Control+/", "body", False),
    ("Alt+/", "body", False),
    ("k", "body", False),
    ("Control+k", "input", False),
    ("/", "input", False),
    ("/", "textarea", False),
    ("/", "[contenteditable]", False),
    ("/", "#nested", False),
    ("/", "select", False),
    ("Control+k", "button", True),
    ("Control+k", "[type=radio]", True),
]
FIELDS = """
<input aria-label="a"><input type="radio" aria-label="d">
<textarea aria-label="b"></textarea><p contenteditable>text</p>
<select aria-label="c"><option>1</select><button>press</button><div id="outer"></div>
<script>
  const inner = document.createElement("div");
  outer.attachShadow({ mode: "open" }).append(inner);
  const nested = document.createElement("input");
  nested.id = "nested";
  inner.attachShadow({ mode: "open" }).append(nested);
</script>
"""


async def test_hotkeys_open_only_when_nothing_is_typed_and_nothing_else_is_pressed(
    page: Page, docs: DocsSite, site_url: str
) -> None:
    await page.goto(docs.write(FIELDS, head=tag(site_url)))
    await load(page)
    opened = []
    for keys, place, _ in KEYS:
        await page.evaluate("document.activeElement.blur()")
        if place != "body":
            await page.locator(place).first.focus()
        await page.keyboard.press(keys)
        opened.append((keys, place, await is_open(page)))
        await page.evaluate("document.querySelector('lectern-search').close()")
    assert KEYS == opened


async def test_keys_of_other_layouts_open_too(page: Page, docs: DocsSite, site_url: str) -> None:
    await page.goto(docs.write(head=tag(site_url)))
    await load(page)
    for init in ["key: '/', code: 'Digit7', shiftKey: true", "key: 'ن', code: 'KeyK', ctrlKey: true"]:
        await page.evaluate(
            f"document.body.dispatchEvent(new KeyboardEvent('keydown', {{{init}, bubbles: true}}))"
        )
        await expect(field(page)).to_be_focused()
        await page.keyboard.press("Escape")
    assert not await is_open(page)
    await page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '/', isComposing: true, bubbles: true}))"
    )
    assert not await is_open(page)


async def test_the_hotkey_is_the_sites_to_choose(page: Page, docs: DocsSite, site_url: str) -> None:
    two = '<lectern-search hotkey="j"></lectern-search><lectern-search hotkey="off" id="quiet"></lectern-search>'
    await page.goto(docs.write(two, head=tag(site_url, 'data-hotkey="x"')))
    await load(page)
    await page.keyboard.press("Control+k")
    await page.keyboard.press("Control+x")
    assert not await is_open(page)
    await page.keyboard.press("Control+j")
    await expect(field(page)).to_be_focused()
    await page.keyboard.press("Control+j")
    assert not await is_open(page)


async def test_two_elements_and_two_scripts_open_one_box(page: Page, docs: DocsSite, site_url: str) -> None:
    elements = "<lectern-search></lectern-search><lectern-search></lectern-search>"
    again = tag(site_url) + f'<script type="module" src="{site_url}/widget.js?another=version"></script>'
    await page.goto(docs.write(elements, head=tag(site_url) + again) + f"?ask={QUESTION}")
    await expect(page.get_by_role("dialog")).to_have_count(1)
    await expect(page.locator("lectern-search")).to_have_count(2)
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("dialog")).to_have_count(1)
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_box_that_cannot_be_loaded_says_so_and_is_asked_for_again(
    browser: Browser, docs: DocsSite, site_url: str
) -> None:
    page = await browser.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    await page.goto(docs.write("<button>here</button>", head=tag(site_url)))
    await page.route(BOX, lambda route: route.abort())
    await page.get_by_role("button", name="here").focus()
    await page.keyboard.press("Control+k")
    trouble = "The search cannot be loaded."
    await expect(page.get_by_role("button", name=trouble)).to_have_attribute("title", trouble)
    await expect(page.get_by_role("button", name="here")).to_be_focused()
    assert any(trouble in text for text in told)
    await page.unroute(BOX)
    await page.keyboard.press("Control+k")
    await expect(field(page)).to_be_focused()
    await page.close()


async def test_a_reload_shows_the_answer_again_and_another_page_waits(
    page: Page, docs: DocsSite, site_url: str
) -> None:
    head = tag(site_url)
    other = docs.write(path="/other", head=head)
    await page.goto(docs.write(head=head) + f"?ask={QUESTION}")
    await expect(page.locator(".answer")).to_have_attribute("data-state", "done")
    assert page.url.endswith("?ask=How%20do%20I%20change%20the%20bulb?")
    await page.reload()
    await expect(page.locator(".answer")).to_contain_text("anticlockwise")
    await page.goto(other)
    await page.wait_for_load_state("networkidle")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.go_back()
    await expect(page.locator(".answer")).to_contain_text("anticlockwise")
    await page.evaluate("document.querySelector('lectern-search').close()")
    await page.reload(wait_until="networkidle")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_escape_stops_goes_back_and_closes_and_gives_the_focus_back(
    page: Page, docs: DocsSite, site_url: str
) -> None:
    await page.goto(docs.write("<button>here</button>", head=tag(site_url)))
    await page.evaluate("scrollTo(0, 400)")
    await page.get_by_role("button", name="here").evaluate("(button) => button.focus({ preventScroll: true })")
    await page.keyboard.press("Control+k")
    await expect(field(page)).to_be_focused()
    await page.keyboard.type(QUESTION)
    await page.keyboard.press("Enter")
    await expect(page.locator(".answer")).to_have_attribute("data-state", "done")
    await page.keyboard.press("Escape")
    await expect(field(page)).to_be_focused()
    for _ in range(6):  # the focus goes round in the box, and through the browser's own controls
        await page.keyboard.press("Tab")
        assert await page.evaluate("['LECTERN-SEARCH', 'BODY'].includes(document.activeElement.tagName)")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_role("button", name="here")).to_be_focused()
    assert 400 == await page.evaluate("scrollY")


async def test_a_click_beside_the_box_closes_it_and_a_selection_that_ends_there_does_not(
    page: Page, docs: DocsSite, site_url: str
) -> None:
    await page.goto(docs.write(head=tag(site_url)))
    await page.keyboard.press("Control+k")
    await expect(field(page)).to_be_focused()
    await page.keyboard.type("lamp")
    await field(page).hover()
    await page.mouse.down()
    await page.mouse.move(20, 20)
    await page.mouse.up()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.mouse.click(20, 20)
    await expect(page.get_by_role("dialog")).to_have_count(0)
