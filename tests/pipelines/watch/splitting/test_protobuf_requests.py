"""Requests as OTLP protobuf: what is put together anew stands below what it stood in."""

from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from midspan.pipelines.watch.backlog import Kind
from midspan.pipelines.watch.splitting import Split, split

A, B = "a" * 32, "b" * 32

Outline = list[tuple[str, list[tuple[str, list[tuple[str, int]]]]]]

MIXED: Outline = [
    ("shop", [("http", [(A, 1), (B, 2), (A, 3)]), ("db", [(B, 4)])]),
    ("shop", [("http", [(A, 5)]), ("http", [(A, 6), (B, 7)])]),
    ("bank", [("http", [(B, 8)])]),
]
"""Senders, libraries of each, and the trace and number of each record; some say the same."""


TIMES: dict[Kind, str] = {"traces": "start_time_unix_nano", "logs": "time_unix_nano"}

NAMES: dict[Kind, tuple[Any, str, str, str]] = {
    "traces": (ExportTraceServiceRequest, "resource_spans", "scope_spans", "spans"),
    "logs": (ExportLogsServiceRequest, "resource_logs", "scope_logs", "log_records"),
}


def request_of(kind: Kind, outline: Outline) -> bytes:
    request, senders, below, pieces = NAMES[kind]
    whole = request()
    for schema, libraries in outline:
        sender = getattr(whole, senders).add(schema_url=schema)
        for name, records in libraries:
            library = getattr(sender, below).add(schema_url=f"{schema}/{name}")
            library.scope.name = name
            for trace, number in records:
                record = getattr(library, pieces).add(trace_id=bytes.fromhex(trace))
                record.span_id = number.to_bytes(8, "big")
                setattr(record, TIMES[kind], number)
    return bytes(whole.SerializeToString())


def outline_of(kind: Kind, payload: bytes) -> Outline:
    request, senders, below, pieces = NAMES[kind]
    found: Outline = []
    for sender in getattr(request.FromString(payload), senders):
        libraries = []
        for library in getattr(sender, below):
            assert library.schema_url == f"{sender.schema_url}/{library.scope.name}"
            records = [
                (one.trace_id.hex(), getattr(one, TIMES[kind])) for one in getattr(library, pieces)
            ]
            libraries.append((library.scope.name, records))
        found.append((sender.schema_url, libraries))
    return found


def split_up(kind: Kind, outline: Outline) -> Split:
    return split(kind, "protobuf", request_of(kind, outline), received_ns=1)


KINDS = pytest.mark.parametrize("kind", ["traces", "logs"])


@KINDS
def test_two_that_say_the_same_stay_two(kind: Kind) -> None:
    found = split_up(kind, MIXED)

    assert [each.header.trace_id for each in found.entries] == [A, B]
    assert [outline_of(kind, each.payload) for each in found.entries] == [
        [
            ("shop", [("http", [(A, 1), (A, 3)])]),
            ("shop", [("http", [(A, 5)]), ("http", [(A, 6)])]),
        ],
        [
            ("shop", [("http", [(B, 2)]), ("db", [(B, 4)])]),
            ("shop", [("http", [(B, 7)])]),
            ("bank", [("http", [(B, 8)])]),
        ],
    ]


@KINDS
def test_one_trace_is_told_as_it_was_sent(kind: Kind) -> None:
    alone: Outline = [("shop", [("http", [(A, 1), (A, 2)])]), ("bank", [("db", [(A, 3)])])]

    [entry] = split_up(kind, alone).entries

    assert outline_of(kind, entry.payload) == alone
