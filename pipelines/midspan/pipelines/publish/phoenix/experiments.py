"""Experiments: one for each variant, made of runs that ran already, linked to their traces."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import polars as pl

from midspan.pipelines.publish import links
from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.manifest import Manifest, Unit
from midspan.pipelines.publish.phoenix.api import Phoenix
from midspan.pipelines.publish.phoenix.dataset import (
    Dataset,
    ensure_dataset,
    examples_of,
    prompts_of,
)
from midspan.pipelines.publish.phoenix.experiment import Experiment, experiments_of
from midspan.pipelines.publish.phoenix.units import SERVER
from midspan.pipelines.publish.phoenix.variants import Variant, variants_of
from midspan.pipelines.publish.plan import wanted_runs
from midspan.pipelines.publish.report import Account, Link
from midspan.pipelines.publish.span_server import ServerError
from midspan.pipelines.workspace import Workspace

KEPT: Final = "an earlier experiment {!r} has other runs and what people said of them, and was kept"
REPLACED: Final = "experiment {!r} was made anew: a run or score that it had is gone or another one"


def publish_experiments(
    workspace: Workspace,
    asked: Asked,
    phoenix: Phoenix,
    manifest: Manifest,
    account: Account,
    *,
    without: Collection[str] = (),
) -> None:
    """Have the server hold an experiment for each variant of the runs that are asked for.

    Runs of which the server was sent nothing are not among them: `without`.
    """
    runs = comparable_runs(workspace, asked).filter(~pl.col("run_id").is_in(list(without)))
    scores = workspace.table("scores")
    for (name,), of_project in runs.group_by("project", maintain_order=True):
        project = str(name)
        variants = list(variants_of(of_project, scores, asked))
        account.asked("experiment", len(variants))
        try:
            prompts = prompts_of(workspace, of_project)
            tasks = examples_of(of_project, prompts, asked.suite)
            dataset = ensure_dataset(phoenix, project, tasks)
            there = experiments_of(phoenix, dataset.id)
        except ServerError as error:
            account.left("experiment", len(variants), str(error), (one.name for one in variants))
            continue
        account.links.append(
            Link(
                what=f"variants of {project}",
                url=links.phoenix_experiments(account.url, dataset.id),
            )
        )
        for variant in variants:
            _put(variant, dataset, there, phoenix, manifest, account)


def comparable_runs(workspace: Workspace, asked: Asked) -> pl.DataFrame:
    """Return the runs of a task that left a trace, as only those can be compared."""
    return (
        wanted_runs(workspace.table("runs"), asked)
        .filter(pl.col("task").is_not_null(), pl.col("trace_ids").list.len() > 0)
        .collect()
        .sort("project", "task", "run_id")
    )


def planned_variants(workspace: Workspace, asked: Asked) -> Iterator[Variant]:
    """Return the variants that would be published."""
    return variants_of(comparable_runs(workspace, asked), workspace.table("scores"), asked)


def variant_unit(variant: Variant, url: str, place: str) -> Unit:
    """Return a variant as a line of the manifest."""
    return Unit(
        server=SERVER,
        url=url,
        place=place,
        what="experiment",
        key="/".join((variant.project, *variant.axes.values())),
        digest=variant.digest,
        rows=len(variant.attempts),
    )


def _put(
    variant: Variant,
    dataset: Dataset,
    there: list[Mapping[str, Any]],
    phoenix: Phoenix,
    manifest: Manifest,
    account: Account,
) -> None:
    """Have the server hold one variant, and count it."""
    unit = variant_unit(variant, account.url, dataset.id)
    whole = any(one["metadata"]["midspan"].get("digest") == variant.digest for one in there)
    if manifest.has(unit) and whole:
        account.already("experiment", 1)
        return
    try:
        experiment = Experiment.of(phoenix, dataset, variant, there)
        for name in experiment.kept:
            account.notes.append(KEPT.format(name))
        if experiment.replaced:
            account.notes.append(REPLACED.format(variant.name))
        changed = experiment.fill()
    except ServerError as error:
        account.left("experiment", 1, str(error), [variant.name])
        return
    manifest.add(unit)
    if changed:
        account.stored("experiment", 1)
    else:
        account.already("experiment", 1)
