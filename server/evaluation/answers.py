"""Whether answers say, cite and refuse what they must."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from markdown_it import MarkdownIt

from server.answering.answer import Answering
from server.errors import LecternError
from server.evaluation.places import Place
from server.evaluation.questions import Question
from server.events import Delta, Finished, SourcesFound
from server.records import Source

_CITATION: Final = re.compile(r"\[(\d+(?:\s*,\s*\d+)*)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    text: str
    sources: tuple[Source, ...]
    is_refusal: bool
    problem: LecternError | None = None

    @property
    def cited(self) -> tuple[Place, ...]:
        """The sources that the text cites, in their order."""
        numbers = cited_numbers(self.text)
        return tuple(Place(one.path, one.slug) for one in self.sources if one.number in numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCheck:
    question: Question
    answer: Answer
    failures: tuple[str, ...]
    """What is wrong with it, a sentence each; none when it passes."""

    @property
    def passed(self) -> bool:
        return not self.failures


async def check_answer(question: Question, answering: Answering) -> AnswerCheck:
    """Asks as a reader does. An answer that fails on the way fails its check, and the check says why."""
    answer = await _ask(question, answering)
    return AnswerCheck(question=question, answer=answer, failures=tuple(_failures(question, answer)))


async def _ask(question: Question, answering: Answering) -> Answer:
    text: list[str] = []
    sources: tuple[Source, ...] = ()
    is_refusal = False
    problem = None
    async for event in answering.answer(question.text, filter=question.filter):
        match event:
            case SourcesFound():
                sources = event.sources
                is_refusal = event.is_refusal
            case Delta():
                text.append(event.text)
            case Finished():
                problem = event.problem
    return Answer(text="".join(text), sources=sources, is_refusal=is_refusal, problem=problem)


def _failures(question: Question, answer: Answer) -> list[str]:
    if answer.problem is not None:
        return [f"It was not answered: {answer.problem}"]
    failures = []
    if question.must_refuse and not answer.is_refusal:
        failures.append("It should have been refused and was answered.")
    cited = answer.cited
    missing = [place for place in question.must_cite if not _is_cited(place, cited)]
    failures += [f"It does not cite {place}." for place in missing]
    said = answer.text.casefold()
    failures += [f"It does not say “{text}”." for text in question.must_contain if text.casefold() not in said]
    return failures


def _is_cited(place: Place, cited: Sequence[Place]) -> bool:
    return any(place.holds(one) for one in cited)


def cited_numbers(markdown: str) -> Collection[int]:
    """The numbers of `[1]`, `[2][3]` and `[4, 5]`, but not those in code."""
    words = (
        child.content
        for token in MarkdownIt().parse(markdown)
        for child in token.children or ()
        if child.type == "text"
    )
    return {int(number) for word in words for found in _CITATION.findall(word) for number in found.split(",")}
