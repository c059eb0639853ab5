"""Answers as OTLP has them: in the encoding of the request, errors as google.rpc.Status."""

import json
from typing import Final

from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from starlette.responses import Response

from midspan.pipelines.watch.backlog import Encoding, Kind
from midspan.pipelines.watch.receiver.refusals import CODES, RETRY_SECONDS, STATUS, Refused
from midspan.pipelines.watch.splitting import Split

MEDIA_TYPES: Final[dict[Encoding, str]] = {
    "json": "application/json",
    "protobuf": "application/x-protobuf",
}


def taken(kind: Kind, encoding: Encoding, split: Split) -> Response:
    """Return the answer to a request that was taken, but for what it says was not."""
    refused = split.refused.total()
    if encoding == "json":
        counted = "rejectedSpans" if kind == "traces" else "rejectedLogRecords"
        told = {counted: str(refused), "errorMessage": split.first_problem}
        body = json.dumps({"partialSuccess": told} if refused else {}).encode()
    elif kind == "traces":
        traces = ExportTraceServiceResponse()
        if refused:
            traces.partial_success.rejected_spans = refused
            traces.partial_success.error_message = split.first_problem
        body = traces.SerializeToString()
    else:
        logs = ExportLogsServiceResponse()
        if refused:
            logs.partial_success.rejected_log_records = refused
            logs.partial_success.error_message = split.first_problem
        body = logs.SerializeToString()
    return Response(body, media_type=MEDIA_TYPES[encoding])


def refused(encoding: Encoding, why: Refused) -> Response:
    """Return the answer to a request that was not taken."""
    code = CODES[why.reason]
    if encoding == "json":
        body = json.dumps({"code": code, "message": why.message}).encode()
    else:
        body = Status(code=code, message=why.message).SerializeToString()
    headers = {}
    if why.reason in RETRY_SECONDS:
        headers["retry-after"] = str(RETRY_SECONDS[why.reason])
    if why.reason == "bad_token":
        headers["www-authenticate"] = "Bearer"
    return Response(
        body, status_code=STATUS[why.reason], media_type=MEDIA_TYPES[encoding], headers=headers
    )
