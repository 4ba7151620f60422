"""What may be a citation, a link or code in Markdown, as patterns; `…_BEGUN` match what more text may make one.

They match within a line and in linear time: repetitions are possessive, or their alternatives disjoint. Backticks
end everything but code, so that no renderer takes for code what we take for a link, or the reverse.
"""

import re
from typing import Final

REACH_CHARS: Final = 1_500  # how far a target, an address or code may go; a guess: nobody's goes further
LABEL_MAX_CHARS: Final = 300  # a guess
TAG_MAX_CHARS: Final = 300  # a guess: a reader waits that long behind `a <b`
HEAD_MAX_CHARS: Final = 100  # of list markers and white space
GAP_MAX_CHARS: Final = 16  # white space before a citation
CODE_LEAD_MAX_CHARS: Final = 200
RUN_MAX_CHARS: Final = 1_000  # of backticks

_URL_INITIALS: Final = r"(?<![A-Za-z])(?:[hH](?:[tT]|\Z)|[wW](?:[wW]|\Z)|[fF](?:[tT]|\Z)|(?<![0-9])/(?:/|\Z))"
CANDIDATE: Final = re.compile(rf"[\[<`\\\n&]|\](?:\(|\Z)|!(?:\[|\Z)|{_URL_INITIALS}")
NOT_PLAIN: Final = re.compile(rf"{CANDIDATE.pattern}|\r")
NOT_IN_SPAN: Final = re.compile(rf"{CANDIDATE.pattern}|[\r|]")
LINE_END: Final = re.compile(r"[\n\r]")

HEAD: Final = re.compile(rf"[ \t>|:\-+*\d.)]{{0,{HEAD_MAX_CHARS}}}")
RUN: Final = re.compile(rf"`{{1,{RUN_MAX_CHARS}}}|~{{1,{RUN_MAX_CHARS}}}")
_SPACE: Final = rf"{{0,{CODE_LEAD_MAX_CHARS}}}"
CODE_HEAD: Final = re.compile(rf"([ \t>]{_SPACE})({RUN.pattern}|)([ \t]{_SPACE})")
GAP_ENDS: Final = (" ", "\t", "(")
GAP: Final = re.compile(rf"[ \t]{{0,{GAP_MAX_CHARS}}}\(?\Z")

_LABEL: Final = r"(?:[^\[\]\\`\n]|\\[^\n]|`[^`\n]*`|\[[^\[\]\n]*\])*+"
LABEL: Final = re.compile(rf"\[({_LABEL})\]")
LABEL_BEGUN: Final = re.compile(rf"\[{_LABEL}(?:\\|`[^`\n]*|\[[^\[\]\n]*)?\Z")
CITATION: Final = re.compile(r"\[\^?\d{1,3}(?:[ \t]?[,;][ \t]?\^?\d{1,3})*\]")
DEFINITION: Final = re.compile(rf":[ \t]{{0,{GAP_MAX_CHARS}}}(<[^<>\n]*>?|\S*)")

_PLAIN_TARGET: Final = r"(?:[^\s()<>\\`]|\\[^\s`]|\((?:[^\s()<>\\`]|\\[^\s`]|\([^\s()<>`]*\))*\))*+"
_TITLE: Final = r"""(?:"[^"\n`]*"|'[^'\n`]*'|\([^()\n`]*\))"""
TARGET: Final = re.compile(rf"\([ \t]*(?:<([^<>\n`]*)>|({_PLAIN_TARGET}))(?:[ \t]+{_TITLE})?[ \t]*\)")
_TITLE_BEGUN: Final = r"""(?:"[^"\n`]*"?|'[^'\n`]*'?|\([^()\n`]*\)?)"""
TARGET_BEGUN: Final = re.compile(
    rf"\([ \t]*(?:<[^<>\n`]*|(?:<[^<>\n`]*>|[^\s<>`]*)(?:[ \t]+{_TITLE_BEGUN}?)?[ \t]*)\Z"
)

URL: Final = re.compile(r"(?:(?:https?:|ftp:)?//|www\.)+", re.IGNORECASE)
_URL_BEGUN: Final = r"(?i:ht{0,2}|https?(?::/?)?|ft?|ftp(?::/?)?|w{1,3}|/)"
URL_BEGUN: Final = re.compile(rf"{_URL_BEGUN}?\Z")
ADDRESS: Final = re.compile(rf"\S{{0,{REACH_CHARS}}}")
ADDRESS_END: Final = re.compile(r"[<>\"'`|\[\]\\]|(?<![A-Za-z])(?i:(?:https?|ftp)://|www\.)|(?<![A-Za-z\d:/])//")
NO_ADDRESS: Final = re.compile(r"[.,:;!?)*_\"']*\Z")
AUTOLINK: Final = re.compile(r"<([A-Za-z][A-Za-z\d+.-]{1,31}:[^\s<>`]*)>")
_AUTOLINK_BEGUN: Final = r"<[A-Za-z][A-Za-z\d+.-]*(?::[^\s<>`]*)?\Z"

_ATTRIBUTES: Final = r"""(?:[^<>"'`\n\[\]&\\]|"[^"`\n\[\]&\\]*"|'[^'`\n\[\]&\\]*')*+"""
TAG: Final = re.compile(rf"</?[A-Za-z]{_ATTRIBUTES}>")
ANGLE_BEGUN: Final = re.compile(
    rf"""{_AUTOLINK_BEGUN}|</?(?:[A-Za-z]{_ATTRIBUTES}(?:"[^"`\n\[\]&\\]*|'[^'`\n\[\]&\\]*)?)?\Z"""
)
ATTRIBUTE: Final = re.compile(r"""=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""")
# Blocks of HTML that go on behind a blank line, and programs.
RAW_TAG: Final = re.compile(r"</?(?:pre|script|style|textarea)\b|.*\son\w+\s*=", re.IGNORECASE)

ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z][A-Za-z\d]{0,31});")
ENTITY_BEGUN: Final = re.compile(r"&(?:#\d{0,7}|#[xX][\da-fA-F]{0,6}|[A-Za-z][A-Za-z\d]{0,31})?\Z")

# Behind these, what looks like the beginning of an address is none.
AMID_WORD: Final = re.compile(r"[A-Za-z][hHwWfF/]|[0-9]/")

JOINT: Final = re.compile(
    rf"(?:(?<![A-Za-z]){_URL_BEGUN}|(?i:https?|ftp)://|&[#\w]*|\](?=[(:])|`(?=`)|!(?=\[)|[<\\])\S\Z"
)
"""Text that must not come together at its last character, when something between is taken out."""
