"""The GitHub Action: its inputs against its documentation, its shell steps as a runner would run them."""

import os
import re
import shutil
import site as python_site
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import yaml

from server.settings import Settings
from tests.commands import LECTERN
from tests.conftest import SITE_FOLDER

ROOT = Path(__file__).parent.parent
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
SHELL_STEPS = {step["name"]: step for step in STEPS if "run" in step}
PAGE = (ROOT / "docs" / "github-action.md").read_text()
LIMIT_SECONDS = 120


class Runner:
    """A machine of GitHub's, as far as the steps see it."""

    def __init__(self, folder: Path, workspace: Path) -> None:
        self.workspace = workspace
        self.summary = folder / "summary.md"
        self.output = folder / "output"
        self.temp = folder / "temp"
        self.temp.mkdir()

    def run(self, name: str, given: Mapping[str, str], **environment: str) -> subprocess.CompletedProcess[str]:
        step = SHELL_STEPS[name]
        return subprocess.run(
            # https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
            cwd=self.workspace / self._put_in(step.get("working-directory", "."), given),
            env={
                **os.environ,
                "GITHUB_ACTIONS": "true",
                "GITHUB_ACTION_PATH": str(ROOT),
                "GITHUB_SHA": "c0ffee",
                "GITHUB_STEP_SUMMARY": str(self.summary),
                "GITHUB_OUTPUT": str(self.output),
                "RUNNER_TEMP": str(self.temp),
                **{key: self._put_in(value, given) for key, value in step["env"].items()},
                **environment,
            },
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )

    def _put_in(self, text: str, given: Mapping[str, str]) -> str:
        def value(found: re.Match[str]) -> str:
            if found[1] == "steps.python.outputs.python-path":
                return sys.executable
            name = found[1].removeprefix("inputs.")
            return given.get(name, ACTION["inputs"][name]["default"])

        return re.sub(r"\$\{\{ ([\w.-]+) \}\}", value, text)

    @property
    def outputs(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in self.output.read_text().splitlines())


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """With the documentation checked out, and Lectern where the first step puts it."""
    workspace = tmp_path / "workspace"
    shutil.copytree(SITE_FOLDER, workspace / "docs")
    runner = Runner(tmp_path, workspace)
    (runner.temp / "lectern" / "bin").mkdir(parents=True)
    (runner.temp / "lectern" / "bin" / "lectern").symlink_to(LECTERN)
    return runner


@pytest.fixture
def given(settings: Settings) -> dict[str, str]:
    assert settings.database_url is not None
    return {"docs": "docs", "database-url": settings.database_url.get_secret_value()}


async def test_a_run_publishes_and_tells_the_job_what_changed(
    owner: asyncpg.Connection, runner: Runner, given: dict[str, str]
) -> None:
    result = runner.run("Ingest", given)
    assert result.returncode == 0, result.stderr
    assert await owner.fetchval("select count(*) from docs.page") == 4
    assert await owner.fetchval("select source_commit from docs.publication") == "c0ffee"
    for name in ACTION["outputs"]:
        assert name in runner.outputs
    assert (runner.outputs["status"], runner.outputs["pages_written"]) == ("published", "4")
    summary = runner.summary.read_text()
    assert summary.startswith("### Documentation published\n")
    assert "| pages written | 4 (4 new) |" in summary
    assert "- `/guides/bulbs`" in summary


async def test_a_page_that_fails_fails_the_job_and_stands_in_the_summary(
    owner: asyncpg.Connection, runner: Runner, given: dict[str, str]
) -> None:
    (runner.workspace / "docs" / "broken.md").write_text("---\ntitle: [unclosed\n---\n")
    result = runner.run("Ingest", given)
    assert result.returncode == 1
    assert "- `broken.md:3` the front matter is not YAML" in runner.summary.read_text()
    assert f"::error file={runner.workspace}/docs/broken.md,line=3" in result.stderr
    assert await owner.fetchval("select count(*) from docs.page") == 4


async def test_every_option_reaches_the_command(
    owner: asyncpg.Connection, runner: Runner, given: dict[str, str]
) -> None:
    shutil.copytree(SITE_FOLDER, runner.workspace / "sub" / "docs")
    runner.run("Ingest", {**given, "working-directory": "sub"})
    shutil.rmtree(runner.workspace / "sub" / "docs" / "guides")
    (runner.workspace / "sub" / "docs" / "returns.mdx").unlink()
    given = {**given, "working-directory": "sub", "usd-per-million-tokens": "0.02", "strict": "true"}
    assert runner.run("Ingest", {**given, "dry-run": "true"}).returncode == 0
    assert (runner.outputs["status"], runner.outputs["pages_removed"]) == ("planned", "3")
    refused = runner.run("Ingest", given)
    assert refused.returncode == 1
    assert "::error title=Nothing was published::This would remove 3 of 4 pages" in refused.stderr
    assert runner.outputs["status"] == "failed"
    assert runner.run("Ingest", {**given, "allow-removals": "true"}).returncode == 0
    assert await owner.fetchval("select count(*) from docs.page") == 1


