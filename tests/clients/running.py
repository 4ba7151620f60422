"""Where clients run: Chromium, Node, or this process."""

import asyncio
import os
import re
import signal
from asyncio.subprocess import PIPE
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

import orjson
from playwright.async_api import Page

from tests.clients.clients import Client
from tests.clients.jobs import Job, Told
from tests.clients.programs import FOLDER, find_node, run

LIMIT_SECONDS = 30


def bundle(folder: Path, clients: Iterable[Client]) -> None:
    """A module for each client that runs in a browser, as a site's own build would make it."""
    pairs = [f"{client.javascript}={client.package}" for client in clients if client.in_browser]
    run(find_node(), str(FOLDER / "javascript" / "bundle.mjs"), str(folder), *pairs)


def bundle_of(client: Client) -> str:
    return re.sub(r"\W+", "-", client.package or client.javascript) + ".js"


async def run_in_browser(page: Page, docs_url: str, client: Client, jobs: Sequence[Job]) -> list[Told]:
    await page.goto(f"{docs_url}/client.html?{bundle_of(client)}")
    await page.wait_for_function("Boolean(globalThis.runJobs)")
    told: list[Told] = await page.evaluate("jobs => runJobs(jobs)", [asdict(job) for job in jobs])
    return told


async def run_in_node(client: Client, jobs: Sequence[Job]) -> list[Told]:
    """One process for all jobs: starting Node takes longer than most of them."""
    driver = str(FOLDER / "javascript" / "driver.mjs")
    # A session of its own, because the wheel's `node` starts the real one as a child, which would be left behind.
    process = await asyncio.create_subprocess_exec(
        find_node(), driver, client.javascript, client.package, stdin=PIPE, stdout=PIPE, start_new_session=True
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(orjson.dumps(jobs)), LIMIT_SECONDS)
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
    told: list[Told] = orjson.loads(output)
    return told


async def run_here(client: Client, jobs: Sequence[Job]) -> list[Told]:
    assert client.program
    return await asyncio.gather(*(client.program(job) for job in jobs))
