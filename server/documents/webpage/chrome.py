"""What surrounds a page's text on every page of a site, and is left out."""

import re
from typing import Final

from server.documents.webpage.tree import Element, line_of

_TAGS: Final = frozenset({"link", "meta", "nav", "select", "textarea", "title", "wbr"})
_ROLES: Final = frozenset(
    {"banner", "complementary", "contentinfo", "dialog", "menu", "menubar", "navigation", "search"}
)
# Classes, in lower case, that site generators and their themes give to what is no text of the page. Ids are not
# looked at: those of sections are made of headings, and a page may well have one called “Pagination”.
_NAMES_IN_ONE: Final = """
    back-to-top backtotop breadcrumb breadcrumbs cookie-banner cookie-consent cookie-notice cookieconsent
    copy-button copybtn edit-link edit-page edit-page-link edit-this-page edit-this-page-link feedback
    footer-nav footnote-back footnote-backref fn-backref last-updated lastupdated md-content__button md-dialog
    md-feedback md-footer md-header md-search md-sidebar md-skip md-source-file md-tabs md-top no-print
    nextra-breadcrumb nextra-toc on-this-page page-nav page-toc pager pagination pagination-nav
    pagination-links prev-next prev-next-area rst-footer-buttons rst-versions screen-reader-text searchbox
    search-button show-for-sr sidebar-container site-footer site-header skip-link skip-nav skiptocontent
    skip-to-content sl-anchor-link social-share sphinxsidebar sphinxsidebarwrapper sr-only sr-only-focusable
    starlight-menu-button table-of-contents theme-doc-breadcrumbs theme-doc-footer theme-doc-toc-desktop
    theme-doc-toc-mobile theme-doc-version-badge theme-doc-version-banner toc toctree-wrapper toc-wrapper
    tocbox tocnav viewcode-link vpdocaside vpdocasideoutline vpdocfooter vplocalnav vpnav vpsidebar
    vpskiplink visually-hidden visuallyhidden vp-doc-footer wy-breadcrumbs wy-nav-side wy-nav-top
    edit-this-page-container page-source prev-next-footer headerbtn bd-header bd-sidebar-primary
    bd-sidebar-secondary bd-footer bd-header-article theme-toggle related-pages toc-drawer sidebar-drawer
    content-icon-container view-this-page
    """
_NAMES: Final = frozenset(_NAMES_IN_ONE.split())
_HASHED_NAMES: Final = frozenset({"breadcrumbscontainer", "buttongroup", "tableofcontents", "tocmobile"})
_SPHINX_FRAME: Final = frozenset({"related", "footer", "clearer"})  # only as Sphinx writes them: on a <div>
_EDIT_HREF: Final = re.compile(
    r"https?://[^/]*(?:github|gitlab|bitbucket|codeberg)[^/]*/[^?#]*/(?:-/)?edit/|.*/_sources/[^?#]*\.txt$"
)
_EDIT_TEXT_MAX_CHARS: Final = 60  # a guess: longer ones are sentences of the page
_SECRET_STYLE: Final = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_FOLDING: Final = re.compile(r"accordion|collaps|expand|panel|tab", re.IGNORECASE)


def is_chrome(element: Element, ancestors: list[Element]) -> bool:
    """Whether an element is navigation, hidden, or otherwise no text; what holds the page's main part never is."""
    if element.tag in ("html", "body", "h1", "main", "article") or _holds_text(element, ancestors[0]):
        return False
    if element.tag in _TAGS or element.get("role").lower() in _ROLES:
        return True
    if element.tag == "header":
        return not any(ancestor.tag in ("main", "article") for ancestor in ancestors)
    if element.tag == "footer":
        return not any(ancestor.tag in ("blockquote", "figure") for ancestor in ancestors)
    if element.tag == "span" and "lang" in element.classes:  # VitePress' name of a code block's language
        return any(name.startswith("language-") for name in ancestors[-1].classes)
    return _is_named_so(element) or _is_hidden(element, ancestors) or _is_search(element) or _is_edit_link(element)


def _holds_text(element: Element, body: Element) -> bool:
    """A sidebar may have a first-level heading too: the project's name."""
    return element.holds_main or (element.holds_title and not body.holds_main)


def _is_named_so(element: Element) -> bool:
    names = [name.lower() for name in element.classes]
    if any(name in _NAMES for name in names):
        # reStructuredText's own sidebars and topics are the author's text, and so is the list of a glossary.
        return not any(name in ("topic-title", "sidebar-title") for name in names)
    if not _HASHED_NAMES.isdisjoint(element.bare_classes):
        return True
    if {"contents", "topic"}.issubset(names):  # reStructuredText's list of the page's own headings
        return True
    return element.tag == "div" and any(name in _SPHINX_FRAME for name in names)


def _is_hidden(element: Element, ancestors: list[Element]) -> bool:
    if element.get("role").lower() == "tabpanel":
        return False
    if element.get("aria-hidden").lower() == "true":
        return True
    is_secret = "hidden" in element.attributes and element.get("hidden") != "until-found"
    if not is_secret and ("style" not in element.attributes or not _SECRET_STYLE.search(element.get("style"))):
        return False
    return not any(_folds(one) for one in (element, *ancestors[-4:]))


def _folds(element: Element) -> bool:
    """What a click on its title shows is text."""
    return element.tag == "details" or bool(_FOLDING.search(f"{element.get('class')} {element.get('role')}"))


def _is_search(element: Element) -> bool:
    return element.tag == "form" and (
        "search" in f"{element.get('role')} {element.get('class')} {element.get('action')}".lower()
    )


def _is_edit_link(element: Element) -> bool:
    if element.tag != "a" or not _EDIT_HREF.match(element.get("href")):
        return False
    return len(line_of(element)) <= _EDIT_TEXT_MAX_CHARS
