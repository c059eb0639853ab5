"""Publishes scores as events by OTLP, to any backend that takes log records.

A backend cannot be asked what it has: what it acknowledged is published. Of a request that it took
in part nobody knows which records it refused, so the runs of it are sent again the next time; the
records have ids by which a backend may know those that it has.
"""

import gzip
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import httpx
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.util.re import parse_env_headers

from midspan.instrumentation import conventions
from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.event_records import RunEvents, events_of
from midspan.pipelines.publish.exchange import GaveUp, Patience, post, refusal
from midspan.pipelines.publish.manifest import Manifest, Unit
from midspan.pipelines.publish.plan import Walk, ahead
from midspan.pipelines.publish.progress import Progress, untold
from midspan.pipelines.publish.report import Account, Published
from midspan.pipelines.publish.span_server import OTLP_HEADERS, REFUSED
from midspan.pipelines.publish.spans.attributes import set_attributes
from midspan.pipelines.publish.target import Target
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import SurroundingsError

SERVER: Final = "otlp"
PATH: Final = "/v1/logs"
SERVICE: Final = "midspan"
RECORDS_A_REQUEST: Final = 500
HEADERS: Final = "OTEL_EXPORTER_OTLP_HEADERS"
"""OpenTelemetry's own variable: headers of requests, such as `authorization=Bearer ...`."""

NO_ANSWER: Final = "what the backend answered cannot be read, so they may not be there"

NOT_ALLOWED: Final = frozenset({httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN})
NOT_THERE: Final = frozenset({httpx.codes.NOT_FOUND, httpx.codes.METHOD_NOT_ALLOWED})


def publish(
    workspace: Workspace,
    target: Target,
    asked: Asked,
    *,
    manifest: Manifest,
    tell: Progress = untold,
) -> Published:
    """Return what became of a workspace's scores at one backend."""
    account = Account(server=SERVER, url=target.url.rstrip("/"), tell=tell)
    if asked.has("scores"):
        with target.client() as client:
            client.headers.update(headers_named(os.environ))
            backend = Backend(client=client, url=account.url, patience=target.patience)
            _publish(workspace, asked, manifest, account, backend)
    return account.published()


