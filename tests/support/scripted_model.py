"""A server of OpenAI's chat API on loopback that says what a test wants it to say."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from midspan.pipelines.demo.behaviours.conversation import Call, Reply
from midspan.pipelines.demo.completions import Completion


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A response without a completion."""

    status: int = 500
    body: Any = field(default_factory=lambda: {"error": {"message": "out of memory"}})
    headers: Mapping[str, str] = field(default_factory=dict)


Said = Reply | Refusal
Scripted = Said | Callable[[dict[str, Any]], Said]
"""A reply, or what makes one of a request."""


def calling(name: str, **arguments: Any) -> Reply:
    return Reply(calls=(Call(name=name, arguments=arguments),))


def writing(name: str, raw: str) -> Reply:
    """A call with arguments as they are written."""
    return Reply(calls=(Call(name=name, arguments={}, raw=raw),))


def saying(text: str) -> Reply:
    return Reply(text=text)


@dataclass(kw_only=True)
class ScriptedModel:
    """Says its replies one after the other, the last one again and again."""

    replies: Sequence[Scripted]
    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def next(self, request: dict[str, Any], headers: dict[str, str]) -> Said:
        self.requests.append(request)
        self.headers.append(headers)
        reply = self.replies[min(len(self.requests), len(self.replies)) - 1]
        return reply if isinstance(reply, Reply | Refusal) else reply(request)

    def told(self) -> list[str]:
        """What the tools have answered, by the last request."""
        messages = self.requests[-1]["messages"]
        return [message["content"] for message in messages if message["role"] == "tool"]


@contextmanager
def scripted_model(*replies: Scripted, host: str = "127.0.0.1") -> Iterator[ScriptedModel]:
    model = ScriptedModel(replies=replies)
    handler = type("Handler", (_Handler,), {"model": model})
    listener = ThreadingHTTPServer((host, 0), handler)
    listener.daemon_threads = True
    listener.block_on_close = False
    threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True).start()
    model.url = f"http://{host}:{listener.server_address[1]}/v1"
    try:
        yield model
    finally:
        listener.shutdown()
        listener.server_close()


class _Handler(BaseHTTPRequestHandler):
    model: ClassVar[ScriptedModel]
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.model.next(request, headers)
        if isinstance(reply, Refusal):
            body = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
            self._send(reply.status, "application/json", body.encode(), reply.headers)
            return
        completion = Completion(request=request, reply=reply, created=1_800_000_000)
        if request.get("stream"):
            events = [json.dumps(chunk) for chunk in completion.chunks()]
            lines = "".join(f"data: {event}\n\n" for event in [*events, "[DONE]"])
            self._send(200, "text/event-stream", lines.encode(), {})
        else:
            self._send(200, "application/json", json.dumps(completion.body()).encode(), {})

    def log_message(self, format: str, *arguments: object) -> None:
        pass

    def _send(
        self, status: int, content_type: str, body: bytes, headers: Mapping[str, str]
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
