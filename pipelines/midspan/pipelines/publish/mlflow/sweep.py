"""The runs of a sweep in MLflow: one above, one for each variant, as the workspace says."""

import hashlib
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

import polars as pl

from midspan.dashboards import mlflow as layout
from midspan.pipelines.publish.mlflow.runs import (
    EVALUATION,
    KIND,
    LONGEST_TAG,
    NOTE,
    RunWish,
)
from midspan.pipelines.publish.mlflow.variants import VARIANT, Variants
from midspan.scorers.comparison import Comparison

MILLISECOND: Final = 1_000_000
SWEEP: Final = "sweep"
LONGEST_DIGEST: Final = 36


def sweep_run(variants: Variants, comparisons: Mapping[str, Comparison]) -> RunWish:
    """Return the run above the variants; what they come to side by side is its description."""
    start, end = _times(variants.runs)
    said = layout.description(comparisons)
    return RunWish(
        key=SWEEP,
        name=variants.project,
        start_ms=start,
        end_ms=end,
        params=_shared(variants),
        tags={
            "midspan.kind": SWEEP,
            "midspan.version": version("midspan"),
            "midspan.variants": str(variants.every.height),
            **({NOTE: said} if said else {}),
        },
        metrics={
            "runs": float(variants.runs.height),
            "tasks": float(variants.runs["task"].n_unique()),
        },
    )


def variant_run(
    variants: Variants,
    number: int,
    *,
    figures: Comparison | None = None,
    named: frozenset[str] = frozenset(),
) -> RunWish:
    """Return the run of one variant; without `figures`, it has no metrics yet."""
    [variant] = variants.every.filter(variant=number).to_dicts()
    runs = variants.runs.filter(variant=number)
    start, end = _times(runs)
    tags = {
        "midspan.kind": "variant",
        "midspan.experiment": variant["experiment"],
        KIND: EVALUATION,
        "midspan.version": version("midspan"),
        "midspan.revision_sha": _listed(runs["revision_sha"]),
        "midspan.harness_digest": _listed(runs["harness_digest"]),
    }
    return RunWish(
        key=variant_key(variant),
        name=layout.variant_name(variant, variants.varying),
        start_ms=start,
        end_ms=end,
        params=layout.params(variant, runs["detail"].to_list()),
        tags={name: value for name, value in tags.items() if value},
        metrics=layout.metrics(figures, str(number), named) if figures else {},
        dataset=_dataset(variants),
    )


def variant_key(variant: Mapping[str, Any]) -> str:
    """Return what tells a variant from every other one, whatever else there is."""
    return "\0".join(str(variant[name] or "") for name in VARIANT)


def _dataset(variants: Variants) -> tuple[str, str]:
    """Return the name and digest of the tasks: the same for all variants, which did the same."""
    suites = sorted(set(variants.runs["suite"].drop_nulls()))
    tasks = sorted(set(variants.runs["task"].drop_nulls()))
    digest = hashlib.sha256("\0".join(tasks).encode()).hexdigest()[:LONGEST_DIGEST]
    return " + ".join(suites) or variants.project, digest


def _shared(variants: Variants) -> dict[str, str]:
    """Return the axes in which all variants are alike."""
    alike = [axis for axis in VARIANT if axis not in variants.varying]
    first = variants.every.row(0, named=True)
    return {axis: str(first[axis]) for axis in alike if first[axis] is not None}


def _times(runs: pl.DataFrame) -> tuple[int, int]:
    [(start, end)] = runs.select(
        pl.col("start_ns").min(), end=pl.max_horizontal("start_ns", "end_ns").max()
    ).rows()
    return (start or 0) // MILLISECOND, (end or 0) // MILLISECOND


def _listed(values: pl.Series) -> str:
    return ", ".join(sorted({str(value) for value in values.drop_nulls()}))[:LONGEST_TAG]