def headers_named(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that OpenTelemetry's variable names.

    >>> headers_named({"OTEL_EXPORTER_OTLP_HEADERS": "authorization=Basic%20eA==,x-team=shop"})
    {'authorization': 'Basic eA==', 'x-team': 'shop'}
    """
    return dict(parse_env_headers(variables.get(HEADERS, ""), liberal=True))


@dataclass(kw_only=True)
class Backend:
    """Where log records are sent to."""

    client: httpx.Client
    url: str
    patience: Patience
    gone: str | None = None
    answered: bool = False

    def send(self, runs: Sequence[RunEvents]) -> dict[str, tuple[int, str]]:
        """Return by run how many of its records were not taken, and why; the rest were."""
        if self.gone is None:
            try:
                answer = post(
                    self.client,
                    self.url if self.url.endswith(PATH) else self.url + PATH,
                    content=encoded(runs),
                    headers=OTLP_HEADERS,
                    patience=self.patience,
                )
            except GaveUp as error:
                self.gone = f"{SERVER} gave no answer ({error})"
                self._require_answered(str(error))
            else:
                self._require_taken(answer)
                self.answered = True
                return self._left(answer, runs)
        return {run.run_id: (len(run.records), self.gone) for run in runs}

    def _left(
        self, answer: httpx.Response, runs: Sequence[RunEvents]
    ) -> dict[str, tuple[int, str]]:
        if not answer.is_success:
            if answer.status_code in REFUSED and len(runs) > 1:
                # One bad record fails its whole request: halving finds its run, and saves the rest.
                middle = len(runs) // 2
                return {**self.send(runs[:middle]), **self.send(runs[middle:])}
            return {run.run_id: (len(run.records), refusal(answer)) for run in runs}
        try:
            rejected, why = _partly(answer)
        except (ValueError, TypeError, AttributeError):
            return {run.run_id: (len(run.records), NO_ANSWER) for run in runs}
        left: dict[str, tuple[int, str]] = {}
        for run in runs if rejected else ():
            # Which ones is not said: they are counted from the first run on, and none is noted.
            some = min(rejected, len(run.records))
            left[run.run_id] = (some, f"refused by the backend: {why}" if why else "refused")
            rejected -= some
        return left

    def _require_taken(self, answer: httpx.Response) -> None:
        """Raise where nothing at all can be sent: another address, or a secret that is missing."""
        if answer.status_code in NOT_ALLOWED:
            raise SurroundingsError(
                f"otlp at {self.url} refuses what it is asked with ({refusal(answer)})",
                fix=f"Name what it wants: export {HEADERS}='authorization=Bearer ...'",
            )
        if answer.status_code in NOT_THERE and not self.answered:
            raise SurroundingsError(
                f"otlp at {self.url} takes no log records ({refusal(answer)})",
                fix=f"Name the address before {PATH}, of a backend that takes OTLP by HTTP.",
            )

    def _require_answered(self, reason: str) -> None:
        if not self.answered:
            raise SurroundingsError(
                f"otlp does not answer at {self.url} ({reason})",
                fix="Look at the address, and whether the backend or collector runs.",
            )


def encoded(runs: Sequence[RunEvents]) -> bytes:
    """Return the body of a request: gzipped protobuf, a resource for each project."""
    request = ExportLogsServiceRequest()
    scopes = {}
    for run in runs:
        if run.project not in scopes:
            of_project = request.resource_logs.add()
            resource = {
                conventions.SERVICE_NAME: SERVICE,
                conventions.PROJECT_NAME: run.project,
            }
            set_attributes(of_project.resource, resource)
            scopes[run.project] = of_project.scope_logs.add()
            scopes[run.project].scope.name = SERVICE
        scopes[run.project].log_records.extend(run.records)
    return gzip.compress(request.SerializeToString(), compresslevel=5)


def _publish(
    workspace: Workspace, asked: Asked, manifest: Manifest, account: Account, backend: Backend
) -> None:
    for found in ahead(events_of(each, asked) for each in Walk(workspace, asked).portions()):
        account.put_aside(found.aside)
        for reason, rows in found.refused.items():
            account.asked("events", rows)
            account.left("events", rows, reason)
        for request in _requests(_lacking(found.runs, manifest, account)):
            if asked.dry_run:
                continue
            left = backend.send(request)
            _settle(request, left, manifest, account)


def _lacking(
    runs: Sequence[RunEvents], manifest: Manifest, account: Account
) -> Iterator[RunEvents]:
    for run in runs:
        account.asked("events", len(run.records))
        if manifest.has(_unit(run, account)):
            account.already("events", len(run.records))
        else:
            yield run


def _requests(runs: Iterator[RunEvents]) -> Iterator[list[RunEvents]]:
    """Yield whole runs, some hundred records at a time."""
    gathered: list[RunEvents] = []
    for run in runs:
        if (
            gathered
            and sum(len(r.records) for r in gathered) + len(run.records) > RECORDS_A_REQUEST
        ):
            yield gathered
            gathered = []
        gathered.append(run)
    if gathered:
        yield gathered


def _settle(
    request: Sequence[RunEvents],
    left: Mapping[str, tuple[int, str]],
    manifest: Manifest,
    account: Account,
) -> None:
    """Count what was taken; only where all of a request was, is it noted as published."""
    for run in request:
        rows, reason = left.get(run.run_id, (0, ""))
        account.stored("events", len(run.records) - rows)
        account.left("events", rows, reason, [f"run {run.run_id}"])
        if run.run_id not in left:
            manifest.add(_unit(run, account))


def _unit(run: RunEvents, account: Account) -> Unit:
    return Unit(
        server=SERVER,
        url=account.url,
        place=run.project,
        what="events",
        key=run.run_id,
        digest=run.digest,
        rows=len(run.records),
    )


def _partly(answer: httpx.Response) -> tuple[int, str]:
    """Return how many records a backend refused of a request that it took, and why."""
    if not answer.content:
        return 0, ""
    try:
        told = ExportLogsServiceResponse.FromString(answer.content).partial_success
    except DecodeError:
        if not answer.headers.get("content-type", "").startswith("application/json"):
            return 0, ""
        partial = answer.json().get("partialSuccess") or {}
        return int(partial.get("rejectedLogRecords") or 0), str(partial.get("errorMessage") or "")
    return told.rejected_log_records, told.error_message
