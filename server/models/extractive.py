"""`local/extractive`: answers with the sections' own sentences, word for word. No model, no key, no network.

It is no language model and says so in its first line.
"""

import asyncio
import math
import re
from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from server.documents.scripts import PAIRED_RUN, pairs
from server.events import Delta, Finished
from server.models.completions import Completer
from server.models.passages import Passage, read_passages
from server.records import Match, Prompt

OPENING = (
    "*No language model has written this: these are the passages of the documentation that match best, "
    "word for word.*\n\n"
)
NOTHING_FOUND = "The sections found have no sentence to quote; the sources lead to them."

# How the best passages are chosen. All guesses, settled by reading answers on three documentation sets.
_PASSAGES_MAX = 5
_SOURCES_MAX = 3
_CODE_BLOCKS_MAX = 2
_RANK_DISCOUNT = 0.15  # the second section counts 1/1.15 of the first
_HEADING_SHARE = 0.6  # of a term's weight, when it stands in the heading only
_REPEAT_SHARE = 0.55  # of a term's weight, once a chosen passage has it
_NEIGHBOUR_GAIN = 1.5  # for what stands next to a chosen passage: two sentences in a row read better
_DANGLING_SHARE = 0.6  # for a passage that leans on one left out
_POINTER_SHARE = 0.3  # for "Learn more about …": the sources do that
_SCORE_SHARE_MIN = 0.25  # of the best passage's score

_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_STOP_WORDS = frozenset(
    _WORD.findall(
        "a an and any are as at be by can could do does for from get has have how i if in is it its me my need of "
        "on or please should so some tell that the their them there these they this to use using want was we what "
        "when where which who why will with would you your"
    )
)
_DANGLING = re.compile(
    r"\W*(?:This|That|These|Those|It|They|But|And|So|Then|However|Also|Here|Otherwise|Instead|As a result)\b"
    r"|\W*(?:(?:In|For|To do) (?:this|that|these|those|such|the above)|You can also)\b"
    r"|\W*The (?:example|app|code) above\b"
)
_POINTER = re.compile(
    r"\W*(?:(?:Learn|Read|Find out) (?:more|about|how)|See|For more|Check out|Refer to|Take a look)\b"
)
_DELTA = re.compile(r"\s*\S+\s*$|\s*\S+")


class ExtractiveCompleter(Completer):
    model = "local/extractive"
    rewrites = False

    def __init__(self, *, delta_delay_seconds: float = 0) -> None:
        """`delta_delay_seconds` between two words makes it look like a model at work; 0 only lets others run."""
        self._delta_delay_seconds = delta_delay_seconds

    async def complete(self, prompt: Prompt) -> AsyncGenerator[Delta | Finished, None]:
        yield Delta(OPENING)
        # In a thread: parsing eight sections takes some milliseconds, in which other readers' deltas would wait.
        answer = await asyncio.to_thread(compose_answer, prompt.query, prompt.matches)
        for text in _DELTA.findall(answer):
            yield Delta(text)
            await asyncio.sleep(self._delta_delay_seconds)
        yield Finished("stop")


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A passage that may be quoted."""

    passage: Passage
    number: int
    """Of its source, from 1."""
    position: int
    """In its section, from 0."""
    terms: frozenset[str]
    heading_terms: frozenset[str]


def compose_answer(query: str, matches: Sequence[Match]) -> str:
    """The best passages of the matches as Markdown, grouped by source, each cited `[n]`."""
    candidates = [candidate for i, match in enumerate(matches) for candidate in read_candidates(match, i + 1)]
    chosen = choose_passages(read_terms(query), candidates)
    if not chosen:
        return NOTHING_FOUND
    chosen.sort(key=lambda candidate: (candidate.number, candidate.position))
    code_blocks = [candidate for candidate in chosen if candidate.passage.code][:_CODE_BLOCKS_MAX]
    sources = groupby(chosen, key=lambda candidate: candidate.number)
    return "\n\n".join(
        write_source(list(source), matches[number - 1], with_code=code_blocks) for number, source in sources
    )


def read_candidates(match: Match, number: int) -> Iterable[Candidate]:
    heading_terms = read_terms(" ".join((match.title, *match.heading_path)))
    for position, passage in enumerate(read_passages(match.content)):
        yield Candidate(passage, number, position, read_terms(passage.text), heading_terms)


def choose_passages(query_terms: frozenset[str], candidates: Sequence[Candidate]) -> list[Candidate]:
    """The passages that cover the query best, greedily: what is already told counts less."""
    weights = weigh_terms(query_terms, candidates)
    chosen: list[Candidate] = []
    enough = 0.0
    while len(chosen) < _PASSAGES_MAX:
        scores = {
            candidate: score(candidate, weights, chosen=chosen)
            for candidate in candidates
            if candidate not in chosen and is_welcome(candidate, chosen)
        }
        best = max(scores, key=scores.__getitem__, default=None)
        if best is None or scores[best] < enough:
            break
        enough = enough or _SCORE_SHARE_MIN * scores[best]
        chosen.append(best)
        weights = {term: weight * (_REPEAT_SHARE if term in best.terms else 1) for term, weight in weights.items()}
    return chosen


def is_welcome(candidate: Candidate, chosen: Sequence[Candidate]) -> bool:
    """Whether it adds a sentence not there yet, from a source among the few."""
    sources = {other.number for other in chosen}
    is_told = any(candidate.passage.text == other.passage.text for other in chosen)
    return not is_told and (candidate.number in sources or len(sources) < _SOURCES_MAX)


def weigh_terms(query_terms: frozenset[str], candidates: Sequence[Candidate]) -> dict[str, float]:
    """Each query term's rarity among the candidates; a term in none of them is left out."""
    counts = Counter(term for candidate in candidates for term in (candidate.terms | candidate.heading_terms))
    return {term: math.log(1 + len(candidates) / counts[term]) for term in sorted(query_terms) if counts[term] > 0}


