"""What a publish learns of a site's questions; mostly on Lectern's own documentation."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from server.answering.retrieval import Retriever
from server.confidence import Confidence
from server.database.calls import get_calibration, prepare_embedding_model, set_calibration
from server.database.pool import open_database, open_owner_connection, prepare_connection
from server.ingest.calibration import off_topic_questions, renew_calibration
from server.ingest.progress import Progress
from server.ingest.sync import ingest
from server.models.embeddings import make_embedder
from server.settings import Settings
from tests.conftest import SITE_FOLDER, cloned_database, ingest_folder
from tests.levels import calibration, levels
from tests.model_endpoint import ModelEndpoint, serve_model_endpoint

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

OWN_QUESTIONS = (
    "How do I add CORS?",
    "what is a window",
    "How can I change the port?",
    "Can I use my own Postgres?",
    "how to put the search box on my site",
    "Which keys are in a source?",
    "Is the token budget counted exactly?",
    "make it answer with OpenAI",
)
OTHER_QUESTIONS = (
    "How long do I cook lentils?",
    "Who won the last world cup?",
    "What is the capital of Peru?",
    "When do I prune roses?",
    "Why do cats purr?",
    "What is a good mortgage rate?",
)


@pytest.fixture
def endpoint() -> Iterator[ModelEndpoint]:
    with serve_model_endpoint() as endpoint:
        yield endpoint


@pytest.fixture
async def remote(endpoint: ModelEndpoint, owner: asyncpg.Connection, database_url: str) -> Settings:
    """A database prepared for the endpoint's embeddings."""
    await prepare_embedding_model(owner, name="openai/test", dimensions=64)
    return Settings(
        database_url=database_url,
        embedding_model="openai/test",
        embedding_base_url=endpoint.base_url,
        embedding_api_key="sk-test",
    )


@pytest.fixture(scope="module")
def docs_settings(postgres_url: str) -> Iterator[Settings]:
    """Lectern's documentation published with the built-in embedder; for tests that only read."""
    with asyncio.Runner() as runner:
        database = cloned_database(postgres_url)
        settings = Settings(database_url=runner.run(database.__aenter__()))
        runner.run(ingest_folder(DOCS, settings))
        yield settings
        runner.run(database.__aexit__(None, None, None))


async def confidences(settings: Settings, questions: Sequence[str]) -> list[Confidence]:
    assert settings.database_url is not None
    embedder = make_embedder(settings, retries=0, timeout_seconds=5)
    async with open_database(settings.database_url.get_secret_value(), settings) as database:
        retriever = Retriever(database, embedder, settings)
        found = [await retriever.match(question, count=8, budget_tokens=3000, filter={}) for question in questions]
        judged = [await retriever.judge(matches) for matches in found]
    await embedder.close()
    return judged


def embedded_texts(endpoint: ModelEndpoint) -> list[str]:
    return [text for request in endpoint.requests for text in request.body["input"]]


def assert_told_apart(own: Sequence[Confidence], others: Sequence[Confidence]) -> None:
    """With slips allowed by a level, because the documentation they are asked of is edited."""
    assert "none" not in own
    assert own.count("low") <= 1
    assert set(others) <= {"none", "low"}
    assert others.count("none") > len(others) / 2


async def test_questions_about_the_site_are_told_from_others(docs_settings: Settings) -> None:
    assert_told_apart(
        await confidences(docs_settings, OWN_QUESTIONS), await confidences(docs_settings, OTHER_QUESTIONS)
    )


@pytest.mark.parametrize("common_part", [0, 3])
async def test_so_they_are_with_an_embedder_that_hardly_knows_one_from_the_other(
    endpoint: ModelEndpoint, remote: Settings, common_part: float
) -> None:
    endpoint.knobs.common_part = common_part
    await ingest_folder(DOCS, remote)
    assert "none" not in await confidences(remote, OWN_QUESTIONS)
    others = await confidences(remote, off_topic_questions())
    assert others.count("none") > len(others) / 5
    assert others.count("none") + others.count("low") > len(others) * 4 / 5


async def test_a_tiny_site_learns_nothing_and_asks_the_embedder_nothing(
    endpoint: ModelEndpoint, owner: asyncpg.Connection, remote: Settings
) -> None:
    report = await ingest_folder(SITE_FOLDER, remote)
    learnt = await get_calibration(owner)
    assert learnt is not None
    assert learnt.levels is None
    assert report.paid.windows == len(embedded_texts(endpoint))
    assert {"medium"} == set(await confidences(remote, [*OWN_QUESTIONS, *OTHER_QUESTIONS]))


