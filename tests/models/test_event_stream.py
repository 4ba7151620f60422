import pytest

from server.models.event_stream import EventDecoder

STREAM = 'data: {"text": "Grüße, 世界 🎉"}\n\n: ping\n\nevent: x\ndata:two\ndata: lines\n\ndata: [DONE]\n\n'
EVENTS = ['{"text": "Grüße, 世界 🎉"}', "two\nlines", "[DONE]"]


def decode(*chunks: bytes) -> list[str]:
    decoder = EventDecoder()
    events = [data for chunk in chunks for data in decoder.feed(chunk)]
    return [data.decode() for data in (*events, *decoder.finish())]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("chunk_bytes", [1, 2, 3, 7, 1000])
def test_events_are_the_same_however_lines_end_and_chunks_are_cut(line_end: str, chunk_bytes: int) -> None:
    stream = STREAM.replace("\n", line_end).encode()
    chunks = [stream[i : i + chunk_bytes] for i in range(0, len(stream), chunk_bytes)]
    assert decode(*chunks) == EVENTS


def test_an_event_is_given_out_with_its_blank_line_and_not_later() -> None:
    decoder = EventDecoder()
    assert list(decoder.feed(b"data: a\r")) == []
    assert list(decoder.feed(b"\r")) == [b"a"]


def test_a_line_end_cut_between_cr_and_lf_is_one_line_end() -> None:
    assert decode(b"data: a\r", b"\ndata: b\r", b"\n\r", b"\n") == ["a\nb"]


def test_a_last_event_counts_without_its_blank_line() -> None:
    assert decode(b"data: a\n\ndata: [DONE]") == ["a", "[DONE]"]


def test_a_byte_order_mark_is_not_part_of_the_first_line() -> None:
    assert decode(b"\xef\xbb\xbfdata: a\n\n") == ["a"]


def test_comments_and_other_fields_are_no_events() -> None:
    assert decode(b": ping\n\nid: 1\nretry: 3\nevent: x\n\n\n\n") == []


def test_only_one_blank_after_the_colon_belongs_to_the_format() -> None:
    assert decode(b"data:  a\n\ndata\n\n") == [" a", ""]
