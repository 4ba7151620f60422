"""What is read from a request in OpenAI's formats, and what is refused."""

from typing import Any

import pytest

from server.errors import RequestInvalid
from server.records import Exchange
from server.routes.openai_requests import OpenAIRequest, read_chat, read_prompt


def user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


def assistant(content: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": content}


def system(content: Any) -> dict[str, Any]:
    return {"role": "system", "content": content}


ONE = [user("How?")]


def test_a_chat_is_its_last_question_with_the_answered_ones_before_it() -> None:
    messages = [
        system("Talk like a pirate."),
        assistant("Hello, ask me anything."),
        user("What is a\n lamp?"),
        {"role": "assistant", "content": None, "tool_calls": []},
        {"role": "tool", "tool_call_id": "1", "content": "42"},
        assistant("A light [1]."),
        assistant("It shines."),
        user("Never answered"),
        {"role": "developer", "content": [{"type": "input_text"}]},
        user([{"type": "text", "text": "How do I"}, {"type": "text", "text": "change it?"}]),
        assistant("You"),
    ]
    exchanges = (Exchange(query="What is a lamp?", text="A light [1].\n\nIt shines."),)
    assert OpenAIRequest(query="How do I\nchange it?", history=exchanges) == read_chat({"messages": messages})


def test_parts_of_earlier_answers_are_read_too() -> None:
    parts = [{"type": "refusal", "refusal": "I do not know."}]
    history = (Exchange(query="Why?", text="I do not know."),)
    chat = read_chat({"messages": [user("Why?"), assistant(parts), user("How?")]})
    assert OpenAIRequest(query="How?", history=history) == chat


@pytest.mark.parametrize("prompt", ["How?", ["How?"]])
def test_a_legacy_prompt_is_the_question(prompt: Any) -> None:
    assert OpenAIRequest(query="How?") == read_prompt({"model": "any", "prompt": prompt, "suffix": "x"})


def test_pages_are_filtered_as_everywhere() -> None:
    chat = read_chat({"messages": ONE, "filter": {"version": "v2"}})
    assert OpenAIRequest(query="How?", filter={"version": "v2"}) == chat


@pytest.mark.parametrize(
    ("options", "is_streamed", "include_usage"),
    [
        ({}, False, False),
        ({"stream": None, "stream_options": None}, False, False),
        ({"stream": False, "stream_options": {"include_usage": True}}, False, True),
        ({"stream": True, "stream_options": {}}, True, False),
        ({"stream": True, "stream_options": {"include_usage": True, "include_obfuscation": True}}, True, True),
    ],
)
def test_streaming_is_an_option(options: dict[str, Any], is_streamed: bool, include_usage: bool) -> None:
    chat = read_chat({"messages": ONE, **options})
    assert (is_streamed, include_usage) == (chat.is_streamed, chat.include_usage)


def test_what_has_no_meaning_here_is_left_aside() -> None:
    known = {"model": "gpt-4o", "temperature": 2, "max_tokens": 5, "stop": ["a"], "seed": 1, "user": "me", "n": 1}
    tools = {"tools": [{"type": "function"}], "tool_choice": "auto", "response_format": {"type": "text"}}
    assert OpenAIRequest(query="How?") == read_chat({"messages": ONE, **known, **tools, "unheard_of": {}})


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "messages"),
        ({"messages": None}, "messages"),
        ({"messages": {}}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": [system("x")]}, "messages"),
        ({"messages": ["How?"]}, "messages[0].role"),
        ({"messages": [{"content": "How?"}]}, "messages[0].role"),
        ({"messages": [*ONE, {"role": "critic", "content": "x"}]}, "messages[1].role"),
        ({"messages": [{"role": ["user"], "content": "x"}]}, "messages[0].role"),
        ({"messages": [user(None)]}, "messages[0].content"),
        ({"messages": [user(3)]}, "messages[0].content"),
        ({"messages": [user(["How?"])]}, "messages[0].content[0]"),
        ({"messages": [user([{"type": "text"}])]}, "messages[0].content[0].text"),
        ({"messages": [user([{"type": "text", "text": "a"}, {"type": "image_url"}])]}, "messages[0].content[1]"),
        ({"messages": ONE, "model": 4}, "model"),
        ({"messages": ONE, "stream": "true"}, "stream"),
        ({"messages": ONE, "stream_options": True}, "stream_options"),
        ({"messages": ONE, "stream_options": {"include_usage": 1}}, "stream_options.include_usage"),
        ({"messages": ONE, "n": 2}, "n"),
        ({"messages": ONE, "n": "1"}, "n"),
        ({"messages": ONE, "tool_choice": "required"}, "tool_choice"),
        ({"messages": ONE, "tool_choice": {"type": "function"}}, "tool_choice"),
        ({"messages": ONE, "function_call": {"name": "f"}}, "function_call"),
        ({"messages": ONE, "response_format": {"type": "json_object"}}, "response_format"),
        ({"messages": ONE, "response_format": "json"}, "response_format"),
        ({"messages": ONE, "filter": [1]}, "filter"),
    ],
)
def test_a_chat_that_cannot_be_answered_is_told_what_is_wrong(body: dict[str, Any], param: str) -> None:
    with pytest.raises(RequestInvalid) as refused:
        read_chat(body)
    assert param == refused.value.param
    assert f"`{param}`" in str(refused.value)


@pytest.mark.parametrize("prompt", [None, 3, [], ["a", "b"], [1, 2], [[1, 2]], {"text": "How?"}])
def test_a_prompt_that_is_not_one_text_is_refused(prompt: Any) -> None:
    with pytest.raises(RequestInvalid) as refused:
        read_prompt({"prompt": prompt})
    assert refused.value.param == "prompt"
