"""Which addresses an answer may link to: its sources' and those of the page's own site."""

import re
from collections.abc import Sequence
from html import unescape
from typing import Final
from urllib.parse import unquote

from server.records import Source

# Narrower than RFC 3986, so that no browser takes another host out of it than we do: no user, escapes or brackets.
_WEB: Final = re.compile(r"(https?)://([^\s/?#@\\:<>\"'`|\[\](){}*_~,;!%^&=+$]+)(?::(\d{1,5}))?", re.IGNORECASE)
_SCHEME: Final = re.compile(r"[a-z][a-z\d+.-]*:", re.IGNORECASE)
_ESCAPED: Final = re.compile(r"\\([!-/:-@\[-`{-~])")
# Browsers drop some control characters (`java\tscript:`) and take a backslash for a slash.
_DUBIOUS: Final = re.compile(r"[\x00-\x1f\x7f\\]")
_BARE_END: Final = re.compile(r"[<\"'`|\[\]\\]|[.,:;!?*_~)]+$")
_DEFAULT_PORTS: Final = {"http": "80", "https": "443"}


class OwnAddresses:
    """Without `site_url`, the origins of the sources' absolute addresses are the site's."""

    def __init__(self, sources: Sequence[Source], *, site_url: str) -> None:
        urls = [source.url for source in sources]
        origins = map(_origin, [site_url] if site_url else urls)
        self._origins = {origin for origin in origins if origin}
        self._urls = {_comparable(url) for url in urls if _origin(url)}

    def allow(self, target: str) -> bool:
        """Whether the target of a Markdown link, as written there, is one of ours; relative ones are."""
        written = _ESCAPED.sub(r"\1", target).strip(" ")
        return self._allow(written) and self._allow(unescape(written).strip(" "))

    def allow_bare(self, run: str) -> bool:
        """The same for an address in prose, with whatever stands behind it up to a space."""
        web = _WEB.match(run)
        if not web:
            return False
        # A renderer that ends the address elsewhere than we do must not come to another host.
        behind = re.split(r"[/?#]", run[web.end() :], maxsplit=1)[0]
        if re.search(r"[\w@\\&]", behind):
            return False
        has_path = run[web.end() : web.end() + 1] in ("/", "?", "#")
        return self._allow(_BARE_END.split(run, maxsplit=1)[0] if has_path else web[0].rstrip("."))

    def _allow(self, address: str) -> bool:
        if _DUBIOUS.search(address):
            return False
        if _SCHEME.match(address):
            return _origin(address) in self._origins or _comparable(address) in self._urls
        return not address.startswith("//")


def _origin(address: str) -> str | None:
    """`https://host:port` in lower case, without a default port; `None` of whatever is no plain web address."""
    web = _WEB.match(address)
    if not web or address[web.end() : web.end() + 1] not in ("", "/", "?", "#"):
        return None
    scheme, host, port = web[1].lower(), web[2].lower(), web[3]
    return f"{scheme}://{host}" if port in (None, _DEFAULT_PORTS[scheme]) else f"{scheme}://{host}:{port}"


def _comparable(address: str) -> str:
    """An absolute address as far as it names a page: neither fragment, trailing slash nor escapes."""
    origin = _origin(address)
    web = _WEB.match(address)
    if not origin or not web:
        return ""
    path, mark, query = address[web.end() :].partition("#")[0].partition("?")
    return origin + unquote(path).rstrip("/") + mark + query
