"""The first line of a fenced code block, reduced to language and title."""

import re

from server.documents.dialects.lines import open_fence

# `{1,3-5}`, `{.python .annotate}`: highlighting, or Pandoc's and Python-Markdown's attributes.
_BRACED = re.compile(r"\{([^{}]*+)\}")
_TITLE_KEYS = "title|filename|file|name|caption|label|header"
_TITLE = re.compile(
    rf"""(?:^|\s)(?:{_TITLE_KEYS})\s*=\s*(?:"([^"]*+)"|'([^']*+)'|\{{?["'`]([^"'`]*+)["'`]\}}?|([^\s"'{{}}]+))"""
)
_BRACKETED = re.compile(r"(?:^|\s)\[([^\[\]]++)\]")
_LANGUAGE = re.compile(r"[^\s{}\[\]=\"'`:,]+")
_WORD = re.compile(r"""(?:[\w.@-]+=)?(?:"[^"]*+"|'[^']*+'|/[^/\s][^/]*+/\w*|\{[^{}]*+\}|\S+)""")
_FLAG = re.compile(
    r"""["'/{!].*|.*=.*|\d[\d,-]*|(?:showLineNumbers|lineNumbers|linenums|lines|wrap|nowrap|copy|twoslash|live"""
    r"""|noInline|theme:?.*|icon|expandable|focus|highlight|meta|no-?line-?numbers.*|(?:no)?copy.*|frame|static|eval)"""
)
_INFO_MAX_CHARS = 1000  # A guess; no one writes longer.


def clean_opening(line: str, framework: str) -> str:
    """```` ```js {1,3} title="a.js" showLineNumbers ```` → ```` ```js title="a.js" ````."""
    fence = open_fence(line)
    if fence is None:
        return line
    info = fence["info"].strip()
    if not info or info.isalnum() or len(info) > _INFO_MAX_CHARS:
        return line
    return f"{fence['lead']}{fence['marks']}{clean_info(info, framework)}"


def clean_info(info: str, framework: str = "github") -> str:
    title = _title(info)
    if info.startswith("{"):
        braced = _BRACED.match(info)
        inner = braced[1] if braced else ""
        title = title or _title(inner)
        named = re.match(r"\s*[.:]?([\w+#-]+)(?:\s|$)", inner)
        language = named[1] if named and not named[1].isdecimal() else ""
        rest = info[braced.end() :] if braced else ""
        if language.startswith("code") and (argument := _LANGUAGE.match(rest.strip())):
            language = argument[0]
    else:
        found = _LANGUAGE.match(info)
        language = found[0] if found and not info.startswith("=", found.end()) else ""
        rest = info[found.end() :] if found else info
    if not title and framework == "mintlify":
        title = " ".join(word for word in _WORD.findall(rest) if not _FLAG.fullmatch(word))
    return info_of(language, title)


def info_of(language: str, title: str = "") -> str:
    quote = "'" if '"' in title else '"'
    stated = f"title={quote}{title.replace(quote, '’')}{quote}" if title else ""
    return f"{language} {stated}".strip().replace("`", "ˋ")


def _title(info: str) -> str:
    if found := _TITLE.search(info):
        return next(filter(None, found.groups()), "")
    bracketed = _BRACKETED.search(info)
    return bracketed[1] if bracketed else ""


def fenced(code: str, info: str) -> list[str]:
    """Code as the lines of a block whose fence it does not hold."""
    runs = re.findall(r"`{3,}", code)
    marks = "`" * max(3, *(len(run) + 1 for run in runs)) if runs else "```"
    return [marks + info, *code.strip("\n").split("\n"), marks]
