import httpx
import pytest

from tests.frames import ask


async def get(url: str, path: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=url) as client:
        return await client.get(path)


async def test_hits_are_an_answers_sources_in_the_same_order(site_url: str) -> None:
    hits = (await get(site_url, "/v1/search?query=pairing fails")).json()["hits"]
    sources = (await ask(site_url, "pairing fails")).frames[0]["sources"]
    assert [hit["id"] for hit in hits[: len(sources)]] == [source["id"] for source in sources]
    assert hits[0]["url"] == "/pages/guides/dimming#pairing-trouble"
    assert set(hits[0]) == set(sources[0]) - {"number"}


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
