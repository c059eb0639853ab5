"""Whatever becomes of the record, replies pass."""

import logging
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from midspan.instrumentation import RunContext
from midspan.instrumentation.proxy.capture import Capture, Memory
from midspan.instrumentation.proxy.exchange import Exchange
from midspan.instrumentation.proxy.origin import Origin
from midspan.instrumentation.proxy.recorder import Recorder
from midspan.instrumentation.proxy.recording import Recording
from midspan.instrumentation.proxy.settings import ProxySettings
from tests.instrumentation.proxy import replies
from tests.instrumentation.proxy.conftest import Start
from tests.instrumentation.proxy.test_forwarding import Answering
from tests.instrumentation.proxy.test_joining import ASK
from tests.instrumentation.proxy.upstream import STREAM_HEAD, Asked, chunk

ORIGIN = Origin.parse("http://h")


def test_a_spool_that_cannot_be_written_costs_no_reply(
    proxied: Start, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "file"
    file.touch()
    proxy = proxied(Answering(replies.chat_stream()), spool=str(file / "below"))
    for _ in range(3):
        assert proxy.chat(ASK).status_code == 200
    proxy.stop()
    told = [each.message for each in caplog.records if "cannot keep every span" in each.message]
    assert len(told) == 1


def test_a_recorder_that_stands_still_keeps_no_reply_waiting(
    proxied: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    take = Recording.take

    def stuck(recording: Recording, exchange: Exchange) -> None:
        assert go_on.wait(30)
        take(recording, exchange)

    monkeypatch.setattr(Recording, "take", stuck)
    proxy = proxied(Answering(replies.chat_stream()))
    for _ in range(5):
        assert proxy.chat(ASK).status_code == 200
    go_on.set()
    assert len(proxy.spans()) == 5


def test_a_reply_that_outlasts_the_proxy_is_recorded_as_far_as_it_came(proxied: Start) -> None:
    over = threading.Event()

    def answer(asked: Asked) -> Iterator[bytes]:
        yield STREAM_HEAD + chunk(b"data: " + replies.delta({"content": "Let me"}) + b"\n\n")
        over.wait(30)

    proxy = proxied(answer, drain_seconds=1)
    there = f"{proxy.url}/v1/chat/completions"
    with httpx.stream("POST", there, json={"model": "m-1"}, timeout=30) as reply:
        pieces = reply.iter_raw()
        next(pieces)
        stopping = threading.Thread(target=proxy.stop)
        stopping.start()
        with pytest.raises(httpx.RemoteProtocolError):
            next(pieces)
    stopping.join(30)
    over.set()
    (span,) = proxy.spans()
    assert span["attributes"]["error.type"] == "stopped"
    assert span["attributes"]["output.value"] == "Let me"


@pytest.mark.parametrize(
    ("path", "form"),
    [("/v1/chat/completions", {"error"}), ("/v1/messages", {"type", "error"})],
)
def test_a_client_whose_reply_has_not_begun_at_the_end_is_told_in_its_own_form(
    proxied: Start, path: str, form: set[str]
) -> None:
    asked_for, over = threading.Event(), threading.Event()

    def answer(asked: Asked) -> Iterator[bytes]:
        asked_for.set()
        over.wait(30)
        yield b""

    proxy = proxied(answer, drain_seconds=1)
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(httpx.post, proxy.url + path, json={"model": "m-1"}, timeout=30)
        assert asked_for.wait(20)
        proxy.stop()
        reply = asking.result()
    over.set()
    assert (reply.status_code, reply.headers["content-type"]) == (503, "application/json")
    assert reply.json().keys() == form
    assert reply.json()["error"]["message"] == "the proxy was told to end"
    (span,) = proxy.spans()
    assert span["attributes"]["error.type"] == "stopped"


def test_a_dead_collector_costs_no_reply_and_no_span_of_the_spool(
    proxied: Start, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        proxy = proxied(Answering(replies.chat_stream()), endpoint=endpoint)
        assert proxy.chat(ASK).status_code == 200
        assert len(proxy.spans()) == 1


def test_what_cannot_be_recorded_is_counted(caplog: pytest.LogCaptureFixture) -> None:
    settings = ProxySettings(upstream=ORIGIN)
    recorder = Recorder(Recording(settings))
    recorder.put(exchange(b"{}", api="no such api"))
    recorder.put(exchange(b"[1]"))
    tally = recorder.close(30)
    assert (tally.recorded, tally.lost) == (1, 1)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'{"messages": 1, "tools": "x", "model": {"a": 1}, "metadata": []}',
        b'{"messages": [1, null, {"role": 3, "content": {"a": [1]}, "tool_calls": [1, {}]}]}',
        b'{"messages": [{"role": "tool", "tool_call_id": 7, "content": [null]}], "stop": [1]}',
        b'{"input": [{"type": "function_call", "output": 1}, {"type": 5}, {"role": "user"}]}',
        b'{"system": [{"text": 1}], "messages": [{"content": [{"type": "tool_result"}]}]}',
        b'{"model": "\\ud800", "temperature": "hot", "n": {}, "messages": "hello"}',
        b"[" * 100_000,
    ],
)
@pytest.mark.parametrize("api", ["chat", "responses", "messages"])
def test_whatever_passes_is_recorded(api: str, body: bytes, tmp_path: Path) -> None:
    settings = ProxySettings(upstream=ORIGIN, spool=str(tmp_path))
    recorder = Recorder(Recording(settings))
    recorder.put(exchange(body, api=api))
    recorder.put(exchange(body, api=api, kind="text/event-stream", around=b"data: %s\n\n"))
    tally = recorder.close(30)
    assert (tally.recorded, tally.lost) == (2, 0)
    written = [file.read_text().count("\n") for file in tmp_path.iterdir()]
    # Each run has a span of its own beside.
    assert sum(written) == 2 + len(written)


def exchange(
    body: bytes, *, api: str = "chat", kind: str = "application/json", around: bytes = b"%s"
) -> Exchange:
    memory = Memory(2**20)
    given = Exchange(
        api=api,  # type: ignore[arg-type]
        run=None,
        headers={},
        started_ns=1,
        request=Capture(memory, 2**20),
        response=Capture(memory, 2**20),
        content_type=kind,
        status=200,
        ended_ns=2,
    )
    given.request.add(body)
    given.response.add(around % body)
    return given


def test_the_file_of_a_run_is_closed_when_nothing_more_comes(tmp_path: Path) -> None:
    settings = ProxySettings(
        upstream=ORIGIN, spool=str(tmp_path), idle_seconds=0, run=RunContext(run_id="1" * 32)
    )
    recording = Recording(settings)
    recording.take(exchange(b"{}"))
    assert [file.suffix for file in tmp_path.iterdir()] == [".part"]
    recording.close_idle()
    recording.take(exchange(b"{}"))
    recording.close()
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        f"{'1' * 32}-0.001.otlp.jsonl",
        f"{'1' * 32}-0.otlp.jsonl",
    ]


def test_memory_for_bodies_is_bounded_for_each_and_for_all_together() -> None:
    memory = Memory(100)
    one, two, three = (Capture(memory, 60) for _ in range(3))
    one.add(b"x" * 50)
    two.add(b"x" * 30)
    two.add(b"x" * 31)
    assert (two.whole(), two.size, memory.taken) == (None, 61, 50)
    three.add(b"x" * 51)
    assert (three.whole(), memory.taken) == (None, 50)
    one.release()
    one.release()
    assert (one.whole(), memory.taken) == (None, 0)


def test_five_hundred_streams_at_once_all_pass_and_are_all_recorded(proxied: Start) -> None:
    together = threading.Barrier(100)
    expected = b"".join(replies.chat_stream())

    def ask(number: int) -> bool:
        together.wait(60)
        return all(
            proxy.chat(ASK, user=str(number)).content.count(b"data: ") == 11 for _ in "12345"
        )

    proxy = proxied(Answering([expected]))
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(100))
        assert all(pool.map(ask, range(100)))
    assert len(proxy.spans()) == 500
