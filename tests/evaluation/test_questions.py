from pathlib import Path

import pytest

from server.errors import EvaluationInvalid
from server.evaluation.places import Place
from server.evaluation.questions import Question, read_questions


def read(folder: Path, text: str | bytes, *, name: str = "q.yaml") -> list[Question]:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_questions(file, max_chars=100)


def test_every_field_is_read(tmp_path: Path) -> None:
    questions = read(
        tmp_path,
        """
- id: 7
  question: "How  long?"
  relevant: [guides/a, /guides/b#c]
  filter: {version: v2}
  must_cite: /guides/b
  must_contain: 30 minutes
- question: Who won?
  must_refuse: true
""",
    )
    assert [
        Question(
            id="7",
            text="How long?",
            relevant=(Place("/guides/a"), Place("/guides/b", "c")),
            filter={"version": "v2"},
            must_cite=(Place("/guides/b"),),
            must_contain=("30 minutes",),
        ),
        Question(id="Who won?", text="Who won?", filter={}, must_refuse=True),
    ] == questions
    assert (frozenset({"/guides/a", "/guides/b"}), frozenset({Place("/guides/b", "c")})) == (
        questions[0].relevant_pages,
        questions[0].relevant_sections,
    )


def test_a_published_set_is_read_as_it_is(tmp_path: Path) -> None:
    places = '"relevant_pages": ["a/index", "b"], "relevant_sections": ["b#c"]'
    line = f'{{"id": "0", "question": "Why?", {places}, "by": "practitioners"}}'
    (question,) = read(tmp_path, f"{line}\n\n", name="q.jsonl")
    assert Question(id="0", text="Why?", relevant=(Place("/a"), Place("/b", "c")), filter={}) == question


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("q.txt", "", "call it .yaml, .yml or .jsonl"),
        ("q.yaml", "", "q.yaml holds no questions: add some"),
        ("q.yaml", "question: a", "q.yaml is not a list: begin each entry with `- question: …`"),
        ("q.yaml", "- question: a: b", "q.yaml, line 1 is not YAML (mapping values are not allowed here)"),
        ("q.yaml", b"- \xff", "q.yaml is not UTF-8 text (byte 2): save it as UTF-8."),
        ("q.yaml", "- a", "q.yaml, entry 1 is not an object"),
        ("q.yaml", "- relevant: [a]", "q.yaml, entry 1: `question` is missing"),
        (
            "q.yaml",
            "- {question: a, relevent: [a]}",
            "q.yaml, entry 1 (a): `relevent` is not known: use question,",
        ),
        ("q.yaml", "- {question: a, relevant: 3}", "`relevant` is 3: input should be a valid list."),
        ("q.yaml", "- {question: a, relevant: ['']}", "`relevant.0` is '': string should have at least 1"),
        ("q.yaml", "- {question: a, filter: [b]}", "`filter` is ['b']: input should be a valid dictionary."),
        ("q.yaml", "- question: a", "q.yaml, entry 1 (a): nothing is expected: add `relevant` pages"),
        ("q.yaml", "- {question: ' ', relevant: a}", "q.yaml, entry 1: The query is empty"),
        ("q.yaml", f"- {{question: {'a' * 101}, relevant: a}}", "has 101 characters, and 100 are allowed"),
        ("q.yaml", "- {question: a, must_refuse: true, must_cite: a}", "a refusal cites nothing"),
        ("q.yaml", "- {question: a, relevant: a}\n" * 2, "q.yaml, entry 2 is the second with the id 'a'"),
        ("q.jsonl", '{"question": "a", "relevant": ["a"]}\n{', "q.jsonl, line 2 is not JSON"),
    ],
)
def test_a_bad_file_ends_in_one_sentence(tmp_path: Path, name: str, text: str | bytes, sentence: str) -> None:
    with pytest.raises(EvaluationInvalid) as raised:
        read(tmp_path, text, name=name)
    assert sentence in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(
        EvaluationInvalid, match=r"does not exist: write one, or start with `lectern eval --generate"
    ):
        read_questions(tmp_path / "q.yaml", max_chars=100)
