"""JSON schemas as a reader of API documentation wants them: a type, and a table of properties."""

from collections import deque
from collections.abc import Iterator
from typing import Final

from server.documents.markdown_lines import code_span, escaped
from server.documents.rest_api.references import Placed, References, items, mapping, text
from server.documents.rest_api.sections import ApiSections, shown_value, shown_values

_LIMITS: Final = (
    ("minimum", "≥ {}"),
    ("exclusiveMinimum", "> {}"),
    ("maximum", "≤ {}"),
    ("exclusiveMaximum", "< {}"),
    ("multipleOf", "a multiple of {}"),
    ("minLength", "at least {} characters"),
    ("maxLength", "at most {} characters"),
    ("minItems", "at least {} items"),
    ("maxItems", "at most {} items"),
    ("minProperties", "at least {} properties"),
    ("maxProperties", "at most {} properties"),
    ("pattern", "matches `{}`"),
)
_FLAGS: Final = (
    ("nullable", "nullable"),
    ("readOnly", "read-only"),
    ("writeOnly", "write-only"),
    ("deprecated", "deprecated"),
)
_MEMBERS_MAX_COUNT: Final = 200  # A guess: of `oneOf` and its like, in one line.
_ROWS_MAX_COUNT: Final = 2_000  # A guess: of one schema.


def write_schema(schema: Placed, sections: ApiSections, references: References) -> None:
    """Its description, type, values, properties and examples."""
    value = schema.mapping
    if text(value.get("title")):
        sections.label(text(value.get("title")))
    sections.markdown(value.get("description"))
    sections.external(value)
    sections.lines.paragraph(f"Type: {type_of(schema, references)}")
    write_choices(schema, sections)
    if text(mapping(value.get("discriminator")).get("propertyName")):
        sections.lines.paragraph(f"Told apart by {code_span(text(value['discriminator']['propertyName']))}")
    write_properties(schema, sections, references)
    for name in ("example", "default"):
        if name in value:
            sections.example(name.capitalize(), value[name])
    for example in items(value.get("examples")):
        sections.example("Example", example)


def write_choices(schema: Placed, sections: ApiSections) -> None:
    if items(schema.mapping.get("enum")):
        sections.lines.paragraph(f"One of {shown_values(schema.mapping['enum'])}.")


def write_properties(schema: Placed, sections: ApiSections, references: References) -> None:
    rows = [["Property", "Type", "Required", "Description"]]
    for name, placed, is_required in _properties(schema):
        if len(rows) > _ROWS_MAX_COUNT:
            sections.lines.paragraph(f"More than {_ROWS_MAX_COUNT:,} properties; these are the first.")
            break
        rows.append(
            [code_span(name), type_of(placed, references), "yes" if is_required else "no", said(placed, sections)]
        )
    sections.lines.table(rows)


def type_of(schema: Placed, references: References) -> str:
    """`array of `Pet``, `string (date-time), nullable`: in one line of Markdown."""
    # The schemas that stand in each other are at most as deep as the description, which is bounded.
    name = references.schema_name(schema)
    if name is not None:
        return code_span(name)
    value = schema.mapping
    if isinstance(schema.value, bool) or not value:
        return "any"
    parts = [_composed(schema, references) or _plain_type(schema, references)]
    parts += [
        name for key, name in (("readOnly", "read-only"), ("writeOnly", "write-only")) if value.get(key) is True
    ]
    if value.get("deprecated") is True:
        parts.append("deprecated")
    parts += [pattern.format(text(value[key])) for key, pattern in _LIMITS if text(value.get(key))]
    return ", ".join(part for part in parts if part)


def _composed(schema: Placed, references: References) -> str:
    for key, joint in (("allOf", " and "), ("oneOf", " or "), ("anyOf", " or ")):
        members = items(schema.mapping.get(key))[:_MEMBERS_MAX_COUNT]
        if members:
            return joint.join(dict.fromkeys(type_of(schema.at(member), references) for member in members))
    return ""


def _plain_type(schema: Placed, references: References) -> str:
    value = schema.mapping
    kind = value.get("type")
    kinds = [text(each) for each in items(kind)] or [text(kind)]
    shown = " or ".join(escaped(each) for each in kinds if each)
    if "array" in kinds or "items" in value:
        return f"array of {type_of(schema.child('items'), references)}"
    if "properties" in value or "object" in kinds:
        shown = shown or "object"
        if mapping(value.get("additionalProperties")):
            shown += f" of {type_of(schema.child('additionalProperties'), references)}"
    if "const" in value:
        shown = f"always {shown_value(value['const'])}"
    form = text(value.get("format"))
    return f"{shown} ({escaped(form)})".strip() if form else shown or "any"


def said(schema: Placed, sections: ApiSections) -> str:
    """A property's description, its values and its default, for a table."""
    value = schema.mapping
    parts = [sections.cell(value.get("description"))]
    inner = mapping(value.get("items"))
    choices = items(value.get("enum")) or items(inner.get("enum"))
    if choices:
        parts.append(f"One of {shown_values(choices)}.")
    if "default" in value:
        parts.append(f"Default {shown_value(value['default'])}.")
    if "example" in value and not isinstance(value["example"], dict | list):
        parts.append(f"Example {shown_value(value['example'])}.")
    return " ".join(part for part in parts if part)


def _properties(schema: Placed) -> Iterator[tuple[str, Placed, bool]]:
    """Those of the schema and of what stands in it, by dotted names; `[]` is an array's element.

    References are not followed: what they name has a section of its own.
    """
    waiting = deque([("", schema)])
    while waiting:
        prefix, holder = waiting.popleft()
        required = {text(name) for name in items(holder.mapping.get("required"))}
        for key in ("properties", "patternProperties"):
            for name, child in mapping(holder.mapping.get(key)).items():
                placed = holder.at(child)
                yield prefix + name, placed, name in required
                waiting.append((f"{prefix}{name}.", placed))
        for name, placed in _parts(prefix, holder):
            if text(placed.mapping.get("description")):
                yield name.removesuffix("."), placed, False
            waiting.append((name, placed))


def _parts(prefix: str, holder: Placed) -> Iterator[tuple[str, Placed]]:
    """The schemas without a name that stand in one, with what their properties' names begin with."""
    for key in ("allOf", "oneOf", "anyOf", "prefixItems"):
        for member in items(holder.mapping.get(key)):
            yield prefix, holder.at(member)
    for key in ("not", "if", "then", "else", "contains", "items", "additionalProperties"):
        name = {"items": f"{prefix.removesuffix('.')}[].", "additionalProperties": f"{prefix}*."}.get(key, prefix)
        if isinstance(holder.mapping.get(key), dict):
            yield name, holder.child(key)
