"""The table in docs/clients.md against a run with every client in it.

After a change that is meant: `LECTERN_WRITE_GOLDEN=1 pytest tests/clients/test_matrix.py`, and read the diff.
"""

import os
from collections.abc import Iterator
from functools import partial

import pytest
from playwright.async_api import Page

from tests.clients.clients import CLIENTS, Client
from tests.clients.conftest import serve_lectern
from tests.clients.matrix import GRACE_SECONDS, Runner, Servers, run_matrix
from tests.clients.running import run_here, run_in_browser, run_in_node
from tests.clients.table import cells, rows_of, write_rows
from tests.clients.verdicts import GOOD, explain, judge, row_of
from tests.clients.visits import Lectern

WRITE = bool(os.environ.get("LECTERN_WRITE_GOLDEN"))  # read before the environment is cleaned for the test

# What clients get wrong by themselves, whatever a server sends; docs/clients.md tells what to do about it.
ODD = {
    ("`ai` 5.0.0", "UI messages", "lost connection"),
    ("`ai` 5", "UI messages", "lost connection"),
}

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(scope="session")
def servers(site_database_url: str, running_lectern: Lectern) -> Iterator[Servers]:
    with serve_lectern(site_database_url, reader_grace_seconds=GRACE_SECONDS) as impatient:
        yield Servers(patient=running_lectern, impatient=impatient)


def each_client(*, in_browser: bool) -> pytest.MarkDecorator:
    clients = [client for client in CLIENTS if client.in_browser == in_browser]
    return pytest.mark.parametrize("client", clients, ids=lambda client: client.name.replace("`", ""))


@each_client(in_browser=False)
async def test_a_program(servers: Servers, client: Client) -> None:
    await compare_with_table(client, servers, run_in_node if client.javascript else run_here)


@each_client(in_browser=True)
async def test_a_page(page: Page, docs_url: str, servers: Servers, client: Client) -> None:
    await compare_with_table(client, servers, partial(run_in_browser, page, docs_url))


async def compare_with_table(client: Client, servers: Servers, run: Runner) -> None:
    cases = await run_matrix(client, servers, run)
    rows = [row_of(client, format, cases) for format in client.formats]
    if WRITE:
        write_rows(rows, order=[client.name for client in CLIENTS])
    print(*(explain(case) for case in cases if judge(case) not in GOOD), sep="\n")  # shown where this fails
    assert rows_of(client.name) == rows


async def test_whatever_is_not_well_is_known() -> None:
    assert {place for place, cell in cells() if cell not in GOOD} == ODD
