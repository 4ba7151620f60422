"""What a model or a page of the docs may say executes nothing, on a page that forbids nearly everything.

Beside the policy's own word, which tells also of what it kept from happening, all that the box shows is looked at:
no element, attribute or address in it could do more than show text.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from server.database.pool import open_owner_connection, prepare_connection
from tests.browser.asking import Answering, answer_state, serve_answers
from tests.browser.docs_site import DocsSite
from tests.browser.test_opening import field, tag
from tests.conftest import cloned_database
from tests.model_endpoint import Knobs
from tests.pages import page as page_of
from tests.pages import publish_pages, section

HURT = "window.hurt=1"
SCRIPT = f"<script>{HURT}</script>"
IMAGE = f'"\'><img src=x onerror="{HURT}"><svg onload={HURT}>'
RIGHT_TO_LEFT = "\u202egnp.exe\u202c \u2066isolated\u2069"
ZERO_WIDTH = "pay\u200bpal.com\u2060 \ufeff\u00ad"

DISGUISES = (
    f"javascript:{HURT}",
    f"JaVaScRiPt:{HURT}",
    f"java\tscript:{HURT}",
    f"java&#9;script:{HURT}",
    f"java&#x0a;script:{HURT}",
    f"&#106;avascript&colon;{HURT}",
    f"&#x6A&#x61;vascript:{HURT}",
    f"\u0001javascript:{HURT}",
    f"\u00a0javascript:{HURT}",
    f"java\u200bscript:{HURT}",
    f"javascript&#58;{HURT}",
    f"javascript\\:{HURT}",
    f"vbscript:{HURT}",
    f"data:text/html,{SCRIPT}",
    "data:text/html;base64,PHNjcmlwdD53aW5kb3cuaHVydD0xPC9zY3JpcHQ+",
    "blob:https://docs.example.com/1",
    "file:///etc/passwd",
    "//evil.example.com",
    "/\\evil.example.com",
    "https://evil.example.com/?stolen=1",
    "https:evil.example.com",
)

LINKS = "\n\n".join(
    f'[go]({at} "{SCRIPT}") [go](<{at}>) ![i]({at}) <{at}> [![i]({at})]({at}) {at}' for at in DISGUISES
)

ANSWERS = {
    "markup": (
        f"{SCRIPT} {IMAGE} <iframe srcdoc='{SCRIPT}'></iframe> <style>*{{display:none}}</style> "
        f"<base href=//evil.example.com> <meta http-equiv=refresh content='0;url=javascript:{HURT}'> "
        f"<math><mtext><mglyph><style><!--</style><img title='--&gt;&lt;img src onerror={HURT}&gt;'> [1][2]\n\n"
        f'```html" onload="{HURT}\n{SCRIPT}\n```\n\n`{SCRIPT}`\n\n# {SCRIPT}\n\n- {IMAGE}\n\n'
        f"| {SCRIPT} | b |\n| --- | --- |\n| {IMAGE} | [x](javascript:{HURT}) |\n"
    ),
    "links": LINKS,
    "disguised text": (
        f"[https://bank.example.com](https://evil.example.com) [1] {RIGHT_TO_LEFT} {ZERO_WIDTH} "
        f"[{RIGHT_TO_LEFT}]({ZERO_WIDTH}) \u0000\u0007\u001b[31m [1\u200b] \ud83d"
    )
    .encode("utf-8", "replace")
    .decode(),
    "broken Markdown": '**a *b `c [d](e "f | g\n> - 1. ```js\n'
    + "[" * 200
    + "*_" * 200
    + "\n|a|\n|-\n!["
    + "(" * 99,
}

# Notes what policies forbade. The names of all that stands in the window tell what a script has left there.
WATCH = """() => {
  const names = Object.getOwnPropertyNames(window);
  const violations = [];
  document.addEventListener("securitypolicyviolation", (event) =>
    violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
  Object.defineProperty(window, "watched", { value: () => ({
    violations,
    left: Object.getOwnPropertyNames(window).filter((name) => name !== "watched" && !names.includes(name)),
  }) });
}"""

DANGEROUS = """() => {
  const elements = "script, iframe, object, embed, base, link, meta, style, template, math, use, animate, set";
  const found = [];
  for (const { shadowRoot } of document.querySelectorAll("lectern-search")) {
    for (const element of shadowRoot.querySelectorAll("*")) {
      if (element.matches(elements)) found.push(element.outerHTML);
      for (const { name, value } of element.attributes) {
        if (/^on|^style$|^srcdoc$|^formaction$/.test(name)) found.push(element.outerHTML);
        const isAddress = ["href", "src", "xlink:href", "action", "srcset"].includes(name);
        if (isAddress && !/^https?:\\/\\/127\\.0\\.0\\.1:/.test(value)) found.push(element.outerHTML);
      }
    }
  }
  return found;
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database_url(postgres_url: str) -> AsyncIterator[str]:
    """Docs that somebody hostile has written."""
    async with cloned_database(postgres_url) as database_url:
        async with open_owner_connection(database_url) as owner:
            await prepare_connection(owner)
            await publish_pages(owner, PAGES)
        yield database_url


def hostile_page(path: str, heading: str, **changes: Any) -> Any:
    content = f"How lamps are changed. {SCRIPT} {IMAGE} [lamp](javascript:{HURT}) {RIGHT_TO_LEFT} ![lamp](data:x)"
    return replace(page_of(path, section(heading, content)), **{"title": f"Lamps {SCRIPT}", **changes})


PAGES = [
    hostile_page("/script", f"Lamps {IMAGE}", url=f"java\tscript:{HURT}"),
    hostile_page("/data", f"Lamps {RIGHT_TO_LEFT} {ZERO_WIDTH}", url=f"data:text/html,{SCRIPT}"),
    hostile_page("/lamp'\"><img src=x onerror=window.hurt=1>", f"Lamps </a>{SCRIPT}"),
]


@pytest.fixture(scope="module")
def served(database_url: str) -> Iterator[Answering]:
    with serve_answers(
        database_url,
        site_name=f"Lamps {SCRIPT}{IMAGE}",
        suggested_questions=f"Why {SCRIPT}?|{IMAGE}|{RIGHT_TO_LEFT}?",
    ) as answering:
        yield answering


@pytest.fixture
def answering(served: Answering) -> Answering:
    served.endpoint.start_afresh()
    return served


@pytest_asyncio.fixture(loop_scope="session")
async def strict(page: Page, docs: DocsSite, answering: Answering) -> AsyncIterator[Page]:
    """A page with a strict policy, which is asked at the end whether anything was against it."""
    docs.headers = {
        "Content-Security-Policy": f"default-src 'self'; script-src {answering.url}; connect-src {answering.url}; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    }
    said: list[str] = []
    page.on("console", lambda message: said.extend([message.text] if "Failed to load" not in message.text else []))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("popup", lambda popup: said.append(popup.url))
    await page.add_init_script(f"({WATCH})()")
    try:
        await page.goto(docs.write(head=tag(answering.url)))
        yield page
        assert {"violations": [], "left": []} == await page.evaluate("watched()")
        assert [] == await page.evaluate(DANGEROUS)
        assert [] == said
    finally:
        docs.headers = {}


async def ask_in_page(page: Page, question: str = "How are lamps changed?") -> None:
    await page.evaluate("question => document.querySelector('lectern-search').ask(question)", question)


@pytest.mark.parametrize("name", ANSWERS)
async def test_answers_execute_nothing(strict: Page, answering: Answering, name: str) -> None:
    answering.endpoint.knobs.answer = ANSWERS[name]
    await ask_in_page(strict)
    await answer_state(strict, "done")
    assert [] == await strict.evaluate(DANGEROUS)
    links = strict.locator(".prose a:not(.citation)")
    # What is no scheme to a browser either is a path of this site.
    assert {"true"} >= set(
        await links.evaluate_all("links => links.map(({ origin }) => `${origin === location.origin}`)")
    )
    text = await strict.locator(".prose").inner_text()
    assert set() == set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


async def test_pages_execute_nothing(strict: Page, answering: Answering) -> None:
    answering.endpoint.knobs.answer = f"See [1], [2] and [3]. [go](javascript:{HURT}) <javascript:{HURT}>"
    await strict.keyboard.press("Control+k")
    suggested = strict.get_by_role("group", name="Suggested").get_by_role("option")
    await expect(suggested).to_have_count(3)
    await expect(suggested.nth(1)).to_have_text(IMAGE)
    await field(strict).fill("lamps")
    hits = strict.locator("[part=hit]")
    await expect(hits).to_have_count(3)
    await expect(hits.locator("mark").first).to_be_visible()
    await expect(strict.locator("[part=hit][href]")).to_have_count(1)
    assert [] == await strict.evaluate(DANGEROUS)
    for hit in await hits.all():
        if not await hit.get_attribute("href"):
            await hit.click()
    await ask_in_page(strict)
    await answer_state(strict, "done")
    await expect(strict.locator(".card")).to_have_count(3)
    await expect(strict.locator(".card[href]")).to_have_count(1)
    await expect(strict.locator(".prose a:not(.citation)")).to_have_count(0)
    for citation in await strict.locator(".citation").all():
        await citation.hover()
        await expect(strict.locator(".peek")).to_contain_text(SCRIPT)
        assert [] == await strict.evaluate(DANGEROUS)
        if not await citation.get_attribute("href"):
            await strict.locator(".peek a").click()
            await citation.click()
    answering.endpoint.knobs = Knobs(status=500)
    await ask_in_page(strict, f"Lamps {SCRIPT} {IMAGE}")
    await answer_state(strict, "error")
    await expect(strict.locator(".card")).to_have_count(3)


async def test_the_own_pages_execute_nothing(page: Page, answering: Answering) -> None:
    """Their policies allow the scripts of this host, and so would keep less from happening."""
    await page.add_init_script(f"({WATCH})()")
    for path in ("/", "/pages/lamp'%22%3E%3Cimg%20src=x%20onerror=window.hurt=1%3E"):
        await page.goto(f"{answering.url}{path}")
        await ask_in_page(page)
        await answer_state(page, "done")
        assert {"violations": [], "left": []} == await page.evaluate("watched()")
        assert [] == await page.evaluate(DANGEROUS)
    await expect(page.locator("h1")).to_have_text(f"Lamps {SCRIPT}")
