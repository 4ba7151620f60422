"""Which site generator a folder belongs to, by the config file in it or above it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from server.documents.sites.configs import read_config
from server.documents.sites.profiles import PROFILES, Profile
from server.errors import DocumentUnreadable, IngestFailed

_ABOVE_MAX: Final = 4  # `src/content/docs` of a site, and a folder of one language in it.
_CONFIG_MAX_BYTES: Final = 1_000_000  # A guess; configs have some hundred lines.


def _always(_: str) -> bool:
    return True


def _is_sphinx(text: str) -> bool:
    return any(
        line.startswith(("project", "extensions", "html_theme", "master_doc")) for line in text.splitlines()
    )


def _is_mintlify(text: str) -> bool:
    try:
        config = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(config, dict) and "navigation" in config


@dataclass(frozen=True, slots=True)
class _ConfigFile:
    framework: str
    names: tuple[str, ...]
    is_meant: Callable[[str], bool] = _always
    """Whether a file of that name and with that text is the site generator's."""


# In the order in which they are looked for; `*` stands for a suffix.
_CONFIG_FILES: Final = (
    _ConfigFile("docusaurus", ("docusaurus.config.*",)),
    _ConfigFile("mkdocs", ("mkdocs.yml", "mkdocs.yaml")),
    _ConfigFile("vitepress", (".vitepress/config.*",)),
    _ConfigFile("starlight", ("astro.config.*",), lambda text: "starlight" in text),
    _ConfigFile("nextra", ("next.config.*",), lambda text: "nextra" in text),
    _ConfigFile("hugo", ("hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json")),
    _ConfigFile("mintlify", ("mint.json", "docs.json"), _is_mintlify),
    _ConfigFile("hugo", ("config.toml", "config.yaml", "config.yml"), lambda text: "baseurl" in text.lower()),
    _ConfigFile("sphinx", ("conf.py",), _is_sphinx),
)


def detect_profile(
    folder: Path, name: str | None = None, *, slug_style: str | None = None, url_suffix: str | None = None
) -> Profile:
    """The profile of a folder that is ingested.

    A `name` (`LECTERN_FRAMEWORK`) decides which site generator's config is read; without it the nearest config in
    the folder or above it does, up to the repository's root, and GitHub's rules hold where there is none.
    `slug_style` takes the anchors of another profile, `url_suffix` (`none`, `/` or `.html`) what addresses end in.

    Raises `IngestFailed` when a config that was found cannot be read.
    """
    return _adapted(_detected(folder.resolve(), name), slug_style, url_suffix)


def named_profile(name: str | None, *, slug_style: str | None = None, url_suffix: str | None = None) -> Profile:
    """The same for pages that have no folder whose config could be read; GitHub's rules without a name."""
    return _adapted(PROFILES[name or "github"], slug_style, url_suffix)


def _adapted(profile: Profile, slug_style: str | None, url_suffix: str | None) -> Profile:
    if slug_style is not None and slug_style != profile.name:
        profile = replace(profile, make_slugger=PROFILES[slug_style].make_slugger)
    if url_suffix is not None:
        profile = replace(profile, url_suffix="" if url_suffix == "none" else url_suffix)
    return profile


def _detected(folder: Path, name: str | None) -> Profile:
    if name == "github":
        return PROFILES[name]
    for site in _folders_above(folder):
        for config in _CONFIG_FILES:
            if name in (None, config.framework) and (found := _find(site, config)):
                return _placed(_read(config.framework, *found, site), folder, site)
    if name is None:
        return PROFILES["github"]
    return replace(PROFILES[name], place=PROFILES[name].addresses.folders[0])


def _folders_above(folder: Path) -> Iterator[Path]:
    """The folder and those above it, up to the repository's root where there is one."""
    above = [folder, *folder.parents]
    root = next((number for number, one in enumerate(above) if (one / ".git").exists()), _ABOVE_MAX)
    yield from above[: root + 1]


def _find(site: Path, config: _ConfigFile) -> tuple[Path, str] | None:
    for name in config.names:
        for path in sorted(site.glob(name)):
            text = _text_of(path)
            if text is not None and config.is_meant(text):
                return path, text
    return None


def _read(framework: str, path: Path, text: str, site: Path) -> Profile:
    try:
        return read_config(framework, text, path.suffix, lambda name: _text_of(site / name))
    except DocumentUnreadable as error:
        raise IngestFailed(
            f"{path} {error} Mend it, or set LECTERN_FRAMEWORK=github to do without a site generator's rules."
        ) from error


def _text_of(path: Path) -> str | None:
    """`None` for what is no file, too large, or no text."""
    try:
        if not path.is_file() or path.stat().st_size > _CONFIG_MAX_BYTES:
            return None
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None


def _placed(profile: Profile, folder: Path, site: Path) -> Profile:
    """With the folder's place in the site; a folder beside the site's pages is taken for them."""
    place = folder.relative_to(site)
    pages = [Path(one) for one in profile.addresses.folders]
    belongs = any(place.is_relative_to(one) or one.is_relative_to(place) for one in pages)
    return replace(profile, place=(place if belongs else pages[0]).as_posix())
