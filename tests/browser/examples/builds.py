"""The sites of `examples/`, each built by its real generator, and kept until its example changes."""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

EXAMPLES = Path(__file__).parents[3] / "examples"
BUILDS = EXAMPLES.parent / "build" / "examples"
LIMIT_SECONDS = 600
_MANIFESTS = ("package.json", "requirements.txt")
_INSTALLED = ("node_modules", ".venv", ".installed")

# Nothing but the packages is fetched, and nobody is told of a build.
_QUIET = {
    "ASTRO_TELEMETRY_DISABLED": "1",
    "NEXT_TELEMETRY_DISABLED": "1",
    "NO_UPDATE_NOTIFIER": "1",
    "NO_MKDOCS_2_WARNING": "1",
}


@dataclass(frozen=True)
class Generator:
    output: str
    """The folder it leaves the site in."""
    command: tuple[str, ...] = ("npm", "run", "build")
    """Empty where the pages are written as they are served."""


GENERATORS = {
    "docusaurus": Generator("build"),
    "html": Generator("docs", ()),
    "mkdocs": Generator("site", ("mkdocs", "build", "--strict")),
    "next": Generator("out"),
    "sphinx": Generator("dist", ("sphinx-build", "-W", "docs", "dist")),
    "starlight": Generator("dist"),
    "vitepress": Generator("docs/.vitepress/dist"),
}


def build(name: str) -> Path:
    """The example's copy with its built site; nothing is done again while the example is the same."""
    place = BUILDS / name
    stamp, digest = place / ".built", _digest(EXAMPLES / name)
    if stamp.is_file() and stamp.read_text() == digest:
        return place
    _copy(EXAMPLES / name, place)
    _install(place)
    if GENERATORS[name].command:
        _run(place, *GENERATORS[name].command)
    stamp.write_text(digest)
    return place


def _copy(example: Path, place: Path) -> None:
    """What was installed stays."""
    place.mkdir(parents=True, exist_ok=True)
    for old in place.iterdir():
        if old.name in _INSTALLED:
            continue
        if old.is_dir():
            shutil.rmtree(old)
        else:
            old.unlink()
    shutil.copytree(example, place, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules", "dist"))


def _install(place: Path) -> None:
    manifest = next((place / name for name in _MANIFESTS if (place / name).is_file()), None)
    stamp = place / ".installed"
    if manifest is None or (stamp.is_file() and stamp.read_text() == manifest.read_text()):
        return
    if manifest.name == "package.json":
        _run(place, "npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts")
    else:
        _run(place, sys.executable, "-m", "venv", ".venv")
        _run(place, "pip", "install", "--disable-pip-version-check", "--requirement", manifest.name)
    shutil.copy(manifest, stamp)


def _run(place: Path, *command: str) -> None:
    """A program of the example's own environment, or of this one, where npm is."""
    folders = [str(place / ".venv" / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]
    path = os.pathsep.join(folders)
    done = subprocess.run(
        [shutil.which(command[0], path=path) or command[0], *command[1:]],
        cwd=place,
        env={**os.environ, **_QUIET, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def _digest(example: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in example.rglob("*") if path.is_file() and "node_modules" not in path.parts):
        digest.update(f"{path.relative_to(example)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()
