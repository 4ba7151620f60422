"""Sections → queries that a reader might ask and that these sections answer.

Made from headings ("Changing the bulb" → "How do I change the bulb?") and from the beginnings of sentences. The
wording is English; headings in another language are asked as they stand.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from server.documents.plain_text import plain_text
from server.documents.query_words import STOP_WORDS
from server.documents.scripts import clauses, is_mostly_paired
from server.records import PlacedSection

_HEADING_MAX_CHARS: Final = 80  # A guess, like the limits below: longer ones are sentences, or generated.
_CONTEXT_MAX_CHARS: Final = 40
_SENTENCE_WORDS: Final = range(8, 31)
_TELLING_WORDS: Final = range(5, 9)
_UNSPACED_CHARS: Final = range(8, 41)

_GENERIC_IN_ONE: Final = (
    "about|acknowledgements|acknowledgments|additional information|additional resources|advanced|appendix|"
    "arguments|attributes|background|basics|before you begin|best practices|changelog|code|conclusion|contents|"
    "credits|default|demo|description|details|documentation|example|examples|faq|features|further reading|"
    "general|get started|getting started|home|important|index|information|introduction|known issues|learn more|"
    "license|links|methods|misc|miscellaneous|more|more information|motivation|next|next steps|note|notes|"
    "official resources|options|other|output|overview|parameters|prerequisites|properties|quick start|"
    "quickstart|read more|recap|reference|references|related|related information|related pages|related topics|"
    "release notes|remarks|requirements|resources|result|results|return|return value|returns|see also|setup|"
    "source|source code|start|step|steps|summary|syntax|table of contents|the basics|tip|tips|tutorial|"
    "tutorials|type|types|usage|use case|use cases|value|values|warning|welcome|what went wrong|what's next|"
    "what’s next|where to go next"
)
_GENERIC: Final = frozenset(_GENERIC_IN_ONE.split("|"))
_VERBS_IN_ONE: Final = (
    "access add apply authenticate automate build cache call change check choose clean clear compare compile "
    "configure connect control convert copy create customise customize debug declare define delete deploy "
    "detect disable display download edit embed enable encrypt exclude execute export extend fetch filter find "
    "fix format generate get handle hide host implement import improve include inspect install integrate "
    "invoke launch limit load log make manage map measure merge migrate modify monitor mount move optimise "
    "optimize organise organize override parse pass prepare prevent process protect publish pull push query "
    "read receive reduce register remove rename render replace request reset resize resolve restart restore "
    "restrict retrieve return reuse revert rotate run save scale schedule secure select send serve set share "
    "show sort specify split start stop store stream style submit switch test track train transform translate "
    "trigger troubleshoot tune turn uninstall update upgrade upload use validate verify view visualise "
    "visualize wait write"
)
_VERBS: Final = frozenset(_VERBS_IN_ONE.split())
_DOUBLED: Final = frozenset(
    {"debug", "get", "log", "map", "plan", "put", "reset", "run", "set", "split", "stop", "submit"}
)
_GERUNDS: Final = {
    (verb + verb[-1] if verb in _DOUBLED else verb.removesuffix("e")) + "ing": verb for verb in _VERBS
}
_ASKING: Final = re.compile(r"(?:how|what|why|when|where|which|who|can|do|does|is|are|should)\b.", re.IGNORECASE)
_TROUBLE: Final = re.compile(
    r"(?:failed|could not|couldn't|cannot|can't|unable|invalid|missing|unexpected|unknown|no)\b"
    r"|.*\b(?:error|is not .*|not found)$",
    re.IGNORECASE,
)
_PREPOSITION: Final = re.compile(r"\s(?:as|at|by|for|from|in|into|of|on|over|to|using|via|with|without)\s")

_NUMBERING: Final = re.compile(r"(?:step\s+\d+\s*[:.)–-]?|\d+(?:\.\d+)*[.)])\s+", re.IGNORECASE)
_RELEASE: Final = re.compile(r"\[?v?\d+(?:[.-]\d+)+")
_IDENTIFIER: Final = re.compile(
    r"--?\w[\w-]*|[@$]?\w+(?:(?:\.|::|/|_)\w+)+(?:\(.*\))?|\w+\(.*\)|[a-z]+(?:[A-Z]\w*)+|[@$]\w[\w-]*"
)
_LETTERS: Final = re.compile(r"[^\W\d_]{2}")

_FENCED: Final = re.compile(r"^[ \t>]*(`{3,}|~{3,}).*?(?:^[ \t>]*\1|\Z)", re.MULTILINE | re.DOTALL)
_STOPS: Final = ".!?。！？।។။"
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+|(?<=[。？！।។။])\s*|\n\s*\n")
_WORD: Final = re.compile(r"\w(?:[\w./'’-]*\w)?")
# Sentences that lean on what stands around them, or only point elsewhere.
_LEANING: Final = re.compile(
    r"(?:this|that|these|those|it|they|but|and|so|then|however|also|here|otherwise|instead|see|we|our|each|both|"
    r"for example|for more|learn more|read more|note|today|remember|consider|let's|"
    r"the (?:following|above|same|first|second|last|next))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A query and the section it was made from."""

    text: str
    kind: Literal["heading", "sentence"]
    path: str
    slug: str | None


