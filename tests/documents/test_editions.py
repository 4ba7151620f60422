from pathlib import PurePosixPath
from typing import Any

import pytest

from server.documents.editions.languages import language_tag
from server.documents.editions.recognition import Edition, recognise_editions, with_edition
from tests.documents.cases import load_cases


@pytest.mark.parametrize(("given", "expected"), load_cases("editions"))
def test_an_edition_is_told_by_all_the_places(given: str, expected: str) -> None:
    language, *lines = given.splitlines()
    editions = recognise_editions([PurePosixPath(line) for line in lines], language=language)
    assert expected.splitlines() == [
        f"{name}: {edition.lang}{f' {edition.version}' if edition.version else ''}"
        for name, edition in editions.items()
    ]


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ({}, {"lang": "de", "version": "v2"}),
        ({"lang": "fr", "version": 3}, {"lang": "fr", "version": 3}),
        ({"lang": ["en", "fr"]}, {"lang": ["en", "fr"], "version": "v2"}),
        ({"lang": False}, {"lang": "no", "version": "v2"}),
        ({"lang": None}, {"lang": "de", "version": "v2"}),
        ({"locale": "pt_br"}, {"locale": "pt_br", "lang": "pt-BR", "version": "v2"}),
        ({"language": "zh-hans-cn"}, {"language": "zh-hans-cn", "lang": "zh-Hans-CN", "version": "v2"}),
        ({"language": "python"}, {"language": "python", "lang": "de", "version": "v2"}),
        ({"language": "en", "locale": "fr"}, {"language": "en", "locale": "fr", "lang": "fr", "version": "v2"}),
    ],
)
def test_front_matter_wins(meta: dict[str, Any], expected: dict[str, Any]) -> None:
    assert expected == with_edition(meta, Edition("de", "v2"))


def test_no_version_is_none() -> None:
    assert {"lang": "de", "a": 1} == with_edition({"a": 1}, Edition("de", None))


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("de", "de"),
        ("PT_br", "pt-BR"),
        ("zh-hant", "zh-Hant"),
        ("es-419", "es-419"),
        ("go", None),
        ("english", None),
    ],
)
def test_a_language_has_one_way_to_be_written(text: str, tag: str | None) -> None:
    assert tag == language_tag(text)
