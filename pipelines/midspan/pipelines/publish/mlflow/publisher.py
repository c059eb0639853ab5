"""Publishes a workspace to MLflow: spans, scores on them, and variants side by side."""

import shlex
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.manifest import Manifest
from midspan.pipelines.publish.mlflow.api import Api, Gone, Place, Refused
from midspan.pipelines.publish.mlflow.experiment import Experiment, Finishing
from midspan.pipelines.publish.mlflow.runs import Runs
from midspan.pipelines.publish.mlflow.scores import Scores
from midspan.pipelines.publish.mlflow.spans import Ready, Spans
from midspan.pipelines.publish.mlflow.sweep import sweep_run, variant_run
from midspan.pipelines.publish.mlflow.upsert import TRACES_A_QUERY, Upsert
from midspan.pipelines.publish.mlflow.variants import Computed, Figures, Variants, variants_of
from midspan.pipelines.publish.mlflow.wishes import Prepared, portion_of, prepared
from midspan.pipelines.publish.plan import Portion, Walk, ahead
from midspan.pipelines.publish.progress import Progress, untold
from midspan.pipelines.publish.report import Account, Published
from midspan.pipelines.publish.spans.kept import kept
from midspan.pipelines.publish.target import Target
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import InvalidInput, SurroundingsError

SERVER: Final = "mlflow"
ALL_ELSEWHERE: Final = "its trace is in another experiment, and MLflow does not move traces"


def publish(
    workspace: Workspace,
    target: Target,
    asked: Asked,
    *,
    manifest: Manifest,
    tell: Progress = untold,
) -> Published:
    """Return what became of everything that was asked for."""
    for path in asked.artifacts:
        if not path.exists():
            raise InvalidInput(f"{path}: there is no such file to keep beside the runs")
    account = Account(server=SERVER, url=target.url.rstrip("/"), tell=tell)
    with Api(target, dry=asked.dry_run) as api:
        if api.away:
            account.notes.append("it does not answer, so all is counted as new to it")
        publishing = Publishing(
            workspace=workspace, api=api, asked=asked, manifest=manifest, account=account
        )
        publishing.run()
    return account.published()


