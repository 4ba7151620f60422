"""The languages of a site's files, told by their places: `de/start.md`, `i18n/ja/start.md`, `start.fr.md`.

Many a code is a word as well (`it`, `no`, `is`) or short for something (`cs`, `hr`, `ar`). So a bare code counts
only with evidence from all the files together: its folder mirrors the pages of the site's own language, or stands
where translations are kept. With a region or script (`pt-BR`, `zh-Hans`) it is no accident.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from server.documents.editions.folders import Above, Editions, find_editions, folders_of, mirrors

# What documentation is translated to, as locales are written: a guess from the sites of large projects.
_LOCALES_IN_ONE: Final = (
    "af-ZA am-ET ar-AE ar-EG ar-SA az-AZ be-BY bg-BG bn-BD bn-IN bs-BA ca-ES cs-CZ cy-GB da-DK de-AT de-CH de-DE "
    "el-GR en-AU en-CA en-GB en-IE en-IN en-NZ en-US en-ZA es-419 es-AR es-CL es-CO es-ES es-MX es-US et-EE eu-ES "
    "fa-IR fi-FI fil-PH fr-BE fr-CA fr-CH fr-FR ga-IE gl-ES gu-IN he-IL hi-IN hr-HR hu-HU hy-AM id-ID is-IS it-CH "
    "it-IT ja-JP ka-GE kk-KZ km-KH kn-IN ko-KR lo-LA lt-LT lv-LV mk-MK ml-IN mn-MN mr-IN ms-MY my-MM nb-NO ne-NP "
    "nl-BE nl-NL nn-NO no-NO pa-IN pl-PL pt-BR pt-PT ro-RO ru-RU si-LK sk-SK sl-SI sq-AL sr-Cyrl sr-Latn sr-RS "
    "sv-SE sw-KE ta-IN te-IN th-TH tr-TR uk-UA ur-PK uz-UZ vi-VN yue-HK zh-CN zh-HK zh-Hans zh-Hans-CN zh-Hant "
    "zh-Hant-HK zh-Hant-TW zh-MO zh-SG zh-TW zu-ZA"
)
_LOCALES: Final = frozenset(_LOCALES_IN_ONE.lower().split())
_LANGUAGES: Final = frozenset(locale.partition("-")[0] for locale in _LOCALES)
_TAG: Final = re.compile(r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?", re.IGNORECASE)

# What Docusaurus, Hugo and others keep translations in.
_PARENTS: Final = frozenset({"i18n", "content", "locale", "locales", "translations"})
_SIBLINGS_MIN: Final = 2  # A guess: so many other folders with the same pages are as good as the site's own.


@dataclass(frozen=True, slots=True)
class Spoken:
    tag: str
    """As BCP 47 writes it: `pt-BR`."""
    name: PurePosixPath
    """The file's, without what tells its language."""


def language_tag(text: str) -> str | None:
    """A language as metadata may state it (`pt_br`) → its tag (`pt-BR`); `None` when it is not one."""
    found = _TAG.fullmatch(text.strip())
    if not found or found[1].lower() not in _LANGUAGES:
        return None
    parts = (found[1].lower(), (found[2] or "").title(), (found[3] or "").upper())
    return "-".join(part for part in parts if part)


def recognise_languages(names: Sequence[PurePosixPath], *, language: str) -> dict[PurePosixPath, Spoken]:
    """The files whose place tells their language; `language` is the site's own."""
    editions = find_editions(names, _is_code)
    for (above, code), pages in list(editions.pages.items()):
        if _is_own(code, language):
            editions.beside[above] |= pages
    folders = {place for place in editions.pages if _is_evident(editions, *place, language=language)}
    # The site's own language has its folder beside the translations'.
    translated = {above for above, _ in folders}
    folders |= {place for place in editions.pages if place[0] in translated and _is_own(place[1], language)}
    suffixes = _evident_suffixes(names, language)
    found = ((name, _spoken(name, folders, suffixes)) for name in names)
    return {name: spoken for name, spoken in found if spoken}


def _spoken(name: PurePosixPath, folders: set[tuple[Above, str]], suffixes: set[str]) -> Spoken | None:
    for above, code in folders_of(name, _is_code):
        if (above, code) in folders:
            bare = PurePosixPath(*above, *name.parts[len(above) + 1 :])
            return Spoken(language_tag(code) or code, bare)
    suffix = _suffix(name)
    return Spoken(language_tag(suffix) or suffix, _without_suffix(name)) if suffix in suffixes else None


def _is_code(folder: str) -> bool:
    return folder in _LANGUAGES or _is_locale(folder)


def _is_locale(folder: str) -> bool:
    return folder[:2].islower() and folder.replace("_", "-").lower() in _LOCALES


def _is_own(code: str, language: str) -> bool:
    return code == "en" or language_tag(code) == language_tag(language)


def _is_evident(editions: Editions, above: Above, code: str, *, language: str) -> bool:
    if _is_locale(code) or code == "en" or (above and above[-1].lower() in _PARENTS):
        return True
    pages = editions.pages[above, code]
    if not _is_own(code, language) and mirrors(pages, editions.beside.get(above, set())):
        return True
    others = editions.siblings(above, code)
    return sum(mirrors(pages, editions.pages[above, other]) for other in others) >= _SIBLINGS_MIN


def _suffix(name: PurePosixPath) -> str:
    """The code before a file's suffix; empty when there is none."""
    code = PurePosixPath(name.stem).suffix[1:]
    return code if _is_code(code) else ""


def _without_suffix(name: PurePosixPath) -> PurePosixPath:
    return name.with_name(PurePosixPath(name.stem).stem + name.suffix)


def _evident_suffixes(names: Sequence[PurePosixPath], language: str) -> set[str]:
    """The codes before the suffix of a page that is there without one, or in the site's language, too."""
    present = set(names)
    evident: set[str] = set()
    for name in names:
        code = _suffix(name)
        bare = _without_suffix(name)
        own = {bare, *(bare.with_suffix(f".{other}{bare.suffix}") for other in (language, "en"))}
        if code and (_is_locale(code) or code == "en" or present & (own - {name})):
            evident.add(code)
    return evident
