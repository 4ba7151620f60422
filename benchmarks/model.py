"""The paced model in a process of its own, as a benchmark holds it."""

import contextlib
from collections.abc import Iterator
from functools import partial
from multiprocessing.connection import Connection
from typing import Any, Final

from benchmarks.paced_model import Pace, PacedModel, Served, listen
from benchmarks.processes import Told, allow_open_files, obey, run_here, told_process

_LIMIT_SECONDS: Final = 30


class Model:
    def __init__(self, process: Told) -> None:
        self._process = process
        self.base_url: str = process.tell(listen)

    @property
    def settings(self) -> dict[str, str]:
        """What makes `lectern serve` ask this model, whatever the question."""
        return {
            "LECTERN_COMPLETION_MODEL": "openai/test",
            "LECTERN_COMPLETION_BASE_URL": self.base_url,
            "LECTERN_COMPLETION_API_KEY": "test",
            "LECTERN_REFUSE": "never",
        }

    def turn(self, pace: Pace) -> None:
        self._process.tell(partial(_turn, pace=pace))

    def take_served(self) -> list[Served]:
        """Everything served since this was last asked."""
        served: list[Served] = self._process.tell(_take_served)
        return served

    def take_latest_seconds(self) -> float:
        """By how much a delta came later than it was due, at worst, since this was last asked."""
        seconds: float = self._process.tell(_take_latest_seconds)
        return seconds

    def wait_for_requests(self, count: int) -> None:
        """Returns when so many are being served. `RuntimeError` when they are not in half a minute."""
        if not self._process.tell(partial(_wait_for_requests, count=count)):
            raise RuntimeError(f"The model was not asked {count} times within {_LIMIT_SECONDS} s.")

    def release(self) -> None:
        """Lets all answers that are held begin."""
        self._process.tell(PacedModel.release)

    def wait_until_left(self) -> Served:
        """The last request, when its client has gone away before the end. `RuntimeError` when it stays."""
        served: Served | None = self._process.tell(_wait_until_left)
        if served is None:
            raise RuntimeError(f"The request to the model was still open after {_LIMIT_SECONDS} s.")
        return served


@contextlib.contextmanager
def running_model() -> Iterator[Model]:
    with told_process(_serve, name="model") as process:
        yield Model(process)


def _serve(orders: "Connection[Any, Any]") -> None:
    allow_open_files()
    run_here(_obey(orders))


async def _obey(orders: "Connection[Any, Any]") -> None:
    await obey(orders, PacedModel())


def _turn(model: PacedModel, pace: Pace) -> None:
    model.pace = pace


def _take_served(model: PacedModel) -> list[Served]:
    served, model.served = model.served, []
    return served


def _take_latest_seconds(model: PacedModel) -> float:
    seconds, model.latest_seconds = model.latest_seconds, 0.0
    return seconds


async def _wait_for_requests(model: PacedModel, count: int) -> bool:
    return await model.wait_until(lambda model: len(model.served) >= count, limit_seconds=_LIMIT_SECONDS)


async def _wait_until_left(model: PacedModel) -> Served | None:
    served = model.served[-1]
    has_left = await model.wait_until(lambda _: served.closed_early_at is not None, limit_seconds=_LIMIT_SECONDS)
    return served if has_left else None
