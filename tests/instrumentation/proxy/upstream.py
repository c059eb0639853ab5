"""A server that answers as a test says, byte by byte, and keeps the bytes that it was sent."""

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

Pieces = Iterable[bytes]
END: Final = b"\r\n\r\n"


class Asked:
    """One request, as it came in."""

    def __init__(self, head: bytes, body: bytes) -> None:
        first, *lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = first.split(" ")
        pairs = [line.split(": ", 1) for line in lines]
        self.headers = [(name.lower(), value) for name, value in pairs]
        self.body = body

    def header(self, name: str) -> str | None:
        return dict(self.headers).get(name)


Answer = Callable[[Asked], Pieces]


class Upstream:
    """Its address, what it was asked, and how many connections it has seen."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[Asked] = []
        self.connections = 0


@contextmanager
def upstream(answer: Answer) -> Iterator[Upstream]:
    with socket.create_server(("127.0.0.1", 0), backlog=600) as listener:
        server = Upstream(f"http://127.0.0.1:{listener.getsockname()[1]}")
        threading.Thread(target=_accept, args=(listener, server, answer), daemon=True).start()
        try:
            yield server
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, server: Upstream, answer: Answer) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        server.connections += 1
        threading.Thread(target=_talk, args=(connection, server, answer), daemon=True).start()


def _talk(connection: socket.socket, server: Upstream, answer: Answer) -> None:
    with connection, suppress(OSError):
        stream = connection.makefile("rb")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            head = b""
            while not head.endswith(END):
                line = stream.readline()
                if not line:
                    return
                head += line
            asked = Asked(head.removesuffix(END), b"")
            length = int(asked.header("content-length") or 0)
            asked.body = stream.read(length)
            if asked.header("transfer-encoding") == "chunked":
                asked.body = b"".join(_chunks(stream.readline, stream.read))
            server.asked.append(asked)
            for piece in answer(asked):
                if not piece:
                    return
                connection.sendall(piece)


def _chunks(line: Callable[[], bytes], read: Callable[[int], bytes]) -> Iterator[bytes]:
    while size := int(line(), 16):
        yield read(size)
        line()
    line()


def whole(
    body: bytes, *, status: str = "200 OK", kind: str = "application/json", more: str = ""
) -> bytes:
    """A reply of known length; `more` are header lines that each end with CRLF."""
    head = f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\n{more}content-length: {len(body)}\r\n\r\n"
    return head.encode("latin-1") + body


STREAM: Final = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked"
STREAM_HEAD: Final = STREAM + END
LAST: Final = b"0\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def streamed(*events: bytes) -> Pieces:
    """A whole stream of events, each `data: ...` and an empty line."""
    return [STREAM_HEAD, *(chunk(b"data: " + event + b"\n\n") for event in events), LAST]
