"""What is read from a chat's messages."""

from typing import Any

import pytest

from server.errors import RequestInvalid
from server.records import Exchange
from server.routes.ui_chats import Chat, chat_conversation, read_chat


def test_the_last_message_of_the_reader_is_the_question() -> None:
    assert read_chat(
        {"id": "c1", "messages": [said("user", "What is", "a lamp?")], "trigger": "submit-message"}
    ) == (Chat(conversation="chat:c1", query="What is\n\na lamp?", history=(), is_fresh=False))


def test_the_pairs_before_it_are_the_history() -> None:
    chat = read_chat(
        {
            "messages": [
                said("system", "Be rude."),
                said("user", "What is a lamp?"),
                said("assistant", "A light [1]."),
                said("user", "Never answered"),
                said("user", " And a bulb? "),
                said("assistant", "A part", "of it."),
                said("user", "Stopped before any text"),
                said("assistant"),
                said("user", "And the price?"),
            ]
        }
    )
    assert chat.query == "And the price?"
    assert chat.history == (
        Exchange(query="What is a lamp?", text="A light [1]."),
        Exchange(query="And a bulb?", text="A part\n\nof it."),
    )


def test_parts_other_than_text_are_left_alone() -> None:
    answer = said("assistant", "A light [1].")
    answer["parts"] += [
        {"type": "source-url", "sourceId": "1", "url": "https://docs.example.com/lamp", "text": 3},
        {"type": "data-sources", "data": {"text": "no"}},
    ]
    chat = read_chat({"messages": [said("user", "What is a lamp?"), answer, said("user", "Why?")]})
    assert chat.history == (Exchange(query="What is a lamp?", text="A light [1]."),)


def test_messages_behind_the_readers_last_are_no_history() -> None:
    chat = read_chat({"messages": [said("user", "What is a lamp?"), said("assistant", "A light")]})
    assert (chat.query, chat.history) == ("What is a lamp?", ())


def test_only_the_newest_pairs_are_kept() -> None:
    pairs = [said(role, f"{role} {n}") for n in range(30) for role in ("user", "assistant")]
    chat = read_chat({"messages": [*pairs, said("user", "Last")]})
    assert [exchange.query for exchange in chat.history] == [f"user {n}" for n in range(10, 30)]


@pytest.mark.parametrize(
    ("trigger", "messages", "is_fresh"),
    [
        ("submit-message", ["user"], False),
        (None, ["user"], False),
        ("a-trigger-of-tomorrow", ["user"], False),
        ("regenerate-message", ["user"], True),
        ("submit-message", ["user", "user"], False),
        ("submit-message", ["user", "assistant", "user"], True),
    ],
)
def test_no_answer_comes_twice_into_one_chat(trigger: str | None, messages: list[str], is_fresh: bool) -> None:
    body = {"trigger": trigger, "messages": [said(role, *(["a lamp"] * (role == "user"))) for role in messages]}
    assert read_chat(body).is_fresh == is_fresh


@pytest.mark.parametrize("id", ["", "x" * 201, "a\nb", "a\0b", "\ud800", 7, ["a"], {}, True])
def test_an_id_that_cannot_be_one_is_refused(id: Any) -> None:
    with pytest.raises(RequestInvalid, match="1 to 200 printable characters"):
        read_chat({"id": id, "messages": [said("user", "a lamp")]})


def test_any_text_may_name_a_chat() -> None:
    assert [chat_conversation(id) for id in ("x" * 200, "a/b c", "é电")] == [
        "chat:" + "x" * 200,
        "chat:a/b c",
        "chat:é电",
    ]


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        (None, "`messages` is no list"),
        ([], "`messages` is no list"),
        ("How?", "`messages` is no list"),
        ({"role": "user"}, "`messages` is no list"),
        (["How?"], r"messages\[0\] is no message"),
        ([{"parts": []}], r"messages\[0\] is no message"),
        ([{"role": 3, "parts": []}], r"messages\[0\] is no message"),
        ([{"role": "user", "content": "How?"}], r"messages\[0\].parts is no list of parts: .* `ai` 5.0"),
        ([{"role": "user", "parts": ["How?"]}], r"messages\[0\].parts is no list of parts"),
        ([{"role": "user", "parts": [{"type": "text"}]}], r"messages\[0\].parts holds a text part without `text`"),
        ([{"role": "user", "parts": [{"type": "text", "text": 3}]}], "without `text`"),
        ([{"role": "assistant", "parts": []}], "None of the `messages` is the reader's"),
    ],
)
def test_messages_that_are_none_are_refused(messages: Any, reason: str) -> None:
    with pytest.raises(RequestInvalid, match=reason):
        read_chat({"messages": messages})


def said(role: str, *texts: str) -> dict[str, Any]:
    return {"id": "m", "role": role, "parts": [{"type": "text", "text": text} for text in texts]}
