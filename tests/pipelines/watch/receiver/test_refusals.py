"""What a receiver refuses: bombs, endless and slow bodies, strangers, and what is no request."""

import gzip
import http.client
import json
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from backports import zstd
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]

from tests.support.watch_receiver import Running, request_of, running, span


@pytest.fixture
def running_receiver(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as found:
        yield found


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b"[1, 2]",
        b'{"resourceSpans": 5}',
        b'{"resourceSpans":[{"scopeSpans":[{"spans":' + b"[" * 100_000,
        b'{"resource_spans":[{"scope_spans":[{"spans":[{"span_id":"b7ad6b7169203331"}]}]}]}',
        b'{"resourceMetrics":[{}]}',
    ],
)
def test_what_is_no_request_is_refused_with_a_status(
    running_receiver: Running, body: bytes
) -> None:
    status, answer, _ = running_receiver.post(body)
    told = json.loads(answer)
    assert (status, told["code"]) == (400, 3)
    assert told["message"]
    assert running_receiver.headers() == []
    assert running_receiver.counters == {"requests_refused{reason=bad_request}": 1}


def test_what_is_no_protobuf_is_refused_with_a_status(running_receiver: Running) -> None:
    status, answer, _ = running_receiver.post(
        b"\x0a\xff\xff", content_type="application/x-protobuf"
    )
    assert (status, Status.FromString(answer).code) == (400, 3)


@pytest.mark.parametrize("pack", [gzip.compress, zstd.compress])
def test_packed_requests_are_unpacked(
    running_receiver: Running, pack: Callable[[bytes], bytes]
) -> None:
    coding = "gzip" if pack is gzip.compress else "zstd"
    body = request_of(span())
    assert running_receiver.post(pack(body), content_encoding=coding)[0] == 200
    assert running_receiver.post(pack(body[:9]) + pack(body[9:]), content_encoding=coding)[0] == 200
    assert running_receiver.post(pack(body)[:-5], content_encoding=coding)[0] == 400
    assert running_receiver.post(b"none of it", content_encoding=coding)[0] == 400
    assert len(running_receiver.headers()) == 2


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_bomb_costs_at_most_the_limit(tmp_path: Path, coding: str) -> None:
    bomb = b" " * (96 * 2**20)
    packed = gzip.compress(bomb, 1) if coding == "gzip" else zstd.compress(bomb)
    del bomb
    with running(tmp_path, largest_request=4 * 2**20) as receiver:
        tracemalloc.start()
        try:
            status, _, _ = receiver.post(packed, content_encoding=coding)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert status == 413
        assert peak < 40 * 2**20
        assert receiver.post(request_of(span()))[0] == 200


def test_a_window_that_would_fill_memory_is_refused(running_receiver: Running) -> None:
    options = {zstd.CompressionParameter.window_log: 27}
    packed = zstd.compress(request_of(span()) + b" " * 2**20, options=options)  # type: ignore[arg-type]
    compressor = zstd.ZstdCompressor(options=options)  # type: ignore[arg-type]
    packed = compressor.compress(request_of(span())) + compressor.flush()
    assert running_receiver.post(packed, content_encoding="zstd")[0] == 400


def test_chunked_bodies_end_at_the_limit(tmp_path: Path) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(64):
            sent += 2**20
            yield b" " * 2**20

    with running(tmp_path, largest_request=2 * 2**20) as receiver:
        connection = http.client.HTTPConnection("127.0.0.1", receiver.port, timeout=30)
        try:
            connection.request(
                "POST",
                "/v1/traces",
                endless(),
                {"content-type": "application/json"},
                encode_chunked=True,
            )
            assert connection.getresponse().status == 413
        except OSError:  # the receiver closed while we were still sending
            pass
        finally:
            connection.close()
        assert receiver.counters == {"requests_refused{reason=too_large}": 1}
        assert receiver.post(b" " * (3 * 2**20))[0] == 413


def test_a_client_that_sends_slowly_is_refused(tmp_path: Path) -> None:
    def slow() -> Iterator[bytes]:
        for _ in range(3):
            time.sleep(0.2)
            yield b" "

    with running(tmp_path, body_seconds=0.1) as receiver:
        connection = http.client.HTTPConnection("127.0.0.1", receiver.port, timeout=30)
        connection.request(
            "POST",
            "/v1/traces",
            slow(),
            {"content-type": "application/json"},
            encode_chunked=True,
        )
        assert connection.getresponse().status == 408
        connection.close()


def test_a_client_that_leaves_is_counted_and_holds_nothing(running_receiver: Running) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", running_receiver.port, timeout=30)
    connection.putrequest("POST", "/v1/traces")
    connection.putheader("content-type", "application/json")
    connection.putheader("content-length", "1000")
    connection.endheaders(b"{")
    connection.close()
    for _ in range(100):
        if running_receiver.counters:
            break
        time.sleep(0.02)
    assert running_receiver.counters == {"requests_refused{reason=disconnected}": 1}
    assert running_receiver.receiver._held.bytes == 0


def test_the_token_is_asked_for(tmp_path: Path) -> None:
    with running(tmp_path, token="s3cret") as receiver:
        status, answer, told = receiver.post(request_of(span()))
        assert (status, json.loads(answer)["code"]) == (401, 16)
        assert told["www-authenticate"] == "Bearer"
        for wrong in ("Bearer other", "Bearer", "s3cret", "Basic s3cret", "Bearer s3cret2"):
            assert receiver.post(request_of(span()), authorization=wrong)[0] == 401
        assert receiver.headers() == []
        assert receiver.post(request_of(span()), authorization="Bearer s3cret")[0] == 200


@pytest.mark.parametrize(
    "headers",
    [{"host": "evil.example"}, {"origin": "https://evil.example"}, {"host": "[::1"}],
)
def test_a_web_page_cannot_send_through_its_readers_browser(
    running_receiver: Running, headers: dict[str, str]
) -> None:
    assert running_receiver.post(request_of(span()), **headers)[0] in (400, 403)
    assert running_receiver.headers() == []


def test_other_media_types_are_refused(running_receiver: Running) -> None:
    assert running_receiver.post(b"x", content_type="text/plain")[0] == 415
    assert running_receiver.post(b"x", content_encoding="br")[0] == 415
