from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from server.database.calls import get_sections_sample
from server.database.pool import open_owner_connection
from server.errors import EvaluationInvalid
from server.evaluation.first_questions import make_first_questions, require_new_file
from server.evaluation.questions import read_questions
from tests.pages import page, publish_pages, section


async def test_a_first_file_can_be_read_and_asks_about_published_places(
    site_database_url: str, tmp_path: Path
) -> None:
    async with open_owner_connection(site_database_url) as connection:
        text = await make_first_questions(connection, count=20)
        assert text == await make_first_questions(connection, count=20)
    (tmp_path / "q.yaml").write_text(text)
    asked = {
        str(question.relevant[0]): question.text for question in read_questions(tmp_path / "q.yaml", max_chars=200)
    }
    assert "How do I change the bulb?" == asked["/guides/bulbs#changing-the-bulb"]
    assert {"/", "/guides/bulbs", "/guides/dimming", "/returns"} == {place.partition("#")[0] for place in asked}
    assert text.startswith("# Questions")
    assert "must_refuse: true" in text


async def test_a_site_without_pages_gives_none(owner: asyncpg.Connection) -> None:
    with pytest.raises(EvaluationInvalid, match="The published pages give no question"):
        await make_first_questions(owner, count=5)


async def test_a_sample_takes_one_section_of_every_page_first(owner: asyncpg.Connection) -> None:
    def pages(count: int) -> Iterator[object]:
        return (page(f"/{place}", *(section(f"S{one}") for one in range(3))) for place in range(count))

    await publish_pages(owner, [*pages(4), page("/short", section("S", "x"))])  # type: ignore[list-item]
    first = await get_sections_sample(owner, section_count=4, min_content_length=10)
    assert {"/0", "/1", "/2", "/3"} == {one.path for one in first}
    every = await get_sections_sample(owner, section_count=100, min_content_length=10)
    assert 12 == len({(one.path, one.slug) for one in every})
    assert first == every[:4]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "q.yaml"
    require_new_file(file)
    file.write_text("edited")
    with pytest.raises(EvaluationInvalid, match="exists, and nothing is overwritten"):
        require_new_file(file)