def test_a_check_needs_no_secret(runner: Runner) -> None:
    result = runner.run("Ingest", {"docs": "docs", "check": "true"})
    assert result.returncode == 0, result.stderr
    assert (runner.outputs["status"], runner.outputs["pages_total"]) == ("checked", "4")


def test_a_strict_check_fails_for_what_is_kept_as_text(runner: Runner) -> None:
    (runner.workspace / "docs" / "tabs.mdx").write_text("# Tabs\n\n<Tabs>\n\nNobody closes them.\n")
    given = {"docs": "docs", "check": "true"}
    assert runner.run("Ingest", given).returncode == 0
    result = runner.run("Ingest", {**given, "strict": "true"})
    assert result.returncode == 1
    assert f"::warning file={runner.workspace}/docs/tabs.mdx,line=3,title=Flaw::" in result.stderr


def test_a_secret_that_is_missing_is_named(runner: Runner) -> None:
    result = runner.run("Ingest", {"docs": "docs"})
    assert result.returncode == 1
    assert "::error::The input database-url is empty" in result.stdout


def test_an_input_is_never_run(runner: Runner) -> None:
    result = runner.run("Ingest", {"docs": "$(touch ran); touch ran", "check": "true", "strict": "$(touch ran)"})
    assert result.returncode == 1
    assert not (runner.workspace / "ran").exists()


def test_lectern_is_installed_beside_the_python_of_the_job(tmp_path: Path) -> None:
    """The real step; only the packages Lectern needs come from here, and not over the network."""
    runner = Runner(tmp_path, tmp_path)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = runner.temp / "lectern" / "lib" / version / "site-packages"
    packages.mkdir(parents=True)
    (packages / "here.pth").write_text("\n".join(python_site.getsitepackages()))
    result = runner.run("Install Lectern", {}, PIP_NO_DEPS="1", PIP_NO_BUILD_ISOLATION="0", PYTHONPATH="")
    assert result.returncode == 0, result.stderr
    command = runner.temp / "lectern" / "bin" / "lectern"
    found = subprocess.run(
        [command.with_name("python"), "-c", "import server; print(server.__file__)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={"PYTHONPATH": ""},
    )
    assert found.stdout.startswith(str(packages))
    shown = subprocess.run([command, "ingest", "--help"], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert "--annotate" in shown.stdout


def test_every_input_is_used_and_documented() -> None:
    used = set(re.findall(r"inputs\.([\w-]+)", yaml.safe_dump(STEPS)))
    assert used == set(ACTION["inputs"])
    rows = dict(re.findall(r"^\| `([\w-]+)` \| (.+) \|$", PAGE, re.MULTILINE))
    for name, entry in ACTION["inputs"].items():
        default = f"`{entry['default']}`" if entry["default"] else "empty"
        assert rows[name] == f"{default} | {entry['description']}"
        assert not entry.get("required")


def test_every_output_is_a_figure_of_the_ingest_and_documented() -> None:
    for name, entry in ACTION["outputs"].items():
        assert entry["value"] == f"${{{{ steps.ingest.outputs.{name} }}}}"
        assert f"| `{name}` | {entry['description']} |" in PAGE


def test_no_expression_stands_in_a_script_and_no_secret_on_a_command_line() -> None:
    for step in SHELL_STEPS.values():
        assert "${{" not in step["run"]
        commands = [line for line in step["run"].splitlines() if '"$RUNNER_TEMP' in line]
        assert not re.search(r"LECTERN_\w*(KEY|URL)", "\n".join(commands))


def test_other_actions_are_pinned_to_a_version() -> None:
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert used
    assert [] == [name for name in used if not re.fullmatch(r"actions/[\w-]+@v\d+", name)]


def test_the_pre_commit_hook_checks_pages(runner: Runner) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert (hook["language"], hook["pass_filenames"]) == ("python", False)
    command, *arguments = hook["entry"].split()
    assert command == "lectern"
    (runner.workspace / "docs" / "broken.md").write_text("---\ntitle: [unclosed\n---\n")
    result = subprocess.run(
        [LECTERN, *arguments, "docs"], cwd=runner.workspace, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert "broken.md:3" in result.stderr
    assert re.search(hook["files"], "docs/broken.md")
