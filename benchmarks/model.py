"""The test suite's model endpoint in a process of its own, so that it takes no time from who is measured."""

import contextlib
import multiprocessing
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from tests.model_endpoint import Knobs, ModelEndpoint, RecordedRequest, make_app
from tests.serving import serve_in_thread

_LEAVE_LIMIT_SECONDS = 10

Order = Callable[[ModelEndpoint], Any]


@dataclass(frozen=True, slots=True)
class Served:
    """One question as the model saw it. Times are `time.monotonic()`, which all processes share."""

    query: str
    received_at: float
    first_delta_at: float | None
    closed_early_at: float | None


class Model:
    """The running endpoint as a benchmark holds it."""

    def __init__(self, orders: "Connection[Any, Any]") -> None:
        self._orders = orders
        self.base_url: str = orders.recv()

    @property
    def settings(self) -> dict[str, str]:
        """What makes `lectern serve` ask this model."""
        return {
            "LECTERN_COMPLETION_MODEL": "openai/test",
            "LECTERN_COMPLETION_BASE_URL": self.base_url,
            "LECTERN_COMPLETION_API_KEY": "test",
        }

    def turn(self, knobs: Knobs) -> None:
        self._order(partial(_turn, knobs=knobs))

    def take_served(self) -> list[Served]:
        """Everything served since this was last asked."""
        served: list[Served] = self._order(_take_served)
        return served

    def wait_until_left(self) -> Served:
        """The last request, when its client has gone away before the end. `RuntimeError` when it stays."""
        served: Served | None = self._order(_wait_until_left)
        if served is None:
            raise RuntimeError(f"The request to the model was still open after {_LEAVE_LIMIT_SECONDS} s.")
        return served

    def _order(self, order: Order) -> Any:
        self._orders.send(order)
        return self._orders.recv()


@contextlib.contextmanager
def running_model() -> Iterator[Model]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), name="model-endpoint", daemon=True)
    process.start()
    theirs.close()  # so that a process which died is an `EOFError` here and not a wait without end
    try:
        yield Model(ours)
    finally:
        with contextlib.suppress(BrokenPipeError):
            ours.send(None)
        process.join()
        ours.close()


def _serve(orders: "Connection[Any, Any]") -> None:
    endpoint = ModelEndpoint(base_url="")
    with serve_in_thread(make_app(endpoint)) as url:
        orders.send(f"{url}/v1")
        while (order := orders.recv()) is not None:
            orders.send(order(endpoint))


def _turn(endpoint: ModelEndpoint, knobs: Knobs) -> None:
    endpoint.knobs = knobs


def _take_served(endpoint: ModelEndpoint) -> list[Served]:
    served = [_served(request) for request in endpoint.requests]
    endpoint.requests.clear()
    return served


def _wait_until_left(endpoint: ModelEndpoint) -> Served | None:
    request = endpoint.requests[-1]
    return _served(request) if request.closed_early.wait(_LEAVE_LIMIT_SECONDS) else None


def _served(request: RecordedRequest) -> Served:
    found = re.search(r"<question>\n(.*)\n</question>", request.body["messages"][-1]["content"])
    assert found is not None
    return Served(found[1], request.received_at, request.first_delta_at, request.closed_early_at)
