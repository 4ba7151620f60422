"""Where the bad line breaks."""

import pytest

from tests.clients.proxy import Cut, Line, Passage

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n\r\n"
BODY = ("data: one\n\n", "data: 日本語\n\n", "data: three\n\n")


@pytest.mark.parametrize(
    ("cut", "passed"),
    [
        (Cut(), b""),
        (Cut(behind=b"one"), b"data: one"),
        (Cut(behind="日".encode()[:-1]), "data: one\n\ndata: 日".encode()[:-1]),
        (Cut(behind="日".encode(), ends_event=True), "data: one\n\ndata: 日本語\n\n".encode()),
        (Cut(behind=b"four"), "".join(BODY).encode()),
    ],
)
@pytest.mark.parametrize("chunk_count", [1, 2, 7])
def test_it_breaks_where_it_is_told_to_however_the_body_comes(cut: Cut, passed: bytes, chunk_count: int) -> None:
    passage = Passage(Line(cut=cut))
    body = "".join(BODY).encode()
    size = len(body) // chunk_count + 1
    let = passage.let(HEAD)
    for start in range(0, len(body), size):
        if not passage.is_broken:
            let += passage.let(body[start : start + size])
    assert HEAD + passed == let
    assert passage.is_broken == (len(passed) < len(body))


def test_what_is_no_stream_passes_whole() -> None:
    opened = b"HTTP/1.1 201 Created\r\ncontent-type: application/json\r\n\r\n{}"
    passage = Passage(Line(cut=Cut()))
    assert opened == passage.let(opened)
    passage.is_preflight = True
    assert HEAD == passage.let(HEAD)
    assert not passage.is_broken
