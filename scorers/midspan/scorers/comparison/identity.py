"""Harness identity: what else differs between two sides, besides what is compared.

A score is one of model and harness together. Runs that were driven by another program, with other
tools, on other hardware or judged by another version differ for reasons that no statistics tell.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import polars as pl

from midspan.scorers.comparison.runs import RUN
from midspan.scorers.comparison.sides import Sides

NOT_RECORDED: Final = "not recorded"

_DETAIL: Final = {
    "harness version": "$.harness.version",
    "turn limit": "$.harness.max_turns",
    "hardware": "$.hardware.flavor",
    "GPU": "$.hardware.gpu",
    "GPU driver": "$.hardware.driver",
    "serving engine": "$.serve.engine",
    "serving image": "$.serve.image",
    "tool call parser": "$.serve.tool_call_parser",
    "sampling": "$.sampling",
}
_OF: Final = {
    "model": ("serving engine", "serving image", "tool call parser", "sampling"),
    "harness": ("harness", "harness version", "tool set", "turn limit", "retry budget"),
    "revision": ("tool set",),
    "tier": ("tool set",),
}
"""What goes with an axis: to compare along it is to compare these."""

FIELDS: Final = ("harness", "tool set", "retry budget", *_DETAIL)
_LISTED: Final = 3

_SEED: Final = r'"seed":-?\d+,?'
"""Differs from run to run, as it is meant to."""


def identities(runs: pl.LazyFrame) -> pl.LazyFrame:
    """Return what is recorded of how each run was driven, a column each, as text."""
    return runs.select(
        *RUN,
        "harness",
        pl.col("harness_digest").alias("tool set"),
        pl.col("retry_budget").cast(pl.String).alias("retry budget"),
        *(pl.col("detail").str.json_path_match(path).alias(name) for name, path in _DETAIL.items()),
    ).with_columns(pl.col("sampling").str.replace(_SEED, ""))


def versions(scores: pl.LazyFrame) -> pl.LazyFrame:
    """Return by which version and configuration of each scorer the runs were judged."""
    return scores.select(
        *RUN,
        "scorer",
        version=pl.format("{} ({})", "scorer_version", "config_hash"),
    ).unique()


def identity_warnings(
    sides: Sides, placed: pl.DataFrame, judged_by: pl.DataFrame, *, by: Sequence[str]
) -> Iterator[str]:
    """Yield a line for everything in which the sides of a contrast differ.

    `placed` are the identities of runs with their `side`; `judged_by` the versions likewise. What
    goes with the axes compared is no warning.
    """
    expected = {field for axis in by for field in (axis, *_OF.get(axis, ()))}
    told = [field for field in FIELDS if field not in expected]
    values = {
        field: _by_side(placed.select("side", pl.col(field).fill_null(NOT_RECORDED)))
        for field in told
    }
    of_scorers = judged_by.partition_by("scorer", as_dict=True, include_key=False)
    versions_by_side = {
        str(scorer): _by_side(rows.select("side", "version"))
        for (scorer,), rows in sorted(of_scorers.items())
    }
    for contrast in sides.contrasts:
        pair = (contrast.baseline, contrast.side)
        names = [sides.labels[place] for place in pair]
        for field in told:
            found = [values[field].get(side, []) for side in pair]
            if found[0] != found[1]:
                yield _told(f"{field} differs", names, found)
        for scorer, by_side in versions_by_side.items():
            found = [by_side.get(side, []) for side in pair]
            if all(found) and found[0] != found[1]:
                line = _told(f"judged by another version of {scorer}", names, found)
                yield f"{line} (score both again)"


def _by_side(values: pl.DataFrame) -> dict[int, list[str]]:
    """Return the values of each side, each once and in order; the columns are side and value."""
    found: dict[int, list[str]] = {}
    for side, value in sorted(values.unique().iter_rows()):
        found.setdefault(side, []).append(value)
    return found


def _told(what: str, names: Sequence[str], found: Sequence[Sequence[str]]) -> str:
    each = "; ".join(
        f"{name}: {_listed(values)}" for name, values in zip(names, found, strict=True)
    )
    return f"{what}: {each}"


def _listed(values: Sequence[str]) -> str:
    more = len(values) - _LISTED
    return ", ".join(values[:_LISTED]) + (f" and {more} more" if more > 0 else "")
