"""OpenAPI 3 descriptions → one section per operation and per schema.

Anchors are the operations' `operationId`s and the schemas' names. Renderers put more around them, each its own
(`#operation/listPets` in Redoc, `#/pets/listPets` in Swagger UI): a site that shows one links by its URL rules.
"""

import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, Final

from server.documents.document import Document, Source
from server.documents.markdown_lines import code_span, escaped
from server.documents.rest_api.operations import OperationWriter
from server.documents.rest_api.references import Placed, References, items, mapping, read_values, text
from server.documents.rest_api.schemas import write_schema
from server.documents.rest_api.sections import ApiSections
from server.errors import DocumentUnreadable

_METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_HEAD_BYTES: Final = 4096
_RECOGNISED: Final = re.compile(
    rb"""(?:^["']?(?:openapi|swagger)["']?|\A\s*\{\s*(?:"[^"\\]*"\s*:\s*"[^"\\]*"\s*,\s*)*"(?:openapi|swagger)")"""
    rb"""[ \t]*:\s*["']?[1-9]\.""",
    re.MULTILINE,
)


def is_page(name: PurePosixPath, head: bytes) -> bool:
    """Whether YAML or JSON calls itself OpenAPI (or Swagger) in its first 4,096 bytes."""
    del name
    return bool(_RECOGNISED.search(head[:_HEAD_BYTES].removeprefix(BOM_UTF8)))


def parse(source: Source) -> Document:
    """Raises `DocumentUnreadable` for what is no OpenAPI 3 with a line where there is one."""
    api = read_values(source.content, name=source.name)
    _check_version(api)
    return _Api(api, source).document()


def _check_version(api: Any) -> None:
    if not isinstance(api, dict):
        raise DocumentUnreadable("is not an OpenAPI description: it is not a mapping.")
    if "swagger" in api:
        raise DocumentUnreadable(
            f"is Swagger {text(api['swagger'])}, which is not read: convert it to OpenAPI 3 "
            "(editor.swagger.io or `npx swagger2openapi` do it)."
        )
    if not text(api.get("openapi")).startswith("3."):
        raise DocumentUnreadable(f"says `openapi: {text(api.get('openapi'))}`: only OpenAPI 3 is read.")


class _Api:
    def __init__(self, api: dict[str, Any], source: Source) -> None:
        self._api = api
        self._references = References(api, source)
        self._sections = ApiSections()

    def document(self) -> Document:
        info = mapping(self._api.get("info"))
        title = text(info.get("title")) or None
        self._introduce(title, info)
        self._operations()
        self._webhooks()
        self._schemas()
        meta = {"openapi": text(self._api.get("openapi")), "api_version": text(info.get("version"))}
        return self._sections.lines.document(
            title=title,
            meta={name: value for name, value in meta.items() if value},
            problems=self._references.problems,
        )

    def _introduce(self, title: str | None, info: dict[str, Any]) -> None:
        sections = self._sections
        sections.heading(1, title or "API", None)
        if text(info.get("version")):
            sections.lines.paragraph(f"Version {escaped(text(info.get('version')))}")
        sections.markdown(info.get("summary"))
        sections.markdown(info.get("description"))
        sections.external(self._api)
        servers = [_server(mapping(server)) for server in items(self._api.get("servers"))]
        if any(servers):
            sections.label("Servers")
            sections.lines.paragraph("\n".join(f"- {server}" for server in servers if server))
        self._authentication()

    def _authentication(self) -> None:
        schemes = mapping(mapping(self._api.get("components")).get("securitySchemes"))
        if not schemes:
            return
        self._sections.heading(2, "Authentication", "authentication")
        for name, value in schemes.items():
            scheme = mapping(self._references.resolve(Placed(value)).value)
            kinds = (scheme.get(key) for key in ("type", "scheme", "bearerFormat", "in", "name"))
            shown = ", ".join(text(kind) for kind in kinds if text(kind))
            self._sections.lines.paragraph(
                f"**{escaped(name)}** ({escaped(shown)})" if shown else f"**{escaped(name)}**"
            )
            self._sections.markdown(scheme.get("description"))
            self._scopes(scheme)

    def _scopes(self, scheme: dict[str, Any]) -> None:
        scopes: dict[str, Any] = {}
        for flow in mapping(scheme.get("flows")).values():
            scopes |= mapping(mapping(flow).get("scopes"))
        rows = [[code_span(name), self._sections.cell(said)] for name, said in scopes.items()]
        self._sections.lines.table([["Scope", "Meaning"], *rows])

    def _operations(self) -> None:
        groups: dict[str, list[tuple[str, str, Placed, Placed]]] = {}
        tags = {text(mapping(tag).get("name")): mapping(tag) for tag in items(self._api.get("tags"))}
        for tag in tags:
            groups[tag] = []
        for path, method, item, operation in self._each_operation(self._api.get("paths")):
            own = next((text(tag) for tag in items(operation.mapping.get("tags")) if text(tag)), "")
            groups.setdefault(own, []).append((path, method, item, operation))
        for tag, operations in groups.items():
            if tag and (operations or tags.get(tag, {}).get("description")):
                self._sections.heading(2, tag, f"tag/{tag}")
                self._sections.markdown(tags.get(tag, {}).get("description"))
                self._sections.external(tags.get(tag, {}))
            for path, method, item, operation in operations:
                self._write_operation(f"{method.upper()} {path}", item, operation)

    def _webhooks(self) -> None:
        for name, method, item, operation in self._each_operation(self._api.get("webhooks")):
            self._write_operation(f"Webhook {name}: {method.upper()}", item, operation)

    def _each_operation(self, paths: Any) -> Iterator[tuple[str, str, Placed, Placed]]:
        for path, value in mapping(paths).items():
            item = self._references.resolve(Placed(value))
            for method in item.mapping:
                if method.lower() in _METHODS:
                    yield path, method, item, item.child(method)

    def _write_operation(self, name: str, item: Placed, operation: Placed, *, level: int = 3) -> None:
        summary = text(operation.mapping.get("summary")) or text(item.mapping.get("summary"))
        self._sections.heading(level, f"{name} {summary}", text(operation.mapping.get("operationId")) or None)
        OperationWriter(self._sections, self._references, api=self._api).write(item, operation)
        if level > 4:  # callbacks of callbacks
            return
        for callback, value in mapping(operation.mapping.get("callbacks")).items():
            expressions = self._references.resolve(operation.at(value)).mapping
            for expression, called in expressions.items():
                called_item = self._references.resolve(operation.at(called))
                for method in called_item.mapping:
                    if method.lower() in _METHODS:
                        title = f"Callback {callback}: {method.upper()} {expression}"
                        self._write_operation(title, called_item, called_item.child(method), level=level + 1)

    def _schemas(self) -> None:
        schemas = mapping(mapping(self._api.get("components")).get("schemas"))
        if schemas or self._references.has_outside_schemas:
            self._sections.heading(2, "Schemas", "schemas")
        for name, value in schemas.items():
            self._sections.heading(3, name, name)
            write_schema(Placed(value), self._sections, self._references)
        for name, schema in self._references.outside_schemas():
            self._sections.heading(3, name, name)
            write_schema(schema, self._sections, self._references)


def _server(server: dict[str, Any]) -> str:
    url, description = text(server.get("url")), text(server.get("description"))
    return " ".join(part for part in (code_span(url), escaped(" ".join(description.split()))) if part)
