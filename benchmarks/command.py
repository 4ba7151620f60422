"""The command `lectern`, run as a user runs it, on a data folder of its own."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from server.settings import Settings, load_settings

_STOP_TIMEOUT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Ingested:
    """What one `lectern ingest` said, and how long it took from its start to its end."""

    seconds: float
    pages_total: int
    windows_embedded: int


@dataclass(frozen=True, slots=True)
class Listening:
    """A server that answers."""

    url: str
    pid: int


@dataclass(frozen=True, slots=True)
class Lectern:
    folder: Path
    """Working directory of the commands; the database is below it."""

    @property
    def data_dir(self) -> Path:
        return self.folder / "data"

    def settings(self) -> Settings:
        """What the commands run with, for looking into their database from here."""
        with contextlib.chdir(self.folder):
            return load_settings(data_dir=self.data_dir, database_url="")

    def migrate(self) -> None:
        self._run("migrate")

    def ingest(self, docs: Path) -> Ingested:
        started = time.monotonic()
        said = self._run("ingest", str(docs))
        return read_ingested(said, seconds=time.monotonic() - started)

    @contextlib.contextmanager
    def ingesting(self, docs: Path) -> Iterator["subprocess.Popen[str]"]:
        """`lectern ingest` while it runs, to be watched: a line on its stderr for each phase that is over."""
        with subprocess.Popen(
            [_find_command(), "ingest", str(docs)],
            cwd=self.folder,
            env=self._environment({}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            yield process

    @contextlib.contextmanager
    def listening(self, *arguments: str, settings: Mapping[str, str] | None = None) -> Iterator[str]:
        """The base URL of `lectern serve` or `lectern up DOCS`, from when it listens until the context ends."""
        with self.running(*arguments, settings=settings) as server:
            yield server.url

    @contextlib.contextmanager
    def running(self, *arguments: str, settings: Mapping[str, str] | None = None) -> Iterator[Listening]:
        """The same, with its process id."""
        log = self.folder / "server.log"
        with (
            log.open("w") as errors,
            subprocess.Popen(
                [_find_command(), *arguments],
                cwd=self.folder,
                env=self._environment(settings or {}),
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            ) as process,
        ):
            try:
                yield Listening(_wait_for_address(process, log), process.pid)
            finally:
                stop(process)

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [_find_command(), *arguments],
            cwd=self.folder,
            env=self._environment({}),
            capture_output=True,
            text=True,
            check=False,
        )
        if not done.stdout:  # a page that cannot be read makes the status 1 too, and the rest is published
            raise RuntimeError(f"`lectern {' '.join(arguments)}` failed: {done.stderr}")
        return done.stdout

    def _environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        own = {"LECTERN_DATA_DIR": str(self.data_dir), "LECTERN_DATABASE_URL": "", "LECTERN_PORT": "0"}
        return {**os.environ, **own, **settings}


@contextlib.contextmanager
def fresh_lectern() -> Iterator[Lectern]:
    """A migrated, empty installation, gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="lectern-"))
    folder.chmod(0o755)  # root's embedded Postgres runs as another user
    try:
        lectern = Lectern(folder)
        lectern.migrate()
        yield lectern
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def ingested(docs: Path) -> Iterator[Lectern]:
    """An installation with this tree published, gone at the end."""
    with fresh_lectern() as lectern:
        lectern.ingest(docs)
        yield lectern


def read_ingested(said: str, *, seconds: float) -> Ingested:
    """From what `lectern ingest` prints at its end. `RuntimeError` when it is something else."""
    figures = re.search(r"([\d,]+) windows? embedded\. Generation \d+ has ([\d,]+) page", " ".join(said.split()))
    if figures is None:
        raise RuntimeError(f"`lectern ingest` said something unexpected: {said}")
    windows, pages = (int(figure.replace(",", "")) for figure in figures.groups())
    return Ingested(seconds, pages, windows)


def _find_command() -> str:
    return str(Path(sys.executable).with_name("lectern"))


def _wait_for_address(process: "subprocess.Popen[str]", log: Path) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"answers at (http://\S+)", line):
            return found[1]
    raise RuntimeError(f"The server did not start: {log.read_text()}")


def stop(process: "subprocess.Popen[str]") -> None:
    """As Ctrl-C does; killed when that is not enough."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(_STOP_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
