"""The language and version of each of a site's pages: what its front matter says, else what its place tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from server.documents.editions.languages import language_tag, recognise_languages
from server.documents.editions.versions import recognise_versions

_LANGUAGE_NAMES: Final = ("lang", "locale", "language")  # in front matter, the first one first


@dataclass(frozen=True, slots=True)
class Edition:
    """What a page's place tells."""

    lang: str
    """As BCP 47 writes it (`pt-BR`); the site's own where the place tells none."""
    version: str | None
    """`2.1`, `v2`, `latest`; `None` where the place tells none."""


def recognise_editions(names: Sequence[PurePosixPath], *, language: str) -> dict[PurePosixPath, Edition]:
    """Each file's edition, from the names of all of a site's files, relative to its root.

    They are looked at together, because one alone cannot tell Italian from the IT department. `language` is that
    of pages whose place tells none.
    """
    own = site_edition(language).lang
    spoken = recognise_languages(names, language=own)
    bare = {name: spoken[name].name if name in spoken else name for name in names}
    versions = recognise_versions(list(dict.fromkeys(bare.values())))
    return {name: Edition(spoken[name].tag if name in spoken else own, versions.get(bare[name])) for name in names}


def site_edition(language: str) -> Edition:
    """That of a page whose place tells none, in a site of this language."""
    return Edition(language_tag(language) or language, None)


def with_edition(meta: Mapping[str, Any], edition: Edition) -> dict[str, Any]:
    """Metadata with `lang` and `version`, each as it stands there already or else the edition's."""
    stated = dict(meta)
    if stated.get("lang") is False:
        stated["lang"] = "no"  # as YAML 1.1 reads Norwegian
    if not stated.get("lang"):
        stated["lang"] = _stated_language(stated) or edition.lang
    if edition.version is not None:
        stated.setdefault("version", edition.version)
    return stated


def _stated_language(meta: Mapping[str, Any]) -> str | None:
    values = (meta.get(name) for name in _LANGUAGE_NAMES)
    tags = (language_tag(value) for value in values if isinstance(value, str))
    return next((tag for tag in tags if tag), None)
