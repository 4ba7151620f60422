"""A process of ours that does what it is told, so that it takes no time from who is measured."""

import asyncio
import contextlib
import inspect
import multiprocessing
import resource
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any

import uvloop


class Told:
    """The process as a benchmark holds it."""

    def __init__(self, orders: "Connection[Any, Any]") -> None:
        self._orders = orders

    def tell(self, order: Callable[[Any], Any]) -> Any:
        """What the order, a function that can be pickled, gives over there; it may be `async`."""
        self._orders.send(order)
        return self._orders.recv()


@contextlib.contextmanager
def told_process(serve: Callable[["Connection[Any, Any]"], None], *, name: str) -> Iterator[Told]:
    """`serve` runs in a process of its own until the context ends; it is to end in `obey`."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs,), name=name, daemon=True)
    process.start()
    theirs.close()  # so that a process which died is an `EOFError` here and not a wait without end
    try:
        yield Told(ours)
    finally:
        with contextlib.suppress(BrokenPipeError):
            ours.send(None)
        process.join()
        ours.close()


async def obey(orders: "Connection[Any, Any]", obedient: Any) -> None:
    """Gives each order what it is about, and its result back, until there is none."""
    while (order := await asyncio.to_thread(orders.recv)) is not None:
        result = order(obedient)
        orders.send(await result if inspect.isawaitable(result) else result)


def run_here(steps: Any) -> None:
    """Runs a coroutine to its end on the loop that costs least."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(steps)


def allow_open_files() -> None:
    """As many connections as this machine gives a process, and those it starts."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
