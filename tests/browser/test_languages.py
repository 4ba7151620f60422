"""What the box says, in every language that it knows."""

import json
import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.docs_site import DocsSite
from tests.browser.test_opening import field, tag
from tests.static.sizes import language_bytes

NAMES = list(language_bytes())
SEVEN = ["ar", "de", "en", "es", "fr", "ja", "zh"]
HOLES = re.compile(r"\{\w+\}")


async def texts_of(page: Page, site_url: str, language: str) -> dict[str, Any]:
    address = f"{site_url}/static/strings/{language}.js"
    texts: dict[str, Any] = await page.evaluate(f"import('{address}').then((module) => module.default)")
    return texts


async def test_every_language_says_everything_with_every_plural(page: Page, docs: DocsSite, site_url: str) -> None:
    assert SEVEN == NAMES
    await page.goto(docs.write())
    english = await texts_of(page, site_url, "en")
    for language in NAMES:
        texts = await texts_of(page, site_url, language)
        assert sorted(english) == sorted(texts), language
        plurals = await page.evaluate(f"new Intl.PluralRules('{language}').resolvedOptions().pluralCategories")
        for key, text in english.items():
            if isinstance(text, str):
                assert HOLES.findall(text) == HOLES.findall(texts[key]), (language, key)
                continue
            # Whole numbers only: what is for millions and fractions in French and Spanish is said as `other`.
            assert set(plurals) - {"many"} <= set(texts[key]) <= set(plurals) or language == "ar", (language, key)
            assert language != "ar" or set(plurals) == set(texts[key]), key
            assert HOLES.findall(text["other"]) == HOLES.findall(texts[key]["other"]), (language, key)


async def test_the_button_speaks_each_language(page: Page, docs: DocsSite, site_url: str) -> None:
    elements = "".join(f"<p lang={name}><lectern-search></lectern-search></p>" for name in NAMES)
    await page.goto(docs.write(elements, head=tag(site_url)))
    said = await page.locator("lectern-search").evaluate_all(
        "(all) => all.map(({ shadowRoot }) => shadowRoot.querySelector('.opener span').textContent)"
    )
    assert ("Suchen oder fragen…", len(NAMES)) == (said[NAMES.index("de")], len(set(said)))


@pytest.mark.parametrize(
    ("root", "attributes", "placeholder"),
    [
        ('lang="de-AT"', "", "Suchen oder fragen…"),
        ('lang="de"', 'language="fr"', "Chercher ou demander…"),
        ('lang="pt-BR"', "", "Search or ask…"),
        ("", "", "Search or ask…"),  # the browser's own
        ('lang="es"', 'placeholder="Pregunta a Lumen"', "Pregunta a Lumen"),
    ],
)
async def test_the_attribute_comes_before_the_page_and_the_page_before_the_browser(
    page: Page, docs: DocsSite, site_url: str, root: str, attributes: str, placeholder: str
) -> None:
    body = f"<lectern-search {attributes}></lectern-search>"
    await page.goto(docs.write(body, head=tag(site_url), root=root))
    await page.get_by_role("button", name=placeholder).click()
    await expect(field(page)).to_have_attribute("placeholder", placeholder)


async def test_a_language_reaches_into_shadow_roots(page: Page, docs: DocsSite, site_url: str) -> None:
    await page.goto(docs.write("<div lang=ja></div>", head=tag(site_url), root='lang="de"'))
    await page.evaluate("""() => {
      const root = document.querySelector("div").attachShadow({ mode: "open" });
      root.append(document.createElement("lectern-search"));
    }""")
    await expect(page.get_by_role("button", name="検索または質問…")).to_be_visible()


async def test_arabic_goes_from_right_to_left_on_any_page(page: Page, docs: DocsSite, site_url: str) -> None:
    await page.emulate_media(reduced_motion="reduce")  # a panel that slides in is not there at once
    await page.goto(docs.write(head=tag(site_url, 'data-language="ar" data-position="panel"')))
    await page.keyboard.press("/")
    await expect(field(page)).to_have_css("direction", "rtl")
    box = await page.get_by_role("dialog").bounding_box()
    assert box is not None
    assert 0 == box["x"]


async def test_a_site_says_what_it_likes(page: Page, docs: DocsSite, site_url: str) -> None:
    own = json.dumps({"found": {"one": "{n} lamp", "other": "{n} lamps"}})
    head = "<script>addEventListener('DOMContentLoaded', () => {"
    head += "document.querySelector('lectern-search').strings = { close: 'Off with it' } })</script>"
    body = "<lectern-search></lectern-search>"
    await page.goto(docs.write(body, head=head + tag(site_url, f"data-strings='{own}'")))
    await page.keyboard.press("/")
    await expect(field(page)).to_be_focused()
    await expect(page.get_by_role("button", name="Off with it")).to_be_visible()
    await page.keyboard.type("bulb")
    await expect(page.locator("[role=status]")).to_have_text(re.compile(r"^\d lamps$"))


async def test_questions_of_the_site_are_offered_and_asked_for_once(
    page: Page, docs: DocsSite, site_url: str
) -> None:
    asked: list[str] = []

    async def tell(route: Any) -> None:
        asked.append(route.request.url)
        await route.fulfill(json={"name": "Lumen", "suggested_questions": ["How bright is it?"]})

    await page.route("**/v1/site*", tell)
    await page.goto(docs.write(head=tag(site_url)))
    for _ in range(2):
        await page.keyboard.press("/")
        await expect(
            page.locator("lectern-search").get_by_role("option", name="How bright is it?")
        ).to_be_visible()
        await page.keyboard.press("Escape")
    assert 1 == len(asked)
