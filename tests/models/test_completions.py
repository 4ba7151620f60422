import subprocess
import sys
from pathlib import Path

import pytest

from server.errors import SettingsInvalid
from server.models.completions import make_completer
from server.settings import load_settings

PROJECT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["local/llama", "openai/", "gpt-4.1"])
def test_an_unknown_completion_model_is_refused_with_the_choices(name: str) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        make_completer(load_settings(completion_model=name))
    expected = f"LECTERN_COMPLETION_MODEL is {name!r}: use `local/extractive` or `openai/<name>`."
    assert expected == str(caught.value)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({}, "local/extractive"),
        ({"completion_api_key": "sk-test"}, "openai/gpt-4.1-mini"),
        ({"completion_model": "openai/x", "completion_base_url": "http://localhost:1/v1"}, "openai/x"),
    ],
)
async def test_a_completer_knows_the_name_it_is_configured_by(options: dict[str, str], name: str) -> None:
    completer = make_completer(load_settings(**options))
    assert name == completer.model
    await completer.close()


def test_local_models_start_without_the_openai_package() -> None:
    program = """
import sys
from server.models.completions import make_completer
from server.models.embeddings import make_embedder
from server.settings import Settings
make_embedder(Settings(), retries=0, timeout_seconds=1)
make_completer(Settings())
print(sorted({"openai", "wordllama", "requests"} & set(sys.modules)))
"""
    finished = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(PROJECT)},
    )
    assert finished.stdout == "[]\n"
