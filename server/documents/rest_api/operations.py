"""An operation: its parameters, bodies, responses, security and samples."""

from typing import Any

from server.documents.markdown_lines import code_span, escaped
from server.documents.rest_api.references import Placed, References, items, mapping, text
from server.documents.rest_api.schemas import said, type_of, write_choices, write_properties
from server.documents.rest_api.sections import ApiSections


class OperationWriter:
    def __init__(self, sections: ApiSections, references: References, *, api: dict[str, Any]) -> None:
        self._sections = sections
        self._references = references
        self._api = api

    def write(self, item: Placed, operation: Placed) -> None:
        """The text of one operation; `item` is the path it belongs to, with what all its operations share."""
        value = operation.mapping
        if value.get("deprecated") is True:
            self._sections.label("Deprecated.")
        self._sections.markdown(item.mapping.get("description"))
        self._sections.markdown(value.get("description"))
        self._sections.external(value)
        self._parameters(item, operation)
        self._body(operation)
        self._responses(operation)
        self._security(value.get("security", self._api.get("security")))
        for sample in items(value.get("x-codeSamples")) or items(value.get("x-code-samples")):
            language = text(mapping(sample).get("lang"))
            self._sections.lines.code(text(mapping(sample).get("source")), language=language)

    def _parameters(self, item: Placed, operation: Placed) -> None:
        shared = [self._references.resolve(item.at(each)) for each in items(item.mapping.get("parameters"))]
        own = [self._references.resolve(operation.at(each)) for each in items(operation.mapping.get("parameters"))]
        # An operation's parameter takes the place of its path's with the same name and place.
        chosen = {(text(each.mapping.get("in")), text(each.mapping.get("name"))): each for each in shared + own}
        if not chosen:
            return
        self._sections.label("Parameters")
        rows = [["Name", "In", "Type", "Required", "Description"]]
        for (place, name), parameter in chosen.items():
            is_required = "yes" if parameter.mapping.get("required") is True else "no"
            rows.append(
                [code_span(name), escaped(place), self._type(parameter), is_required, self._said(parameter)]
            )
        self._sections.lines.table(rows)
        for (_, name), parameter in chosen.items():
            self._examples(name, parameter)

    def _type(self, parameter: Placed) -> str:
        return type_of(self._schema(parameter), self._references)

    def _said(self, parameter: Placed) -> str:
        own = self._sections.cell(parameter.mapping.get("description"))
        deprecated = "Deprecated." if parameter.mapping.get("deprecated") is True else ""
        return " ".join(part for part in (deprecated, own, said(self._schema(parameter), self._sections)) if part)

    def _schema(self, holder: Placed) -> Placed:
        """A parameter's or a header's schema, which may stand in its content."""
        if "schema" in holder.mapping:
            return holder.child("schema")
        media = next(iter(mapping(holder.mapping.get("content")).values()), None)
        return holder.at(mapping(media).get("schema"))

    def _body(self, operation: Placed) -> None:
        body = self._references.resolve(operation.child("requestBody"))
        if not body.mapping:
            return
        self._sections.label("Request body (required)" if body.mapping.get("required") is True else "Request body")
        self._sections.markdown(body.mapping.get("description"))
        self._content(body, "Request")

    def _responses(self, operation: Placed) -> None:
        responses = mapping(operation.mapping.get("responses"))
        if responses:
            self._sections.label("Responses")
        for status, value in responses.items():
            response = self._references.resolve(operation.at(value))
            description = self._sections.cell(response.mapping.get("description"))
            self._sections.lines.paragraph(f"**{escaped(status)}** {description}")
            self._headers(response)
            self._content(response, status)

    def _headers(self, response: Placed) -> None:
        rows = [["Header", "Type", "Description"]]
        for name, value in mapping(response.mapping.get("headers")).items():
            header = self._references.resolve(response.at(value))
            rows.append([code_span(name), self._type(header), self._said(header)])
        self._sections.lines.table(rows)

    def _content(self, holder: Placed, title: str) -> None:
        """The media types of a body, each with its type; properties only of a schema that stands here."""
        for kind, value in mapping(holder.mapping.get("content")).items():
            media = self._references.resolve(holder.at(value))
            schema = media.child("schema")
            shown = type_of(schema, self._references) if schema.value is not None else ""
            self._sections.lines.paragraph(f"{code_span(kind)}: {shown}" if shown else code_span(kind))
            self._sections.markdown(schema.mapping.get("description"))
            write_choices(schema, self._sections)
            write_properties(schema, self._sections, self._references)
            self._examples(title, media)

    def _examples(self, title: str, holder: Placed) -> None:
        if "example" in holder.mapping:
            self._sections.example(title, holder.mapping["example"])
        elif "example" in holder.child("schema").mapping:
            self._sections.example(title, holder.child("schema").mapping["example"])
        for name, value in mapping(holder.mapping.get("examples")).items():
            example = self._references.resolve(holder.at(value))
            summary = text(example.mapping.get("summary")) or name
            self._sections.markdown(example.mapping.get("description"))
            if "value" in example.mapping:
                self._sections.example(f"{title}: {summary}", example.mapping["value"])

    def _security(self, security: Any) -> None:
        choices = []
        for requirement in items(security):
            schemes = [_scheme(name, scopes) for name, scopes in mapping(requirement).items()]
            choices.append(" and ".join(schemes) or "none")
        if choices:
            self._sections.lines.paragraph(f"Security: {' or '.join(choices)}")


def _scheme(name: str, scopes: Any) -> str:
    shown = ", ".join(text(scope) for scope in items(scopes))
    return f"{code_span(name)} ({escaped(shown)})" if shown else code_span(name)
