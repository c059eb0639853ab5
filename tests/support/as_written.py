"""Spans of OTLP files sent to servers just as they were written, as a producer's exporter would."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from google.protobuf.json_format import ParseDict
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from midspan.pipelines.publish.exchange import Patience
from midspan.pipelines.publish.mlflow_server import MlflowServer
from midspan.pipelines.publish.otlp import Piece
from midspan.pipelines.publish.phoenix_server import PhoenixServer
from midspan.pipelines.publish.report import Account, Count
from midspan.pipelines.publish.span_server import SpanServer
from midspan.pipelines.publish.spans import send_spans

SERVERS: Final[Mapping[str, type[SpanServer]]] = {"phoenix": PhoenixServer, "mlflow": MlflowServer}
PROJECT = ("openinference.project.name", "midspan.experiment")


def pieces_in(files: Iterable[Path], project: str | None = None) -> list[Piece]:
    """Return the spans of some files; each trace goes to the project that its first span names."""
    chosen: dict[bytes, str] = {}
    found = []
    for file in files:
        for text in file.read_text().splitlines():
            for resource, scope, span in _spans(json.loads(text)):
                named = project or _project(span, resource) or "default"
                name = chosen.setdefault(span.trace_id, named)
                found.append(Piece(name, resource, scope, span))
    return found


def send_as_written(files: Iterable[Path], project: str | None = None, **urls: str) -> None:
    """Send the spans of some files to servers, all of which they have afterwards."""
    pieces = pieces_in(files, project)
    for name, url in urls.items():
        assert send_to(name, url, pieces).left == {}


def send_to(
    name: str,
    url: str,
    pieces: list[Piece],
    *,
    deadline: float = 20,
    first_wait: float = 0.2,
    stall: float = 120,
) -> Count:
    """Return the account of spans that were sent to one server."""
    patience = Patience(deadline=deadline, first_wait=first_wait, stall=stall)
    server = SERVERS[name](url, patience=patience)
    account = Account(server=name, url=url)
    with server.client:
        missing = send_spans(server, pieces, account)
    count = account.of("spans")
    assert len(missing) == sum(count.left.values())
    assert count.asked == count.stored + count.already + sum(count.left.values())
    return count


def _spans(request: Any) -> Iterator[tuple[Resource, InstrumentationScope, Span]]:
    for resource_spans in request["resourceSpans"]:
        resource = ParseDict(resource_spans.get("resource", {}), Resource())
        for scope_spans in resource_spans["scopeSpans"]:
            scope = ParseDict(scope_spans.get("scope", {}), InstrumentationScope())
            for span in scope_spans["spans"]:
                yield resource, scope, ParseDict(_with_base64_ids(span), Span(), True)


def _with_base64_ids(span: dict[str, Any]) -> dict[str, Any]:
    """Return a span with ids as protobuf's JSON has them; OTLP's JSON has them in hex."""
    ids = {
        name: base64.b64encode(bytes.fromhex(span[name])).decode()
        for name in ("traceId", "spanId", "parentSpanId")
        if span.get(name)
    }
    links = [_with_base64_ids(link) for link in span.get("links", ())]
    return {**span, **ids, "links": links}


def _project(span: Span, resource: Resource) -> str | None:
    for attributes in (span.attributes, resource.attributes):
        named = {pair.key: pair.value.string_value for pair in attributes if pair.key in PROJECT}
        for key in PROJECT:
            if named.get(key):
                return named[key]
    return None
