from collections.abc import Iterator

import pytest

from tests.model_endpoint import ModelEndpoint, serve_model_endpoint


@pytest.fixture(scope="session")
def running_endpoint() -> Iterator[ModelEndpoint]:
    with serve_model_endpoint() as endpoint:
        yield endpoint


@pytest.fixture
def endpoint(running_endpoint: ModelEndpoint) -> ModelEndpoint:
    running_endpoint.start_afresh()
    return running_endpoint
