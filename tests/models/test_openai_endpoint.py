import pytest
from pydantic import SecretStr

from server.errors import LecternError, SettingsInvalid
from server.models.openai_endpoint import Endpoint, explain_error_object, explain_status, make_client

KEY = "sk-very-secret-0123456789"


def make_endpoint(*, base_url: str | None = "http://models.example:8080/v1", key: str | None = KEY) -> Endpoint:
    secret = None if key is None else SecretStr(key)
    return Endpoint(purpose="completion", model="gpt-x", base_url=base_url, api_key=secret)


def describe(error: LecternError) -> tuple[str, str]:
    return error.code, str(error)


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (
            401,
            "model_refused",
            "models.example:8080 refused the key: check LECTERN_COMPLETION_API_KEY or OPENAI_API_KEY.",
        ),
        (
            403,
            "model_refused",
            "models.example:8080 refused the key: check LECTERN_COMPLETION_API_KEY or OPENAI_API_KEY, "
            "and what the key may do (Key … is wrong).",
        ),
        (
            404,
            "model_refused",
            "models.example:8080 does not know the model 'gpt-x': check LECTERN_COMPLETION_MODEL "
            "and LECTERN_COMPLETION_BASE_URL (Key … is wrong).",
        ),
        (
            400,
            "model_refused",
            "models.example:8080 did not accept the request (400): Key … is wrong",
        ),
        (
            422,
            "model_refused",
            "models.example:8080 did not accept the request (422): Key … is wrong",
        ),
        (
            429,
            "model_rate_limited",
            "models.example:8080 limits our requests, or the account's quota is used up: Key … is wrong",
        ),
        (500, "model_unavailable", "models.example:8080 failed (500): Key … is wrong"),
        (503, "model_unavailable", "models.example:8080 failed (503): Key … is wrong"),
    ],
)
def test_a_status_says_what_failed_and_what_to_do_without_the_key(status: int, code: str, message: str) -> None:
    error = explain_status(status, {"message": f"Key {KEY}\nis wrong"}, endpoint=make_endpoint())
    assert (code, message) == describe(error)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"message": "m", "code": 1}, "m"),
        ({"detail": "m"}, "m"),
        ({"error": "m"}, "m"),
        ({"error": {"message": "m"}}, "m"),
        ("<html>m</html>", "<html>m</html>"),
        (None, "no reason given"),
        ({}, "no reason given"),
        ("x" * 500, "x" * 300 + "…"),
    ],
)
def test_the_reason_is_found_in_every_shape_of_error(said: object, message: str) -> None:
    error = explain_status(500, said, endpoint=make_endpoint())
    assert f"models.example:8080 failed (500): {message}" == str(error)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"message": "m", "code": 429}, "model_rate_limited"),
        ({"message": "m", "code": "rate_limit_exceeded"}, "model_rate_limited"),
        ({"message": "m", "type": "insufficient_quota"}, "model_rate_limited"),
        ({"message": "m", "type": "invalid_request_error"}, "model_refused"),
        ({"message": "m", "code": "502"}, "model_unavailable"),
        ({"message": "m", "type": "server_error", "code": None}, "model_unavailable"),
        ("overloaded", "model_unavailable"),
    ],
)
def test_an_error_object_in_a_stream_is_understood_by_its_code_or_type(said: object, code: str) -> None:
    assert code == explain_error_object(said, make_endpoint()).code


def test_a_password_in_the_base_url_is_not_part_of_the_host() -> None:
    assert make_endpoint(base_url="https://me:word@models.example:8080/v1").host == "models.example:8080"


@pytest.mark.parametrize(
    ("base_url", "key", "message"),
    [
        (
            None,
            None,
            "LECTERN_COMPLETION_MODEL is 'openai/gpt-x', which needs a key: set LECTERN_COMPLETION_API_KEY or "
            "OPENAI_API_KEY; or set LECTERN_COMPLETION_BASE_URL to a server that needs none.",
        ),
        (
            "localhost:11434/v1",
            None,
            "LECTERN_COMPLETION_BASE_URL is 'localhost:11434/v1': it must start with http:// or https://.",
        ),
        (
            None,
            "sk-one\nsk-two",
            "LECTERN_COMPLETION_API_KEY holds a character that no key has (a line end, a blank, an accent).",
        ),
        (
            None,
            "sk-é",
            "LECTERN_COMPLETION_API_KEY holds a character that no key has (a line end, a blank, an accent).",
        ),
    ],
)
def test_what_cannot_work_is_told_where_the_client_is_made(
    base_url: str | None, key: str | None, message: str
) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        make_client(
            make_endpoint(base_url=base_url, key=key), retries=0, timeout_seconds=1, waits_out_rate_limits=True
        )
    assert message == str(caught.value)


@pytest.mark.parametrize(("key", "sent"), [(None, "no-key"), ("", "no-key"), (" sk-x\n", "sk-x")])
async def test_a_server_without_keys_gets_a_placeholder_and_a_key_loses_its_blanks(
    key: str | None, sent: str
) -> None:
    client = make_client(make_endpoint(key=key), retries=0, timeout_seconds=1, waits_out_rate_limits=True)
    assert sent == client.api_key
    await client.close()


def test_the_key_is_not_in_the_repr() -> None:
    assert KEY not in repr(make_endpoint())
