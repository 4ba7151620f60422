"""What a request in OpenAI's formats asks for.

The reader's last message is the question; what was said before helps to understand it. Left aside are:
1. System, developer and tool messages: the prompt is the owner's, and no reader may change it.
2. `model` and how to write (`temperature`, `max_tokens`, `stop`, …): the owner has chosen that.
3. `tools`, which a model need not use. But a certain tool, a certain shape of the answer, or several answers are
   what a program counts on that asks for them: those are refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from server.errors import RequestInvalid
from server.records import Exchange

_ROLES: Final = ("user", "assistant")
_ROLES_LEFT_ASIDE: Final = ("developer", "system", "tool", "function")


@dataclass(frozen=True, kw_only=True)
class OpenAIRequest:
    query: str
    """As it came; it may be no query yet."""
    history: tuple[Exchange, ...] = ()
    """Oldest first."""
    filter: Mapping[str, Any] = field(default_factory=dict)
    """Ours: by `extra_body` in the SDKs."""
    is_streamed: bool = False
    include_usage: bool = False


class _Turn(NamedTuple):
    role: str
    text: str


def read_chat(body: Mapping[str, Any]) -> OpenAIRequest:
    """From the body of `POST /v1/chat/completions`. Raises `RequestInvalid`."""
    messages = body.get("messages")
    if not isinstance(messages, list):
        raise RequestInvalid("`messages` is not a list of messages.", param="messages")
    turns = [turn for number, message in enumerate(messages) if (turn := _read_message(message, number))]
    last = max((number for number, turn in enumerate(turns) if turn.role == "user"), default=None)
    if last is None:
        raise RequestInvalid("`messages` holds no message of the role `user`.", param="messages")
    return _read_rest(body, query=turns[last].text, history=_pair(turns[:last]))


def read_prompt(body: Mapping[str, Any]) -> OpenAIRequest:
    """From the body of `POST /v1/completions`. Raises `RequestInvalid`."""
    prompt = body.get("prompt")
    if isinstance(prompt, list) and len(prompt) == 1:
        (prompt,) = prompt
    if not isinstance(prompt, str):
        raise RequestInvalid("`prompt` is not one text: send one question at a time.", param="prompt")
    return _read_rest(body, query=prompt)


def _read_message(message: Any, number: int) -> _Turn | None:
    """What a reader or Lectern said; `None` for what others did."""
    where = f"messages[{number}]"
    role = message.get("role") if isinstance(message, dict) else None
    if role in _ROLES_LEFT_ASIDE:
        return None
    if role not in _ROLES:
        known = ", ".join(f"`{name}`" for name in (*_ROLES, *_ROLES_LEFT_ASIDE))
        raise RequestInvalid(f"`{where}.role` is none of {known}.", param=f"{where}.role")
    content = message.get("content")
    if content is None and role == "assistant":  # as beside the call of a tool
        content = ""
    return _Turn(role, _read_content(content, where=f"{where}.content"))


def _read_content(content: Any, *, where: str) -> str:
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise RequestInvalid(f"`{where}` is neither a text nor a list of parts.", param=where)
    return "\n".join(_read_part(part, where=f"{where}[{number}]") for number, part in enumerate(content))


def _read_part(part: Any, *, where: str) -> str:
    kind = part.get("type") if isinstance(part, dict) else None
    if kind not in ("text", "refusal"):
        raise RequestInvalid(f"`{where}` is not of the type `text`: only text can be read here.", param=where)
    text = part.get(kind)
    if not isinstance(text, str):
        raise RequestInvalid(f"`{where}.{kind}` is not a text.", param=f"{where}.{kind}")
    return text


def _pair(turns: Sequence[_Turn]) -> tuple[Exchange, ...]:
    """Questions with what was answered; a greeting is no answer, and a question that got none says nothing."""
    pairs: list[tuple[str, list[str]]] = []
    for turn in turns:
        if turn.role == "user":
            pairs.append((" ".join(turn.text.split()), []))
        elif pairs and turn.text.strip():
            pairs[-1][1].append(turn.text)
    return tuple(Exchange(query=query, text="\n\n".join(texts)) for query, texts in pairs if query and texts)


def _read_rest(body: Mapping[str, Any], *, query: str, history: tuple[Exchange, ...] = ()) -> OpenAIRequest:
    _refuse_what_breaks(body)
    options = _read(body, "stream_options", dict) or {}
    return OpenAIRequest(
        query=query,
        history=history,
        filter=_read(body, "filter", dict) or {},
        is_streamed=bool(_read(body, "stream", bool)),
        include_usage=bool(_read(options, "include_usage", bool, within="stream_options.")),
    )


_KINDS: Final = {str: "a text", bool: "true or false", dict: "an object"}


def _read(body: Mapping[str, Any], name: str, kind: type, *, within: str = "") -> Any:
    """A value of a kind, or `None` when it is not given."""
    value = body.get(name)
    if value is not None and not isinstance(value, kind):
        raise RequestInvalid(f"`{within}{name}` is not {_KINDS[kind]}.", param=within + name)
    return value


def _refuse_what_breaks(body: Mapping[str, Any]) -> None:
    _read(body, "model", str)
    if body.get("n") not in (None, 1):
        raise RequestInvalid("One answer is given: leave `n` out.", param="n")
    for name in ("tool_choice", "function_call"):
        if body.get(name) not in (None, "none", "auto"):
            raise RequestInvalid(f"No tools are called here: leave `{name}` out.", param=name)
    if (_read(body, "response_format", dict) or {}).get("type", "text") != "text":
        raise RequestInvalid("Answers are Markdown: leave `response_format` out.", param="response_format")
