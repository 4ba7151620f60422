from typing import Any

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from server.app import create_app
from server.database.calls import prepare_embedding_model
from server.settings import Settings
from tests.conftest import SITE_FOLDER, ingest_folder
from tests.frames import ask
from tests.model_endpoint import serve_model_endpoint
from tests.serving import serve_in_thread


async def get(url: str, path: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=url) as client:
        return await client.get(path)


async def test_hits_are_an_answers_sources_in_the_same_order(site_url: str) -> None:
    hits = (await get(site_url, "/v1/search?query=pairing fails")).json()["hits"]
    sources = (await ask(site_url, "pairing fails")).frames[0]["sources"]
    assert [hit["id"] for hit in hits[: len(sources)]] == [source["id"] for source in sources]
    assert hits[0]["url"] == "/pages/guides/dimming#pairing-trouble"
    assert set(hits[0]) == set(sources[0]) - {"number"}


async def test_a_hit_tells_the_headings_above_it(site_url: str) -> None:
    hits = (await get(site_url, "/v1/search?query=pairing fails&limit=50")).json()["hits"]
    paths = {hit["heading"]: hit["heading_path"] for hit in hits}
    assert ["Pairing the dimmer", "When pairing fails"] == paths["When pairing fails"]
    assert all(path == [] or path[-1] == heading for heading, path in paths.items())
    (top, *_) = (await get(site_url, "/v1/search?query=lamps that last")).json()["hits"]
    assert ("Lamps by Lumen", []) == (top["heading"], top["heading_path"])
    (source, *_) = (await ask(site_url, "pairing fails")).frames[0]["sources"]
    assert paths[source["heading"]] == source["heading_path"]


@pytest.mark.parametrize("query", ["E_PAIR_TIMEOUT", "resetPairing", "lumen.dimmer.resetPairing"])
async def test_an_identifier_finds_its_section(site_url: str, query: str) -> None:
    hits = (await get(site_url, f"/v1/search?query={query}")).json()["hits"]
    assert hits[0]["heading"] == "When pairing fails"


async def test_the_limit_is_kept(site_url: str) -> None:
    body = (await get(site_url, "/v1/search?query=lamp&limit=2")).json()
    assert body["query"] == "lamp"
    assert len(body["hits"]) == 2


@pytest.mark.parametrize("limit", ["0", "51", "-1", "two", "٣", "1e1"])
async def test_a_limit_that_is_none_is_refused(site_url: str, limit: str) -> None:
    response = await get(site_url, f"/v1/search?query=lamp&limit={limit}")
    assert response.status_code == 400
    assert "from 1 to 50" in response.json()["error"]["message"]


async def test_each_letter_narrows_the_search(site_url: str) -> None:
    for typed in ("pai", "pairi", "pairing t", "pairing the d"):
        hits = (await get(site_url, f"/v1/search?query={typed}")).json()["hits"]
        assert hits[0]["heading"] == "Pairing the dimmer"


def marked(text: str, ranges: list[list[int]]) -> list[str]:
    return [text[start:end] for start, end in ranges]


async def test_completions_and_corrections_are_marked(site_url: str) -> None:
    for typed in ("pai", "pairnig "):
        hits = await hits_of(site_url, typed)
        (hit,) = (hit for hit in hits if hit["heading"] == "Pairing the dimmer")
        assert marked(hit["heading"], hit["heading_ranges"]) == ["Pairing"]
        assert hit["title_ranges"] == []
    (hit, *_) = (await get(site_url, "/v1/search?query=dimming br")).json()["hits"]
    assert marked(hit["title"], hit["title_ranges"]) == ["Dimming"]
    assert marked(hit["heading"], hit["heading_ranges"]) == ["Brightness"]


async def test_half_a_word_has_no_meaning(site_url: str) -> None:
    assert {hit["similarity"] for hit in await hits_of(site_url, "pai")} == {None}
    assert None not in {hit["similarity"] for hit in await hits_of(site_url, "lamp pai")}


async def hits_of(url: str, query: str, **parameters: str) -> list[dict[str, Any]]:
    async with httpx.AsyncClient(base_url=url) as client:
        response = await client.get("/v1/search", params={"query": query, **parameters})
    hits: list[dict[str, Any]] = response.json()["hits"]
    return hits


async def test_an_embedder_that_costs_something_is_asked_only_in_a_pause(
    settings: Settings, owner: asyncpg.Connection
) -> None:
    with serve_model_endpoint() as endpoint:
        changes = {"embedding_model": "openai/test", "embedding_base_url": endpoint.base_url}
        settings = settings.model_copy(update={**changes, "embedding_api_key": SecretStr("sk-test")})
        await prepare_embedding_model(owner, name="openai/test", dimensions=64)
        await ingest_folder(SITE_FOLDER, settings)
        endpoint.requests.clear()
        with serve_in_thread(create_app(settings)) as url:
            assert (await hits_of(url, "pairing the dimm"))[0]["similarity"] is None
            assert endpoint.requests == []
            assert (await hits_of(url, "pairing the dimm", paused="1"))[0]["similarity"] is not None
            assert [request.body["input"] for request in endpoint.requests] == [["pairing the"]]
            assert (await hits_of(url, "dimm", paused="1"))[0]["similarity"] is None
            assert len(endpoint.requests) == 1


async def test_a_pause_is_read_strictly(site_url: str) -> None:
    response = await get(site_url, "/v1/search?query=lamp&paused=soon")
    assert response.status_code == 400
    assert "`paused`" in response.json()["error"]["message"]
