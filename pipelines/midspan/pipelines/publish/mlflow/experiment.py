"""One experiment in MLflow: its runs with their figures, and the files beside them."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from midspan.dashboards import mlflow as layout
from midspan.pipelines.publish import links
from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.manifest import Manifest, Unit, digest_of
from midspan.pipelines.publish.mlflow import artifacts
from midspan.pipelines.publish.mlflow.api import Api, Gone, Place, Refused
from midspan.pipelines.publish.mlflow.runs import Runs, RunWish
from midspan.pipelines.publish.mlflow.scores import NOT_STORED, Scores
from midspan.pipelines.publish.mlflow.spans import Spans
from midspan.pipelines.publish.mlflow.sweep import sweep_run, variant_run
from midspan.pipelines.publish.mlflow.variants import Computed, Variants, telling_pair
from midspan.pipelines.publish.progress import What
from midspan.pipelines.publish.report import Account, Link
from midspan.pipelines.workspace import Workspace
from midspan.scorers.comparison import Comparison


@dataclass(frozen=True, kw_only=True, eq=False)
class Experiment:
    """One experiment that is published to, and the runs in it, by the number of the variant."""

    place: Place | None
    """None: it is not there, and a dry run makes none."""

    variants: Variants
    spans: Spans
    scores: Scores
    runs: Runs
    sweep: str
    of_variant: Mapping[int, str]

    def called(self, number: int) -> str:
        """Return what a variant is called."""
        [variant] = self.variants.every.filter(variant=number).to_dicts()
        return layout.variant_name(variant, self.variants.varying)

    @property
    def pairs(self) -> dict[str, str | None]:
        """Return by run id what a run is of."""
        return dict(self.variants.runs.select("run_id", "pair").iter_rows())

    @property
    def source_runs(self) -> dict[str, str]:
        """Return by run id which run of MLflow it belongs to."""
        rows = self.variants.runs.select("run_id", "variant").iter_rows()
        return {run: self.of_variant.get(variant, "") for run, variant in rows}


@dataclass(frozen=True, kw_only=True, eq=False)
class Finishing:
    """Gives the runs of an experiment their figures and files, once their traces are there."""

    experiment: Experiment
    workspace: Workspace
    asked: Asked
    api: Api
    manifest: Manifest
    account: Account

    def publish(self, computed: Computed) -> None:
        """Bring runs and files to what the workspace says."""
        one, comparisons = self.experiment, computed.comparisons
        named = _named(self.workspace, one.variants)
        self._run(one.sweep, sweep_run(one.variants, comparisons))
        for number, run in one.of_variant.items():
            wish = variant_run(one.variants, number, figures=computed.of_variants, named=named)
            self._run(run, wish)
        with tempfile.TemporaryDirectory(prefix="midspan-") as folder:
            for artifact in artifacts.written(
                Path(folder), self.workspace, one.variants, comparisons, self.asked.artifacts
            ):
                self._artifact(artifact)
        self._link(computed.of_variants)

    def _run(self, number: str, wish: RunWish) -> None:
        unit = self._unit("run", wish.key, digest_of([number, wish.content()]))
        self.account.asked("run", 1)
        if self.manifest.has(unit):
            self.account.already("run", 1)
        elif not self.asked.dry_run:
            try:
                problems = self.experiment.runs.bring(number, wish)
            except (Gone, Refused) as error:
                problems = [str(error)]
            if problems:
                self.account.left("run", 1, "; ".join(problems), [wish.name])
            else:
                self.account.stored("run", 1)
                self.manifest.add(unit)

    def _artifact(self, artifact: artifacts.Artifact) -> None:
        digest = digest_of([self.experiment.sweep, artifact.digest()])
        unit = self._unit("artifacts", artifact.name, digest)
        self.account.asked("artifacts", 1)
        if self.manifest.has(unit):
            self.account.already("artifacts", 1)
        elif not self.asked.dry_run:
            try:
                problem = self._stored(artifact)
            except (Gone, Refused) as error:
                problem = str(error)
            if problem:
                self.account.left("artifacts", 1, problem, [artifact.name])
            else:
                self.account.stored("artifacts", 1)
                self.manifest.add(unit)

    def _stored(self, artifact: artifacts.Artifact) -> str | None:
        """Store a file and return why it could not be; None where it is there."""
        run = self.experiment.sweep
        root = str(self.experiment.runs.stored(run)["info"]["artifact_uri"])
        if not root.startswith(artifacts.SERVED):
            return artifacts.NOT_SERVED.format(root)
        artifacts.store(self.api, root, artifact)
        return None if artifacts.has(self.api, run, artifact) else NOT_STORED

    def _unit(self, what: What, key: str, digest: str) -> Unit:
        place = str(self.experiment.place)
        return Unit(
            server="mlflow",
            url=self.api.url,
            place=place,
            what=what,
            key=key,
            digest=digest,
            rows=1,
        )

    def _link(self, figures: Comparison) -> None:
        one = self.experiment
        if one.place is None or not one.sweep or self.asked.dry_run:
            return
        at, url, name = one.place.experiment, self.api.url, one.variants.project
        self.account.links.append(
            Link(what=f"{name}: its variants", url=links.mlflow_runs(url, at))
        )
        if pair := telling_pair(figures, one.variants):
            first, second = pair
            page = links.mlflow_comparison(url, at, one.of_variant[second], one.of_variant[first])
            sides = f"{one.called(second)} against {one.called(first)}"
            self.account.links.append(Link(what=f"{name}: {sides}, trace by trace", url=page))
        sweep = links.mlflow_run(url, at, one.sweep)
        self.account.links.append(Link(what=f"{name}: comparison, tables and files", url=sweep))
        if trace := _telling_trace(self.workspace, one.variants):
            page = links.mlflow_trace(url, at, trace)
            self.account.links.append(Link(what=f"{name}: a trace, step by step", url=page))


def _named(workspace: Workspace, variants: Variants) -> frozenset[str]:
    """Return the scores of runs, which stand on traces."""
    of_project = variants.runs.select("run_id").lazy()
    rows = workspace.table("scores").filter(
        pl.col("span_id").is_null() & (pl.col("status") == "ok") & (pl.col("source") != "human")
    )
    found = rows.join(of_project, on="run_id", how="semi").select(pl.col("name").unique())
    return frozenset(found.collect()["name"])


def _telling_trace(workspace: Workspace, variants: Variants) -> str | None:
    """Return the trace on whose steps the most different things are said."""
    of_project = variants.runs.select("run_id").lazy()
    steps = workspace.table("scores").filter(
        pl.col("span_id").is_not_null() & pl.col("trace_id").is_not_null()
    )
    found = (
        steps.join(of_project, on="run_id", how="semi")
        .group_by("trace_id")
        .agg(said=pl.struct("name", "label").n_unique())
        .sort("said", "trace_id", descending=[True, False])
        .select("trace_id")
        .head(1)
        .collect()
    )
    return None if found.is_empty() else str(found.item())
