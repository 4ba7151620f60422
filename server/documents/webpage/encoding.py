"""The bytes of a web page as text."""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from typing import Final

from server.documents.document import Problem

_DECLARED: Final = re.compile(rb"""<meta[^>]{1,200}?charset\s*=\s*["']?\s*([\w:.-]{1,40})""", re.IGNORECASE)
_DECLARED_WITHIN_BYTES: Final = 1024  # https://html.spec.whatwg.org/multipage/semantics.html#charset
# The web's charsets that differ from Python's codec of that name, https://encoding.spec.whatwg.org/#names-and-labels.
_WEB_NAMES: Final = {
    "ascii": "cp1252", "us-ascii": "cp1252", "latin1": "cp1252", "iso-8859-1": "cp1252", "x-sjis": "cp932",
    "iso-8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932",
    "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "utf-16": "utf-8", "utf-16le": "utf-8", "utf-16be": "utf-8",
}  # fmt: skip
# Python knows codecs that are no charset (`zip`, `punycode`): only these names are looked up.
_CHARSET: Final = re.compile(
    r"utf-?8|(?:windows-|cp)(?:125\d|874|932|949)|iso-8859-\d{1,2}|koi8-[ru]|macintosh|gb18030|big5(?:-hkscs)?"
    r"|euc-jp|iso-2022-jp"
)
_LINE_BREAK: Final = re.compile(r"\r\n?")


def charset_of(content: bytes, stated: str | None = None) -> str | None:
    """Python's name of the encoding: by byte order mark, else as stated over HTTP, else as the page says.

    `None` when nobody says.
    """
    for mark, name in ((BOM_UTF8, "utf-8-sig"), (BOM_UTF16_LE, "utf-16"), (BOM_UTF16_BE, "utf-16")):
        if content.startswith(mark):
            return name
    declared = _DECLARED.search(content, 0, _DECLARED_WITHIN_BYTES)
    for label in (stated, declared[1].decode("ascii", "replace") if declared else None):
        name = _WEB_NAMES.get((label or "").lower(), (label or "").lower())
        if _CHARSET.fullmatch(name):
            return name
    return None


def decode_page(content: bytes) -> tuple[str, tuple[Problem, ...]]:
    """Text with `\\n` line ends. What is not in its charset becomes `\\ufffd` and a problem with its line."""
    charset = charset_of(content)
    problems: tuple[Problem, ...] = ()
    try:
        text = content.decode(charset or "utf-8")
    except UnicodeDecodeError as error:
        text, problem = _decode_anyhow(content, charset, error)
        problems = (problem,)
    return _LINE_BREAK.sub("\n", text) if "\r" in text else text, problems


def _decode_anyhow(content: bytes, charset: str | None, error: UnicodeDecodeError) -> tuple[str, Problem]:
    line = content.count(b"\n", 0, error.start) + 1
    if charset is None:  # as browsers read it
        return content.decode("cp1252", "replace"), Problem(
            line, "is not UTF-8 and the page names no charset: read as windows-1252. Save it as UTF-8."
        )
    name = charset.removesuffix("-sig")
    return content.decode(charset, "replace"), Problem(
        line, f"is not {name}, as the page says: what could not be read became �. Save it as {name}."
    )
