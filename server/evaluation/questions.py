"""Question files: what is asked, and where the answer stands.

YAML holds a list of entries, JSON Lines one entry a line. Question sets published with `relevant_pages` and
`relevant_sections` are read as they are, whatever else their entries say.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from server.answering.queries import clean_query
from server.errors import EvaluationInvalid, RequestInvalid
from server.evaluation.places import Place

_SUFFIXES: Final = (".yaml", ".yml", ".jsonl")
_NAME_MAX_CHARS: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    id: str
    """Its text where the file gives none."""
    text: str
    relevant: tuple[Place, ...] = ()
    """Each counts as its page where pages are measured."""
    filter: Mapping[str, Any]
    must_cite: tuple[Place, ...] = ()
    must_contain: tuple[str, ...] = ()
    must_refuse: bool = False

    @property
    def relevant_pages(self) -> frozenset[str]:
        return frozenset(place.path for place in self.relevant)

    @property
    def relevant_sections(self) -> frozenset[Place]:
        return frozenset(place for place in self.relevant if place.slug)

    @property
    def checks_answer(self) -> bool:
        return bool(self.must_cite or self.must_contain or self.must_refuse)


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


_Text = Annotated[str, Field(min_length=1)]
_Texts = Annotated[list[_Text], BeforeValidator(_listed)]


class _Entry(BaseModel):
    """One entry as it is written; `_PublishedEntry` is the other form."""

    model_config = ConfigDict(extra="forbid")

    question: str
    relevant: _Texts = []
    id: str | int | None = None
    filter: dict[str, Any] = {}
    must_cite: _Texts = []
    must_contain: _Texts = []
    must_refuse: bool = False

    def places(self) -> Iterable[str]:
        return self.relevant


class _PublishedEntry(_Entry):
    model_config = ConfigDict(extra="ignore")

    relevant_pages: _Texts = []
    relevant_sections: _Texts = []

    def places(self) -> Iterable[str]:
        return [*self.relevant, *self.relevant_pages, *self.relevant_sections]


def read_questions(path: Path, *, max_chars: int) -> list[Question]:
    """The file's questions in their order, at least one, each with an id of its own.

    Raises `EvaluationInvalid` with one sentence that names the file, the entry and what to do.
    """
    if path.suffix.lower() not in _SUFFIXES:
        raise EvaluationInvalid(f"{path} is no question file by its name: call it .yaml, .yml or .jsonl.")
    questions: dict[str, Question] = {}
    for where, entry in _entries(path):
        question = _question(entry, where, max_chars=max_chars)
        if question.id in questions:
            raise EvaluationInvalid(
                f"{where} is the second with the id {_shortened(question.id)!r}: give each an `id` of its own."
            )
        questions[question.id] = question
    if not questions:
        raise EvaluationInvalid(f"{path} holds no questions: add some, each with `question` and `relevant`.")
    return list(questions.values())


def _entries(path: Path) -> Iterator[tuple[str, Any]]:
    """Each entry and the words for where it stands."""
    text = _read(path)
    if path.suffix.lower() == ".jsonl":
        for number, line in enumerate(text.splitlines(), start=1):
            if line.strip():
                where = f"{path}, line {number}"
                yield where, _parse_line(line, where)
        return
    entries = _parse_yaml(text, path)
    if not isinstance(entries, list):
        raise EvaluationInvalid(f"{path} is not a list: begin each entry with `- question: …`.")
    for number, entry in enumerate(entries, start=1):
        yield f"{path}, entry {number}", entry


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise EvaluationInvalid(
            f"{path} does not exist: write one, or start with `lectern eval --generate {path}`."
        ) from error
    except OSError as error:
        raise EvaluationInvalid(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise EvaluationInvalid(f"{path} is not UTF-8 text (byte {error.start}): save it as UTF-8.") from error


def _parse_line(line: str, where: str) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise EvaluationInvalid(f"{where} is not JSON ({error}): write one object on each line.") from error


def _parse_yaml(text: str, path: Path) -> Any:
    try:
        return yaml.safe_load(text) or []
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}, line {mark.line + 1}" if mark else str(path)
        problem = getattr(error, "problem", None) or error
        raise EvaluationInvalid(
            f"{where} is not YAML ({problem}): put texts with `: ` or ` #` in quotes."
        ) from error


def _question(raw: Any, where: str, *, max_chars: int) -> Question:
    if not isinstance(raw, dict):
        raise EvaluationInvalid(f"{where} is not an object: give it `question` and `relevant`.")
    is_published_form = not raw.keys().isdisjoint({"relevant_pages", "relevant_sections"})
    try:
        entry = (_PublishedEntry if is_published_form else _Entry).model_validate(raw)
        text = clean_query(entry.question, max_chars=max_chars)
    except ValidationError as error:
        raise EvaluationInvalid(f"{where}{_named(raw)}: {_explain(error)}") from None
    except RequestInvalid as error:
        raise EvaluationInvalid(f"{where}{_named(raw)}: {error}") from error
    question = Question(
        id=text if entry.id is None else str(entry.id),
        text=text,
        relevant=_places(entry.places()),
        filter=entry.filter,
        must_cite=tuple(map(Place.parse, entry.must_cite)),
        must_contain=tuple(entry.must_contain),
        must_refuse=entry.must_refuse,
    )
    _require_sense(question, f"{where}{_named(raw)}")
    return question


def _places(texts: Iterable[str]) -> tuple[Place, ...]:
    """Each once; a page of which sections are named is left to them."""
    places = set(map(Place.parse, texts))
    with_sections = {place.path for place in places if place.slug}
    return tuple(sorted((one for one in places if one.slug or one.path not in with_sections), key=str))


def _require_sense(question: Question, where: str) -> None:
    if not question.relevant and not question.checks_answer:
        raise EvaluationInvalid(
            f"{where}: nothing is expected: add `relevant` pages, or what the answer `must_cite`, "
            "`must_contain`, or that it `must_refuse`."
        )
    if question.must_refuse and question.must_cite:
        raise EvaluationInvalid(f"{where}: a refusal cites nothing: leave out `must_cite` or `must_refuse`.")


def _named(raw: Mapping[Any, Any]) -> str:
    text = raw.get("question")
    return f" ({_shortened(text)})" if isinstance(text, str) and text.strip() else ""


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _NAME_MAX_CHARS else text[: _NAME_MAX_CHARS - 1] + "…"


def _explain(error: ValidationError) -> str:
    problem = error.errors()[0]
    name = ".".join(map(str, problem["loc"]))
    match problem["type"]:
        case "missing":
            return f"`{name}` is missing: every entry needs one."
        case "extra_forbidden":
            return f"`{name}` is not known: use {', '.join(_Entry.model_fields)}."
    return f"`{name}` is {problem['input']!r}: {problem['msg'][0].lower()}{problem['msg'][1:]}."
