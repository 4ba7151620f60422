"""The components for React and Vue, bundled as a site would and driven in a page; a program for Node."""

import asyncio
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from tests.clients.programs import FOLDER, find_node, run
from tests.model_endpoint import Knobs, ModelEndpoint
from tests.serving import serve_in_thread

ROOT = Path(__file__).parents[2]
QUESTION = "How do I change the bulb?"
ANSWER = "Switch the lamp off and let the bulb cool [1]."

PROGRAMS = {
    "react/AskTheDocs.jsx": """
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { AskTheDocs } from "component";
createRoot(document.body).render(createElement(AskTheDocs, { endpoint: location.hash.slice(1) }));
""",
    "vue/AskTheDocs.vue": """
import { createApp } from "vue";
import AskTheDocs from "component";
createApp(AskTheDocs, { endpoint: location.hash.slice(1) }).mount(document.body);
""",
}


def copy_client(folder: Path) -> None:
    """As the documentation says."""
    (folder / "lectern").mkdir()
    for name in ("client.js", "event-stream.js", "links.js"):
        shutil.copy(ROOT / "static" / name, folder / "lectern")


@pytest.fixture(scope="module")
def docs_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("framework-sites")
    for example, program in PROGRAMS.items():
        site = folder / Path(example).parent
        component = Path(shutil.copytree(ROOT / "examples" / site.name, site)) / Path(example).name
        copy_client(site)
        script = str(site / "page.js")
        run(find_node(), str(FOLDER / "javascript" / "bundle_example.mjs"), str(component), program, script)
        html = '<!doctype html><title>Docs</title><body></body><script type="module" src="page.js"></script>'
        (site / "index.html").write_text(html)
    with serve_in_thread(Starlette(routes=[Mount("/", StaticFiles(directory=folder, html=True))])) as url:
        yield url


@pytest.mark.parametrize("example", PROGRAMS)
async def test_a_component_asks_stops_and_tells_trouble(
    page: Page, docs_url: str, url: str, endpoint: ModelEndpoint, example: str
) -> None:
    endpoint.start_afresh()
    endpoint.knobs = Knobs(answer=f"{ANSWER} " + "word " * 1000, delta_delay_seconds=0.02)
    await page.goto(f"{docs_url}/{Path(example).parent}/#{url}")
    await page.get_by_label("Question").fill(QUESTION)
    await page.get_by_role("button", name="Ask").click()
    await expect(page.get_by_text("Switch the lamp off")).to_be_visible()
    link = page.get_by_role("link").first
    assert f"{url}/pages/guides/bulbs#changing-the-bulb" == await link.get_attribute("href")
    await page.get_by_role("button", name="Stop").click()
    await expect(page.get_by_role("button", name="Ask")).to_be_visible()
    assert await asyncio.to_thread(endpoint.requests[0].closed_early.wait, 5)
    endpoint.knobs = Knobs(answer=ANSWER)
    await page.get_by_label("Question").press("Enter")
    await expect(page.get_by_role("status")).to_be_empty()
    await expect(page.get_by_text(ANSWER, exact=True)).to_be_visible()
    endpoint.knobs = Knobs(status=500)
    await page.get_by_label("Question").press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("cannot be reached right now")


def test_the_documented_program_for_node_prints_an_answer(
    url: str, endpoint: ModelEndpoint, tmp_path: Path
) -> None:
    endpoint.start_afresh()
    endpoint.knobs = Knobs(answer=ANSWER)
    page = (ROOT / "docs" / "headless-client.md").read_text().partition("## Use the client in Node")[2]
    (program,) = re.findall(r"```js\n(.*?)```", page, re.DOTALL)
    copy_client(tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "ask.js").write_text(program.replace("https://lectern.example.com", url))
    printed = run(find_node(), str(tmp_path / "ask.js")).decode()
    assert printed.startswith(ANSWER)
    assert f"\n[1] {url}/pages/guides/bulbs#changing-the-bulb\n" in printed
