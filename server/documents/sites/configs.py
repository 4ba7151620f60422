"""A site generator's config file → its profile. Nothing is run: only what is literal is read."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from server.documents.sites.addresses import (
    DocusaurusAddresses,
    FolderAddresses,
    HugoAddresses,
    NextraAddresses,
    StarlightAddresses,
)
from server.documents.sites.config_scripts import find_literal, find_options
from server.documents.sites.config_text import Tagged, read_assignments, read_json, read_toml, read_yaml
from server.documents.sites.framework_slugs import MkDocsSlugger, SphinxSlugger
from server.documents.sites.hugo_slugs import HugoSlugger
from server.documents.sites.profiles import PROFILES, Profile

SiteFiles = Callable[[str], str | None]
"""The text of a file beside the config; `None` when there is none."""


def read_config(framework: str, text: str, suffix: str, files: SiteFiles) -> Profile:
    """The profile of a site with this config file; `suffix` is the file's (`.yml`).

    Raises `DocumentUnreadable`, with a reason that goes on from the file's name, when it is not what it should be.
    """
    reader = _READERS.get(framework)
    return reader(text, suffix, files) if reader else PROFILES[framework]


def _docusaurus(text: str, suffix: str, files: SiteFiles) -> Profile:
    del suffix
    docs = find_options(text, "docs", "plugin-content-docs")
    listed = files("versions.json")
    addresses = DocusaurusAddresses(
        content=_folder(find_literal(docs, "path"), "docs"),
        base=_text(find_literal(docs, "routeBasePath"), "docs").strip("/"),
        number_prefixes=find_literal(docs, "numberPrefixParser") is not False,
        last_version=_text(find_literal(docs, "lastVersion"), _newest(listed) if listed else "current"),
        default_locale=_text(find_literal(text, "defaultLocale"), "en"),
    )
    slash = "/" if find_literal(text, "trailingSlash") is True else ""
    return replace(PROFILES["docusaurus"], addresses=addresses, url_suffix=slash)


def _newest(versions: str) -> str:
    listed = read_json(versions)
    return str(listed[0]) if isinstance(listed, list) and listed else "current"


def _vitepress(text: str, suffix: str, files: SiteFiles) -> Profile:
    del suffix, files
    profile = PROFILES["vitepress"]
    excluded = profile.addresses.excluded if isinstance(profile.addresses, FolderAddresses) else ()
    addresses = FolderAddresses(content=_folder(find_literal(text, "srcDir"), ""), excluded=excluded)
    clean = find_literal(text, "cleanUrls") is True
    return replace(profile, addresses=addresses, url_suffix="" if clean else ".html")


def _starlight(text: str, suffix: str, files: SiteFiles) -> Profile:
    del suffix, files
    folder = _folder(find_literal(text, "srcDir"), "src")
    slash = "" if find_literal(text, "trailingSlash") == "never" else "/"
    url_suffix = ".html" if find_literal(text, "format") == "file" else slash
    addresses = StarlightAddresses(content=f"{folder}/content/docs".lstrip("/"))
    return replace(PROFILES["starlight"], addresses=addresses, url_suffix=url_suffix)


def _nextra(text: str, suffix: str, files: SiteFiles) -> Profile:
    del suffix, files
    addresses = NextraAddresses(base=_text(find_literal(text, "contentDirBasePath"), "").strip("/"))
    slash = "/" if find_literal(text, "trailingSlash") is True else ""
    return replace(PROFILES["nextra"], addresses=addresses, url_suffix=slash)


def _mkdocs(text: str, suffix: str, files: SiteFiles) -> Profile:
    del suffix, files
    config = _mapping(read_yaml(text))
    extensions = _extensions(config.get("markdown_extensions"))
    slugs = _toc_slugs(extensions.get("toc", {}), emoji="pymdownx.emoji" in extensions)
    addresses = FolderAddresses(content=_folder(config.get("docs_dir"), "docs"), folder_pages=("index", "README"))
    in_folders = config.get("use_directory_urls") is not False
    return replace(
        PROFILES["mkdocs"],
        addresses=addresses if in_folders else replace(addresses, folder_pages=()),
        make_slugger=partial(MkDocsSlugger, **slugs) if slugs else MkDocsSlugger,
        url_suffix="/" if in_folders else ".html",
    )


def _extensions(listed: Any) -> dict[str, Mapping[str, Any]]:
    """Name → options, from a list of names and of `name: options`, or from one mapping."""
    items = listed if isinstance(listed, list) else [listed]
    named: dict[str, Mapping[str, Any]] = {}
    for item in items:
        pairs = item.items() if isinstance(item, dict) else [(item, {})]
        named.update({str(name): _mapping(options) for name, options in pairs})
    return named


def _toc_slugs(toc: Mapping[str, Any], *, emoji: bool) -> dict[str, Any]:
    """Arguments of `MkDocsSlugger` other than its defaults."""
    slugs: dict[str, Any] = {"emoji": True} if emoji else {}
    if isinstance(toc.get("separator"), str) and toc["separator"]:
        slugs["separator"] = toc["separator"]
    slugify = toc.get("slugify")
    if not isinstance(slugify, Tagged):
        return slugs
    if slugify.tag.endswith("slugify_unicode"):
        return {**slugs, "kind": "unicode"}
    if "pymdownx.slugs" not in slugify.tag:
        return slugs
    options = _mapping(_mapping(slugify.value).get("kwds"))
    case = "lower" if slugify.tag.endswith((".uslugify", ".gfm")) else str(options.get("case", "none"))
    form = str(options.get("normalize", "NFC"))
    slugs |= {"kind": "pymdownx", "case": case}
    return slugs if form == "NFC" or form not in ("NFD", "NFKC", "NFKD") else {**slugs, "form": form}


def _hugo(text: str, suffix: str, files: SiteFiles) -> Profile:
    del files
    config = _lowered(_mapping(_DATA_READERS.get(suffix, read_toml)(text)))
    parser = _at(config, "markup", "goldmark", "parser")
    kind = str(parser.get("autoheadingidtype", "github"))
    languages, folders = _hugo_languages(config)
    addresses = HugoAddresses(
        content=_folder(config.get("contentdir"), "content"), languages=languages, translations=folders
    )
    return replace(
        PROFILES["hugo"],
        addresses=addresses,
        make_slugger=HugoSlugger if kind == "github" else partial(HugoSlugger, kind=kind),
        url_suffix=".html" if config.get("uglyurls") is True else "/",
    )


_Pairs = tuple[tuple[str, str], ...]


def _hugo_languages(config: Mapping[str, Any]) -> tuple[_Pairs, _Pairs]:
    """Languages with the first part of their paths, and folders with their language."""
    default = str(config.get("defaultcontentlanguage") or "en")
    at_root = config.get("defaultcontentlanguageinsubdir") is not True
    named = {str(name): _mapping(options) for name, options in _at(config, "languages").items()}
    languages = tuple((name, "" if name == default and at_root else name) for name in named)
    folders = (
        (_folder(options["contentdir"], name), name) for name, options in named.items() if "contentdir" in options
    )
    return languages, tuple(folders)


def _sphinx(text: str, suffix: str, files: SiteFiles) -> Profile:
    del suffix, files
    config = read_assignments(text)
    levels = config.get("myst_heading_anchors")
    excluded = config.get("exclude_patterns")
    patterns = [str(pattern) for pattern in excluded] if isinstance(excluded, list | tuple) else []
    both = tuple(form for pattern in patterns for form in (pattern, f"{pattern.rstrip('/')}/*"))
    link_suffix = config.get("html_link_suffix") or config.get("html_file_suffix")
    return replace(
        PROFILES["sphinx"],
        addresses=FolderAddresses(excluded=both),
        make_slugger=partial(SphinxSlugger, myst_levels=levels) if isinstance(levels, int) else SphinxSlugger,
        url_suffix=link_suffix if isinstance(link_suffix, str) else ".html",
    )


def _text(value: Any, default: str) -> str:
    return value if isinstance(value, str) else default


def _folder(value: Any, default: str) -> str:
    """A place in the site, without what says that it starts there."""
    folder = _text(value, default).removeprefix("./").strip("/")
    return "" if folder == "." else folder


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _at(config: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    for name in names:
        config = _mapping(config.get(name))
    return config


def _lowered(config: Mapping[str, Any]) -> dict[str, Any]:
    """With lower-case names, at the depth that is read: Hugo does not tell case."""
    return {
        str(name).lower(): _lowered(value) if isinstance(value, dict) else value for name, value in config.items()
    }


_DATA_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    ".toml": read_toml,
    ".yaml": read_yaml,
    ".yml": read_yaml,
    ".json": read_json,
}

_READERS: Final[Mapping[str, Callable[[str, str, SiteFiles], Profile]]] = {
    "docusaurus": _docusaurus,
    "hugo": _hugo,
    "mkdocs": _mkdocs,
    "nextra": _nextra,
    "sphinx": _sphinx,
    "starlight": _starlight,
    "vitepress": _vitepress,
}