def make_probes(sections: Iterable[PlacedSection], *, count: int) -> list[Probe]:
    """At most `count` queries, each different, of a different place, in the sections' order.

    They take turns between headings and sentences; a section that cannot give the one kind gives the other, and
    some give none. The same sections give the same probes.
    """
    probes: list[Probe] = []
    texts: set[str] = set()
    places: set[tuple[str, str | None]] = set()
    for section in sections:
        if len(probes) >= count:
            break
        place = (section.path, section.slug)
        makers = (heading_probe, sentence_probe) if len(probes) % 2 == 0 else (sentence_probe, heading_probe)
        probe = next((made for make in makers if (made := make(section)) and made.text not in texts), None)
        if probe is not None and place not in places:
            probes.append(probe)
            texts.add(probe.text)
            places.add(place)
    return probes


def heading_probe(section: PlacedSection) -> Probe | None:
    """The heading as a question; `None` for generic ones ("Overview"), releases and dates."""
    heading = _tidied(section.heading)
    if heading.casefold() in _GENERIC or _RELEASE.match(heading) or not _LETTERS.search(heading):
        return None
    if len(heading) > _HEADING_MAX_CHARS:
        return None
    return Probe(text=_question(heading, section), kind="heading", path=section.path, slug=section.slug)


def sentence_probe(section: PlacedSection) -> Probe | None:
    """The beginning of the first sentence that stands by itself; `None` when there is none."""
    text = plain_text(_FENCED.sub("\n", section.content))
    query = next((found for one in _sentences(text) if (found := _phrase(one, text))), None)
    return Probe(text=query, kind="sentence", path=section.path, slug=section.slug) if query else None


def _tidied(heading: str) -> str:
    """Without numbering, pictures around it, and a final mark other than `?`."""
    bare = _NUMBERING.sub("", heading.strip(), count=1).rstrip(" :.!#")
    while bare and not (bare[0].isalnum() or bare[0] in "-@$.'\"(_[/"):
        bare = bare[1:].lstrip()
    return " ".join(bare.split())


def _question(heading: str, section: PlacedSection) -> str:
    words = heading.split()
    if heading.endswith("?") or _ASKING.match(heading):
        return heading.rstrip("?") + "?"
    if not _is_english(section.lang) or not _is_latin(heading):
        return heading
    if _IDENTIFIER.fullmatch(heading):
        return f"What does {heading} do?"
    if _TROUBLE.match(heading):
        return f"What does “{heading}” mean?"
    verb = words[0].casefold()
    if len(words) > 1 and (verb in _VERBS or verb in _GERUNDS):
        return f"How do I {' '.join((_GERUNDS.get(verb, verb), *words[1:]))}?"
    verb = "do" if _is_plural(heading) else "does"
    return f"How {verb} {_in_a_sentence(heading, section.content)} work{_context(heading, section.title)}?"


def _is_english(lang: str | None) -> bool:
    return lang is None or lang.lower().startswith("en")


def _is_latin(heading: str) -> bool:
    return sum(map(str.isascii, heading)) >= len(heading) / 2 and not is_mostly_paired(heading)


def _context(heading: str, title: str) -> str:
    """Which page's, for headings too short to tell."""
    is_said = heading.casefold() in title.casefold() or title.casefold() in heading.casefold()
    is_usable = len(title) <= _CONTEXT_MAX_CHARS and title[-1:].isalnum()
    return f" in {title}" if is_usable and not is_said and len(heading.split()) <= 2 else ""


def _in_a_sentence(heading: str, content: str) -> str:
    """With a small first letter, unless that letter may belong to a name."""
    first, *others = heading.split()
    is_in_title_case = any(word[0].isupper() for word in others)
    if is_in_title_case or first[1:] != first[1:].lower() or _is_name(first, content):
        return heading
    return heading[0].lower() + heading[1:]


def _is_name(word: str, text: str) -> bool:
    """Whether a text writes a word with a capital within its sentences too."""
    return re.search(rf"[a-z,;] {re.escape(word)}\b", text) is not None


def _is_plural(heading: str) -> bool:
    subject = _PREPOSITION.split(heading)[0]
    last = subject.split()[-1]
    return " and " in subject or (
        last.endswith("s") and not last.endswith(("ss", "us", "is")) and not last.isupper()
    )


def _sentences(text: str) -> Iterator[str]:
    for sentence in _SENTENCE_END.split(text):
        one = " ".join(sentence.split())
        whole = clauses(one)
        if len(whole) > 1:
            yield from whole
        elif one.endswith(tuple(_STOPS)) and not _LEANING.match(one):
            yield one


def _phrase(sentence: str, text: str) -> str | None:
    """As many words as a search might have."""
    if is_mostly_paired(sentence):
        return sentence.rstrip(_STOPS) if len(sentence) in _UNSPACED_CHARS else None
    words = _WORD.findall(sentence)
    telling = [place for place, word in enumerate(words) if word.casefold() not in STOP_WORDS]
    if len(words) not in _SENTENCE_WORDS or len(telling) < _TELLING_WORDS[0]:
        return None
    query = " ".join(words[: telling[: _TELLING_WORDS[-1]][-1] + 1])
    return query if _is_name(words[0], text) else query[0].lower() + query[1:]
