"""Addresses in an answer's text, outside of `[label](target)`, and what may hide them: only ours stay links."""

import re
from collections.abc import Sequence
from html import unescape
from typing import Final

from server.answering import marks
from server.answering.markdown_stream import MarkdownStream
from server.answering.own_addresses import OwnAddresses
from server.records import Source

_BARE_SCHEMES: Final = ("http://", "https://", "ftp://", "//", "www.")


class AddressCheck(MarkdownStream):
    def __init__(self, sources: Sequence[Source], *, site_url: str) -> None:
        super().__init__()
        self._own = OwnAddresses(sources, site_url=site_url)
        self._removed_links = 0

    def _decide(self, at: int, *, is_first: bool) -> bool:
        del is_first
        match self._text[at]:
            case "<":
                return self._decide_angle(at)
            case "\\":
                return self._decide_escape(at)
            case "&":
                return self._decide_entity(at)
        return self._decide_url(at)

    def _decide_url(self, at: int) -> bool:
        url = marks.URL.match(self._text, at)
        if not url:
            is_begun = not self._is_last and marks.URL_BEGUN.match(self._text, at)
            return self._wait(at) if is_begun else self._pass_to(at + 1)
        run = marks.ADDRESS.match(self._text, at)
        assert run  # noqa: S101 - it is at least what `url` is
        is_long = len(run[0]) == marks.REACH_CHARS
        if self._ends_open(run.end()) and not is_long:
            return self._wait(at)
        is_empty = url[0].lower() in _BARE_SCHEMES and marks.NO_ADDRESS.match(self._text, url.end(), run.end())
        if is_empty or self._is_amid_address(at, url[0]):
            return self._pass_to(at + 1)
        address = f"https://{run[0]}" if url[0].lower() == "www." else run[0]
        if is_long or not self._own.allow_bare(address):
            self._removed_links += 1
            return self._rewrite(at, url.end(), "")
        return self._pass_address(run, url.end())

    def _is_amid_address(self, at: int, url: str) -> bool:
        """Whether what stands before belongs to it: `a.www.`, `redis://`."""
        before = self._last_before(at)
        if url.startswith("/"):
            return before in (":", "/") and not (at == self._at and self._tail[-2:-1] == "\\")
        return url[0] in "wW" and bool(re.match(r"[\d.\-/@]", before))

    def _pass_address(self, run: re.Match[str], from_host: int) -> bool:
        """As far as every renderer takes it for one address; the rest is read on."""
        end = marks.ADDRESS_END.search(self._text, from_host, run.end())
        self._pass_to(end.start() if end else run.end())
        self._address = "path" if re.search(r"[/?#]", self._text[from_host : self._at]) else "host"
        # GitHub takes a backtick for a part of the address.
        self._is_doubtful |= "`" in run[0]
        return True

    def _decide_angle(self, at: int) -> bool:
        if self._ends_open(at + 1):
            return self._wait(at)
        if not re.match(r"[A-Za-z/!?]", self._text[at + 1 : at + 2]):
            return self._pass_to(at + 1)
        limit = at + marks.TAG_MAX_CHARS
        link = marks.AUTOLINK.match(self._text, at, limit)
        if link and self._own.allow(link[1]):
            return self._pass_to(link.end())
        if link:
            self._removed_links += 1
            return self._rewrite(at, link.end(), without_scheme(link[1]))
        tag = marks.TAG.match(self._text, at, limit)
        if not tag and not self._is_last and len(self._text) < limit and marks.ANGLE_BEGUN.match(self._text, at):
            return self._wait(at)
        return self._decide_tag(tag) if tag else self._replace(at, "&lt;")

    def _decide_tag(self, tag: re.Match[str]) -> bool:
        values = ["".join(value) for value in marks.ATTRIBUTE.findall(tag[0])]
        is_ours = not marks.URL.search(tag[0]) and all(map(self._own.allow, values))
        if not is_ours or marks.RAW_TAG.match(tag[0]):
            self._removed_links += not is_ours and not marks.URL.search(tag[0])
            return self._replace(tag.start(), "&lt;")
        self._pass_to(tag.start(), is_tag=True)
        return self._pass_to(tag.end())

    def _decide_escape(self, at: int) -> bool:
        if self._ends_open(at + 1):
            return self._wait(at)
        is_word = self._text[at + 1 : at + 2].isalnum()
        if is_word and not self._is_last and marks.URL_BEGUN.match(self._text, at + 2):
            return self._wait(at)
        if is_word and marks.URL.match(self._text, at + 2):
            self._insert_space(at + 2)  # some renderers begin a new text behind any escape
        if is_word or self._text.startswith("\n", at + 1):
            return self._pass_to(at + 1)
        if self._text.startswith("<", at + 1):
            self._replace(at, "&lt;")  # in a block of HTML, a backslash escapes nothing
            self._at += 1
            return True
        self._pass_to(at)
        if self._joins("\\"):
            self._put(" ")  # some renderers look for addresses when the backslash is gone
        return self._pass_to(at + 2)

    def _decide_entity(self, at: int) -> bool:
        entity = marks.ENTITY.match(self._text, at)
        if not entity:
            is_begun = not self._is_last and marks.ENTITY_BEGUN.match(self._text, at)
            return self._wait(at) if is_begun else self._pass_to(at + 1)
        character = unescape(entity[0])
        if re.fullmatch(r"[A-Za-z\d:/.@]", character):
            return self._rewrite(at, entity.end(), character)
        self._pass_to(at)
        if self._joins("&"):
            self._put(" ")
        return self._pass_to(entity.end())


def without_scheme(address: str) -> str:
    url = marks.URL.match(address)
    return address[url.end() :] if url else address
