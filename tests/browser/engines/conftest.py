"""The box in other engines than Chromium's, on a page of another origin with a strict policy."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser.asking import Answering
from tests.browser.docs_site import DocsSite
from tests.browser.engines.drivers import ENGINES, driven
from tests.browser.engines.reader import NOTING, Reader
from tests.browser.states import ANSWER
from tests.model_endpoint import Knobs

SCREENSHOTS = Path(__file__).parents[3] / "build" / "engines"
Embedding = Callable[..., str]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.engines)


@pytest.fixture(scope="session", params=ENGINES)
def _reader(request: pytest.FixtureRequest) -> Iterator[Reader]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with driven(request.param) as driver:
        yield Reader(driver, SCREENSHOTS, request.param)


@pytest.fixture
def reader(_reader: Reader) -> Iterator[Reader]:
    """A script error or a violated policy on the page that they end on fails the test."""
    yield _reader
    assert _reader.troubles == []


@pytest.fixture
def answering(served: Answering) -> Answering:
    served.endpoint.start_afresh()
    served.endpoint.knobs = Knobs(answer=ANSWER, delta_delay_seconds=0.01)
    return served


@pytest.fixture
def embedded(docs: DocsSite, answering: Answering) -> Iterator[Embedding]:
    """Publishes a page with the box; its address."""
    docs.headers["Content-Security-Policy"] = (
        f"default-src 'self'; script-src {answering.url} 'nonce-c2VjcmV0'; connect-src {answering.url}; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )

    def write(data: str = "", *, body: str = "", root: str = 'lang="en"') -> str:
        noting = f'<script nonce="c2VjcmV0">{NOTING}</script>'
        tag = f'<script type="module" src="{answering.url}/widget.js" {data}></script>'
        return docs.write(body, head=noting + tag, root=root)

    yield write
    docs.headers.clear()
