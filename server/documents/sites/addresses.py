"""From a file's place in a site to its page's path, by the rules of each site generator.

Every path starts with `/` and ends in no slash. Names are relative to the folder of the site's config file. What a
front matter asks for is taken as it is: two pages that ask for one path are found where pages are compared.
"""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any, Final, Protocol

from server.documents.sites.paths import page_path
from server.documents.sites.slugs import github_slug


class Addresses(Protocol):
    @property
    def folders(self) -> tuple[str, ...]:
        """Of pages, in the site; the first is the one that a site cannot do without."""

    def path(self, name: PurePosixPath, meta: Mapping[str, Any]) -> str:
        """The path of the page that a file makes."""

    def is_page(self, name: PurePosixPath) -> bool:
        """Whether the site makes a page of a file of a format that pages are written in."""


@dataclass(frozen=True, slots=True)
class FileAddresses:
    """Where no site generator is known: `index` and `README` stand for their folder."""

    folders: tuple[str, ...] = ("",)

    def path(self, name: PurePosixPath, meta: Mapping[str, Any]) -> str:
        del meta
        return page_path(name)

    def is_page(self, name: PurePosixPath) -> bool:
        del name
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderAddresses:
    """Pages in one folder, named as their files: VitePress, MkDocs, Sphinx, Mintlify."""

    content: str = ""
    """Folder of the pages."""
    folder_pages: tuple[str, ...] = ()
    """Names that stand for their folder; an `index` that is none of them keeps its name."""
    excluded: tuple[str, ...] = ()
    """Patterns of places that make no page, where `*` goes on past a `/`."""

    @property
    def folders(self) -> tuple[str, ...]:
        return (self.content,)

    def path(self, name: PurePosixPath, meta: Mapping[str, Any]) -> str:
        del meta
        named = within(name, self.content) or name
        named = named.with_suffix("")
        if named.name in self.folder_pages:
            return joined(named.parent)
        return "/" if named == PurePosixPath("index") else joined(named)

    def is_page(self, name: PurePosixPath) -> bool:
        inside = within(name, self.content)
        return inside is not None and not any(fnmatchcase(str(inside), pattern) for pattern in self.excluded)


@dataclass(frozen=True, slots=True, kw_only=True)
class StarlightAddresses:
    content: str = "src/content/docs"

    @property
    def folders(self) -> tuple[str, ...]:
        return (self.content,)

    def path(self, name: PurePosixPath, meta: Mapping[str, Any]) -> str:
        slug = text_of(meta, "slug")
        if slug is not None:
            return "/" + slug.strip("/")
        named = (within(name, self.content) or name).with_suffix("")
        path = "/" + "/".join(github_slug(part) for part in named.parts)
        return path.removesuffix("/index") or "/"

    def is_page(self, name: PurePosixPath) -> bool:
        return within(name, self.content) is not None and not name.name.startswith("_")


