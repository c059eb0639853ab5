"""Connections that say nothing, or are one too many."""

import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from midspan.pipelines.watch.receiver.connections import most_connections
from tests.support.watch_receiver import Running, request_of, running, span


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path, connections={"head_seconds": 0.3}) as found:
        yield found


def connected(receiver: Running) -> socket.socket:
    return socket.create_connection(("127.0.0.1", receiver.port), timeout=10)


def test_a_client_that_sends_no_head_is_left(hasty: Running) -> None:
    with connected(hasty) as silent:
        assert _ending(silent) == b""


def test_pieces_of_a_head_do_not_begin_the_wait_anew(hasty: Running) -> None:
    with connected(hasty) as slow:
        slow.sendall(b"POST /v1/traces HTTP/1.1\r\n")
        slow.settimeout(0.05)
        for _ in range(30):
            try:
                slow.sendall(b"x-more: 1\r\n")
                slow.recv(1)
            except TimeoutError:
                continue
            except ConnectionError:
                return
    pytest.fail("it was waited for")


def test_a_second_head_has_the_same_time_as_the_first(hasty: Running) -> None:
    head = b"HEAD /nowhere HTTP/1.1\r\nhost: localhost\r\n\r\n"
    with connected(hasty) as client:
        client.sendall(head)
        assert client.recv(1000).startswith(b"HTTP/1.1 404")
        client.sendall(head[:20])
        assert _ending(client) == b""


def test_a_slow_body_has_its_own_time(hasty: Running) -> None:
    body = request_of(span())
    with connected(hasty) as client:
        client.sendall(
            b"POST /v1/traces HTTP/1.1\r\nhost: localhost\r\n"
            b"content-type: application/json\r\n"
            b"content-length: %d\r\n\r\n" % len(body)
        )
        time.sleep(0.5)
        client.sendall(body)
        assert client.recv(1000).startswith(b"HTTP/1.1 200")


def test_one_connection_too_many_is_asked_to_come_again(tmp_path: Path) -> None:
    with running(tmp_path, connections={"most": 3}) as receiver, ExitStack() as stack:
        for _ in range(3):
            client = stack.enter_context(connected(receiver))
            client.sendall(b"HEAD /nowhere HTTP/1.1\r\nhost: localhost\r\n\r\n")
            assert client.recv(1000).startswith(b"HTTP/1.1 404")
        with connected(receiver) as fourth:
            assert fourth.recv(1000).startswith(b"HTTP/1.1 503")
        assert receiver.counters == {"connections_refused": 1}
        client.sendall(b"HEAD /nowhere HTTP/1.1\r\nhost: localhost\r\n\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 404")


@pytest.mark.parametrize(
    ("soft", "hard", "asked", "most"),
    [
        (1024, 1024, None, 768),
        (1024, 4096, (4096, 4096), 3840),
        (256, resource.RLIM_INFINITY, (65_536, resource.RLIM_INFINITY), 65_280),
        (100_000, 200_000, None, 99_744),
        (100, 100, None, 50),
    ],
)
def test_descriptors_are_asked_for_and_some_left_to_files(
    monkeypatch: pytest.MonkeyPatch,
    soft: int,
    hard: int,
    asked: tuple[int, int] | None,
    most: int,
) -> None:
    found: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda what: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda what, limits: found.append(limits))
    assert most_connections() == most
    assert found == ([asked] if asked else [])


def test_hanging_bodies_are_in_nobodys_way(tmp_path: Path) -> None:
    with running(tmp_path, most_in_flight=2) as receiver, ExitStack() as stack:
        for _ in range(5):
            client = stack.enter_context(connected(receiver))
            client.sendall(
                b"POST /v1/traces HTTP/1.1\r\nhost: localhost\r\n"
                b"content-type: application/json\r\nexpect: 100-continue\r\n"
                b"content-length: 1000\r\n\r\n"
            )
            assert client.recv(1000).startswith(b"HTTP/1.1 100")  # its body is being read
        assert receiver.post(request_of(span()))[0] == 200


def test_a_program_that_names_no_host_may_send(tmp_path: Path) -> None:
    body = request_of(span())
    head = b"POST /v1/traces HTTP/1.0\r\ncontent-type: application/json\r\n"
    with running(tmp_path) as receiver, connected(receiver) as client:
        client.sendall(head + b"content-length: %d\r\n\r\n" % len(body) + body)
        assert client.recv(1000).startswith(b"HTTP/1.1 200")


def _ending(client: socket.socket) -> bytes:
    """Return what comes before the other side leaves."""
    try:
        return client.recv(1000)
    except ConnectionError:
        return b""