async def test_a_site_of_one_page_learns_from_its_sections(
    owner: asyncpg.Connection, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "all.md").write_text("\n".join(page.read_text() for page in sorted(DOCS.glob("*.md"))))
    await ingest_folder(tmp_path, settings)
    assert_told_apart(await confidences(settings, OWN_QUESTIONS), await confidences(settings, OTHER_QUESTIONS))


async def test_a_small_edit_keeps_the_levels_and_other_weights_do_not(
    owner: asyncpg.Connection, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "all.md").write_text("# All\n\nOnly one page.\n")
    await ingest_folder(tmp_path, settings)
    learnt = await get_calibration(owner)
    assert learnt is not None
    assert len(learnt.learnt_with or "") == 64
    await set_calibration(owner, replace(learnt, levels=levels()))

    (tmp_path / "all.md").write_text("# All\n\nStill only one page.\n")
    await ingest_folder(tmp_path, settings)
    assert replace(learnt, levels=levels()) == await get_calibration(owner)

    await owner.execute("update docs.calibration set learnt_with = 'others'")
    await ingest_folder(tmp_path, settings)
    assert learnt == await get_calibration(owner)


@pytest.mark.parametrize("change", ["page_count = 40", "version = 0"])
async def test_levels_are_learnt_anew_by_a_run_that_publishes_nothing(
    owner: asyncpg.Connection, settings: Settings, change: str
) -> None:
    await ingest_folder(SITE_FOLDER, settings)
    learnt = await get_calibration(owner)
    await owner.execute(f"update docs.calibration set {change}")
    assert learnt != await get_calibration(owner)
    await ingest_folder(SITE_FOLDER, settings)
    assert learnt == await get_calibration(owner)


async def test_levels_of_another_embedding_model_do_not_count(owner: asyncpg.Connection) -> None:
    await set_calibration(owner, calibration(levels()))
    assert calibration(levels()) == await get_calibration(owner)
    await prepare_embedding_model(owner, name="openai/other", dimensions=64)
    assert await get_calibration(owner) is None


async def test_levels_of_another_version_are_not_read(owner: asyncpg.Connection) -> None:
    await set_calibration(owner, calibration(levels()))
    await owner.execute("""update docs.calibration set version = 0, levels = '{"made_of": "something else"}'""")
    assert replace(calibration(None), version=0) == await get_calibration(owner)


async def test_an_outage_while_learning_keeps_what_was_published_and_the_old_levels(
    endpoint: ModelEndpoint,
    owner: asyncpg.Connection,
    remote: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail_once_published(progress: Progress) -> None:
        if progress.phase == "Publishing" and progress.done:
            endpoint.knobs.status = 503

    old = calibration(levels())
    await set_calibration(owner, old)
    embedder = make_embedder(remote, retries=0, timeout_seconds=5)
    with caplog.at_level(logging.WARNING):
        report = await ingest(
            owner, str(DOCS), embedder=embedder, settings=remote, on_progress=fail_once_published
        )
    assert report.publication.pages_written == len(list(DOCS.glob("*.md")))
    assert old == await get_calibration(owner)
    assert "How sure answers are was not learnt anew" in caplog.text

    endpoint.knobs.status = 200
    await renew_calibration(owner, embedder=embedder, settings=remote)
    await embedder.close()
    assert old != await get_calibration(owner)


async def test_a_running_server_notices_new_levels(
    settings: Settings, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.answering.confidence._LEVELS_AGE_MAX_SECONDS", 0)
    await ingest_folder(SITE_FOLDER, settings)
    embedder = make_embedder(settings, retries=0, timeout_seconds=5)
    async with open_database(database_url, settings) as database, open_owner_connection(database_url) as owner:
        await prepare_connection(owner)
        retriever = Retriever(database, embedder, settings)
        matches = await retriever.match("bulb", count=8, budget_tokens=None, filter={})
        before = await retriever.judge(matches)
        await set_calibration(owner, calibration(levels(none_below=-2, low_below=-2, high_from=-2)))
        assert ("medium", "high") == (before, await retriever.judge(matches))


def test_the_questions_learnt_from_are_not_those_measured_with() -> None:
    measured_with = (ROOT / "benchmarks" / "off_topic.txt").read_text().splitlines()
    assert (80, 100) == (len(set(off_topic_questions())), len(set(measured_with)))
    assert set() == set(off_topic_questions()) & set(measured_with)
