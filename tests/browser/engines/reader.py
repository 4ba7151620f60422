"""A reader with one browser: what they press, point at and see. Selectors are those of the box's shadow root.

Everything waits for what it wants, and fails with what was there instead.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from selenium.common import WebDriverException
from selenium.webdriver import ActionChains, Keys

LIMIT_SECONDS: Final = 10
_PAUSE_SECONDS: Final = 0.03
_IN_BOX: Final = """
const root = document.querySelector("lectern-search").shadowRoot;
const all = (selector) => [...root.querySelectorAll(selector)];
const one = (selector) => all(selector).find((node) => node.checkVisibility()) ?? null;
const rect = (selector) => one(selector)?.getBoundingClientRect() ?? null;
const style = (selector) => getComputedStyle(one(selector));
"""

NOTING: Final = """
const noted = () => JSON.parse(sessionStorage.troubles ?? "[]");
const note = (text) => sessionStorage.troubles = JSON.stringify([...noted(), String(text)]);
addEventListener("error", (event) => note(event.message));
addEventListener("unhandledrejection", (event) => note(event.reason));
document.addEventListener("securitypolicyviolation",
  ({ violatedDirective, blockedURI, sourceFile }) => note(`${violatedDirective} ${blockedURI} ${sourceFile}`));
console.error = (...words) => note(words.join(" "));
"""
"""A script for the head of a page. It keeps what a console would show in red, until the next visit."""


@dataclass
class Reader:
    driver: Any
    screenshots: Path
    engine: str

    def visit(self, address: str) -> None:
        """In a window as wide as a desktop's, with nothing remembered of that site."""
        self.driver.set_window_size(1280, 880)
        self.driver.get(address)
        self.driver.execute_script("sessionStorage.clear(); localStorage.clear()")
        self.driver.get(address)

    def press(self, *keys: str) -> None:
        """One after the other; `Control+k` is a chord."""
        for chord in keys:
            *held, key = [getattr(Keys, name.upper(), name) for name in chord.split("+")]
            actions = ActionChains(self.driver, duration=0)
            for each in held:
                actions.key_down(each)
            actions.send_keys(key)
            for each in reversed(held):
                actions.key_up(each)
            actions.perform()

    def type(self, text: str) -> None:
        ActionChains(self.driver, duration=0).send_keys(text).perform()

    def click(self, selector: str) -> None:
        ActionChains(self.driver, duration=0).click(self.part(selector)).perform()

    def click_at(self, x: int, y: int) -> None:
        actions = ActionChains(self.driver, duration=0)
        actions.w3c_actions.pointer_action.move_to_location(x, y).click()
        actions.perform()

    def point(self, selector: str) -> None:
        ActionChains(self.driver, duration=0).move_to_element(self.part(selector)).perform()

    def part(self, selector: str) -> Any:
        """The first visible one."""
        self.sees(f"one({selector!r}) !== null", True)
        return self.see(f"one({selector!r})")

    def see(self, expression: str) -> Any:
        """What a JavaScript expression says of the box; `root`, `all`, `one`, `rect` and `style` are at hand."""
        return self.driver.execute_script(f"{_IN_BOX} return {expression}")

    def sees(self, expression: str, expected: object) -> None:
        """Waits until the expression says so of the box."""
        self._wait(f"{_IN_BOX} return {expression}", expected)

    def waits(self, expression: str, expected: object) -> None:
        """Until the expression says so of the page."""
        self._wait(f"return {expression}", expected)

    def sees_state(self, state: str) -> None:
        self.sees("root.querySelector('.answer')?.dataset.state", state)

    def keep(self, name: str) -> None:
        """A screenshot, to be looked at."""
        self.driver.save_screenshot(str(self.screenshots / f"{name}-{self.engine}.png"))

    @property
    def troubles(self) -> list[str]:
        found: list[str] = self.driver.execute_script("return JSON.parse(sessionStorage.troubles ?? '[]')")
        return found

    def _wait(self, script: str, expected: object) -> None:
        deadline = time.monotonic() + LIMIT_SECONDS
        while (said := self._run(script)) != expected and time.monotonic() < deadline:
            time.sleep(_PAUSE_SECONDS)
        assert expected == said, f"{said!r} from {script.removeprefix(_IN_BOX)}"

    def _run(self, script: str) -> object:
        try:
            said: object = self.driver.execute_script(script)
        except WebDriverException as error:  # the page is about to change, or the box is not there yet
            return error.msg
        return said
