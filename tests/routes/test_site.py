from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.app import create_app
from server.settings import Settings, load_settings
from tests.serving import serve_in_thread

QUESTIONS = ("How do I dim it, and why?", "Which bulb fits?")


@pytest.fixture(scope="module")
def client(site_database_url: str) -> Iterator[httpx.Client]:
    settings = Settings(database_url=site_database_url, site_name="Lumen", suggested_questions=QUESTIONS)
    with serve_in_thread(create_app(settings)) as url, httpx.Client(base_url=url) as client:
        yield client


@pytest.fixture(scope="module")
def key(client: httpx.Client) -> str:
    key: str = client.get("/v1/site").json()["key"]
    return key


def test_a_site_tells_what_a_box_has_to_know(client: httpx.Client, key: str) -> None:
    response = client.get("/v1/site")
    expected = {
        "key": key,
        "name": "Lumen",
        "pages": 4,
        "sections": 8,
        "embedder": "local/wordllama",
        "completer": "local/extractive",
        "suggested_questions": list(QUESTIONS),
    }
    assert expected == response.json()
    assert "public, max-age=60" == response.headers["cache-control"]
    assert key.startswith("pk_")
    assert 128 <= len(bytes.fromhex(key[3:])) * 8


def ask_with(client: httpx.Client, given: str) -> dict[str, httpx.Response]:
    addresses = ("/v1/site", "/v1/search", "/v1/query", "/vector-search", "/functions/v1/vector-search")
    parameters = {"query": "How do I change the bulb?", "site": given}
    responses = {address: client.get(address, params=parameters) for address in addresses}
    return {**responses, "/v1/answers": client.post("/v1/answers", json=parameters)}


def test_a_sites_own_key_passes(client: httpx.Client, key: str) -> None:
    statuses = {address: response.status_code for address, response in ask_with(client, key).items()}
    assert {**dict.fromkeys(statuses, 200), "/v1/answers": 201} == statuses


def test_another_key_is_refused_with_advice_and_not_repeated(client: httpx.Client, key: str) -> None:
    for given in ("pk_<b>", key.upper(), f"{key} "):
        for response in ask_with(client, given).values():
            assert (404, "site_unknown") == (response.status_code, response.json()["error"]["code"])
            assert "`data-site`" in response.json()["error"]["message"]
            assert given not in response.text
            assert "no-store" == response.headers["cache-control"]


def test_keys_that_are_no_text_are_told_as_such(client: httpx.Client) -> None:
    response = client.post("/v1/answers", json={"query": "Which bulb?", "site": 7})
    assert (400, "request_invalid") == (response.status_code, response.json()["error"]["code"])


@pytest.mark.parametrize(
    "written",
    [{"LECTERN_SUGGESTED_QUESTIONS": " How do I dim it, and why? |Which bulb fits?|"}, {}],
    ids=["environment", "lectern.toml"],
)
def test_suggested_questions_may_have_commas(
    written: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in written.items():
        monkeypatch.setenv(name, value)
    if not written:
        Path("lectern.toml").write_text(f"suggested_questions = {list(QUESTIONS)!r}".replace("'", '"'))
    assert QUESTIONS == load_settings().suggested_questions
