"""What passes, passes unchanged."""

import gzip
import json
import socket
import threading
from collections.abc import Iterator

import httpx
import pytest

from midspan.instrumentation.proxy.origin import Origin
from midspan.instrumentation.proxy.settings import ProxySettings
from tests.instrumentation.proxy.conftest import Start
from tests.instrumentation.proxy.upstream import (
    LAST,
    STREAM_HEAD,
    Asked,
    Pieces,
    chunk,
    streamed,
    whole,
)

BODY = b'{"model" : "m",\n "messages":[ {"role":"user","content":"Gr\xc3\xbc\xc3\x9fe"} ]}'


def answered(body: bytes = b'{"ok": true }') -> "Answering":
    return Answering([whole(body)])


class Answering:
    """Gives every request the same answer."""

    def __init__(self, pieces: Pieces) -> None:
        self.pieces = list(pieces)

    def __call__(self, asked: Asked) -> Pieces:
        return self.pieces


def test_a_request_arrives_byte_by_byte_with_its_own_headers(proxied: Start) -> None:
    proxy = proxied(answered())
    sent = {
        "authorization": "Bearer sk-mine",
        "x-custom": "a  b",
        "content-type": "application/json; charset=utf-8",
        "user-agent": "agent/1",
        "accept": "*/*",
        "accept-encoding": "gzip, br;q=0.5, zstd",
        "connection": "keep-alive, x-hop",
        "x-hop": "1",
        "x-midspan-task": "refund",
    }
    proxy.client.post("/v1/chat/completions?api-version=2&x=%20", content=BODY, headers=sent)

    (asked,) = proxy.server.asked
    assert (asked.method, asked.target) == ("POST", "/v1/chat/completions?api-version=2&x=%20")
    assert asked.body == BODY
    assert sorted(asked.headers) == [
        ("accept", "*/*"),
        ("accept-encoding", "gzip"),
        ("authorization", "Bearer sk-mine"),
        ("content-length", str(len(BODY))),
        ("content-type", "application/json; charset=utf-8"),
        ("host", proxy.server.url.removeprefix("http://")),
        ("user-agent", "agent/1"),
        ("x-custom", "a  b"),
    ]


