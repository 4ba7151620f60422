"""Which links other people's renderers find in Markdown: GitHub's, and markdown-it's with linkify."""

import re
from collections.abc import Iterator
from functools import cache

import cmarkgfm
from cmarkgfm.cmark import Options
from lxml import html
from markdown_it import MarkdownIt


def links_elsewhere(markdown: str, *, site: str) -> list[str]:
    """Targets of links and images that are on another site; none of an e-mail address."""
    return [link for page in _render(markdown) for link in _read_links(page) if not _is_on(link, site)]


def _render(markdown: str) -> Iterator[str]:
    for options in (Options.CMARK_OPT_UNSAFE, Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES):
        yield cmarkgfm.github_flavored_markdown_to_html(markdown, options)
    for knows_html in (False, True):
        try:
            yield _load_parser(knows_html).render(markdown)
        except RuntimeError:  # a known bug: "inline rule didn't increment state.pos"
            continue


def _read_links(page: str) -> Iterator[str]:
    for node in html.fromstring(f"<div>{page}</div>").iter():
        yield from (str(value) for name, value in node.attrib.items() if name in ("href", "src"))


def _is_on(link: str, site: str) -> bool:
    if link.startswith("mailto:") or link in ("http://www", "http://WWW"):
        return True
    if re.match(r"[a-z][a-z\d+.-]*:", link, re.IGNORECASE):
        # Signs behind the host, as in `https://docs.example.com).`, lead nowhere else.
        return bool(
            re.match(rf"{re.escape(site)}(?:%[\dA-F]{{2}}|[^A-Za-z\d@%\\/?#])*(?:[/?#]|$)", link, re.IGNORECASE)
        )
    return not re.match(r"(?:/|\\|%5C){2}", link)


@cache
def _load_parser(knows_html: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"linkify": True, "html": knows_html})
    parser.enable(["table", "linkify", "strikethrough"])
    # A name like `example.com` alone is no link elsewhere, nor here.
    assert parser.linkify
    parser.linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
    # Whether a scheme is a dangerous one is for us to tell.
    setattr(parser, "validateLink", lambda url: True)  # noqa: B010 - typed as a method
    return parser
