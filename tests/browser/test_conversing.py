"""Several questions in one conversation."""

import re

import pytest
from playwright.async_api import Page, Request, expect

from tests.browser.asking import QUESTION, Answering, answer_state, ask, follow_up
from tests.browser.axe import violations
from tests.model_endpoint import Knobs

SECOND = "And how long is that?"
REWRITTEN = "How long does a bulb have to cool?"


@pytest.fixture
def answering(served: Answering) -> Answering:
    served.endpoint.start_afresh()
    served.endpoint.knobs = Knobs(answer="Let it cool [1].", rewriting=REWRITTEN)
    return served


async def test_a_follow_up_is_asked_in_the_same_conversation(page: Page, answering: Answering) -> None:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await ask(page, answering.url)
    await answer_state(page, "done")
    height = await page.locator(".prose").first.evaluate("prose => prose.offsetHeight")
    answering.endpoint.knobs.first_delta_delay_seconds = 0.3
    await follow_up(page, SECOND)
    await answer_state(page, "thinking")
    assert height == await page.locator(".prose").first.evaluate("prose => prose.offsetHeight")
    await answer_state(page, "done")
    assert [QUESTION, SECOND] == await page.locator(".turn h2").all_inner_texts()
    assert answering.endpoint.requests[-1].is_about(REWRITTEN)
    await expect(page.get_by_label("Ask a follow-up…")).to_be_focused()
    await expect(page.get_by_label("Ask a follow-up…")).to_have_value("")
    assert [] == await violations(page)
    # What depends on its place in the conversation is offered at its end only.
    await expect(page.locator(".again").filter(visible=True)).to_have_count(1)
    # Who gets the link has no conversation to understand the question by.
    await page.locator(".share").last.click()
    await expect(page.locator(".share").last).to_have_text("Copied")
    assert "How+long+does+a+bulb" in await page.evaluate("navigator.clipboard.readText()")


async def test_a_composition_and_a_new_line_are_not_sent(page: Page, answering: Answering) -> None:
    await ask(page, answering.url)
    await answer_state(page, "done")
    field = page.get_by_label("Ask a follow-up…")
    await field.fill("電球")
    await field.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    await page.keyboard.press("Shift+Enter")
    await expect(field).to_have_value("電球\n")
    await expect(page.locator(".turn")).to_have_count(1)
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator(".turn")).to_have_count(2)


async def test_a_question_is_edited_and_a_new_one_begins_anew(page: Page, answering: Answering) -> None:
    asked: list[Request] = []
    page.on("request", lambda request: asked.extend([request] if request.method == "POST" else []))
    await ask(page, answering.url)
    await answer_state(page, "done")
    await follow_up(page, SECOND)
    await expect(page.locator(".turn")).to_have_count(2)
    await answer_state(page, "done")
    await page.locator(".edit").last.click()
    await expect(page.locator("lectern-search [role=combobox]:visible")).to_have_value(SECOND)
    await page.keyboard.press("Control+Enter")
    await answer_state(page, "done")
    await page.get_by_role("button", name="New question").click()
    await expect(page.locator("lectern-search [role=combobox]:visible")).to_have_value("")
    conversations = [(request.post_data_json or {}).get("conversation") for request in asked]
    assert [False, True, False] == [conversation is not None for conversation in conversations]


async def test_who_went_back_to_the_search_finds_the_conversation_there(page: Page, answering: Answering) -> None:
    await ask(page, answering.url)
    await answer_state(page, "done")
    await page.keyboard.press("Escape")
    field = page.locator("lectern-search [role=combobox]:visible")
    row = page.get_by_role("group", name="Conversation").get_by_role("option")
    await expect(row).to_have_text(QUESTION)
    await expect(row).to_have_attribute("aria-selected", "true")
    assert [] == await violations(page)
    # It waits on the next page too, where a reader who left it finds the search.
    await page.goto(f"{answering.url}/pages/guides/bulbs")
    await page.keyboard.press("Control+k")
    await expect(field).to_be_focused()
    await expect(row).to_have_text(QUESTION)
    await page.keyboard.press("Enter")
    await answer_state(page, "done")
    await follow_up(page, SECOND)
    await expect(page.locator(".turn")).to_have_count(2)
    await answer_state(page, "done")
    assert answering.endpoint.requests[-1].is_about(REWRITTEN)
    await page.get_by_role("button", name="Back to search").click()
    await row.click()
    await page.reload()
    await expect(page.locator(".turn[data-state=done]")).to_have_count(2)
    await page.get_by_role("button", name="Back to search").click()
    await page.keyboard.type("A new one")
    await page.keyboard.press("Control+Enter")
    await answer_state(page, "done")
    await expect(page.locator(".turn h2")).to_have_text(["A new one"])


async def test_asking_again_is_rated_anew(page: Page, answering: Answering) -> None:
    await page.route(re.compile(r"/feedback\??$"), lambda route: route.fulfill(status=204))
    await ask(page, answering.url)
    await answer_state(page, "done")
    await page.locator(".up").click()
    await expect(page.locator(".up")).to_have_attribute("aria-pressed", "true")
    answering.endpoint.knobs.answer = "Another one [1]."
    await page.locator(".again").click()
    await expect(page.locator(".prose")).to_contain_text("Another one")
    await expect(page.locator(".up")).to_have_attribute("aria-pressed", "false")
