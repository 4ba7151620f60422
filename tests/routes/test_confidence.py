"""How sure an answer is, on the wire: refused without a model, or told with a caution."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import asyncpg
import httpx
import orjson
import pytest

from server.answering.caution import CAUTION
from server.app import create_app
from server.confidence import Levels
from server.database.calls import set_calibration
from server.settings import Settings
from tests.conftest import SITE_FOLDER, ingest_folder
from tests.frames import ask
from tests.levels import calibration, levels
from tests.model_endpoint import ModelEndpoint, serve_model_endpoint
from tests.serving import serve_in_thread

QUESTION = "How do I change the bulb?"
REFUSAL = (
    "I could not find anything about this in Lumen.\n\nThe nearest there is:\n\n- Bulbs › Changing the bulb [1]\n"
)

NEVER = -99.0
ALWAYS = 99.0
REFUSING = levels(none_below=ALWAYS, none_below_similarity=ALWAYS)
CAUTIOUS = levels(none_below=NEVER, low_below=ALWAYS)
SURE = levels(none_below=NEVER, low_below=NEVER, high_from=NEVER)

Serve = Callable[..., AbstractContextManager[str]]


@pytest.fixture
def endpoint() -> Iterator[ModelEndpoint]:
    with serve_model_endpoint() as endpoint:
        yield endpoint


@pytest.fixture
async def serve(endpoint: ModelEndpoint, owner: asyncpg.Connection, settings: Settings) -> Serve:
    """A server for `tests/site` whose completer is the test endpoint."""
    await ingest_folder(SITE_FOLDER, settings)
    with_model = Settings(
        database_url=settings.database_url,
        site_name="Lumen",
        completion_model="openai/test",
        completion_base_url=endpoint.base_url,
        completion_api_key="sk-test",
    )
    return lambda **changes: serve_in_thread(create_app(with_model.model_copy(update=changes)))


async def get(url: str, path: str, *, accept: str = "application/json") -> httpx.Response:
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        return await client.get(path, params={"query": QUESTION}, headers={"Accept": accept})


async def test_none_is_refused_with_the_nearest_and_no_model_is_asked(
    owner: asyncpg.Connection, serve: Serve, endpoint: ModelEndpoint
) -> None:
    await set_calibration(owner, calibration(REFUSING))
    with serve() as url:
        asked = await ask(url, QUESTION)
    assert asked.text.startswith(REFUSAL)
    assert asked.frames[0]["sources"][0]["heading"] == "Changing the bulb"
    assert asked.frames[-1]["choices"][0]["finish_reason"] == "stop"
    assert endpoint.requests == []


@pytest.mark.parametrize(("refuse", "is_refusal"), [("none", True), ("never", False)])
async def test_a_refusal_is_told_from_an_answer_before_its_text(
    owner: asyncpg.Connection, serve: Serve, refuse: str, is_refusal: bool
) -> None:
    await set_calibration(owner, calibration(REFUSING))
    with serve(refuse=refuse) as url:
        async with httpx.AsyncClient(base_url=url, timeout=30) as client:
            asked = (await client.post("/v1/answers", json={"query": QUESTION})).json()
            opening = (await client.get(asked["events"])).text.split("data: ")[1].splitlines()[0]
    told = orjson.loads(opening)
    assert ("none", is_refusal) == (told["confidence"], told["is_refusal"])


@pytest.mark.parametrize(
    ("learnt", "expected"), [(REFUSING, "none"), (CAUTIOUS, "low"), (SURE, "high"), (None, "medium")]
)
async def test_the_confidence_stands_beside_the_sources_in_every_format(
    owner: asyncpg.Connection, serve: Serve, learnt: Levels | None, expected: str
) -> None:
    await set_calibration(owner, calibration(learnt))
    with serve() as url:
        frames = (await ask(url, QUESTION)).frames
        answer = (await get(url, "/v1/query")).json()
        found = (await get(url, "/v1/search")).json()
    assert [frame.get("confidence") for frame in frames] == [expected, *[None] * (len(frames) - 2), expected]
    assert [set(frame) & {"sources", "confidence"} for frame in frames[1:-1]] == [set()] * (len(frames) - 2)
    assert [expected, expected] == [answer["confidence"], found["confidence"]]


@pytest.mark.parametrize(("learnt", "is_due"), [(CAUTIOUS, True), (SURE, False), (None, False)])
async def test_low_begins_with_a_caution(
    owner: asyncpg.Connection, serve: Serve, endpoint: ModelEndpoint, learnt: Levels | None, is_due: bool
) -> None:
    endpoint.knobs.answer = "Let it cool [1]."
    await set_calibration(owner, calibration(learnt))
    with serve() as url:
        assert (
            f"{CAUTION if is_due else ''}Let it cool [1]."
            == (await get(url, "/v1/query", accept="text/plain")).text
        )


async def test_trouble_before_the_first_text_has_no_caution_before_it(
    owner: asyncpg.Connection, serve: Serve, endpoint: ModelEndpoint
) -> None:
    endpoint.knobs.status = 401
    await set_calibration(owner, calibration(CAUTIOUS))
    with serve() as url:
        asked = await ask(url, QUESTION)
        bare = await get(url, "/v1/query", accept="text/plain")
    assert asked.text == asked.frames[-1]["error"]["message"]
    assert asked.frames[-1]["confidence"] == "low"
    assert bare.status_code == 502


async def test_an_owner_may_have_the_model_asked_always(
    owner: asyncpg.Connection, serve: Serve, endpoint: ModelEndpoint
) -> None:
    endpoint.knobs.answer = "Let it cool [1]."
    await set_calibration(owner, calibration(REFUSING))
    with serve(refuse="never") as url:
        asked = await ask(url, QUESTION)
    assert asked.text == f"{CAUTION}Let it cool [1]."
    assert asked.frames[0]["confidence"] == "none"


async def test_the_confidence_is_unknown_when_trouble_came_before_it(
    owner: asyncpg.Connection, serve: Serve
) -> None:
    with serve() as url:
        await owner.execute("drop function docs.get_calibration")
        frames = (await ask(url, QUESTION)).frames
    assert [frames[0]["confidence"], frames[-1]["confidence"]] == [None, None]
    assert frames[-1]["choices"][0]["finish_reason"] == "error"
