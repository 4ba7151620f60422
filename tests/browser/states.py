"""Every state that a reader may see the box in, one after the other in one page; for looks and for axe.

A walk yields the name of each state while the page is in it.
"""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Final

from playwright.async_api import Page, expect

from tests.browser.asking import QUESTION, Answering, answer_state, ask
from tests.browser.docs_site import DocsSite
from tests.browser.test_opening import field, tag
from tests.model_endpoint import Knobs

PHONE: Final = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
WIDE: Final = {"viewport": {"width": 1280, "height": 800}}
LOOKS: Final[dict[str, dict[str, Any]]] = {
    "wide-light": WIDE,
    "wide-dark": {**WIDE, "color_scheme": "dark"},
    "phone-light": PHONE,
    "phone-dark": {**PHONE, "color_scheme": "dark"},
    "wide-rtl": {**WIDE, "locale": "ar"},
    "phone-rtl": {**PHONE, "color_scheme": "dark", "locale": "ar"},
    "wide-forced": {**WIDE, "forced_colors": "active"},
}

ANSWER: Final = """\
Switch the lamp off and let the bulb **cool for ten minutes** [1]. Then turn it *anticlockwise*.

1. Pull the plug, see `E_PAIR_TIMEOUT` [2].
2. Screw the new one in by hand.
   - LED bulbs up to nine watts [1][3]

```toml
[lamp]
colour_temperature = 2700
```

| Colour | Kelvin | For |
| --- | ---: | --- |
| Warm white | 2,700 | living rooms |
| Daylight white | 6,500 | workshops |

## When it flickers

> A dimmer may be too old for LED bulbs [2].
"""

_SEARCH: Final = re.compile(r"/v1/search\?")


@dataclass(frozen=True)
class Stage:
    """Where a walk takes place."""

    answering: Answering
    refusing: Answering
    docs: DocsSite
    root: str = 'lang="en"'
    """Attributes of pages that have the box."""


Walk = Callable[[Page, Stage], AsyncIterator[str]]


async def all_states(page: Page, stage: Stage) -> AsyncIterator[str]:
    for walk in (pages, searches, answers, troubles, positions):
        async for state in walk(page, stage):
            yield state


async def pages(page: Page, stage: Stage) -> AsyncIterator[str]:
    """Of the server's own."""
    await page.goto(stage.answering.url)
    await expect(page.get_by_role("contentinfo")).to_contain_text("4 pages")
    yield "closed"
    await page.goto(f"{stage.answering.url}/pages/guides/bulbs#choosing-a-colour")
    yield "preview"


async def searches(page: Page, stage: Stage) -> AsyncIterator[str]:
    await _open(page, stage)
    await expect(page.get_by_role("option")).to_have_count(2)
    yield "suggested"
    await field(page).fill("pairing ")
    await expect(page.get_by_role("group").first).to_contain_text("Dimming")
    await page.keyboard.press("ArrowDown")
    yield "hits"
    await page.keyboard.press("Control+Enter")
    await page.locator("[part=back]").click()
    await field(page).fill("")
    await expect(page.locator("[part=clear]")).to_be_visible()
    yield "recent"
    await page.route(_SEARCH, lambda route: route.fulfill(json={"confidence": None, "hits": []}))
    await field(page).fill("nothing")
    note = page.locator(".note").first
    await expect(note).not_to_be_empty()
    said = await note.inner_text()
    yield "no-hits"
    await page.route(_SEARCH, lambda route: route.abort())
    await field(page).fill("trouble")
    await expect(note).not_to_have_text(said)
    yield "search-trouble"
    await page.unroute_all()


async def answers(page: Page, stage: Stage) -> AsyncIterator[str]:
    endpoint = stage.answering.endpoint
    endpoint.knobs = Knobs(hang=True)
    await _ask(page, stage)
    await answer_state(page, "thinking")
    yield "thinking"
    await page.locator(".stop").click()
    await answer_state(page, "stopped")
    endpoint.knobs = Knobs(answer=ANSWER, hang_after_deltas=45)
    await _ask(page, stage)
    await expect(page.locator(".prose pre")).to_be_visible()
    yield "streaming"
    await page.locator(".stop").click()
    await answer_state(page, "stopped")
    yield "stopped"
    endpoint.knobs = Knobs(answer=ANSWER)
    await _ask(page, stage)
    await answer_state(page, "done")
    await expect(page.locator(".card").first).to_be_attached()
    yield "answered"
    await page.locator(".body:visible").evaluate("body => body.scrollTo(0, body.scrollHeight)")
    yield "sources"
    await page.locator(".down").click()
    await expect(page.locator(".feedback form")).to_be_visible()
    yield "feedback"
    await page.mouse.move(1, 1)
    await page.locator(".citation").first.focus()
    await expect(page.locator(".peek")).to_have_css("opacity", "1")
    yield "popover"
    endpoint.knobs = Knobs(answer="For ten minutes [1].", rewriting="How long does a bulb have to cool?")
    await page.locator(".foot textarea").fill("And how long is that?")
    await page.keyboard.press("Enter")
    await expect(page.locator(".turn")).to_have_count(2)
    await answer_state(page, "done")
    yield "conversation"


async def troubles(page: Page, stage: Stage) -> AsyncIterator[str]:
    stage.answering.endpoint.knobs = Knobs(status=500)
    await _ask(page, stage)
    await answer_state(page, "error")
    await expect(page.locator(".card").first).to_be_visible()
    yield "error"
    stage.answering.endpoint.knobs = Knobs(answer=ANSWER, cut_after_deltas=30)
    await _ask(page, stage)
    await answer_state(page, "error")
    await expect(page.locator(".card").first).to_be_attached()
    yield "broke-off"
    await page.goto(stage.docs.write(head=tag(stage.refusing.url), root=stage.root) + f"?ask={QUESTION}")
    await answer_state(page, "done")
    await expect(page.locator(".card").first).to_be_visible()
    yield "refused"


async def positions(page: Page, stage: Stage) -> AsyncIterator[str]:
    stage.answering.endpoint.knobs = Knobs(answer=ANSWER)
    for position in ("panel", "inline"):
        head = tag(stage.answering.url)
        body = f"<lectern-search position={position}></lectern-search>"
        address = stage.docs.write(body, head=head, root=stage.root)
        await page.goto(address)
        await page.evaluate("sessionStorage.clear()")  # else it opens at the last conversation
        await page.goto(address)
        yield f"{position}-closed"
        await page.keyboard.press("Control+k")
        await field(page).fill("pairing ")
        await expect(page.get_by_role("group").first).to_contain_text("Dimming")
        yield f"{position}-hits"
        await page.keyboard.press("Control+Enter")
        await answer_state(page, "done")
        await expect(page.locator(".card").first).to_be_attached()
        yield f"{position}-answered"


async def _open(page: Page, stage: Stage) -> None:
    body = "<header><lectern-search></lectern-search></header>"
    await page.goto(stage.docs.write(body, head=tag(stage.answering.url), root=stage.root))
    await page.keyboard.press("Control+k")
    await expect(field(page)).to_be_focused()


async def _ask(page: Page, stage: Stage) -> None:
    await ask(page, stage.docs.write(head=tag(stage.answering.url), root=stage.root))
