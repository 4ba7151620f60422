from importlib import import_module
from pathlib import PurePosixPath

import pytest

from server.documents.formats import FORMATS, format_of


@pytest.mark.parametrize(
    ("name", "content_type", "expected"),
    [
        ("a.md", None, "markdown"),
        ("a.RST", None, "rst"),
        ("a.ipynb", None, "notebook"),
        ("api.yml", None, "openapi"),
        ("a.txt", None, "text"),
        ("a.pdf", None, "pdf"),
        ("a.png", None, None),
        ("a", "application/pdf; charset=x", "pdf"),
        ("a.md", "image/png", None),
    ],
)
def test_a_format_is_found_by_type_or_suffix(name: str, content_type: str | None, expected: str | None) -> None:
    found = format_of(PurePosixPath(name), content_type)
    assert expected == (found.name if found else None)


@pytest.mark.parametrize("format", FORMATS, ids=lambda format: format.name)
def test_every_format_has_its_module(format: object) -> None:
    module = import_module(f"server.documents.{format.name}")  # type: ignore[attr-defined]
    assert callable(module.parse)
    assert format.is_choosy is hasattr(module, "is_page")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        ("a.md", b"", True),
        ("a.txt", b"", True),
        ("robots.txt", b"", False),
        ("api.yaml", b"\xef\xbb\xbf# An API\nopenapi: 3.1.0\n", True),
        ("api.yaml", b"info: {title: A}\n'openapi': \"3.0.0\"\n", True),
        ("api.yaml", b"swagger: '2.0'\n", True),
        ("api.json", b'{\n  "openapi": "3.0.0"', True),
        ("api.json", b'{"id": "a", "swagger" : "2.0"', True),
        ("mkdocs.yml", b"site_name: A\nplugins:\n  openapi: 3.0\n", False),
        ("mkdocs.yml", b"openapi: true\n", False),
        ("package.json", b'{"dependencies": {"openapi": "3.0.0"}}', False),
        ("data.json", b"[" * 4096, False),
        ("data.json", b'{"a":"' * 700, False),
    ],
)
def test_what_is_no_page_is_known_by_its_beginning(name: str, head: bytes, expected: bool) -> None:
    found = format_of(PurePosixPath(name))
    assert found is not None
    assert expected is found.is_page(PurePosixPath(name), head)
