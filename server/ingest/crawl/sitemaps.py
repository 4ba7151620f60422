"""A sitemap as it arrives → the addresses in it. https://www.sitemaps.org/protocol.html"""

import zlib
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from server.errors import DocumentUnreadable

MAX_BYTES: Final = 52_428_800  # the protocol's 50 MB, uncompressed
_MAX_ADDRESSES: Final = 50_000  # likewise
_MAX_DEPTH: Final = 20
_ADDRESS_MAX_CHARS: Final = 2_048
_GZIP: Final = b"\x1f\x8b"
_PIECE_BYTES: Final = 65_536


class SitemapReader:
    """Fed with bytes, plain or gzipped, XML or one address per line."""

    def __init__(self) -> None:
        self.pages: list[str] = []
        self.sitemaps: list[str] = []
        """Of an index: other sitemaps."""
        self.is_sitemap = False
        """Whether it began like one."""
        self._unpacker: Any = None
        self._parser: Any = None
        self._lines: list[bytes] | None = None
        self._begins = b""
        self._bytes = 0

    def feed(self, chunk: bytes) -> None:
        """Raises `DocumentUnreadable` above the protocol's limits and for what is no sitemap."""
        if self._unpacker is None and self._begins == b"" and len(chunk) < len(_GZIP):
            self._begins = chunk
            return
        chunk, self._begins = self._begins + chunk, b""
        if self._unpacker is None and self._bytes == 0 and chunk.startswith(_GZIP):
            self._unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        for piece in self._unpacked(chunk) if self._unpacker is not None else (chunk,):
            self._bytes += len(piece)
            if self._bytes > MAX_BYTES:
                raise DocumentUnreadable(f"has over {MAX_BYTES:,} bytes, more than a sitemap may have.")
            self._read(piece)

    def close(self) -> None:
        """The last addresses; raises as `feed` does."""
        if self._begins:
            self._read(self._begins)
        if self._lines is not None:
            text = b"".join(self._lines).decode("utf-8-sig", "replace")
            self.pages = [line.strip() for line in text.splitlines()[:_MAX_ADDRESSES] if line.startswith("http")]
        elif self._parser is not None:
            try:
                self._parser.close()
            except etree.XMLSyntaxError as error:
                raise DocumentUnreadable(f"is no XML: {error.msg}.") from error
            if not self.is_sitemap:
                raise DocumentUnreadable("is no sitemap.")

    def _unpacked(self, chunk: bytes) -> Iterator[bytes]:
        """In small pieces, because a kilobyte may stand for a megabyte."""
        try:
            while chunk:
                yield self._unpacker.decompress(chunk, _PIECE_BYTES)
                chunk = self._unpacker.unconsumed_tail
        except zlib.error as error:
            raise DocumentUnreadable(f"is not what gzip made: {error}.") from error

    def _read(self, piece: bytes) -> None:
        if self._lines is None and self._parser is None:
            if not piece.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
                self._lines = []
            else:
                piece = piece.lstrip()
                target: Any = _Addresses(self)
                self._parser = etree.XMLParser(
                    target=target, resolve_entities=False, no_network=True, huge_tree=False
                )
        if self._lines is not None:
            self._lines.append(piece)
            return
        try:
            self._parser.feed(piece)
        except etree.XMLSyntaxError as error:
            raise DocumentUnreadable(f"is no XML: {error.msg}.") from error


class _Addresses:
    """What the XML parser calls: keeps the text of `<loc>` in `<url>` and in `<sitemap>`."""

    def __init__(self, reader: SitemapReader) -> None:
        self._reader = reader
        self._open: list[str] = []
        self._texts: list[str] | None = None
        self._chars = 0

    def start(self, tag: str, attributes: Any) -> None:
        del attributes
        if len(self._open) > _MAX_DEPTH:
            raise DocumentUnreadable("is nested too deep for a sitemap.")
        self._open.append(tag.rpartition("}")[2].lower())
        self._reader.is_sitemap = self._open[0] in ("urlset", "sitemapindex")
        if not self._reader.is_sitemap:
            raise DocumentUnreadable(f"is no sitemap: it begins with <{self._open[0][:40]}>.")
        if self._open[-1] == "loc":
            self._texts, self._chars = [], 0

    def data(self, text: str) -> None:
        if self._texts is not None and self._chars <= _ADDRESS_MAX_CHARS:
            self._texts.append(text)
            self._chars += len(text)

    def end(self, tag: str) -> None:
        del tag
        name = self._open.pop() if self._open else ""
        if name != "loc" or self._texts is None:
            return
        address, self._texts = "".join(self._texts).strip(), None
        kept = {"url": self._reader.pages, "sitemap": self._reader.sitemaps}.get(
            self._open[-1] if self._open else ""
        )
        if kept is not None and 0 < len(address) <= _ADDRESS_MAX_CHARS and len(kept) < _MAX_ADDRESSES:
            kept.append(address)

    def close(self) -> None:
        pass
