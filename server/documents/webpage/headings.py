"""What the headings of a page say and where links to them land."""

from collections.abc import Iterator
from itertools import islice
from typing import Final
from urllib.parse import unquote

from server.documents.webpage.tree import Element, descendants, line_of

_TEXT_MAX_CHARS: Final = 300  # it stands before every window of its section
_LOOK_AHEAD: Final = 60  # elements in a heading, a guess
_PERMALINK_CLASSES_IN_ONE: Final = """
    anchor anchor-link anchorjs-link direct-link hash-link header-anchor header-link headerlink heading-anchor
    heading-link permalink self-link sl-anchor-link subheading-anchor td-heading-self-link
    """
_PERMALINK_CLASSES: Final = frozenset(_PERMALINK_CLASSES_IN_ONE.split())
# Sphinx' names for a signature's parts, old and new.
_OWNER_CLASSES: Final = frozenset({"descclassname", "sig-prename"})
_NAME_CLASSES: Final = frozenset({"descname", "sig-name"})
_NAME_PARTS: Final = _OWNER_CLASSES | _NAME_CLASSES
_DOMAINS: Final = {"py": "python", "js": "javascript", "c": "c", "cpp": "cpp", "rst": "rst"}


def heading_text(heading: Element) -> str:
    """Without permalinks; `""` when nothing is left."""
    return " ".join("".join(_texts(heading)).split())[:_TEXT_MAX_CHARS].rstrip(" ¶").strip()


def own_slug(element: Element) -> str | None:
    """The id that its permalink leads to, else its own, else that of an anchor in it."""
    inside = list(islice(descendants(element), _LOOK_AHEAD))
    permalink = next((one for one in inside if _is_local(one) and is_permalink(one)), None)
    own = element.get("id").strip()
    if permalink is not None and not own:
        return unquote(permalink.get("href").partition("#")[2]) or None
    return own or next(filter(None, map(anchor_of, inside)), None)


def anchor_of(element: Element) -> str | None:
    """What a link to this place names, where it is an empty anchor."""
    return (element.get("id") or element.get("name")).strip() or None if element.tag in ("a", "span") else None


def is_permalink(element: Element) -> bool:
    """A link by which a heading points at itself, with a sign for its text or, by its class, a label."""
    if element.tag != "a" or "#" not in element.get("href"):
        return False
    is_sign = not any(char.isalnum() for char in line_of(element))
    return is_sign or any(name in _PERMALINK_CLASSES for name in element.classes)


def _is_local(element: Element) -> bool:
    return element.get("href").startswith("#")


def _texts(heading: Element) -> Iterator[str]:
    """A link by class alone is dropped only beside other text: some themes put the whole heading into it."""
    said = list(_said(heading, with_labels=False))
    has_words = any(char.isalnum() for text in said for char in text)
    return iter(said) if has_words else _said(heading, with_labels=True)


def _said(heading: Element, *, with_labels: bool) -> Iterator[str]:
    waiting: list[Element | str] = [heading]
    while waiting:
        current = waiting.pop()
        if isinstance(current, str):
            yield current
        elif current.tag in ("br", "div", "p"):
            yield " "
            waiting.extend(reversed(current.children))
        elif current.tag == "img":
            yield current.get("alt")
        elif with_labels or not is_permalink(current):
            waiting.extend(reversed(current.children))


def is_definition(term: Element) -> bool:
    """Whether a `<dt>` names something that can be linked to: a function, an option, a word of a glossary."""
    return bool(term.get("id")) and "label" not in term.classes


def signature_name(term: Element) -> str:
    """`ray.data.Dataset.map` of a function's whole signature; of anything else, its text."""
    parts = [one for one in islice(descendants(term), _LOOK_AHEAD) if not _NAME_PARTS.isdisjoint(one.classes)]
    last = next((place for place, one in enumerate(parts) if not _NAME_CLASSES.isdisjoint(one.classes)), None)
    name = line_of(parts[last]) if last is not None else ""
    owner = "".join(map(line_of, parts[:last]))
    if not name:
        return heading_text(term)
    qualified = term.get("id")
    return (qualified if qualified.endswith(f".{name}") else f"{owner}{name}")[:_TEXT_MAX_CHARS]


def signature(term: Element) -> str:
    return " ".join("".join(_said(term, with_labels=False)).split()).rstrip(" ¶")


def signature_language(definitions: Element) -> str:
    """Of a Sphinx domain: `<dl class="py function">`."""
    return next((_DOMAINS[name] for name in definitions.classes[:1] if name in _DOMAINS), "")
