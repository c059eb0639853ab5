"""Spans of portions of runs: of those runs that the manifest does not have."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from midspan.pipelines.publish.manifest import Manifest, Unit, digest_of
from midspan.pipelines.publish.mlflow.api import Api
from midspan.pipelines.publish.mlflow_server import MlflowServer
from midspan.pipelines.publish.otlp import Piece
from midspan.pipelines.publish.plan import Portion
from midspan.pipelines.publish.report import Account
from midspan.pipelines.publish.span_state import spans_by_run
from midspan.pipelines.publish.spans import rebuilt, send_spans
from midspan.pipelines.publish.spans.kept import kept


@dataclass(frozen=True, kw_only=True, eq=False)
class OfRun:
    """The spans of one run, as they stand in the manifest once all of them are there."""

    unit: Unit
    traces: frozenset[str]


@dataclass(frozen=True, kw_only=True, eq=False)
class Ready:
    """The spans of some runs, made ready to be sent."""

    todo: Sequence[OfRun]
    already: int
    """Spans that the manifest has."""

    pieces: Sequence[Piece]


class Spans:
    """Sends spans to one experiment of a server."""

    def __init__(
        self, api: Api, *, place: str, manifest: Manifest, account: Account, dry: bool = False
    ) -> None:
        """Know where to; a `dry` one counts what there is to do, and does nothing."""
        self._url = api.url
        self._server = MlflowServer(api.url, patience=api.target.patience, client=api.client)
        self._place = place
        self._manifest = manifest
        self._account = account
        self._dry = dry

    def ready(self, portion: Portion) -> Ready:
        """Return what is to be sent of a portion."""
        spans = kept(portion.spans)
        by_run = spans_by_run(spans).select("run_id", "trace_id", "told")
        every = [self._of_run(*row) for row in by_run.iter_rows()]
        todo = [one for one in every if not self._manifest.has(one.unit)]
        lacking = spans.filter(pl.col("run_id").is_in([one.unit.key for one in todo]))
        wanted = set(lacking.select("trace_id", "span_id").iter_rows())
        return Ready(
            todo=todo,
            already=spans.height - lacking.height,
            pieces=list(rebuilt(portion, wanted=wanted)) if wanted and not self._dry else [],
        )

    def send(self, ready: Ready) -> None:
        """Send what is ready, and note the runs of which all is there."""
        self._account.asked("spans", ready.already)
        self._account.already("spans", ready.already)
        if self._dry:
            self._account.asked("spans", sum(one.unit.rows for one in ready.todo))
        elif ready.pieces:
            lost = {trace for trace, _ in send_spans(self._server, ready.pieces, self._account)}
            for one in ready.todo:
                if not lost.intersection(one.traces):
                    self._manifest.add(one.unit)

    def _of_run(self, run: str, traces: list[str], told: list[str]) -> OfRun:
        unit = Unit(
            server="mlflow",
            url=self._url,
            place=self._place,
            what="spans",
            key=run,
            digest=digest_of(told),
            rows=len(told),
        )
        return OfRun(unit=unit, traces=frozenset(traces))