@dataclass(frozen=True, slots=True, kw_only=True)
class NextraAddresses:
    base: str = ""
    """`contentDirBasePath`, without slashes around it."""
    content: str = "content"
    others: tuple[str, ...] = ("src/content", "src/pages", "pages")
    apps: tuple[str, ...] = ("src/app", "app")
    """Where a page is called `page.mdx` and has its folder's path."""

    @property
    def folders(self) -> tuple[str, ...]:
        return (self.content, *self.others, *self.apps)

    def path(self, name: PurePosixPath, meta: Mapping[str, Any]) -> str:
        del meta
        for app in self.apps:
            if name.stem == "page" and (inside := within(name, app)):
                groups = (part for part in inside.parent.parts if not part.startswith("("))
                return "/" + "/".join(groups)
        inside = self._inside(name) or name
        named = inside.with_suffix("")
        return joined(PurePosixPath(self.base) / (named.parent if named.name == "index" else named))

    def is_page(self, name: PurePosixPath) -> bool:
        is_app_page = name.stem == "page" and any(within(name, app) for app in self.apps)
        return is_app_page or (self._inside(name) is not None and not name.name.startswith("_"))

    def _inside(self, name: PurePosixPath) -> PurePosixPath | None:
        return next((inside for folder in (self.content, *self.others) if (inside := within(name, folder))), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class HugoAddresses:
    content: str = "content"
    languages: tuple[tuple[str, str], ...] = ()
    """Each language and the first part of its paths, `""` for the one at the root."""
    translations: tuple[tuple[str, str], ...] = ()
    """Each folder of pages that belongs to one language, and that language."""

    @property
    def folders(self) -> tuple[str, ...]:
        return (self.content, *(folder for folder, _ in self.translations))

    def path(self, name: PurePosixPath, meta: Mapping[str, Any]) -> str:
        language, named = self._language(name)
        prefix = dict(self.languages).get(language, "")
        root = f"/{prefix}" if prefix else ""
        url = text_of(meta, "url")
        if url is not None:
            return tidy(url if url.startswith("/") else f"{root}/{url}")
        named = named.parent if named.name in ("index", "_index") else named
        parts = [_hugo_part(part) for part in named.parts]
        slug = text_of(meta, "slug")
        if slug is not None and parts:
            parts[-1] = "/".join(_hugo_part(part) for part in slug.strip("/").split("/"))
        return tidy(f"{root}/{'/'.join(parts)}")

    def is_page(self, name: PurePosixPath) -> bool:
        return any(within(name, folder) for folder in self.folders)

    def _language(self, name: PurePosixPath) -> tuple[str, PurePosixPath]:
        for folder, language in self.translations:
            if inside := within(name, folder):
                return language, inside.with_suffix("")
        named = (within(name, self.content) or name).with_suffix("")
        language = named.suffix.removeprefix(".")
        if language in dict(self.languages):
            return language, named.with_suffix("")
        return "", named


_HUGO_DROPPED: Final = re.compile(r"[^\w\-./\\#+~@%\u0300-\u036f\u0900-\u0dff ]")


def _hugo_part(part: str) -> str:
    return _HUGO_DROPPED.sub("", part).replace(" ", "-").lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocusaurusAddresses:
    content: str = "docs"
    """Folder of the docs plugin."""
    base: str = "docs"
    """`routeBasePath` of the docs plugin, without slashes around it."""
    number_prefixes: bool = True
    """Whether `01-` before a name is only for its order."""
    last_version: str = "current"
    """The one whose pages have no version in their paths; where it is another, `current` is `next`."""
    default_locale: str = "en"

    @property
    def folders(self) -> tuple[str, ...]:
        return (self.content, "blog", "src/pages", "versioned_docs", "i18n")

    def path(self, name: PurePosixPath, meta: Mapping[str, Any]) -> str:
        locale, plugin, version, inside = self._placed(name)
        start = [locale] if locale and locale != self.default_locale else []
        if plugin == "docs":
            start += [self.base, self._version_part(version)]
            return tidy("/" + "/".join(start) + "/" + self._doc_path(inside, meta))
        if plugin == "blog":
            return tidy("/" + "/".join([*start, "blog"]) + "/" + _blog_path(inside, meta))
        return tidy("/" + "/".join(start) + page_path(inside))

    def is_page(self, name: PurePosixPath) -> bool:
        _, plugin, _, _ = self._placed(name)
        return bool(plugin) and not any(part.startswith("_") for part in name.parts)

    def _placed(self, name: PurePosixPath) -> tuple[str, str, str, PurePosixPath]:
        """Locale, plugin, version, and the place in the plugin's folder; no plugin: no page."""
        match name.parts:
            case ("i18n", locale, "docusaurus-plugin-content-docs", version, *rest) if rest:
                return locale, "docs", version, PurePosixPath(*rest)
            case ("i18n", locale, "docusaurus-plugin-content-blog", *rest) if rest:
                return locale, "blog", "", PurePosixPath(*rest)
            case ("i18n", locale, "docusaurus-plugin-content-pages", *rest) if rest:
                return locale, "pages", "", PurePosixPath(*rest)
            case ("versioned_docs", version, *rest) if rest:
                return "", "docs", version, PurePosixPath(*rest)
        for plugin, folder in (("docs", self.content), ("blog", "blog"), ("pages", "src/pages")):
            if inside := within(name, folder):
                return "", plugin, "current", inside
        return "", "", "", name

    def _version_part(self, version: str) -> str:
        named = version.removeprefix("version-")
        if named == self.last_version:
            return ""
        return "next" if named == "current" else named

    def _doc_path(self, name: PurePosixPath, meta: Mapping[str, Any]) -> str:
        folder = "/".join(self._unnumbered(part) for part in name.parent.parts)
        slug = text_of(meta, "slug")
        if slug is None and name.stem.lower() in ("index", "readme", name.parent.name.lower()):
            return folder
        return posixpath.join(folder, slug or text_of(meta, "id") or self._unnumbered(name.stem)).lstrip("/")

    def _unnumbered(self, part: str) -> str:
        found = _NUMBERED.fullmatch(part) if self.number_prefixes and not _DATED.match(part) else None
        return found[1] if found else part


_NUMBERED: Final = re.compile(r"\d+\s*[-_.]+\s*([^-_.\s].*)")
_DATED: Final = re.compile(r"\d+[-_.]\d+")
_BLOG_DATE: Final = re.compile(r"(?:(.*)/)?(\d{4})[-/](\d{1,2})[-/](\d{1,2})[-/]?(.*?)(?:/index)?")


def _blog_path(name: PurePosixPath, meta: Mapping[str, Any]) -> str:
    slug = text_of(meta, "slug")
    if slug is not None:
        return slug.lstrip("/")
    named = str(name.with_suffix(""))
    dated = _BLOG_DATE.fullmatch(named)
    if dated is None:
        return named.removesuffix("/index")
    return posixpath.join(dated[1] or "", dated[2], dated[3], dated[4], dated[5])


def within(name: PurePosixPath, folder: str) -> PurePosixPath | None:
    """A place relative to a folder; `None` outside of it."""
    return name.relative_to(folder) if name.is_relative_to(folder) else None


def joined(name: PurePosixPath) -> str:
    return "/" + "/".join(name.parts)


def tidy(path: str) -> str:
    """One slash before, none behind, no `.` or `..` between."""
    return posixpath.normpath("/" + path.strip("/"))


def text_of(meta: Mapping[str, Any], name: str) -> str | None:
    value = meta.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) and str(value) else None
