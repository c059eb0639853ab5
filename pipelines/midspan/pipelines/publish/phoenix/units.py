"""What Phoenix is to have of some runs, run by run, as the workspace has it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.manifest import Unit, digest_of
from midspan.pipelines.publish.phoenix.bodies import (
    Body,
    Level,
    of_session,
    span_bodies,
    trace_bodies,
)
from midspan.pipelines.publish.plan import Portion
from midspan.pipelines.publish.rows import added, run_rows, step_rows
from midspan.pipelines.publish.span_server import Key
from midspan.pipelines.publish.span_state import spans_by_run
from midspan.pipelines.publish.spans import session_id
from midspan.pipelines.publish.spans.kept import kept

SERVER: Final = "phoenix"
A_REPEAT: Final = "refused: of spans that only repeat others, which are sent in their place"


@dataclass(kw_only=True)
class OfRun:
    """What Phoenix is to have of one run."""

    run_id: str
    project: str
    traces: tuple[str, ...]
    keys: tuple[Key, ...]
    """Trace id and span id of each span that servers are given."""

    session: str
    spans_digest: str
    bodies: dict[Level, list[Body]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Return how many annotations there are."""
        return sum(len(bodies) for bodies in self.bodies.values())

    def targets(self, level: Level) -> tuple[str, ...]:
        """Return everything of the run that could be annotated at a level."""
        spans = tuple(span for _, span in self.keys)
        sessions = (self.session,) if self.is_conversation else ()
        return {"span": spans, "trace": self.traces, "session": sessions}[level]

    @property
    def is_conversation(self) -> bool:
        """Return whether the run is of several traces, and so a session of its own."""
        return len(self.traces) > 1

    def span_unit(self, url: str, place: str) -> Unit:
        """Return the run's spans as a line of the manifest."""
        return Unit(
            server=SERVER,
            url=url,
            place=place,
            what="spans",
            key=self.run_id,
            digest=self.spans_digest,
            rows=len(self.keys),
        )

    def annotation_unit(self, url: str, place: str) -> Unit:
        """Return the run's annotations as a line of the manifest."""
        return Unit(
            server=SERVER,
            url=url,
            place=place,
            what="annotations",
            key=self.run_id,
            digest=digest_of(self.bodies),
            rows=self.rows,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Made:
    """A portion with what Phoenix is to have of each of its runs."""

    portion: Portion
    runs: list[OfRun]
    refused: Mapping[str, int]
    aside: Mapping[str, int]


def made(portion: Portion, asked: Asked) -> Made:
    """Return what Phoenix is to have of the runs of a portion; runs without a trace are none."""
    spans = {
        run_id: (tuple(zip(traces, ids, strict=True)), digest_of(told))
        for run_id, traces, ids, told in spans_by_run(kept(portion.spans)).iter_rows()
    }
    runs = [
        OfRun(
            run_id=run["run_id"],
            project=run["project"],
            traces=tuple(run["trace_ids"]),
            keys=spans[run["run_id"]][0],
            session=session_id(run),
            spans_digest=spans[run["run_id"]][1],
        )
        for run in portion.runs.iter_rows(named=True)
        if run["run_id"] in spans
    ]
    refused: dict[str, int] = {}
    aside: dict[str, int] = {}
    if asked.has("scores"):
        refused, aside = _annotate(runs, portion.scores, asked)
    return Made(portion=portion, runs=runs, refused=refused, aside=aside)


def _annotate(
    runs: Iterable[OfRun], scores: pl.DataFrame, asked: Asked
) -> tuple[dict[str, int], dict[str, int]]:
    """Give each run its annotations; return how many rows are refused, and how many not meant."""
    steps, of_runs = step_rows(scores, asked.known), run_rows(scores, asked.known)
    on_spans = _by_run(span_bodies(steps.rows, asked.known))
    bodies, no_chart = trace_bodies(of_runs.rows, asked.known)
    on_traces = _by_run(bodies)
    repeats = 0
    for run in runs:
        sent = {span for _, span in run.keys}
        bodies = on_spans.get(run.run_id, [])
        run.bodies["span"] = [body for body in bodies if body["span_id"] in sent]
        repeats += len(bodies) - len(run.bodies["span"])
        run.bodies["trace"] = on_traces.get(run.run_id, [])
        # Of several traces only the first has the run's scores: the session has all of them.
        if run.is_conversation:
            run.bodies["session"] = [of_session(body, run.session) for body in run.bodies["trace"]]
    return (
        added(steps.refused, of_runs.refused, {A_REPEAT: repeats} if repeats else {}),
        added(steps.aside, of_runs.aside, no_chart),
    )


def by_project(runs: Iterable[OfRun]) -> dict[str, list[OfRun]]:
    """Return runs by the project that they go to."""
    found: dict[str, list[OfRun]] = {}
    for run in runs:
        found.setdefault(run.project, []).append(run)
    return found


def _by_run(bodies: Iterable[Body]) -> dict[str, list[Body]]:
    found: dict[str, list[Body]] = {}
    for body in bodies:
        found.setdefault(body["metadata"]["run"], []).append(body)
    return found
