"""Assessments of portions of runs, sent while the next ones are made ready."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

from midspan.pipelines.publish.manifest import Manifest, Unit, digest_of
from midspan.pipelines.publish.mlflow.api import Api, Gone, Refused
from midspan.pipelines.publish.mlflow.assessments import Json, Wish
from midspan.pipelines.publish.mlflow.changes import has_assessments, is_as_wished
from midspan.pipelines.publish.mlflow.runs import Runs
from midspan.pipelines.publish.mlflow.upsert import Upsert
from midspan.pipelines.publish.mlflow.wishes import Prepared, RunWishes
from midspan.pipelines.publish.report import Account

THREADS: Final = 2
"""One request is read while another one is written to the database; more do not help sqlite."""

TRACES_AT_ONCE: Final = 100
POLL_SECONDS: Final = 0.5

NOT_THERE: Final = "the trace is not in MLflow: publish its spans, too"
NOT_STORED: Final = "accepted, but never stored; see the log of mlflow"
ELSEWHERE: Final = "its trace is in experiment {}, and MLflow does not move traces"


class Scores:
    """Brings the traces of one experiment to what the scores say."""

    def __init__(
        self,
        api: Api,
        runs: Runs,
        *,
        experiment: str,
        place: str,
        manifest: Manifest,
        account: Account,
        linked: bool,
        waits: bool = False,
        dry: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Know where to, and what was done before.

        `linked`: traces are made those of their runs. `waits`: somebody else sends the spans, and
        may be late. `dry`: what there is to do is counted, and not done.
        """
        self._api = api
        self._runs = runs
        self._experiment = experiment
        self._place = place
        self._manifest = manifest
        self._account = account
        self._linked = linked
        self._waits = waits
        self._dry = dry
        self._clock = clock
        self._upsert = Upsert(api)
        self._late_until: float | None = None

    def publish(self, prepared: Prepared) -> None:
        """Bring the traces of some runs to what is wished for; what cannot be is counted."""
        account = self._account
        account.put_aside(prepared.aside)
        for reason, rows in prepared.refused.items():
            account.asked("assessments", rows)
            account.left("assessments", rows, reason)
        todo = []
        for run in prepared.runs:
            if not run.traces:
                continue
            account.asked("assessments", run.rows)
            if self._manifest.has(self._unit(run)):
                account.already("assessments", run.rows)
            else:
                todo.append(run)
        if self._dry:
            return
        with self._senders() as bring:
            for some in _together(todo):
                try:
                    self._publish(some, bring)
                except (Gone, Refused) as error:
                    for run in some:
                        account.left("assessments", run.rows, str(error), [run.run])
        if self._upsert.note:
            account.notes.append(self._upsert.note)

    def link_only(self, prepared: Prepared) -> None:
        """Make the traces that are there those of their runs, and leave their scores alone."""
        for some in _together([run for run in prepared.runs if run.traces and not self._dry]):
            wishes = [wish for run in some for wish in run.traces]
            try:
                stored = self._upsert.stored([wish.trace for wish in wishes])
                self._link(some, {w.trace: NOT_THERE for w in wishes if w.trace not in stored})
            except (Gone, Refused) as error:
                self._account.asked("run", len(some))
                self._account.left("run", len(some), str(error), [run.run for run in some])

    def _publish(
        self,
        runs: Sequence[RunWishes],
        bring: Callable[[Sequence[Wish], dict[str, Json]], dict[str, str]],
    ) -> None:
        wishes = [wish for run in runs for wish in run.traces]
        stored = self._stored(wishes)
        there = [wish for wish in wishes if wish.trace in stored]
        reasons = {wish.trace: NOT_THERE for wish in wishes if wish.trace not in stored}
        for wish in there:
            where = stored[wish.trace]["trace_location"].get("mlflow_experiment", {})
            if (has := where.get("experiment_id")) != self._experiment:
                reasons[wish.trace] = ELSEWHERE.format(has)
        same = {wish.trace for wish in there if is_as_wished(wish, stored[wish.trace])}
        todo = [wish for wish in there if wish.trace not in reasons | dict.fromkeys(same)]
        reasons |= bring(todo, stored)
        if self._linked:
            self._link(runs, reasons)
        for run in runs:
            self._settle(run, reasons, same)

    def _settle(self, run: RunWishes, reasons: Mapping[str, str], same: set[str]) -> None:
        whole = True
        for wish in run.traces:
            rows = len(wish.assessments)
            if reason := reasons.get(wish.trace):
                whole = False
                self._account.left("assessments", rows, reason, [run.run])
            elif wish.trace in same:
                self._account.already("assessments", rows)
            else:
                self._account.stored("assessments", rows)
        if whole:
            self._manifest.add(self._unit(run))

    def _link(self, runs: Sequence[RunWishes], reasons: Mapping[str, str]) -> None:
        by_run: dict[str, list[str]] = {}
        for run in runs:
            traces = [wish.trace for wish in run.traces if wish.trace not in reasons]
            by_run.setdefault(run.source_run, []).extend(traces)
        for number, traces in by_run.items():
            self._runs.link(number, traces)

    def _stored(self, wishes: Sequence[Wish]) -> dict[str, Json]:
        """Return what the server has of the traces; those that are late are waited for."""
        patience = self._api.target.patience
        found = self._upsert.stored([wish.trace for wish in wishes])
        while self._waits and len(found) < len(wishes):
            if self._late_until is None:
                self._late_until = patience.clock() + patience.deadline
            if patience.clock() + POLL_SECONDS > self._late_until:
                break
            patience.sleep(POLL_SECONDS)
            found |= self._upsert.stored([w.trace for w in wishes if w.trace not in found])
        return found

    @contextmanager
    def _senders(self) -> Iterator[Callable[[Sequence[Wish], dict[str, Json]], dict[str, str]]]:
        """Give what brings traces to their wishes, and returns why it could not be, by trace."""

        def one(wish: Wish, stored: Json) -> tuple[int, str | None]:
            try:
                now = self._upsert.bring(wish, stored, now_ms=int(self._clock() * 1000))
            except (Gone, Refused) as error:
                return 0, str(error)
            return now.removed, None if has_assessments(wish, now.trace) else NOT_STORED

        with ThreadPoolExecutor(THREADS, thread_name_prefix="midspan-mlflow") as pool:

            def bring(wishes: Sequence[Wish], stored: dict[str, Json]) -> dict[str, str]:
                reasons = {}
                results = pool.map(one, wishes, [stored[wish.trace] for wish in wishes])
                for wish, (removed, reason) in zip(wishes, results, strict=True):
                    self._account.removed += removed
                    if reason is not None:
                        reasons[wish.trace] = reason
                return reasons

            yield bring

    def _unit(self, run: RunWishes) -> Unit:
        content = [run.source_run, self._linked, [wish.content() for wish in run.traces]]
        return Unit(
            server="mlflow",
            url=self._api.url,
            place=self._place,
            what="assessments",
            key=run.run,
            digest=digest_of(content),
            rows=run.rows,
        )


def _together(runs: Sequence[RunWishes]) -> Iterator[list[RunWishes]]:
    """Yield runs whose traces are asked for in one request."""
    some: list[RunWishes] = []
    traces = 0
    for run in runs:
        if some and traces + len(run.traces) > TRACES_AT_ONCE:
            yield some
            some, traces = [], 0
        some.append(run)
        traces += len(run.traces)
    if some:
        yield some