def test_a_reply_comes_back_byte_by_byte_with_its_own_headers(proxied: Start) -> None:
    packed = gzip.compress(b'{"choices":[]}')
    more = "content-encoding: gzip\r\nx-request-id: r1\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n"
    proxy = proxied(Answering([whole(packed, status="529 Overloaded", more=more)]))
    with proxy.client.stream("POST", "/v1/messages", content=b"{}") as reply:
        raw = b"".join(reply.iter_raw())

    assert (reply.status_code, raw) == (529, packed)
    assert reply.headers.multi_items() == [
        ("content-type", "application/json"),
        ("content-encoding", "gzip"),
        ("x-request-id", "r1"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
        ("content-length", str(len(packed))),
    ]


def test_a_stream_goes_on_piece_by_piece_while_it_lasts(proxied: Start) -> None:
    seen = threading.Event()

    def answer(asked: Asked) -> Iterator[bytes]:
        yield STREAM_HEAD + chunk(b"data: 1\n\n")
        assert seen.wait(20)
        yield chunk(b": comment\n\n") + LAST

    proxy = proxied(answer)
    with proxy.client.stream("POST", "/v1/chat/completions", content=b"{}") as reply:
        pieces = reply.iter_raw()
        first = next(pieces)
        seen.set()
        assert (first, b"".join(pieces)) == (b"data: 1\n\n", b": comment\n\n")


def test_a_body_in_chunks_goes_on_in_chunks(proxied: Start) -> None:
    proxy = proxied(answered())
    proxy.client.post("/v1/responses", content=iter([b'{"input":', b'"x"}']))

    (asked,) = proxy.server.asked
    assert asked.body == b'{"input":"x"}'
    assert (asked.header("transfer-encoding"), asked.header("content-length")) == ("chunked", None)


def test_other_paths_and_methods_pass_and_are_not_recorded(proxied: Start) -> None:
    proxy = proxied(answered(b'{"data":[]}'))
    assert proxy.client.get("/v1/models").content == b'{"data":[]}'
    assert proxy.client.post("/v1/messages/count_tokens", content=b"{}").status_code == 200
    assert proxy.client.delete("/run/r1/v1/files/f1").status_code == 200

    assert [(each.method, each.target) for each in proxy.server.asked] == [
        ("GET", "/v1/models"),
        ("POST", "/v1/messages/count_tokens"),
        ("DELETE", "/v1/files/f1"),
    ]
    assert proxy.spans() == []


def test_connections_are_used_again(proxied: Start) -> None:
    proxy = proxied(Answering(streamed(b"{}", b"[DONE]")))
    for _ in range(5):
        assert proxy.chat().status_code == 200
    assert (len(proxy.server.asked), proxy.server.connections) == (5, 1)


@pytest.mark.parametrize(
    ("path", "error"),
    [
        (
            "/v1/chat/completions",
            {"error": {"type": "api_error", "param": None, "code": "upstream_unreachable"}},
        ),
        ("/v1/messages", {"type": "error", "error": {"type": "api_error"}}),
    ],
)
def test_an_upstream_that_is_down_is_502_in_the_form_of_the_api(
    proxied: Start, path: str, error: dict[str, object]
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        origin = Origin.parse(f"http://127.0.0.1:{nobody.getsockname()[1]}")
        proxy = proxied(answered(), upstream=origin)
        reply = proxy.client.post(path, json={"model": "m-1", "messages": []})

    body = reply.json()
    message = body["error"].pop("message")
    assert (reply.status_code, body) == (502, error)
    assert message.startswith(f"{origin.url} cannot be reached: ")
    (span,) = proxy.spans()
    assert span["attributes"]["error.type"] == "upstream_unreachable"
    assert span["attributes"]["http.response.status_code"] == 502
    assert span["status"]["code"] == 2


def test_a_reply_that_breaks_off_breaks_off_for_the_client_too(proxied: Start) -> None:
    proxy = proxied(Answering([STREAM_HEAD + chunk(b'data: {"id":"r"}\n\n'), b""]))
    with pytest.raises(httpx.RemoteProtocolError):
        proxy.chat()
    (span,) = proxy.spans()
    assert span["attributes"]["error.type"] == "upstream_broke"


def test_what_is_sent_after_an_early_refusal_does_not_hang(proxied: Start) -> None:
    reply = whole(b'{"error":{"type":"too_large","message":"no"}}', status="413 Too Large")

    proxy = proxied(Answering([reply, b""]))
    answered = proxy.client.post("/v1/chat/completions", content=b"x" * 3_000_000)
    assert (answered.status_code, answered.json()["error"]["type"]) == (413, "too_large")


def test_the_key_of_the_proxy_takes_the_place_of_the_clients(proxied: Start) -> None:
    proxy = proxied(answered(), upstream_key="sk-real")
    proxy.chat(headers={"authorization": "Bearer none"})
    proxy.client.post("/v1/messages", content=b"{}", headers={"x-api-key": "none"})

    chat, messages = proxy.server.asked
    assert (chat.header("authorization"), chat.header("x-api-key")) == ("Bearer sk-real", None)
    assert (messages.header("authorization"), messages.header("x-api-key")) == (None, "sk-real")


@pytest.mark.parametrize(
    ("base", "path", "target"),
    [
        ("https://api.openai.com/v1", "/v1/chat/completions", "/v1/chat/completions"),
        ("https://api.openai.com/v1/", "/chat/completions", "/v1/chat/completions"),
        ("https://api.openai.com", "/v1/chat/completions", "/v1/chat/completions"),
        ("https://openrouter.ai/api/v1", "/v1/responses", "/api/v1/responses"),
        ("https://api.openai.com/v1", "/v1beta/x", "/v1/v1beta/x"),
    ],
)
def test_a_version_that_both_addresses_have_counts_once(base: str, path: str, target: str) -> None:
    assert Origin.parse(base).target(path) == target


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("api.openai.com", "no http:// or https:// address"),
        ("https://sk-1@api.openai.com", "a key in the address"),
        ("https://api.openai.com/v1?key=1", "has a query"),
    ],
)
def test_an_address_that_cannot_be_used_says_why(url: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Origin.parse(url)


def test_secrets_are_not_printed_with_the_settings() -> None:
    origin = Origin.parse("http://h")
    shown = repr(ProxySettings(upstream=origin, upstream_key="sk-real", token="t0k"))
    assert "sk-real" not in shown
    assert "t0k" not in shown


def test_a_body_of_another_coding_is_recorded_as_far_as_it_can_be(proxied: Start) -> None:
    completion = {"id": "r", "choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}]}
    more = "content-encoding: gzip\r\n"
    proxy = proxied(Answering([whole(gzip.compress(json.dumps(completion).encode()), more=more)]))
    headers = {"content-encoding": "zstd"}
    proxy.client.post("/v1/chat/completions", content=b"\x28\xb5", headers=headers)

    (span,) = proxy.spans()
    assert span["name"] == "chat unknown"
    assert span["attributes"]["output.value"] == "hi"
    assert (
        span["attributes"]["midspan.proxy.not_recorded"]
        == "request: content-encoding zstd cannot be read"
    )
