"""The scripted models behind the three APIs, on loopback."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Final

from tests.agents.conversations import Conversations
from tests.agents.wire import (
    Answered,
    answered,
    chat_chunks,
    chat_completion,
    events,
    message,
    response,
)

FORMS: Final[Mapping[str, Callable[[Answered], dict[str, Any]]]] = {
    "/v1/chat/completions": chat_completion,
    "/v1/responses": response,
    "/v1/messages": message,
}


@contextmanager
def model_server() -> Iterator[str]:
    """Yield the address, without `/v1`, of a server for any number of runs."""
    handler = type("Handler", (_Handler,), {"conversations": Conversations()})
    listener = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    listener.daemon_threads = True
    listener.block_on_close = False
    threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.server_address[1]}"
    finally:
        listener.shutdown()
        listener.server_close()


class _Handler(BaseHTTPRequestHandler):
    conversations: ClassVar[Conversations]
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        form = FORMS[self.path.partition("?")[0]]
        given = answered(request, self.conversations.said(request))
        if request.get("stream"):
            if form is not chat_completion:
                raise NotImplementedError(f"streams of {self.path} are not scripted")
            self._send("text/event-stream", b"".join(events(chat_chunks(given))))
        else:
            self._send("application/json", json.dumps(form(given)).encode())

    def log_message(self, format: str, *arguments: object) -> None:
        pass

    def _send(self, content_type: str, data: bytes) -> None:
        self.send_response(200)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
