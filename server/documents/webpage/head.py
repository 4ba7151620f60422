"""What a page says about itself, outside its text."""

import re
from dataclasses import dataclass
from typing import Final

from server.documents.webpage.tree import Element, descendants, line_of

_REFRESH: Final = re.compile(r"\s*[\d.]+\s*[;,]\s*(?:url\s*=\s*)?['\"]?([^'\"\s]+)", re.IGNORECASE)
# Between a page's name and its site's: `Install | Lumen`, `Install — Lumen 2.0 documentation`.
_SEPARATOR: Final = re.compile(r"\s+(?:[|–—·•»-]|::)\s+")


@dataclass(slots=True, kw_only=True)
class Head:
    title: str = ""
    """As in the browser's tab, with the site's name."""
    shared_title: str = ""
    """`og:title`: mostly without it."""
    site_name: str = ""
    lang: str = ""
    description: str = ""
    canonical: str = ""
    """The address the page gives as its own: absolute or relative, not checked."""
    base: str = ""
    refresh: str = ""
    """The address that the page leads on to by itself."""
    robots: frozenset[str] = frozenset()
    """`noindex`, `nofollow`, … as told to every robot."""

    @property
    def page_title(self) -> str:
        """Without the site's name, as far as it can be told."""
        if self.shared_title and self.shared_title != self.site_name:
            return _without_site(self.shared_title, self.site_name)
        if self.site_name:
            return _without_site(self.title, self.site_name)
        parts = _SEPARATOR.split(self.title)
        return self.title[: -len(parts[-1])].rstrip(" |–—·•»-:") if len(parts) > 1 else self.title


def read_head(root: Element) -> Head:
    """Also where the tags stand in the body, as they do when the head's own are not closed."""
    head = Head()
    for element in descendants(root):
        match element.tag:
            case "html":
                head.lang = element.get("lang") or element.get("xml:lang")
            case "title" if not head.title:
                head.title = line_of(element)
            case "base" if not head.base:
                head.base = element.get("href").strip()
            case "link" if "canonical" in element.get("rel").lower().split():
                head.canonical = head.canonical or element.get("href").strip()
            case "meta":
                _read_meta(head, element)
    return head


def _read_meta(head: Head, element: Element) -> None:
    content = " ".join(element.get("content").split())
    name = (element.get("name") or element.get("property")).lower()
    if element.get("http-equiv").lower() == "refresh":
        leads_to = _REFRESH.match(content)
        head.refresh = leads_to[1] if leads_to else head.refresh
    elif name == "robots":
        directives = {directive.strip() for directive in content.lower().split(",")}
        head.robots |= {"noindex", "nofollow"} if "none" in directives else directives
    elif name == "description":
        head.description = head.description or content
    elif name == "og:title":
        head.shared_title = head.shared_title or content
    elif name == "og:site_name":
        head.site_name = head.site_name or content


def _without_site(title: str, site_name: str) -> str:
    if not site_name or title == site_name or not title.endswith(site_name):
        return title
    shorter = title.removesuffix(site_name)
    return shorter.rstrip(" |–—·•»-:") if _SEPARATOR.match(shorter[len(shorter.rstrip(" |–—·•»-:")) :]) else title
