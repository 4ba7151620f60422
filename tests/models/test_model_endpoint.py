"""The endpoint the other tests trust."""

import socket
import threading
import time
from urllib.parse import urlsplit

import orjson

from tests.model_endpoint import Knobs, bag_of_words, serve_model_endpoint


def test_the_endpoint_leaves_no_thread_behind_even_with_a_request_hanging() -> None:
    before = threading.active_count()
    with serve_model_endpoint() as endpoint:
        address = urlsplit(endpoint.base_url)
        body = orjson.dumps({"model": "test?hang=1", "messages": []})
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: test\r\nContent-Length: {len(body)}\r\n\r\n"
        client = socket.create_connection((address.hostname, address.port or 0))
        client.sendall(head.encode() + body)
        deadline = time.monotonic() + 5
        while not endpoint.requests and time.monotonic() < deadline:
            time.sleep(0.01)
    client.close()
    assert (1, before) == (len(endpoint.requests), threading.active_count())


def test_knobs_can_be_turned_by_text() -> None:
    expected = Knobs(status=429, retry_after_seconds=2.5, cut_after_deltas=3, hang=True, answer="Hi")
    given = {"status": "429", "retry_after_seconds": "2.5", "cut_after_deltas": "3", "hang": "1", "answer": "Hi"}
    assert expected == Knobs().turned({**given, "someone": "else's"})


def test_texts_with_the_same_words_have_the_same_vector() -> None:
    assert bag_of_words("Port, one port", 64) == bag_of_words("one port port", 64)