def score(candidate: Candidate, weights: Mapping[str, float], *, chosen: Sequence[Candidate]) -> float:
    own = sum(weight for term, weight in weights.items() if term in candidate.terms)
    inherited = sum(
        weight for term, weight in weights.items() if term in candidate.heading_terms - candidate.terms
    )
    # A section opens with what it is about. The small constant orders sections when no term is in any.
    relevance = own + (_HEADING_SHARE * inherited + 0.1) / (1 + 0.3 * candidate.position)
    return relevance * readability(candidate, chosen) / (1 + _RANK_DISCOUNT * (candidate.number - 1))


def readability(candidate: Candidate, chosen: Sequence[Candidate]) -> float:
    """How well a passage reads beside those chosen, as a factor around 1."""
    text = candidate.passage.text
    distances = {candidate.position - other.position for other in chosen if other.number == candidate.number}
    if _POINTER.match(text):
        return _POINTER_SHARE
    leans_forward = text.endswith(":") and not candidate.passage.code and -1 not in distances
    leans_back = bool(_DANGLING.match(text)) and 1 not in distances
    if leans_forward or leans_back:
        return _DANGLING_SHARE
    return _NEIGHBOUR_GAIN if distances & {-1, 1} else 1


def write_source(source: Sequence[Candidate], match: Match, *, with_code: Sequence[Candidate]) -> str:
    """A source's passages under its heading, in the section's order."""
    names = dict.fromkeys(name.replace("*", "") for name in (match.title, match.heading) if name)
    blocks = groupby(source, key=lambda candidate: candidate.passage.block)
    text = f"**{' › '.join(names)}**"
    is_in_list = False
    for _, group in blocks:
        block = list(group)
        # A blank line between two items would make a loose list of them.
        text += "\n" if is_in_list and block[0].passage.is_item else "\n\n"
        text += write_block(block, with_code=with_code)
        is_in_list = block[-1].passage.is_item and block[-1] not in with_code
    return text


def write_block(block: Sequence[Candidate], *, with_code: Sequence[Candidate]) -> str:
    """Sentences of one paragraph or list item, an ellipsis where some were left out, then the citation."""
    text = block[0].passage.text
    for before, candidate in pairwise(block):
        gap = " … "
        if candidate.position == before.position + 1:
            gap = "" if text.endswith(("。", "！", "？")) else " "
        text += gap + candidate.passage.text
    bullet = "- " if block[0].passage.is_item else ""
    code = "".join(f"\n\n{candidate.passage.code}" for candidate in block if candidate in with_code)
    return f"{bullet}{text} [{block[0].number}]{code}"


def read_terms(text: str) -> frozenset[str]:
    """The words of a text, folded to compare: identifiers in parts too, unspaced scripts as character pairs."""
    terms = {pair for run in PAIRED_RUN.findall(text) for pair in pairs(run)}
    for word in _WORD.findall(PAIRED_RUN.sub(" ", text)):
        terms.update(_stem(part.casefold()) for part in (word, *_HUMP.split(word)))
    return frozenset(terms - _STOP_WORDS)


def _stem(word: str) -> str:
    """A word without its commonest English endings: enough to let `deploying` meet `deploy`."""
    for ending in ("ing", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending) + ("y" if ending == "ies" else "")
    return word.removesuffix("e") if len(word) > 4 else word
