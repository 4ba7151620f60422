"""The line in bold that stands for a component, an admonition or a tab."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from server.documents.dialects.components import literal_of, prop
from server.documents.dialects.element_names import (
    ADMONITIONS,
    FIELDS,
    GENERIC_ADMONITIONS,
    LABEL_SLOTS_OF,
    last_name,
)
from server.documents.dialects.tags import Tag

TabLabels = dict[str, str] | list[str]
"""By the value of a tab, or in order."""


def label_of(text: str) -> str:
    return f"**{text}**" if text and "**" not in text else text


def admonition_kind(tag: Tag) -> str | None:
    """`Note` for `<Note>`, `<Aside type="note">`, `{{% alert color="info" %}}`; `None` for what is none."""
    name = last_name(tag.name)
    if name not in ADMONITIONS and name not in GENERIC_ADMONITIONS:
        return None
    if tag.html:
        return None  # the elements <summary>, <cite>, …
    if name in GENERIC_ADMONITIONS:
        stated = tag.text("type", "kind", "variant", "intent", "status", "color", "0")
        name = stated.lower() if stated.lower() in ADMONITIONS else "note"
    return name.replace("-", " ").capitalize()


def admonition_label(kind: str, title: str) -> str:
    """`**Note: Title**`, the one form of all dialects."""
    if not title or title.casefold() == kind.casefold():
        return f"**{title or kind}**"
    if title.casefold() in ADMONITIONS:
        return f"**{title}**"
    return label_of(f"{kind}: {title}".replace("**", ""))


def field_label(tag: Tag, names: Mapping[str, Any]) -> str:
    """The first line of `<ParamField path="id" type="string" required>`: its name, type and default."""
    if last_name(tag.name) not in FIELDS or tag.name.islower():
        return ""
    name = next(filter(None, (prop(tag, key, names) for key in ("name", "path", "query", "header", "body"))), "")
    if not name or not any(
        key in tag.attributes for key in ("type", "path", "query", "header", "body", "required")
    ):
        return ""
    words = [f"**`{name}`**"]
    if kind := prop(tag, "type", names):
        words.append(f"`{kind}`")
    if "required" in tag.attributes:
        words.append("required")
    if default := prop(tag, "default", names):
        words.append(f"default `{default}`")
    return " ".join(words)


def tab_labels(tag: Tag, names: Mapping[str, Any]) -> dict[str, str] | list[str]:
    """The labels that `<Tabs items={['a', 'b']}>` or `values={[{label, value}]}` gives its tabs."""
    values = literal_of(tag, "values", names)
    if isinstance(values, list):
        pairs = (value for value in values if isinstance(value, dict))
        return {str(pair.get("value", "")): str(pair["label"]) for pair in pairs if "label" in pair}
    items = literal_of(tag, "items", names)
    if isinstance(items, str):  # Hugo: items="npm,yarn"
        return [item.strip() for item in items.split(",")]
    return list(_labels(items)) if isinstance(items, list) else []


def _labels(items: Iterable[Any]) -> Iterator[str]:
    for item in items:
        text = item.get("label") or item.get("title") if isinstance(item, dict) else item
        yield str(text) if isinstance(text, str | int) else ""


def block_label(tag: Tag, label: str, names: Mapping[str, Any], *, says_more: bool) -> str:
    """A component's first line, of its label, kind and target; `says_more` when text follows it."""
    if described := field_label(tag, names):
        return described
    kind = admonition_kind(tag)
    if kind and (says_more or label):
        return admonition_label(kind, label)
    target = tag.text("href", "to", "link")
    if label and target and " " not in target and "](" not in label:
        label = f"[{label}]({target})"
    return label_of(label)


def label_in(parent: Tag, labels: TabLabels, tag: Tag) -> str:
    """A tab's label, when its parent lists them (the list is used up); a slot's, when its parent shows tabs."""
    value = tag.text("value", "slot")
    if isinstance(labels, dict):
        return labels.get(value, value)
    if labels:
        return labels.pop(0)
    is_slot = "slot" in tag.attributes and any(part in parent.name.lower() for part in LABEL_SLOTS_OF)
    return value if not tag.is_shortcode and (is_slot or last_name(tag.name).startswith("tab")) else ""


def is_block_name(tag: Tag) -> bool:
    return last_name(tag.name).startswith(("tab", "card", "step", "accordion")) or bool(admonition_kind(tag))
