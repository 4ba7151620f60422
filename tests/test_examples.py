"""The examples: each is ingested as it lies there, by its own settings."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from server.settings import Settings
from tests.browser.examples.builds import EXAMPLES, GENERATORS
from tests.commands import run
from tests.test_action import ACTION

INSTALLED = shutil.ignore_patterns("node_modules", ".venv")
SITES = sorted(path.parent for path in EXAMPLES.glob("*/lectern.toml"))

each_example = pytest.mark.parametrize("example", SITES, ids=lambda example: example.name)


def test_every_site_is_built() -> None:
    """By `make examples`."""
    assert sorted(GENERATORS) == [example.name for example in SITES]


@each_example
async def test_its_pages_are_published_by_its_settings(example: Path, settings: Settings, tmp_path: Path) -> None:
    assert settings.database_url is not None
    folder = Path(shutil.copytree(example, tmp_path / example.name, ignore=INSTALLED))
    database = {"LECTERN_DATABASE_URL": settings.database_url.get_secret_value()}
    result = run(folder, "ingest", "--strict", **database)
    assert result.returncode == 0, result.stderr
    assert "2 pages written, 0 removed, 0 unchanged" in result.stdout
    found = run(folder, "search", "How do I pair a dimmer?", "--limit", "1", **database).stdout.splitlines()
    assert found[0] == "[1] Dimming › Pair a dimmer"
    assert re.fullmatch(r" +https://docs\.example\.com/.*dimming.*#pair-a-dimmer", found[1])


@each_example
def test_its_settings_exist_and_make_sense(example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(example)
    settings = Settings()
    assert (example / settings.docs).is_dir()
    named = set(re.findall(r"^(\w+) = ", (example / "lectern.toml").read_text(), re.MULTILINE))
    assert named <= set(Settings.model_fields)


@each_example
def test_its_workflow_gives_the_action_what_it_takes(example: Path) -> None:
    text = (example / ".github" / "workflows" / "docs.yml").read_text()
    (job,) = yaml.safe_load(text)["jobs"].values()
    (given,) = [step["with"] for step in job["steps"] if "lectern@" in step["uses"]]
    assert set(given) <= set(ACTION["inputs"])
    assert given["database-url"] == "${{ secrets.LECTERN_DATABASE_URL }}"


@each_example
def test_what_its_readme_explains_is_there(example: Path) -> None:
    assert [] == [name for name in names_in(example) if not (example / name).exists()]


@each_example
def test_its_site_loads_the_box_and_places_it(example: Path) -> None:
    text = "\n".join((example / name).read_text() for name in names_in(example) if not name.endswith("/"))
    assert "https://lectern.example.com/widget.js" in text
    assert re.search(r"<lectern-search|h\(\"lectern-search\"\)", text)


def names_in(example: Path) -> list[str]:
    """Of files and folders that its README explains."""
    return re.findall(r"^\| `([^`]+)` \|", (example / "README.md").read_text(), re.MULTILINE)
