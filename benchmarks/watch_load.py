"""Load for `midspan watch`: processes that send real OTLP requests, as exporters of agents do."""

import http.client
import json
import multiprocessing
import random
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from agents import Agents
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

TEMPLATES = 40
TOGETHER = 4
"""Traces whose spans go into the same requests; each trace comes in two of them."""


class Template(NamedTuple):
    """Two requests of the same traces: roots stand in the second; trace ids are put in anew."""

    first: bytes
    second: bytes
    trace_ids: list[bytes]
    spans: tuple[int, int]


def templates(seed: int, count: int = TEMPLATES) -> list[Template]:
    """Return requests of agents' traces."""
    corpus = Agents(seed)
    found = []
    for number in range(count):
        traces = [corpus.trace(number * TOGETHER + each) for each in range(TOGETHER)]
        firsts = [span for spans in traces for span in spans[: len(spans) // 2] if _below(span)]
        seen = {span["spanId"] for span in firsts}
        lasts = [span for spans in traces for span in spans if span["spanId"] not in seen]
        ids = [bytes.fromhex(spans[0]["traceId"]) for spans in traces]
        bodies = [_request(spans) for spans in (firsts, lasts)]
        found.append(Template(*bodies, ids, (len(firsts), len(lasts))))
    return found


def requests(seed: int) -> Iterator[Template]:
    """Yield requests of new traces without end; equal seeds yield equal ones."""
    made, names = templates(seed), random.Random(seed)
    while True:
        for template in made:
            first, second = template.first, template.second
            for old in template.trace_ids:
                new = names.randbytes(16)
                first, second = first.replace(old, new), second.replace(old, new)
            yield template._replace(first=first, second=second)


def _below(span: dict[str, Any]) -> bool:
    return bool(span.get("parentSpanId"))


def _request(spans: list[dict[str, Any]]) -> bytes:
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "agent"}}]}
    found = {"resource": resource, "scopeSpans": [{"scope": {"name": "load"}, "spans": spans}]}
    message = ParseDict({"resourceSpans": [_in_base64(found)]}, ExportTraceServiceRequest())
    return message.SerializeToString()


def _in_base64(value: Any) -> Any:
    """Return OTLP JSON with ids as protobuf's own JSON has them."""
    if isinstance(value, list):
        return [_in_base64(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: b64encode(bytes.fromhex(each)).decode()
        if key in ("traceId", "spanId", "parentSpanId")
        else _in_base64(each)
        for key, each in value.items()
    }


@dataclass(kw_only=True)
class Sent:
    """What senders sent until it was taken."""

    spans: int = 0
    requests: int = 0
    again: int = 0
    """Requests that had to be sent once more: refused for now, or not answered at all."""

    seconds: float = 0.0
    templates: tuple[int, ...] = ()
    """How many templates each of the processes sent."""


class Senders:
    """Processes that send for a time, all of them together so many spans a second."""

    def __init__(self, url: str, *, processes: int, rate: float, seconds: float, seed: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipes: list[Connection] = []
        self._processes = []
        for number in range(processes):
            ours, theirs = context.Pipe()
            asked = (url, rate / processes, seconds, seed + number, theirs)
            process = context.Process(target=_send, args=asked, daemon=True)
            process.start()
            self._pipes.append(ours)
            self._processes.append(process)
        for pipe in self._pipes:
            pipe.recv()  # its requests are made

    def begin(self) -> None:
        """Let them send."""
        for pipe in self._pipes:
            pipe.send("go")

    def move(self, url: str) -> None:
        """Have them send somewhere else, as a server that was started again takes another port."""
        for pipe in self._pipes:
            pipe.send(url)

    def result(self) -> Sent:
        """Return what they sent, once they have."""
        total = Sent()
        for pipe, process in zip(self._pipes, self._processes, strict=True):
            found: Sent = pipe.recv()
            process.join()
            total.spans += found.spans
            total.requests += found.requests
            total.again += found.again
            total.templates += found.templates
            total.seconds = max(total.seconds, found.seconds)
        return total


def _send(url: str, rate: float, seconds: float, seed: int, pipe: Connection) -> None:
    made = requests(seed)
    next(made)  # which makes the templates
    pipe.send("ready")
    pipe.recv()
    line = _Line(url, pipe)
    sent, begun, count = Sent(), time.monotonic(), 0
    while time.monotonic() - begun < seconds:
        ready = next(made)
        for body, spans in zip((ready.first, ready.second), ready.spans, strict=True):
            sent.again += line.deliver(body)
            sent.spans += spans
            sent.requests += 1
        count += 1
        if rate:
            time.sleep(max(0.0, begun + sent.spans / rate - time.monotonic()))
    sent.seconds, sent.templates = time.monotonic() - begun, (count,)
    pipe.send(sent)


class _Line:
    """A connection that sends until what it sent is taken, as exporters do."""

    def __init__(self, url: str, pipe: Connection) -> None:
        self._url, self._pipe = url, pipe
        self._connection: http.client.HTTPConnection | None = None

    def deliver(self, body: bytes) -> int:
        """Return how often it had to be sent again."""
        again = 0
        while True:
            try:
                status, wait = self._post(body)
            except (OSError, http.client.HTTPException):
                self._hang_up()
                status, wait = 0, 0.2
            if status == 200:
                return again
            if status not in (0, 429, 503):
                raise RuntimeError(f"HTTP {status}")
            again += 1
            time.sleep(wait)
            while self._pipe.poll():
                self._url = self._pipe.recv()
                self._hang_up()

    def _post(self, body: bytes) -> tuple[int, float]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(urlsplit(self._url).netloc, timeout=30)
        headers = {"content-type": "application/x-protobuf"}
        self._connection.request("POST", "/v1/traces", body, headers)
        answer = self._connection.getresponse()
        told = answer.read()
        if answer.status == 200 and told:
            raise RuntimeError(f"refused in part: {json.dumps(told.decode(errors='replace'))}")
        return answer.status, float(answer.headers.get("retry-after") or 0.2)

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