@dataclass(frozen=True, kw_only=True, eq=False)
class Publishing:
    """One publication of a workspace to one server."""

    workspace: Workspace
    api: Api
    asked: Asked
    manifest: Manifest
    account: Account

    def run(self) -> None:
        """Publish all that is asked for; what could not be is in the account."""
        opened = self._opened()
        with ThreadPoolExecutor(1, thread_name_prefix="midspan-figures") as aside:
            # Figures take seconds, in which the server has traces to store.
            computing = aside.submit(self._computed, opened)
            self._send(opened)
            for name, computed in computing.result().items():
                Finishing(
                    experiment=opened[name],
                    workspace=self.workspace,
                    asked=self.asked,
                    api=self.api,
                    manifest=self.manifest,
                    account=self.account,
                ).publish(computed)

    def _send(self, opened: Mapping[str, Experiment]) -> None:
        for experiment, spans, ready in ahead(self._ready(opened)):
            if spans is not None:
                experiment.spans.send(spans)
            if self.asked.has("scores"):
                experiment.scores.publish(ready)
            elif self.asked.has("experiments"):
                experiment.scores.link_only(ready)

    def _computed(self, opened: Mapping[str, Experiment]) -> dict[str, Computed]:
        if not opened or not self.asked.has("experiments"):
            return {}
        figures = Figures.of(self.workspace, self.asked)
        return {name: figures.computed(one.variants) for name, one in opened.items()}

    def _opened(self) -> dict[str, Experiment]:
        """Return the experiments by name; what keeps them from being opened ends it all."""
        try:
            every = variants_of(self.workspace, self.asked)
            opened = ((variants.project, self._open(variants)) for variants in every)
            return {name: one for name, one in opened if one is not None}
        except (Gone, Refused) as error:
            raise SurroundingsError(
                f"mlflow at {self.api.url} cannot be published to: {error}",
                fix="No span and no score was sent. See the log of mlflow, and publish again: it "
                "goes on with what was made.",
            ) from error

    def _open(self, variants: Variants) -> Experiment | None:
        """Return an experiment, made where there is none; None where no trace can come into it."""
        place = self.api.place(variants.project, make=False)
        if not self.asked.dry_run:
            if there := elsewhere(self.api, variants, place):
                self.account.notes.append(
                    f"nothing is made in {variants.project!r}: all of its traces are in experiment "
                    f"{there!r} already, and MLflow does not move traces. Publish with --project "
                    f"{shlex.quote(there)}, or delete them there"
                )
                if self.asked.has("experiments"):
                    rows = 1 + variants.every.height
                    self.account.asked("run", rows)
                    self.account.left("run", rows, ALL_ELSEWHERE, [variants.project])
                return None
            place = place or self.api.place(variants.project)
        runs = Runs(self.api, place.experiment if place else "", dry=self.asked.dry_run)
        sweep, of_variant = "", {}
        if self.asked.has("scores") or self.asked.has("experiments"):
            sweep = runs.find_or_make(sweep_run(variants, {}))
            for number in variants.every["variant"]:
                wish = variant_run(variants, number)
                of_variant[number] = runs.find_or_make(wish, parent=sweep)
        return Experiment(
            place=place,
            variants=variants,
            runs=runs,
            spans=Spans(
                self.api,
                place=str(place),
                manifest=self.manifest,
                account=self.account,
                dry=self.asked.dry_run,
            ),
            scores=Scores(
                self.api,
                runs,
                experiment=place.experiment if place else "",
                place=str(place),
                manifest=self.manifest,
                account=self.account,
                linked=self.asked.has("experiments"),
                waits=not self.asked.has("spans"),
                dry=self.asked.dry_run,
            ),
            sweep=sweep,
            of_variant=of_variant,
        )

    def _ready(
        self, opened: Mapping[str, Experiment]
    ) -> Iterator[tuple[Experiment, Ready | None, Prepared]]:
        """Yield portions of one experiment each, with what their traces are to have."""
        told = {name: (one.pairs, one.source_runs) for name, one in opened.items()}
        for portion in Walk(self.workspace, self.asked).portions():
            for (name,), runs in portion.runs.partition_by("project", as_dict=True).items():
                of_project = portion_of(portion, runs)
                if name not in opened:
                    self._leave(of_project)
                    continue
                pairs, source_runs = told[str(name)]
                one = opened[str(name)]
                yield (
                    one,
                    one.spans.ready(of_project) if self.asked.has("spans") else None,
                    prepared(
                        of_project, pairs=pairs, source_runs=source_runs, known=self.asked.known
                    ),
                )

    def _leave(self, portion: Portion) -> None:
        """Count what is not sent, as its traces are in another experiment."""
        runs = [str(run) for run in portion.runs["run_id"]]
        if self.asked.has("spans"):
            rows = kept(portion.spans).height
            self.account.asked("spans", rows)
            self.account.left("spans", rows, ALL_ELSEWHERE, runs)
        if self.asked.has("scores"):
            found = prepared(
                portion,
                pairs=dict.fromkeys(runs),
                source_runs=dict.fromkeys(runs, ""),
                known=self.asked.known,
            )
            for run in found.runs:
                self.account.asked("assessments", run.rows)
                self.account.left("assessments", run.rows, ALL_ELSEWHERE, [run.run])


def elsewhere(api: Api, variants: Variants, place: Place | None) -> str | None:
    """Return the name of an experiment that has traces of a project where no trace can come."""
    traces = [f"tr-{one}" for one in variants.runs["trace_ids"].explode().drop_nulls()]
    upsert, found = Upsert(api), None
    for start in range(0, len(traces), TRACES_A_QUERY):
        some = traces[start : start + TRACES_A_QUERY]
        stored = upsert.stored(some)
        for trace in some:
            where = stored.get(trace, {}).get("trace_location", {}).get("mlflow_experiment", {})
            found = where.get("experiment_id")
            if found is None or (place is not None and found == place.experiment):
                return None
    return api.name_of(found) if found is not None else None
