"""Bodies that would take many times their size in memory are refused before they are decoded."""

import json
import tracemalloc

import pytest

from midspan.pipelines.watch.backlog import Encoding
from midspan.pipelines.watch.splitting import Unreadable, split
from tests.support.watch_receiver import request_of, span

SIZE = 8 * 2**20


def _message(number: int, content: bytes) -> bytes:
    size, length = len(content), b""
    while size > 127:
        length += bytes([size & 127 | 128])
        size >>= 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + content


EMPTY_SPANS = _message(1, _message(2, b"\x12\x00" * (SIZE // 2)))
EMPTY_ATTRIBUTES = _message(1, _message(2, _message(2, b"\x4a\x00" * (SIZE // 2))))
EMPTY_OBJECTS = b'{"resourceSpans":[{"scopeSpans":[{"spans":[' + b"{}," * (SIZE // 3) + b"{}]}]}]}"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("protobuf", EMPTY_SPANS), ("protobuf", EMPTY_ATTRIBUTES), ("json", EMPTY_OBJECTS)],
)
def test_a_body_of_nothings_is_refused_at_once(encoding: Encoding, body: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Unreadable, match="too many parts"):
            split("traces", encoding, body, received_ns=1)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


def test_a_large_request_of_real_spans_is_taken() -> None:
    attributes = [{"key": f"k{n}", "value": {"intValue": "1"}} for n in range(30)]
    spans = [span(spanId=f"{n + 1:016x}", attributes=attributes) for n in range(5000)]
    body = json.dumps(json.loads(request_of(*spans)), separators=(",", ":")).encode()
    assert len(body) > 4 * 2**20
    assert split("traces", "json", body, received_ns=1).accepted == 5000
