"""What axe-core finds wrong with a page as it stands, shadow roots included."""

from pathlib import Path
from typing import Any, Final

from playwright.async_api import Page

_AXE: Final = Path(__file__).parents[1] / "clients" / "node_modules" / "axe-core" / "axe.min.js"


async def violations(page: Page) -> list[str]:
    """A line for each broken rule: its name, what it asks for, and the places that break it.

    Animations are at their end first: a half transparent text has no contrast. Works on pages with any policy, for
    axe comes through the debugger and not as a script of the page.
    """
    await page.evaluate(_FINISH_ANIMATIONS)
    if not await page.evaluate("() => 'axe' in globalThis"):
        await page.evaluate(f"() => {{ {_read_axe()} }}")
    found: list[dict[str, Any]] = await page.evaluate("async () => (await axe.run(document)).violations")
    return [f"{one['id']}: {one['help']} ({'; '.join(_place(node) for node in one['nodes'])})" for one in found]


# Those without an end, as a pulsing line has, are left alone.
_FINISH_ANIMATIONS: Final = """() => {
  const roots = [document, ...[...document.querySelectorAll("*")].flatMap(({ shadowRoot }) => shadowRoot ?? [])];
  for (const animation of roots.flatMap((root) => root.getAnimations())) {
    if (Number.isFinite(animation.effect.getComputedTiming().endTime)) animation.finish();
  }
}"""


def _read_axe() -> str:
    """`FileNotFoundError` before `npm ci` in `tests/clients`."""
    return _AXE.read_text(encoding="utf-8")


def _place(node: dict[str, Any]) -> str:
    """The selector, through shadow roots, and what is wrong there."""
    path = " >>> ".join(part if isinstance(part, str) else " >>> ".join(part) for part in node["target"])
    return f"{path}: {' '.join(node['failureSummary'].split())}"
