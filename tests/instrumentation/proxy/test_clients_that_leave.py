"""Clients that close the connection before the reply has ended."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.instrumentation.proxy import replies
from tests.instrumentation.proxy.conftest import Json, Proxied, Start
from tests.instrumentation.proxy.upstream import LAST, STREAM_HEAD, Asked, chunk


def test_a_client_that_leaves_is_recorded_with_what_it_got(proxied: Start) -> None:
    left = threading.Event()

    def answer(asked: Asked) -> Iterator[bytes]:
        yield STREAM_HEAD + chunk(b"data: " + replies.delta({"content": "Let me"}) + b"\n\n")
        assert left.wait(20)
        # Until the connection breaks: the upstream is not to go on for nobody.
        for _ in range(2000):
            yield chunk(b": wait\n\n")
            time.sleep(0.01)
        pytest.fail("the proxy reads on for a client that has left")

    proxy = proxied(answer)
    with proxy.client.stream("POST", "/v1/chat/completions", json={"model": "m-1"}) as reply:
        next(reply.iter_raw())
    left.set()

    (span,) = recorded(proxy)
    assert span["attributes"]["error.type"] == "client_left"
    assert span["attributes"]["gen_ai.response.finish_reasons"] == ["cancelled"]
    assert span["attributes"]["output.value"] == "Let me"


def test_a_client_that_leaves_before_the_reply_begins_frees_the_upstream(proxied: Start) -> None:
    asked_for, freed = threading.Event(), threading.Event()

    def answer(asked: Asked) -> Iterator[bytes]:
        asked_for.set()
        time.sleep(0.2)
        yield STREAM_HEAD
        for _ in range(500):
            yield chunk(b": wait\n\n")
            time.sleep(0.01)

    def watched(asked: Asked) -> Iterator[bytes]:
        try:
            yield from answer(asked)
        finally:
            freed.set()

    proxy = proxied(watched)
    host, port = proxy.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as client:
        head = f"POST /v1/messages HTTP/1.1\r\nhost: {host}\r\ncontent-length: 2\r\n\r\n"
        client.sendall(head.encode() + b"{}")
        assert asked_for.wait(20)
    assert freed.wait(20)
    (span,) = recorded(proxy)
    assert span["attributes"]["error.type"] == "client_left"


def test_a_stream_that_said_it_was_over_is_complete_though_the_client_left_early(
    proxied: Start,
) -> None:
    def answer(asked: Asked) -> Iterator[bytes]:
        end = replies.delta({"content": "Hi"}, "stop")
        yield STREAM_HEAD + chunk(b"data: " + end + b"\n\ndata: [DONE]\n\n")
        time.sleep(1)
        yield LAST

    proxy = proxied(answer)
    with proxy.client.stream("POST", "/v1/chat/completions", json={"model": "m-1"}) as reply:
        next(reply.iter_raw())

    (span,) = recorded(proxy)
    assert (span["status"], span["attributes"]["output.value"]) == ({"code": 1}, "Hi")


def recorded(proxy: Proxied) -> list[Json]:
    """The spans, once there are any: a client that leaves does not wait for them."""
    for _ in range(400):
        if any(proxy.spool.glob("*")):
            break
        time.sleep(0.02)
    return proxy.spans()
