import json
import time
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.documents.document import Document, Heading
from server.documents.openapi import parse
from server.errors import DocumentUnreadable
from tests.documents.cases import load_cases
from tests.documents.sources import source_of


def read(api: str | dict[str, Any], *, files: Mapping[str, str] | None = None) -> Document:
    if isinstance(api, str):
        return parse(source_of(api, name="api.yaml", files=files))
    content = {"openapi": "3.1.0", "info": {"title": "A"}} | api
    return parse(source_of(json.dumps(content), name="api.json", files=files))


def headings(document: Document) -> list[tuple[int, str, str | None]]:
    return [(block.level, block.text, block.slug) for block in document.blocks if isinstance(block, Heading)]


def text_of(document: Document) -> str:
    return "\n".join(document.lines)


@pytest.mark.parametrize(("api", "expected"), load_cases("openapi"))
def test_an_api_is_written_for_readers(api: str, expected: str) -> None:
    assert expected == text_of(read(api))


def test_operations_and_schemas_are_sections() -> None:
    operation: dict[str, Any] = {"responses": {}}
    document = read(
        {
            "info": {"title": "Lamps", "version": "2"},
            "tags": [{"name": "Rooms"}],
            "paths": {
                "/lamps": {"get": {**operation, "operationId": "list", "summary": "All"}, "put": operation},
                "/rooms": {"get": {**operation, "tags": ["Rooms", "x"], "operationId": "list"}},
            },
            "webhooks": {"died": {"post": operation}},
            "components": {
                "schemas": {"Lamp": {"type": "object"}},
                "securitySchemes": {"key": {"type": "apiKey"}},
            },
        }
    )
    assert [
        (1, "Lamps", "lamps"),
        (2, "Authentication", "authentication"),
        (2, "Rooms", "tag/Rooms"),
        (3, "GET /rooms", "list"),
        (3, "GET /lamps All", "list-1"),
        (3, "PUT /lamps", "put-lamps"),
        (3, "Webhook died: POST", "webhook-died-post"),
        (2, "Schemas", "schemas"),
        (3, "Lamp", "Lamp"),
    ] == headings(document)
    assert document.title == "Lamps"
    assert {"openapi": "3.1.0", "api_version": "2"} == document.meta


def test_references_lead_to_names_and_other_files() -> None:
    files = {
        "shared/all.yaml": "Room: {type: object, description: A room., properties: {lamp: {$ref: 'lamp.json'}}}\n"
        "path: {get: {operationId: far, responses: {200: {description: fine}}}}\n",
        "shared/lamp.json": '{"type": "string", "description": "A far lamp."}',
    }
    reference = {"$ref": "#/components/schemas/Loop"}
    document = read(
        {
            "paths": {"/far": {"$ref": "shared/all.yaml#/path"}},
            "components": {
                "schemas": {
                    "Loop": {
                        "type": "object",
                        "properties": {"again": reference, "room": {"$ref": "shared/all.yaml#/Room"}},
                    }
                }
            },
        },
        files=files,
    )
    assert [
        (3, "GET /far", "far"),
        (2, "Schemas", "schemas"),
        (3, "Loop", "Loop"),
        (3, "Room", "Room"),
    ] == headings(document)[1:5]
    assert "| `again` | `Loop` | no |  |" in document.lines
    assert "A far lamp." in text_of(document)
    assert document.problems == ()


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("#/paths/~1b/get", "`$ref: #/paths/~1b/get` leads nowhere: it is left out."),
        ("no.yaml#/a", "`$ref: no.yaml#/a` is left out: no.yaml does not exist."),
        ("https://x.test/a.yaml", "`$ref: https://x.test/a.yaml` is left out: it is on another site."),
        ("#/paths/~1a", "`$ref: #/paths/~1a` leads in a circle: it is left out."),
    ],
)
def test_a_reference_that_leads_nowhere_is_named(reference: str, reason: str) -> None:
    document = read({"paths": {"/a": {"$ref": reference}}})
    assert [reason] == [problem.reason for problem in document.problems]


def test_words_of_yaml_1_2_are_words() -> None:
    document = read("openapi: 3.0.0\ncomponents: {schemas: {Land: {enum: [no, se, on, true]}}}\n")
    assert "One of `no`, `se`, `on`, `true`." in document.lines


_ALIASES = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))


@pytest.mark.parametrize(
    ("api", "message"),
    [
        ("swagger: '2.0'\n", "is Swagger 2.0, which is not read: convert it to OpenAPI 3"),
        ("openapi: 4.0.0\n", "says `openapi: 4.0.0`: only OpenAPI 3 is read."),
        ("- 1\n", "is not an OpenAPI description: it is not a mapping."),
        ("openapi: 3.0.0\ninfo: {a: b\n", "Line 3: it is not YAML"),
        ("openapi: 3.0.0\nx: " + "[" * 100_000, "Line 2: it is nested over 100 deep."),
        ("openapi: 3.0.0\na0: &a0 x\n" + _ALIASES, "Line 1: it has over 2,000,000 values."),
        ("openapi: 3.0.0\nx: &a [*a]\n", "Line 1: it holds itself."),
    ],
)
def test_what_is_no_openapi_3_says_why(api: str, message: str) -> None:
    with pytest.raises(DocumentUnreadable, match=message):
        read(api)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"openapi": "3.0.0",\n"a" 1}', "Line 2: is not JSON: Expecting ':' delimiter."),
        ('{"openapi": "3.0.0", "a": ' + "[" * 200 + "]" * 200 + "}", "is nested over 100 deep."),
        ('{"a":' * 50_000, "is JSON that is nested too deeply to be read."),
    ],
)
def test_json_that_cannot_be_read_says_why(content: str, message: str) -> None:
    with pytest.raises(DocumentUnreadable, match=message):
        parse(source_of(content, name="api.json"))


def test_a_large_part_that_all_share_is_bounded() -> None:
    shared = {"Big": {"name": "big", "in": "query", "description": "word " * 20_000}}
    paths = {f"/{n}": {"get": {"parameters": [{"$ref": "#/components/parameters/Big"}]}} for n in range(2_000)}
    with pytest.raises(DocumentUnreadable, match="comes to over 50,000,000 characters"):
        read({"paths": paths, "components": {"parameters": shared}})


def test_ten_thousand_operations_take_linear_time() -> None:
    # Measured: 2 s.
    paths = {
        f"/{n}": {"get": {"summary": "Same", "responses": {"200": {"description": "x"}}}} for n in range(10_000)
    }
    started = time.process_time()
    assert len({slug for _, _, slug in headings(read({"paths": paths}))}) == 10_001
    assert time.process_time() - started < 20


# fmt: off
_NAMES = [
    "paths", "get", "post", "parameters", "requestBody", "responses", "content", "schema", "properties",
    "items", "allOf", "oneOf", "enum", "description", "examples", "value", "components", "schemas", "$ref",
    "tags", "name", "in", "security", "callbacks", "servers", "webhooks", "200", "/a", "application/json",
]
# fmt: on
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["#/paths/~1a", "#/a", "x.yaml"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=5),
    max_leaves=30,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(_NAMES), _VALUES), st.dictionaries(st.sampled_from(["/a", "/b"]), _VALUES))
def test_any_values_are_read(api: dict[str, Any], paths: dict[str, Any]) -> None:
    document = read(api | {"paths": paths, "components": {"schemas": paths}})
    assert all(block.end <= len(document.lines) for block in document.blocks)
