"""Bytes → text, as every format made of text needs it."""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE

from server.errors import DocumentUnreadable


def decode(content: bytes) -> str:
    """UTF-8, or UTF-16 behind its byte order mark, with `\\n` line ends and without the mark.

    Raises `DocumentUnreadable` with the line for other encodings and for what is no text.
    """
    encoding = "utf-16" if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DocumentUnreadable(f"Line {line}: is not UTF-8 text: save it as UTF-8.") from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise DocumentUnreadable(f"Line {line}: looks like a binary file (it holds a NUL character).")
    return text.replace("\r\n", "\n").replace("\r", "\n")
