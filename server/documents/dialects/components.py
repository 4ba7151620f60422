"""The text-like props of a component, and the words that stand for it."""

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from server.documents.dialects.element_names import (
    ADMONITIONS,
    CODE_COMPONENTS,
    CODES,
    DROPPED,
    LABELS,
    TEXTS,
    VERSIONS,
    last_name,
    words,
)
from server.documents.dialects.literals import UNKNOWN, read_literal
from server.documents.dialects.tags import Expression, Tag

_LABEL_NAMES = frozenset(LABELS)
_TEXT_NAMES = frozenset(TEXTS)
_SHORTCODE_TEXTS = words("summary title caption text label header name alt attr")
_LIST_NAMES = words("items labels tabs values data rows headers cards links features steps options files faq")
_TAG_IN_VALUE = re.compile(r"<[^<>]*>")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD = re.compile(r"\w")
_TAG_START = re.compile(r"<(?=[A-Za-z/!])")


def as_markdown(text: str) -> str:
    """Plain text that stays visible as Markdown."""
    return _TAG_START.sub(r"\\<", text) if "<" in text else text


def prop(tag: Tag, name: str, names: Mapping[str, Any]) -> str:
    """What an attribute says, on one line; `""` for code and for what is not there."""
    value = tag.attributes.get(name)
    if not value:
        return ""
    if not isinstance(value, Expression):
        return " ".join(value.split())
    literal = read_literal(value, names)
    if isinstance(literal, str | int | float) and not isinstance(literal, bool):
        return as_markdown(" ".join(str(literal).split()))
    if literal is UNKNOWN and value.lstrip(" \n\t(").startswith("<"):  # title={<>The <b>way</b></>}
        return " ".join(_TAG_IN_VALUE.sub("", value.strip().strip("()")).split())
    return ""


def literal_of(tag: Tag, name: str, names: Mapping[str, Any]) -> Any:
    value = tag.attributes.get(name)
    return read_literal(value, names) if isinstance(value, Expression) else value


def props_of(tag: Tag, names: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Its label and its other text-like props, in their order."""
    name = last_name(tag.name)
    if name in DROPPED or name.endswith("icon") or not tag.attributes:
        return "", []
    if tag.is_shortcode:
        return _shortcode_props(tag)
    label = ""
    texts: list[str] = []
    for key in tag.attributes:
        if key in _LABEL_NAMES and not label:
            label = prop(tag, key, names)
        else:
            texts += _texts_of(tag, key, names)
    return label, list(dict.fromkeys(text for text in texts if text and text != label))


def _texts_of(tag: Tag, key: str, names: Mapping[str, Any]) -> Iterable[str]:
    """What a prop says beside the label."""
    if key in _LABEL_NAMES or key in _TEXT_NAMES:
        return [prop(tag, key, names)]
    if key in VERSIONS and (version := prop(tag, key, names)):
        return [f"{_HUMP.sub(' ', last_of(tag.name))} {version}"]
    return values_in(literal_of(tag, key, names)) if key in _LIST_NAMES else ()


def last_of(name: str) -> str:
    return name.rsplit(".", 1)[-1]


def _shortcode_props(tag: Tag) -> tuple[str, list[str]]:
    if tag.name.startswith("glossary"):
        return tag.text("text", "term_id", "term"), []
    texts = [
        value
        for name, value in tag.attributes.items()
        if value and name in _SHORTCODE_TEXTS | _TEXT_NAMES and value not in ("true", "false")
    ]
    texts += [
        value
        for name, value in tag.attributes.items()
        if value and name.isdecimal() and _WORD.search(value) and (" " in value or not _is_setting(value))
    ]
    return (texts[0], texts[1:]) if texts else ("", [])


def _is_setting(value: str) -> bool:
    """`info`, `true`, `400x300`, `a1b2c3`, `/img.png`: not said to a reader."""
    return value.lower() in ADMONITIONS or bool(re.fullmatch(r"true|false|[\W\d].*|.*[/.=].*|.*\d.*", value))


def values_in(value: Any) -> Iterator[str]:
    """The strings of a list, and those under text-like names of the objects in it."""
    pending = [value]
    while pending:
        value = pending.pop()
        if isinstance(value, str) and _WORD.search(value):
            yield as_markdown(" ".join(value.split()))
        elif isinstance(value, list):
            pending += reversed(value)
        elif isinstance(value, dict):
            shown = {k: v for k, v in value.items() if k in _LABEL_NAMES or k in _TEXT_NAMES or k in _LIST_NAMES}
            pending += reversed(list(shown.values()))


def code_of(tag: Tag, names: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Code, language and title of `<Code code={`…`} lang="js" title="a.js" />`."""
    for key in CODES:
        value = tag.attributes.get(key)
        if not value:
            continue
        code = read_literal(value, names) if isinstance(value, Expression) else value
        if isinstance(code, str) and (last_name(tag.name) in CODE_COMPONENTS or "\n" in code):
            return code, language_of(tag), tag.text("title", "filename", "label", "caption", "name")
    return None


def language_of(tag: Tag) -> str:
    language = tag.text("lang", "language", "syntax") or tag.text("class", "className")
    found = re.search(r"(?:^|\s)(?:language-)?([\w+#-]+)$", language)
    if "class" in tag.attributes or "className" in tag.attributes:
        found = re.search(r"\blanguage-([\w+#-]+)", language) or (found if tag.text("lang", "language") else None)
    return found[1] if found else ""


def markup_text(content: str) -> str:
    """The text of a `<pre>`: without tags, entities resolved, of JSX what its template literal says."""
    bare = content.strip()
    if bare.startswith("{") and bare.endswith("}"):
        value = read_literal(bare[1:-1])
        if isinstance(value, str):
            return value
    return html.unescape(_TAG_IN_VALUE.sub("", content))
